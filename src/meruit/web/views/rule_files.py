"""Clients' rules that are brought: a version as a TOML file with the client's own document, a draft corrected."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meruit.audit.actions import note
from meruit.authority import access as authority
from meruit.authority.acts import acting
from meruit.authority.errors import NotFound, Refused
from meruit.documents.models import Document
from meruit.firm import access, actions
from meruit.people.models import Person
from meruit.settings.pages import upload_limit
from meruit.web import downloads, uploads
from meruit.web.forms import Day, Form, Text, wanted
from meruit.web.page import actor_of, said, show, tell

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.firm.actions import Added

PLACE = "rules"
#: A set is a page of text, a client's guidelines some dozens of pages; what is larger is something else.
LARGEST_SET, LARGEST_DOCUMENT = 1_000_000, 25_000_000
FIRMS = "firm"


class _Limited(forms.FileField):
    """A file up to a size. What was cut off at the limit of all uploads is absent: `_RuleFiles` says so."""

    def __init__(self, label: str, accept: str, largest: int, *, needed: bool = False, **options: Any) -> None:
        widget = forms.FileInput(attrs={"accept": accept} | ({"required": True} if needed else {}))
        super().__init__(label=label, required=False, widget=widget, **options)
        self.largest = min(largest, upload_limit())
        self.too_large = f"The file is larger than {self.largest // 1_000_000} MB; nothing of it was kept."
        widget.attrs |= {"data-limit": self.largest, "data-too-large": self.too_large}

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file, or why it is not taken."""
        sent = super().clean(data, initial)
        if sent and sent.size > self.largest:
            raise forms.ValidationError(self.too_large)
        return sent


class _RuleFiles(Form):
    """The set and the document behind it."""

    text = _Limited(
        "The rules, as a TOML file",
        ".toml,.txt",
        LARGEST_SET,
        needed=True,
        help_text="As meruit guidelines init starts one. Title, version and days are those of its own [set].",
    )
    source = _Limited("The client's document", "", LARGEST_DOCUMENT, help_text="Kept as it came, with this version.")
    owner = forms.TypedChoiceField(
        label="Owner", coerce=int, help_text="Who keeps it right.", error_messages=wanted("Say who keeps it right.")
    )

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cut_off = bool(request.META.get("meruit.too_large"))
        self.mistakes: list[str] = []
        people = Person.objects.filter(kind=Person.Kind.HUMAN, departure=None).order_by("name")
        self.choose("owner", [("", "Choose"), *((p.pk, p.name) for p in people)])

    def clean_text(self) -> str:
        """The text of the set."""
        sent: UploadedFile[bytes] | None = self.cleaned_data["text"]
        if self.cut_off:
            raise forms.ValidationError(uploads.too_large())
        if sent is None:
            raise forms.ValidationError("Choose the file.")
        try:
            text: str = sent.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError("This is no UTF-8 text; save it as UTF-8.") from error
        return text

    def document(self) -> actions.SourceFile | None:
        """The client's own document, as it came."""
        sent: UploadedFile[bytes] | None = self.cleaned_data.get("source")
        if not sent:
            return None
        name = uploads.plain_name(sent.name or "")
        return actions.SourceFile(sent.read(), name, mimetypes.guess_type(name)[0] or "application/octet-stream")

    def refuse_each(self, refusal: Refused) -> None:
        """Every place that has to be mended, one below the other; the field says where to look."""
        self.mistakes = str(refusal).splitlines()
        if len(self.mistakes) == 1:
            self.refuse(refusal, "text")
            self.mistakes = []
        else:
            self.refuse(f"{len(self.mistakes)} places have to be mended; they stand above.", "text")


