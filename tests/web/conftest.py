"""The pages, as a member of the cast sees them: Django's client with that person's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from playwright.sync_api import sync_playwright

from meruit.settings.pages import SESSION_COOKIE
from tests.support import bills, browser, cast
from tests.support.pages import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.support.firm import Firm
    from tests.support.pages import Served


@pytest.fixture
def at_the_page(firm: Firm) -> Callable[[str], Client]:
    """`at_the_page("Ada")` is a browser in which Ada has signed in."""

    def signed_in(name: str) -> Client:
        client = Client(SERVER_NAME="localhost", enforce_csrf_checks=False)
        client.cookies[SESSION_COOKIE] = cast.token(name)
        return client

    return signed_in


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; where there is none, the tests fail and say so.

    Playwright's synchronous side keeps an event loop in this thread, which Django takes for asynchronous code;
    nothing here runs at the same time.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        where = browser.path()
        if where is None:
            pytest.fail("There is no Chromium on this machine; `python -m tests.support.browser --install` sees to it.")
        opened = playwright.chromium.launch(executable_path=where, args=list(browser.FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def house(firm: Firm, tmp_path: Path) -> Iterator[Served]:
    """Gate and pages over this test's firm."""
    firm.at(bills.FEBRUARY_2)
    with served(firm, tmp_path) as running:
        yield running
