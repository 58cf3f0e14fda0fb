"""Imports: a file is sent, its columns are confirmed, its rows are taken, and what could not be is put right."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meruit.authority import access
from meruit.authority.errors import NotFound
from meruit.desk import takers
from meruit.imports import actions
from meruit.imports.core import fields
from meruit.imports.core.problems import FileRefused
from meruit.imports.core.values import STYLES, example
from meruit.imports.models import Batch
from meruit.settings.pages import upload_limit
from meruit.web import downloads, running, uploads
from meruit.web.forms import Form, wanted
from meruit.web.page import actor_of, show, tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from meruit.authority.acts import Actor
    from meruit.imports.actions import Looked

PLACE = "imports"
ROWS_A_PAGE = 50
#: So many rows are shown beside each column while its field is confirmed.
EXAMPLES = 3
NONE = ""


class File(forms.FileField):
    """A table that is sent. One that was cut off at the limit is absent as well: `uploads.keep` says which it is."""

    def __init__(self, help_text: str) -> None:
        widget = forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx", "required": True})
        super().__init__(label="File", required=False, widget=widget, help_text=help_text)

    def say_limit(self) -> None:
        """Tell the browser the limit, so that it refuses what is beyond it before it sends."""
        self.widget.attrs |= {"data-limit": upload_limit(), "data-too-large": uploads.too_large()}


class Send(Form):
    """A file, and what it holds."""

    record = forms.ChoiceField(label="What the file holds", error_messages=wanted("Say what the file holds."))
    file = File("CSV or XLSX, as your own system exports it. Its columns are shown before anything is taken.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        known = fields.records().values()
        self.choose("record", [("", "Choose"), *((r.name, r.title.capitalize()) for r in known)])
        _say_limit(self)


def _say_limit(form: Form) -> None:
    found = form.fields["file"]
    assert isinstance(found, File)  # both forms here say so
    found.say_limit()


@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """What was taken in lately, what waits, and where a file is sent."""
    actor = actor_of(request)
    access.require(actor, *access.PREPARES)
    form = Send(request.POST or None, request.FILES or None) if request.method == "POST" else Send()
    if request.method == "POST" and form.is_valid():
        try:
            table = uploads.keep(request, actor, form.cleaned_data["file"])
            actions.look(form.cleaned_data["record"], table)
            return redirect("import-file", sha256=table.sha256.hex(), record=form.cleaned_data["record"])
        except FileRefused as refused:
            form.refuse(refused, "file")
    batches = list(Batch.objects.select_related("by").order_by("-pk")[:100])
    return show(
        request,
        "web/imports.html",
        PLACE,
        {
            "form": form,
            "batches": [(batch, _waiting_count(actor, batch), _stands(batch)) for batch in batches],
            "records": fields.records().values(),
            "mine": actor.person_id,
        },
        status=400 if form.errors else 200,
    )


@require_safe
def template(request: HttpRequest, record: str) -> HttpResponse:
    """An empty table with the columns that are known without being asked for."""
    access.require(actor_of(request), *access.PREPARES)
    known = fields.records().get(record)
    if known is None:
        raise NotFound(f"There is no kind of record {record}.")
    headers = [name.replace("_", " ").capitalize() for name in known.fields]
    return downloads.csv_of([headers], f"meruit-{record}.csv")


class Mapped(Form):
    """Which column is which field, in which style dates are written, and whether the file is complete."""

    style = forms.ChoiceField(
        label="Dates are written as",
        error_messages=wanted("The dates read in more than one style: say which it is."),
    )
    complete = forms.BooleanField(
        label="The file holds all records of its kind: what is absent was deleted", required=False
    )

    def __init__(self, looked: Looked, *args: Any, **options: Any) -> None:
        known = looked.remembered.columns if looked.remembered is not None else looked.suggestion.columns
        style = _style(looked)
        options["initial"] = {f"field-{name}": header for name, header in known.items()} | {"style": style}
        self.looked = looked
        super().__init__(*args, **options)
        possible = looked.suggestion.styles or tuple(STYLES)
        self.choose("style", [("", "Say which"), *((s, f"{example(s)}  ({s})") for s in possible)])
        headers = [(h, h) for h in looked.table.headers]
        for field in looked.record.fields.values():
            label = field.name.replace("_", " ").capitalize()
            self.fields[f"field-{field.name}"] = forms.ChoiceField(
                label=label,
                required=field.required,
                choices=[(NONE, "Say which" if field.required else "not in the file"), *headers],
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages=wanted(f"{label} is needed: say which column it is, or add it to the file."),
            )

    @property
    def columns(self) -> dict[str, str]:
        """Field to column, as confirmed."""
        given = {name: self.cleaned_data.get(f"field-{name}") for name in self.looked.record.fields}
        return {name: header for name, header in given.items() if header}

    def clean(self) -> dict[str, Any]:
        """One column serves one field."""
        said = super().clean() or self.cleaned_data
        taken: dict[str, str] = {}
        for name in self.looked.record.fields:
            header = said.get(f"field-{name}")
            if header and header in taken:
                self.add_error(f"field-{name}", f'"{header}" is {taken[header]} already; one column is one field.')
            elif header:
                taken[header] = name.replace("_", " ")
        return said

    def lines(self) -> Iterable[tuple[Any, str, list[str]]]:
        """Each field with why its column was suggested and what stands there."""
        sample = [row.cells for row in islice(self.looked.table.rows(), EXAMPLES)]
        for name in self.looked.record.fields:
            bound = self[f"field-{name}"]
            header = str(bound.value() or "")
            why = "as it was confirmed before" if self.looked.remembered is not None else ""
            yield (
                bound,
                why or self.looked.suggestion.why.get(name, ""),
                [row.get(header, "") for row in sample] if header else [],
            )


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, sha256: str, record: str) -> HttpResponse:
    """A file that was sent: which column is which field. Confirmed once, it is remembered and taken in."""
    actor = actor_of(request)
    access.require(actor, *access.PREPARES)
    table = uploads.find(actor, sha256)
    if record not in fields.records():
        raise NotFound(f"There is no kind of record {record}.")
    looked = actions.look(record, table)
    form = Mapped(looked, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if request.POST.get("then") == "discard":
            uploads.forget(actor, sha256)
            tell(request, "The file is removed; nothing of it was taken.")
            return redirect("imports")
        if form.is_valid():
            try:
                acting = takers.as_(actor)
                mapping = actions.confirm(acting, looked, form.columns, form.cleaned_data["style"])
                batch = actions.begin(acting, looked, mapping, complete=form.cleaned_data["complete"])
                running.start(actor, looked, batch)
                return redirect("import", batch_id=batch.pk)
            except FileRefused as refused:
                form.refuse(refused)
    unused = [
        h for h in table.headers if h not in {str(form[f"field-{n}"].value() or "") for n in looked.record.fields}
    ]
    return show(
        request,
        "web/import_file.html",
        PLACE,
        {"form": form, "looked": looked, "name": table.path.name, "size": table.size, "unused": unused},
        status=400 if form.errors else 200,
    )


class Corrections(Form):
    """The table of the rows set aside, with what was wrong put right."""

    file = File("The table of these rows, corrected; CSV or XLSX. Its first column says which row each of them is.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _say_limit(self)


@require_safe
def one(request: HttpRequest, batch_id: int) -> HttpResponse:
    """A batch: how far it is, what became of its rows, and those that wait to be put right."""
    actor = actor_of(request)
    return page_of(request, actor, batch_of(actor, batch_id), Corrections())


def page_of(request: HttpRequest, actor: Actor, batch: Batch, form: Corrections) -> HttpResponse:
    """The page of a batch, with the form that brings its rows back."""
    rows = takers.waiting(actor, batch)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return show(
        request,
        "web/import.html",
        PLACE,
        {
            "batch": batch,
            "page": page,
            "waiting": len(rows),
            "own": batch.by_id == actor.person_id,
            "settled": batch.rows_set_aside.exclude(settled_at=None).count(),
            "form": form,
        }
        | _progress(actor, batch),
        status=400 if form.errors else 200,
    )


@require_safe
def progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The part of the page that says how far a batch is; the whole page once it has ended."""
    actor = actor_of(request)
    batch = batch_of(actor, batch_id)
    part = _progress(actor, batch)
    if not part["runs"]:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return show(request, "web/parts/import_progress.html", PLACE, {"batch": batch} | part)


