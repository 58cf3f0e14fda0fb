"""What is shown when something cannot be: the sentence of whoever refused it, and where to go from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow, Refused

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

#: Refusal -> status and heading. What one may not see and what does not exist answer alike.
SHOWN: dict[type[Refused], tuple[int, str]] = {
    NotFound: (404, "There is no such thing"),
    NoAuthority: (403, "This is not yours to do"),
    Invalid: (400, "This cannot be"),
    NotNow: (409, "Something else happened first"),
}


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A page, or a part of one, that says why not."""
    status, heading = next((SHOWN[c] for c in type(refusal).__mro__ if c in SHOWN), (400, "This cannot be"))
    template = "web/parts/refused.html" if request.headers.get("HX-Request") else "web/refused.html"
    return render(request, template, {"heading": heading, "says": str(refusal)}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address that leads nowhere answers like a thing that one may not see."""
    return refused(request, NotFound("The address leads nowhere, or to something that is not yours to see."))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or is older than the sign-in."""
    return refused(request, NotNow("This form is no longer fresh: go back, load the page again and send it anew."))
