"""The database goes away under a running site: both processes say so, lose nothing, and go on when it is back."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import OperationalError, connections

from meruit.postgres import testing
from meruit.settings.pages import SESSION_COOKIE
from meruit.ui.trouble import is_away
from tests.support import cast
from tests.support.firm import Firm
from tests.support.pages import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.pages import Served
    from tests.support.supervised import Supervised

#: What a form of ours carries in the cookie and in itself.
FRESH = "a" * 32


@pytest.fixture
def site(own_server: Supervised, tmp_path: Path) -> Iterator[Served]:
    """Gate and pages over a server that may be killed."""
    name = f"away_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    with testing.clone(own_server.cluster, name, "template_firm"):
        firm = Firm(own_server.cluster, name)
        with served(firm, tmp_path) as running:
            yield running
    connections["default"].close()


def ask(address: str, port: str, data: bytes | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer to Ada."""
    told = {"Cookie": f"{SESSION_COOKIE}_{port}={cast.token('Ada')}; meruit_web_csrf_{port}={FRESH}", **headers}
    request = urllib.request.Request(address, data, told)
    try:
        with urllib.request.urlopen(request, timeout=30) as got:
            return got.status, got.read().decode(), dict(got.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), dict(refused.headers)


def test_while_the_database_is_away_every_page_says_so_and_comes_back_by_itself(
    site: Served, own_server: Supervised
) -> None:
    port = site.web.rpartition(":")[2]
    assert ask(f"{site.web}/", port)[0] == 200
    with own_server.down():
        for address in (f"{site.web}/", f"{site.web}/bills/", f"{site.gate}/gate/login/", f"{site.gate}/gate/token/"):
            status, page, headers = ask(address, port)
            assert (status, headers["Retry-After"]) == (503, "5"), address
            assert "nothing is lost" in page
            assert '<meta http-equiv="refresh" content="5">' in page
            assert "default-src 'none'" in headers["Content-Security-Policy"]
        status, page, _ = ask(f"{site.web}/decisions/", port, Accept="application/json")
        told = json.loads(page)
        assert (status, told["error"], told["retry_after"]) == (503, "database-unavailable", 5)
        # What was typed is not thrown away by a page that loads itself anew.
        status, page, _ = ask(f"{site.web}/entries/release/", port, b"entry=1:1", **{"X-CSRFToken": FRESH})
        assert (status, "http-equiv" in page) == (503, False)
        assert "done whole or not at all" in page
    status, page, _ = ask(f"{site.web}/", port)
    assert (status, "Meruit" in page) == (200, True), "a line that broke is forgotten, and the page is there again"
    assert ask(f"{site.gate}/gate/login/", port)[0] == 200


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (psycopg.errors.CannotConnectNow("the database system is starting up"), True),
        (psycopg.errors.AdminShutdown("terminating connection"), True),
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.DeadlockDetected("deadlock detected"), False),
        (psycopg.errors.QueryCanceled("statement timeout"), False),
        (psycopg.errors.UndefinedTable("no such relation"), False),
    ],
)
def test_only_a_database_that_does_not_answer_is_called_away(error: psycopg.Error, away: bool) -> None:
    told = OperationalError(str(error))
    told.__cause__ = error
    assert is_away(told) is away
    assert not is_away(ValueError("no database at all"))
