"""The demonstration plays everybody, so it alone speaks as several logins in turn."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django.db import connections

from meruit.settings import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Logins:
    """Addresses of the logins by name (owner, app, worker, gate); Django's connection is one of them at a time."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self.urls = urls

    def use(self, login: str) -> None:
        """Let Django speak as `login` from now on."""
        connections["default"].close()
        wanted = environment.database(login, {environment.URL_OF[login]: self.urls[login]})
        connections["default"].settings_dict.update(wanted)

    @contextlib.contextmanager
    def as_(self, login: str, back: str = "app") -> Iterator[None]:
        """Speak as `login` for a while."""
        self.use(login)
        try:
            yield
        finally:
            self.use(back)
