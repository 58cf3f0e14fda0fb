"""What every page shows around its content: who is here, how much waits, the firm's clock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import render

from meruit.authority import access
from meruit.authority.acts import moment
from meruit.authority.errors import Invalid
from meruit.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from meruit.authority.acts import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who is at the page, as the middleware found him."""
    found: Actor = request.actor  # type: ignore[attr-defined]  # set by web.middleware.SignedIn
    return found


def show(
    request: HttpRequest, template: str, place: str, content: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page of one of the places of the navigation."""
    actor = actor_of(request)
    person = Person.objects.get(pk=actor.person_id)
    around = {
        "me": person,
        "roles": access.roles(actor),
        "zone": person.zone,
        "now": moment(),
        "place": place,
    }
    return render(request, template, around | dict(content), status=status)


def tell(request: HttpRequest, sentence: str) -> None:
    """Say on the next page what was done."""
    messages.success(request, sentence)


def warn(request: HttpRequest, sentence: str) -> None:
    """Say on the next page what was not done, and why."""
    messages.error(request, sentence)


def numbers(request: HttpRequest, name: str) -> list[int]:
    """The ids ticked in a form."""
    found = request.POST.getlist(name)
    if not all(one.isdecimal() for one in found):
        raise Invalid("The list has something in it that is no number.")
    return [int(one) for one in found]


def said(request: HttpRequest, name: str, what: str) -> str:
    """A text that has to be given."""
    text = request.POST.get(name, "").strip()
    if not text:
        raise Invalid(f"Say {what}.")
    return text


def day_of(text: str) -> date:
    """A day as forms send it."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f'"{text}" is no day; write it as 2026-01-31.') from error


def amount_of(text: str) -> Decimal:
    """An amount as people write it, with or without commas between thousands."""
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise Invalid(f'"{text}" is no amount, for example 120.00.') from error
    if not found.is_finite():
        raise Invalid(f'"{text}" is no amount, for example 120.00.')
    return found
