"""A drafted question, before the specialist makes it his own and sends it, or leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_POST

from meruit.prebills import access
from meruit.prebills.actions import asking
from meruit.web.page import actor_of, show

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def draft(request: HttpRequest, line_id: int) -> HttpResponse:
    """Have a question drafted and show it, marked, in a form that makes a comment of it."""
    actor = actor_of(request)
    line = access.line(actor, line_id)
    question = asking.draft_question(actor, line.pk)
    return show(request, "web/question.html", "prebills", {"line": line, "prebill": line.prebill, "question": question})
