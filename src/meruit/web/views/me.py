"""One's own place: who one is here, who decides in one's place, what one decided in advance, sessions, the way out."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meruit.authority import access
from meruit.authority import actions as authority
from meruit.authority.acts import moment
from meruit.authority.errors import NotFound, Refused, sentences
from meruit.authority.models import Decision, Kind, StandIn, Standing
from meruit.money.currencies import currencies
from meruit.people.models import Person, Session
from meruit.portals.profiles import reasons
from meruit.receivables.access import payers
from meruit.settings.pages import SESSION_COOKIE
from meruit.web.forms import Amount, Day, Form, wanted
from meruit.web.page import actor_of, show, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor

#: What the database lets this process read of a session; the token's digest is not among it.
READABLE = (
    "id",
    "person_id",
    "method",
    "address",
    "agent",
    "country",
    "opened_at",
    "expires_at",
    "ended_at",
    "may_decide",
)
#: Roles that decide something somebody else could decide in their place, and the one that decides in advance.
DECIDES, IN_ADVANCE = ("timekeeper", "attorney", "billing partner"), ("billing partner", "attorney")


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Roles, limits, stand-ins, standing decisions, sessions, and tokens for the command line."""
    actor = actor_of(request)
    now = moment()
    mine = Session.objects.filter(person=actor.person_id, ended_at=None, expires_at__gt=now).order_by("-opened_at")
    roles = access.roles(actor)
    return show(
        request,
        "web/me.html",
        "me",
        {
            "grants": access.grants(actor.person_id, now).select_related("client", "matter").order_by("role"),
            "sessions": mine.exclude(method=Session.Method.COMMAND_LINE).only(*READABLE),
            "tokens": mine.filter(method=Session.Method.COMMAND_LINE).only(*READABLE),
            "current": _current(request),
            "stand_ins": StandIn.objects.filter(stand_in=actor.person_id, ended_at=None, until_at__gt=now)
            .select_related("decider", "kind")
            .order_by("from_at"),
            "named": StandIn.objects.filter(decider=actor.person_id, ended_at=None, until_at__gt=now)
            .select_related("stand_in", "kind")
            .order_by("from_at"),
            "standing": [(s, _used(s, now)) for s in _standing(actor, now)],
            "decides": bool(roles & set(DECIDES)),
            "in_advance": bool(roles & set(IN_ADVANCE)),
            "gate": settings.ADDRESSES.gate,
        },
    )


