"""Who may what: everybody with his roles and limits, what is on its way, and where a change is put forward."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from meruit.authority import access
from meruit.authority.errors import NoAuthority, NotFound, Refused
from meruit.authority.models import Rule
from meruit.desk import admitting
from meruit.money.currencies import currencies
from meruit.people.models import Person
from meruit.web.forms import Amount, Day, Form, Text, wanted
from meruit.web.page import actor_of, show, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor
    from meruit.desk.admitting import Admitted

PLACE = "people"
WHY = "Say why: whoever decides it reads this."


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Everybody with what he may; what waits for a decision; what is decided and still to take effect."""
    actor = actor_of(request)
    return show(
        request,
        "web/people.html",
        PLACE,
        {
            "people": admitting.people(actor),
            "waiting": list(admitting.open_on_access(actor)),
            "under_way": list(admitting.under_way(actor)),
            "stand_ins": list(admitting.stand_ins(actor)),
            "standing": list(admitting.standing(actor)),
            "changes": _changes(actor),
        },
    )


class NewPerson(Form):
    """Somebody who shall be able to sign in."""

    name = Text(label="Name", error_messages=wanted("Write the name as it stands on bills and letters."))
    email = forms.EmailField(
        label="Mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "A person is known by a mail address.", "invalid": "This is no mail address."},
    )
    zone = Text(label="Time zone", help_text="As in America/New_York or Asia/Manila; deadlines are shown in it.")
    country = Text(
        label="Country where the person works",
        max_length=2,
        min_length=2,
        help_text="Two letters, as in US or PH. Roles that need a client's consent look at it.",
    )
    nda_signed_on = Day(
        label="Undertaking signed on", required=False, help_text="Needed for roles that ask for a signed NDA."
    )
    same_person = Text(
        label="First account of the same human being",
        required=False,
        help_text="The mail address of it, where this person has one already: two accounts are never two people.",
    )
    reason = Text(label="Why", rows=2, error_messages=wanted(WHY))

    def clean_zone(self) -> str:
        """A zone that the clock knows."""
        zone = str(self.cleaned_data["zone"]).strip()
        if zone not in available_timezones():
            raise forms.ValidationError(f'"{zone}" is no time zone; write it as America/New_York.')
        return zone

    def clean_country(self) -> str:
        """Two letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean_same_person(self) -> int | None:
        """The first account, by its mail address."""
        mail = str(self.cleaned_data.get("same_person") or "").strip()
        if not mail:
            return None
        found = Person.objects.filter(email__iexact=mail, kind=Person.Kind.HUMAN).first()
        if found is None:
            raise forms.ValidationError(f'Nobody has the mail address "{mail}".')
        return found.same_person_id or found.pk


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Put somebody new forward."""
    actor = actor_of(request)
    access.require(actor, *admitting.CHANGES)
    me = Person.objects.get(pk=actor.person_id)
    form = NewPerson(
        request.POST if request.method == "POST" else None, initial={"zone": me.zone, "country": me.country}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = admitting.propose_person(
                actor,
                name=said["name"],
                email=said["email"],
                zone=said["zone"],
                country=said["country"],
                nda_signed_on=said["nda_signed_on"],
                same_person_id=said["same_person"],
                reason=said["reason"],
            )
        except Refused as refusal:
            form.refuse(refusal, "email" if "enrolled under" in str(refusal) else None)
        else:
            tell(request, "Put forward: another administrator signs it. Roles are given once the person is there.")
            return redirect("decision", proposal_id=made)
    return show(request, "web/person_new.html", PLACE, {"form": form}, status=400 if form.errors else 200)


class NewGrant(Form):
    """A role for a person: where, how far, how long, under which conditions."""

    role = forms.ChoiceField(label="Role", error_messages=wanted("Choose a role."))
    scope = Text(
        label="Reaches",
        required=False,
        help_text="The number of a client or of a matter; blank reaches the whole firm.",
    )
    limit_amount = Amount(
        label="Decides up to", required=False, help_text="For one decision. Blank: nothing that has an amount."
    )
    limit_currency = forms.ChoiceField(label="In", required=False)
    until = Day(label="Until the end of", required=False, help_text="Blank: until it is ended.")
    needs_nda = forms.BooleanField(label="Only while a signed undertaking (NDA) is on file", required=False)
    needs_consent = forms.BooleanField(
        label="Only for clients who consented to work from the person's country", required=False
    )
    reason = Text(label="Why", rows=2, error_messages=wanted(WHY))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.choose("role", [("", "Choose"), *((r, r.capitalize()) for r in admitting.ROLES)])
        known = sorted(currencies())
        self.choose("limit_currency", [("", "no amount"), (admitting.NO_LIMIT, "any amount"), *((c, c) for c in known)])

    def clean(self) -> dict[str, Any]:
        """An amount has a currency, and a currency an amount."""
        said = super().clean() or self.cleaned_data
        amount, code = said.get("limit_amount"), said.get("limit_currency")
        if amount is not None and code in ("", admitting.NO_LIMIT):
            self.add_error("limit_currency", "Say in which currency, or leave the amount blank.")
        if amount is None and code not in ("", admitting.NO_LIMIT, None) and "limit_amount" not in self.errors:
            self.add_error("limit_amount", f"Say up to how many {code}.")
        if amount is not None and amount < 0:
            self.add_error("limit_amount", "A limit is an amount of zero or more.")
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, person_id: int) -> HttpResponse:
    """Put a role for a person forward."""
    actor = actor_of(request)
    access.require(actor, *admitting.CHANGES)
    admitted = _present(actor, person_id)
    form = NewGrant(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = admitting.propose_grant(
                actor,
                person_id,
                role=said["role"],
                scope=said["scope"],
                until_at=_end_of(said["until"], Person.objects.get(pk=actor.person_id).zone),
                needs_nda=said["needs_nda"],
                needs_consent=said["needs_consent"],
                limit_amount=said["limit_amount"],
                limit_currency=said["limit_currency"],
                reason=said["reason"],
            )
        except Refused as refusal:
            form.refuse(refusal, "scope" if "number of no client" in str(refusal) else None)
        else:
            tell(request, "Put forward: another administrator signs it, and it takes effect after its delay.")
            return redirect("decision", proposal_id=made)
    limited = Rule.objects.filter(limited=True).order_by("role").values_list("role", flat=True).distinct()
    return show(
        request,
        "web/person_grant.html",
        PLACE,
        {"form": form, "admitted": admitted, "limited": list(limited)},
        status=400 if form.errors else 200,
    )


class Why(Form):
    """An act that needs nothing but its reason."""

    reason = Text(label="Why", error_messages=wanted("Say why."))


class NewLimit(Form):
    """Another limit of a grant."""

    amount = Amount(label="Decides up to", error_messages=wanted("Say up to how much one decision may be worth."))
    currency = forms.ChoiceField(label="In", error_messages=wanted("Say in which currency."))
    reason = Text(label="Why", error_messages=wanted(WHY))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.choose("currency", [("", "Choose"), *((c, c) for c in sorted(currencies()))])


def _reset(actor: Actor, admitted: Admitted, grant_id: int | None, said: dict[str, Any]) -> int | None:
    return admitting.propose_reset(actor, admitted.person.pk, said["reason"])


def _end_access(actor: Actor, admitted: Admitted, grant_id: int | None, said: dict[str, Any]) -> int | None:
    admitting.end_access(actor, admitted.person.pk, said["reason"])
    return None


def _limit(actor: Actor, admitted: Admitted, grant_id: int | None, said: dict[str, Any]) -> int | None:
    return admitting.propose_limit(
        actor, _own_grant(admitted, grant_id), said["amount"], said["currency"], said["reason"]
    )


def _revoke(actor: Actor, admitted: Admitted, grant_id: int | None, said: dict[str, Any]) -> int | None:
    admitting.revoke(actor, _own_grant(admitted, grant_id), said["reason"])
    return None


Doing = tuple[type[Form], "Callable[[Actor, Admitted, int | None, dict[str, Any]], int | None]", str]
#: What is done on the page of a person: its form, the act, and what is said when it is done.
ACTS: dict[str, Doing] = {
    "reset": (Why, _reset, "Put forward: another administrator signs it; a day later the gate forgets what was lost."),
    "end-access": (Why, _end_access, "The access has ended, with every session."),
    "limit": (NewLimit, _limit, "Put forward: another administrator signs it, and it takes effect after its delay."),
    "revoke": (Why, _revoke, "The role has ended."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person: what he may, what was ever decided about it, and what an administrator can do."""
    actor = actor_of(request)
    admitted = admitting.person(actor, person_id)
    bound: dict[str, Form] = {}
    if request.method == "POST":
        if not _changes(actor):
            raise NoAuthority("This is for administrator.")
        act, _, number = request.POST.get("act", "").partition(":")
        if act not in ACTS:
            raise NotFound("There is no such thing to do.")
        form_class, do, done = ACTS[act]
        key = f"{act}:{number}" if number else act
        form = bound[key] = form_class(request.POST, prefix=key)
        if form.is_valid():
            try:
                made = do(actor, admitted, int(number) if number.isdecimal() else None, form.cleaned_data)
            except NotFound:
                raise
            except Refused as refusal:
                form.refuse(refusal)
            else:
                tell(request, done)
                return (
                    redirect("person", person_id=person_id) if made is None else redirect("decision", proposal_id=made)
                )

    def form_of(key: str) -> Form:
        return bound.get(key) or ACTS[key.partition(":")[0]][0](prefix=key)

    return show(
        request,
        "web/person.html",
        PLACE,
        {
            "admitted": admitted,
            "held": [(h, form_of(f"limit:{h.grant.pk}"), form_of(f"revoke:{h.grant.pk}")) for h in admitted.held],
            "reset": form_of("reset"),
            "end_access": form_of("end-access"),
            "about": list(admitting.about(actor, person_id)[:50]),
            "changes": _changes(actor) and admitted.left is None,
            "self": person_id == actor.person_id,
        },
        status=400 if any(form.errors for form in bound.values()) else 200,
    )


def _present(actor: Actor, person_id: int) -> Admitted:
    admitted = admitting.person(actor, person_id)
    if admitted.left is not None:
        raise NotFound(f"{admitted.person.name} has left.")
    return admitted


def _own_grant(admitted: Admitted, grant_id: int | None) -> int:
    if grant_id not in {h.grant.pk for h in admitted.held}:
        raise NotFound(f"There is no grant {grant_id} of {admitted.person.name} in force.")
    assert grant_id is not None  # it is among them
    return grant_id


def _changes(actor: Actor) -> bool:
    return bool(access.roles(actor) & set(admitting.CHANGES))


def _end_of(day: date | None, zone: str) -> datetime | None:
    """The moment at which a day is over where the administrator is."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
