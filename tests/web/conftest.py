"""The pages, as a member of the cast sees them: Django's client with that person's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from meruit.settings.pages import SESSION_COOKIE
from tests.support import cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.firm import Firm


@pytest.fixture
def at_the_page(firm: Firm) -> Callable[[str], Client]:
    """`at_the_page("Ada")` is a browser in which Ada has signed in."""

    def signed_in(name: str) -> Client:
        client = Client(SERVER_NAME="localhost", enforce_csrf_checks=False)
        client.cookies[SESSION_COOKIE] = cast.token(name)
        return client

    return signed_in