class NewStandIn(Form):
    """Who decides in one's place, what, and when."""

    stand_in = forms.TypedChoiceField(label="Who", coerce=int, error_messages=wanted("Say who decides in your place."))
    kind = forms.ChoiceField(label="What", required=False)
    from_on = Day(label="From", missing="Say from which day on.")
    until_on = Day(label="Until the end of", missing="Say until which day.")
    within_hours = forms.IntegerField(
        label="Only when a deadline is within so many hours",
        required=False,
        min_value=1,
        help_text="Blank: all that waits for you in these days.",
        error_messages={"invalid": "A whole number of hours.", "min_value": "At least one hour."},
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Person.objects.filter(kind=Person.Kind.HUMAN, departure=None).exclude(pk=actor.person_id)
        self.choose("stand_in", [("", "Choose"), *((p.pk, p.name) for p in others.order_by("name"))])
        kinds = Kind.objects.filter(signed=False, trust=False).order_by("title")
        self.choose("kind", [("", "everything you decide"), *((k.slug, k.title) for k in kinds)])

    def clean(self) -> dict[str, Any]:
        """From a day to a later one, or the same."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("from_on"), said.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", "This is before the first day.")
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def stand_in(request: HttpRequest) -> HttpResponse:
    """Name who decides in one's place."""
    actor = actor_of(request)
    access.require(actor, *DECIDES)
    zone = _zone(actor)

    def name(said: dict[str, Any]) -> None:
        authority.name_stand_in(
            actor,
            said["stand_in"],
            kind=said["kind"] or None,
            from_at=datetime.combine(said["from_on"], time(), zone),
            until_at=_after(said["until_on"], zone),
            within_hours=said["within_hours"],
        )

    form = NewStandIn(actor, request.POST if request.method == "POST" else None)
    done = "Named. Both names are recorded with every decision taken in your place."
    return _given(request, form, "web/stand_in.html", name, done)


@require_POST
def end_stand_in(request: HttpRequest, stand_in_id: int) -> HttpResponse:
    """Decide oneself again."""
    actor = actor_of(request)
    if not StandIn.objects.filter(pk=stand_in_id, decider=actor.person_id, ended_at=None).exists():
        raise NotFound(f"There is no stand-in {stand_in_id} of yours.")
    authority.end_stand_in(actor, stand_in_id)
    tell(request, "The stand-in has ended.")
    return redirect("me")


class NewStanding(Form):
    """What is decided in advance: kind, payer, reason, two caps and a day."""

    kind = forms.ChoiceField(label="What", error_messages=wanted("Say what you decide in advance."))
    payer = forms.ChoiceField(label="Payer", required=False)
    reason_code = forms.ChoiceField(label="The payer's reason", required=False)
    currency = forms.ChoiceField(label="Currency", error_messages=wanted("Say in which currency."))
    cap_item = Amount(label="Up to, for one", error_messages=wanted("Say up to how much one may be."))
    cap_month = Amount(label="Up to, in a month", error_messages=wanted("Say up to how much in a month."))
    until_on = Day(
        label="Until the end of",
        missing="A standing decision ends; within a year.",
        help_text="Within a year. Each use is reported to you.",
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = Kind.objects.filter(standing=True, signed=False, trust=False).order_by("title")
        self.choose("kind", [("", "Choose"), *((k.slug, k.title) for k in kinds)])
        known = payers(actor).order_by("name")
        self.choose("payer", [("", "any payer"), *((str(p.pk), f"{p.name} ({p.client.number})") for p in known)])
        self.choose("reason_code", [("", "any reason"), *((code, code) for code in sorted(reasons()))])
        self.choose("currency", [("", "Choose"), *((c, c) for c in sorted(currencies()))])

    def clean(self) -> dict[str, Any]:
        """A month holds at least one."""
        said = super().clean() or self.cleaned_data
        item, month = said.get("cap_item"), said.get("cap_month")
        if item is not None and month is not None and month < item:
            self.add_error("cap_month", "The month is at least as much as one of them.")
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def standing(request: HttpRequest) -> HttpResponse:
    """Decide in advance."""
    actor = actor_of(request)
    access.require(actor, *IN_ADVANCE)

    def give(said: dict[str, Any]) -> None:
        authority.give_standing(
            actor,
            said["kind"],
            payer_id=int(said["payer"]) if said["payer"] else None,
            reason_code=said["reason_code"],
            cap_item=said["cap_item"],
            cap_month=said["cap_month"],
            currency=said["currency"],
            expires_at=_after(said["until_on"], _zone(actor)),
        )

    form = NewStanding(actor, request.POST if request.method == "POST" else None)
    return _given(request, form, "web/standing.html", give, "Given. Each use names it and is reported to you.")


@require_POST
def end_standing(request: HttpRequest, standing_id: int) -> HttpResponse:
    """End what one decided in advance."""
    actor = actor_of(request)
    if not Standing.objects.filter(pk=standing_id, given_by=actor.person_id, ended_at=None).exists():
        raise NotFound(f"There is no standing decision {standing_id} of yours.")
    authority.end_standing(actor, standing_id)
    tell(request, "The standing decision has ended.")
    return redirect("me")


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions, or a token of the command line, from another."""
    with sentences(), connection.cursor() as cursor:
        cursor.execute("SELECT gate.end_own_session(%s, %s)", [_token(request), session_id])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise NotFound(f"There is no open session {session_id} of yours.")
    tell(request, "It has ended.")
    return redirect("me")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session in the database, forget the cookie, and let the gate forget the sign-in."""
    with sentences(), connection.cursor() as cursor:
        cursor.execute("SELECT gate.end_own_session(%s, %s)", [_token(request), _current(request)])
    response = HttpResponseRedirect(f"{settings.ADDRESSES.gate}/gate/signed-out/")
    response.delete_cookie(settings.ADDRESSES.cookie(SESSION_COOKIE), samesite="Lax")
    return response


def _given(
    request: HttpRequest, form: Form, template: str, act: Callable[[dict[str, Any]], None], done: str
) -> HttpResponse:
    """Do what a form of one's own place asks for and go back there; or show it, with what is wrong beside its field."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, "until_on" if "within a year" in str(refusal) else None)
        else:
            tell(request, done)
            return redirect("me")
    return show(request, template, "me", {"form": form}, status=400 if form.errors else 200)


def _standing(actor: Actor, now: datetime) -> list[Standing]:
    found = Standing.objects.filter(given_by=actor.person_id, ended_at=None, expires_at__gt=now)
    return list(found.select_related("kind", "payer").order_by("expires_at"))


def _used(given: Standing, now: datetime) -> Decimal:
    """How much of a standing decision was used this month; months are those of UTC, as the database counts them."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    used = Decision.objects.filter(standing=given, decided_at__gte=first).aggregate(total=Sum("amount"))
    return used["total"] or Decimal(0)


def _zone(actor: Actor) -> ZoneInfo:
    return ZoneInfo(Person.objects.get(pk=actor.person_id).zone)


def _after(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def _current(request: HttpRequest) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_id FROM authority.whoami(%s)", [_token(request)])
        row = cursor.fetchone()
    if row is None:
        raise NotFound("This session has ended.")
    return int(row[0])


def _token(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.ADDRESSES.cookie(SESSION_COOKIE), "")