class NewVersion(_RuleFiles):
    """A version of a client's rules."""

    client = forms.ChoiceField(label="Client", error_messages=wanted("Say whose rules they are."))
    payer = forms.TypedChoiceField(
        label="For one payer alone", coerce=int, empty_value=None, required=False,
        help_text="Where a payer's rules differ from those of its client.",
    )  # fmt: skip
    name = Text(
        label="What the set is called",
        required=False,
        max_length=80,
        help_text="Blank: as the client's latest, or after the client.",
    )
    due_on = Day(
        label="To be accepted by",
        required=False,
        help_text="The day that the client names. Blank: in two weeks, or the rules' first day where that is later.",
    )
    field_order = ("client", "payer", "text", "source", "owner", "due_on", "name")

    def __init__(self, request: HttpRequest, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(request, *args, **options)
        clients = authority.clients(actor).order_by("name")
        mine = [(FIRMS, "the firm's own, for any client"), *((str(c.pk), f"{c.name} ({c.number})") for c in clients)]
        self.choose("client", [("", "Choose"), *mine])
        payers = access.payers(actor).order_by("client__name", "name")
        self.choose("payer", [("", "for all of them"), *((p.pk, f"{p.name}, of {p.client.name}") for p in payers)])


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Keep a version of a client's rules as a draft; what cannot be used is told line by line and nothing is kept."""
    actor = actor_of(request)
    authority.require(actor, *authority.PREPARES)
    first = {"client": request.GET.get("client", ""), "owner": actor.person_id}
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = NewVersion(request, actor, *data, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            added = actions.add_set(
                actor,
                None if given["client"] == FIRMS else int(given["client"]),
                given["text"],
                name=given["name"].strip(),
                payer_id=given["payer"],
                source=form.document(),
                owner_id=given["owner"],
                due_on=given["due_on"],
            )
        except Refused as refusal:
            form.refuse_each(refusal)
        else:
            return _kept(request, added)
    return _form(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, set_id: int) -> HttpResponse:
    """Correct a draft; what was put forward of its former text is withdrawn with it."""
    actor = actor_of(request)
    authority.require(actor, *authority.PREPARES)
    row = access.guideline_set(actor, set_id)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = _RuleFiles(request, *data, initial={"owner": row.owner_id})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            added = actions.revise_set(
                actor, row.pk, text=given["text"], source=form.document(), owner_id=given["owner"]
            )
        except Refused as refusal:
            form.refuse_each(refusal)
        else:
            return _kept(request, added)
    return _form(request, form, row)


@require_POST
def accept(request: HttpRequest, set_id: int) -> HttpResponse:
    """Accept a version at once, within one's own authority; it is a decision like any other."""
    actor = actor_of(request)
    row = access.guideline_set(actor, set_id)
    actions.accept(actor, row.pk, reason=said(request, "reason", "why the firm bills under it"))
    tell(request, f"Accepted; {row.name} {row.version} judges bills from its first day on.")
    return redirect("rule-set", set_id=row.pk)


@require_safe
def source(request: HttpRequest, set_id: int) -> HttpResponse:
    """The client's own document. It leaves the house: that is written down."""
    actor = actor_of(request)
    row = access.guideline_set(actor, set_id)
    if row.source_id is None:
        raise NotFound(f"No document was kept with guideline set {row.pk}.")
    document = Document.objects.get(pk=row.source_id)
    with acting(actor):
        note(
            "guidelines.exported",
            "firm_guidelineset",
            row.pk,
            after={"name": document.name, "sha256": bytes(document.sha256).hex()},
        )
    return downloads.document_of(document)


def _kept(request: HttpRequest, added: Added) -> HttpResponse:
    remarks = len(added.remarks)
    more = f" {remarks} remark{'' if remarks == 1 else 's'} on how it is written stand below." if remarks else ""
    tell(request, f"Kept as a draft; it judges nothing before a billing partner accepts it.{more}")
    return redirect("rule-set", set_id=added.set_id)


def _form(request: HttpRequest, form: _RuleFiles, row: Any) -> HttpResponse:
    return show(request, "web/rule_file.html", PLACE, {"form": form, "row": row}, status=400 if form.errors else 200)
