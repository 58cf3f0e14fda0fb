"""What a process that shows pages says when it cannot answer: that something broke, or that the database is away.

A database that starts again after a crash, or that somebody has stopped, is no fault of whoever asks: he is told
what happened and what of his is safe, in a page that looks for itself whether it is over, or in JSON where he asked
for JSON (RFC 9110 sections 15.6.4 and 10.2.3).
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger(__name__)

#: After how many seconds to ask again.
AGAIN_SECONDS: Final = 5
#: SQLSTATEs of a server that ends, has not begun, or takes no further calls: admin_shutdown, crash_shutdown,
#: cannot_connect_now, too_many_connections. Class 08 is a line that broke; no state at all, one that never stood.
_AWAY: Final = frozenset({"57P01", "57P02", "57P03", "53300"})

AWAY: Final = (
    "It is starting again, or it was stopped by whoever looks after the installation. Everything that was saved is"
    " kept; nothing is lost."
)
ASKED: Final = "This page tries again by itself every few seconds."
SENT: Final = (
    "What you have just sent was done whole or not at all. Go back, where it still stands as you wrote it, and look"
    " whether it is done before you send it once more."
)
SENT_BY_PROGRAM: Final = "What was sent was done whole or not at all: look whether it is done before sending it again."
BROKE: Final = "Something broke. Nothing of what was asked for was done; what happened is in the log of this process."


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that the database does not answer, and not that it was asked something wrong."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith("08") or state in _AWAY


def answer(request: HttpRequest) -> HttpResponse:
    """Django's handler of what nobody caught: `handler500` of both processes."""
    error = sys.exc_info()[1]
    if is_away(error):
        logger.error("The database does not answer: %s", str(error).strip())
        return _unavailable(request)
    if _wants_json(request):
        return JsonResponse({"error": "internal", "message": BROKE}, status=500)
    return HttpResponse(render_to_string("500.html"), status=500)


def _unavailable(request: HttpRequest) -> HttpResponse:
    asked = request.method in ("GET", "HEAD")
    response: HttpResponse
    if _wants_json(request):
        says = f"The database does not answer just now. {AWAY}" + ("" if asked else f" {SENT_BY_PROGRAM}")
        told = {"error": "database-unavailable", "message": says, "retry_after": AGAIN_SECONDS}
        response = JsonResponse(told, status=503)
    else:
        around = {
            "says": AWAY,
            "next": ASKED if asked else SENT,
            "again": asked,
            "seconds": AGAIN_SECONDS,
            "here": request.get_full_path() if asked else "/",
        }
        response = HttpResponse(render_to_string("ui/unavailable.html", around), status=503)
    response.headers["Retry-After"] = str(AGAIN_SECONDS)
    return response


def _wants_json(request: HttpRequest) -> bool:
    sends = request.content_type == "application/json"
    return sends or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
