"""The rule of what a page may load: its own files, and nothing from elsewhere (Content Security Policy level 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class ContentSecurityPolicy:
    """Put the policy on every answer. No inline script and no inline style runs.

    `form-action` names both processes: signing in and signing a decision lead from one to the other, and
    browsers judge the redirect too. Images may be `data:` because the look's own symbols are written so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        where = settings.ADDRESSES
        both = " ".join(dict.fromkeys((where.web, where.gate)))
        self.policy = "; ".join([
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {both}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ])  # fmt: skip

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