@require_POST
def go_on(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Go on with a batch that was stopped, or stop one that runs. Whoever brought the file does."""
    actor = actor_of(request)
    batch = batch_of(actor, batch_id)
    if batch.by_id != actor.person_id:
        raise NotFound(f"There is no import {batch_id} of yours.")
    if request.POST.get("then") == "stop":
        running.stop(batch.pk)
        tell(request, "Stopped behind its last chunk; it goes on from there when you want.")
    elif batch.finished_at is None:
        table = uploads.find(actor, bytes(batch.file_sha256).hex())
        running.start(actor, actions.look(batch.record, table), batch)
    return redirect("import", batch_id=batch.pk)


def batch_of(actor: Actor, batch_id: int) -> Batch:
    """One import, or `NotFound`."""
    access.require(actor, *access.PREPARES)
    found = Batch.objects.select_related("by", "mapping").filter(pk=batch_id).first()
    if found is None:
        raise NotFound(f"There is no import {batch_id}.")
    return found


def _waiting_count(actor: Actor, batch: Batch) -> int:
    if batch.by_id == actor.person_id or not batch.set_aside:
        return batch.rows_set_aside.filter(settled_at=None).count()
    return len(takers.waiting(actor, batch))


def _stands(batch: Batch) -> tuple[str, str]:
    """How a batch stands, as a word and a look."""
    if batch.finished_at is not None:
        return "Taken in", "good"
    run = running.of(batch.pk)
    return ("Runs", "waits") if run is not None and run.is_on else ("Stopped", "stop")


def _progress(actor: Actor, batch: Batch) -> dict[str, Any]:
    batch.refresh_from_db()
    run = running.of(batch.pk)
    runs = run is not None and run.is_on
    word, look = _stands(batch)
    return {
        "runs": runs,
        "expected": run.expected if run is not None and runs else None,
        "trouble": run.trouble if run is not None and not runs and (run.corrected or not batch.finished_at) else "",
        "corrected": None if run is None else run.corrected,
        "word": word,
        "look": look,
        "own": batch.by_id == actor.person_id,
    }


def _style(looked: Looked) -> str:
    """The style of dates where there is no doubt: confirmed before, the only one that reads, or no date at all."""
    possible = looked.suggestion.styles
    if looked.remembered is not None and (not possible or looked.remembered.date_style in possible):
        return looked.remembered.date_style
    return possible[0] if len(possible) in (1, len(STYLES)) else ""
