"""The database of the tests: one server a run, one template, a clone for every test that asks for one.

Tests connect as the application's login, as in life. Each test that takes `firm` gets its own copy of the
template, so that it commits as often as it likes and leaves nothing behind. Some run a second time on the
PostgreSQL of the system, see `support/servers.py`.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import hypothesis
import pytest

# The suite gives the same answer each time; the full counts look further (MERUIT_PROOF=1).
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.register_profile("proof", max_examples=1000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("proof" if os.environ.get("MERUIT_PROOF") else "suite")

os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
if "MERUIT_HOME" not in os.environ:
    os.environ["MERUIT_HOME"] = tempfile.mkdtemp(prefix="meruit-home-")
    atexit.register(shutil.rmtree, os.environ["MERUIT_HOME"], ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"

import django  # noqa: E402 - only after the environment is set

django.setup()  # before any module with models is imported

from django.db import connections  # noqa: E402 - only after the set-up above

from tests.support import cast, servers  # noqa: E402 - only after the set-up above
from tests.support.firm import Firm  # noqa: E402 - only after the set-up above
from tests.support.schema import install_schema  # noqa: E402 - only after the set-up above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.postgres.cluster import Cluster
    from tests.support.supervised import Supervised


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have what leans hardest on the database run on the system's PostgreSQL too."""
    chosen = metafunc.module.__name__ in servers.ON_THE_SYSTEMS and "cluster" in metafunc.fixturenames
    if chosen and not os.environ.get("MERUIT_POSTGRES_BIN"):
        metafunc.parametrize("cluster", [servers.OURS, servers.SYSTEMS], indirect=True, scope="session")


@pytest.fixture(scope="session")
def _held() -> Iterator[dict[str, Cluster]]:
    """The servers of this run, each held from its first use to the end."""
    with contextlib.ExitStack() as servers_of_this_run:
        yield _Held(servers_of_this_run)


class _Held(dict[str, "Cluster"]):
    def __init__(self, stack: contextlib.ExitStack) -> None:
        super().__init__()
        self._stack = stack

    def __missing__(self, which: str) -> Cluster:
        from meruit.postgres import testing

        found = servers.of_the_system() if which == servers.SYSTEMS else None
        self[which] = running = self._stack.enter_context(testing.shared_cluster(binaries=found))
        testing.template(running, "template_firm", lambda name: _build(running, name))
        return running


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest, _held: dict[str, Cluster]) -> Cluster:
    """The server of this run; in some modules also the system's, where there is one."""
    which = getattr(request, "param", servers.OURS)
    if which == servers.SYSTEMS and servers.of_the_system() is None:
        pytest.skip(servers.NONE)
    return _held[which]


def _build(running: Cluster, name: str) -> None:
    from meruit.postgres import logins

    install_schema(running, name)
    cast.enrol(running.url(logins.OWNER, name))


@pytest.fixture(scope="session")
def own_server() -> Iterator[Supervised]:
    """A server that a test may kill: it comes back by itself, and holds the same template."""
    from meruit.postgres import testing
    from tests.support.supervised import supervised

    with supervised() as own:
        testing.template(own.cluster, "template_firm", lambda name: _build(own.cluster, name))
        yield own


@pytest.fixture
def firm(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Firm]:
    """A firm of its own for this test: the fixed cast, two clients, their matters; nothing has happened yet."""
    from meruit.postgres import testing

    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    with testing.clone(cluster, name, "template_firm"):
        made = Firm(cluster, name)
        made.use("app")
        try:
            yield made
        finally:
            connections["default"].close()
            made.close()
