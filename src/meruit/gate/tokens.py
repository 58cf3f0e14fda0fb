"""Tokens for the command line: issued to whoever has signed in, shown once, ended with a click or by themselves.

Such a token is a session of its own. It opens no page, issues no other token and decides nothing unless it was made to,
and whatever is done with it stands in the trail as done by command line.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.db import connection
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from meruit.authority.errors import Refused, sentences
from meruit.gate import sessions
from meruit.people.models import Person, Session

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from meruit.gate.sessions import Live

#: How long a token may last, in hours; no session of the house lasts longer than the last.
HOURS = (1, 4, 12)


class Wanted(forms.Form):
    """What a token is for, and how long it lasts."""

    purpose = forms.CharField(
        label="What it is for",
        max_length=120,
        help_text="So that you know it again in your list, for example: time of January.",
        error_messages={"required": "Say what it is for."},
    )
    hours = forms.TypedChoiceField(
        label="It lasts",
        coerce=int,
        choices=[(h, f"{h} hour{'s' if h > 1 else ''}") for h in HOURS],
        initial=HOURS[1],
    )
    may_decide = forms.BooleanField(
        label="It may decide",
        required=False,
        help_text="What you may decide without a passkey, it may too. Leave it blank for imports and other preparing.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def token(request: HttpRequest) -> HttpResponse:
    """Issue a token to whoever has signed in."""
    who = _at_a_page(request)
    if who is None:
        return redirect(f"{reverse('gate-open')}?next=/me/")
    form = Wanted(request.POST if request.method == "POST" else None)
    around: dict[str, Any] = {"person": Person.objects.get(pk=who.person_id), "back": f"{settings.ADDRESSES.web}/me/"}
    if request.method != "POST" or not form.is_valid():
        return render(request, "gate/token.html", around | {"form": form}, status=400 if form.errors else 200)
    try:
        said = form.cleaned_data
        issued = issue(who, said["purpose"], said["hours"], request.META["REMOTE_ADDR"], may_decide=said["may_decide"])
    except Refused as refused:
        return render(request, "gate/refused.html", {"says": str(refused)}, status=403)
    return render(
        request, "gate/token.html", around | {"issued": issued, "hours": said["hours"], "decides": said["may_decide"]}
    )


def issue(who: Live, purpose: str, hours: int, address: str, *, may_decide: bool = False) -> str:
    """Open a session for the command line; its token is returned once and kept nowhere. It prepares, unless told."""
    made = secrets.token_urlsafe(32)
    with sentences(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT people.open_session(%s, %s, %s, %s, %s, '', make_interval(secs => %s), %s)",
            [
                who.person_id,
                sessions.sha256(made),
                Session.Method.COMMAND_LINE.value,
                address,
                purpose,
                timedelta(hours=hours).total_seconds(),
                may_decide,
            ],
        )
    return made


def _at_a_page(request: HttpRequest) -> Live | None:
    """Who has signed in in this browser; nobody by a token of the command line, which issues no other."""
    who = sessions.live(sessions.token_of(request))
    if (
        who is None
        or not Session.objects.exclude(method=Session.Method.COMMAND_LINE).filter(pk=who.session_id).exists()
    ):
        return None
    return who
