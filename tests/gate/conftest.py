"""The gate in the process of the tests: its settings, its login, and browsers that reach it."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.test import Client, override_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.firm import Firm

#: Settings that a process reads once, at its start, and that stay as the tests' process has them.
STAYS = {"DATABASES", "INSTALLED_APPS", "LOGGING"}


@pytest.fixture
def gate(firm: Firm) -> Iterator[Firm]:
    """The firm, with Django speaking as the gate and set as the gate's process is."""
    os.environ["MERUIT_GATE_URL"] = firm.url("gate")
    module = importlib.import_module("meruit.settings.gate")
    wanted = {name: getattr(module, name) for name in dir(module) if name.isupper() and name not in STAYS}
    with override_settings(**wanted):
        firm.use("gate")
        yield firm
        connections["default"].close()
    firm.use("app")


def browser() -> Client:
    """A browser on this machine."""
    return Client(SERVER_NAME="localhost", SERVER_PORT="8401", REMOTE_ADDR="127.0.0.1")
