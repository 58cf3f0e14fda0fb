"""An installation is made, served, examined, backed up and restored the same way over either server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.postgres import APP, GATE, LOGINS, OWNER, WORKER, Cluster, PostgresRefused, confinement, testing
from meruit.postgres.installation import Installation, Served, module

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 9, 18, 30, tzinfo=UTC)
SERVING = Path(__file__).with_name("serving.py")

#: This test run's environment, which names no server.
PLAIN = {name: value for name, value in os.environ.items() if name not in {login.variable for login in LOGINS}}

#: In the place of the schema's installer: what the owner does, and with which environment.
INSTALL = """
import os, psycopg
assert "DATABASE_URL" not in os.environ
with psycopg.connect(os.environ["MERUIT_OWNER_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS bill (number integer, note text)")
    connection.execute("INSERT INTO bill VALUES (1, %s)", [os.environ["NOTE"]])
"""


def install(installation: Installation, note: str = "made") -> None:
    installation.init((sys.executable, "-c", INSTALL), {"NOTE": note})


def no_complaint(connection: psycopg.Connection) -> list[str]:
    return []


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [note for (note,) in connection.execute("SELECT note FROM bill ORDER BY 1").fetchall()]


@pytest.fixture
def installation(home: Path) -> Iterator[Installation]:
    """An installation without a schema."""
    made = Installation(home, environment=PLAIN, throwaway=True)
    yield made
    made.cluster.destroy()


@pytest.fixture
def firms(cluster: Cluster) -> Iterator[Installation]:
    """An installation over a server of the firm's own; a database of the shared one plays it."""
    cluster.drop_database("of_the_firm")
    cluster.create_database("of_the_firm")
    urls = cluster.urls("of_the_firm")
    with testing.temporary_folder() as folder:
        yield Installation(folder / "home", environment={**PLAIN, **urls})
    cluster.drop_database("of_the_firm")


def test_an_installation_is_made_once_and_brought_up_to_date_after(installation: Installation) -> None:
    install(installation, "first")
    install(installation, "second")
    assert not installation.cluster.answer().alive, "init starts nothing that stays"
    with installation.reachable(OWNER, APP) as urls:
        assert urls.keys() == {OWNER, APP}
        assert notes(urls[OWNER]) == ["first", "second"]


def test_a_schema_that_fails_is_told(installation: Installation) -> None:
    with pytest.raises(PostgresRefused, match="The schema was not installed: this ended with status 3"):
        installation.init((sys.executable, "-c", "raise SystemExit(3)", "this"), {})


def test_every_command_but_init_wants_an_installation(folder: Path) -> None:
    installation = Installation(folder / "none", environment={})
    with pytest.raises(PostgresRefused, match="make one with `meruit init`"), installation.reachable(APP):
        raise AssertionError("never reached")
    with pytest.raises(PostgresRefused, match="make one with `meruit init`"):
        installation.serve([Served("web", APP, ("true",))], print)
    assert not installation.home.exists()


def test_an_own_server_gets_nothing_embedded_and_is_told_of_its_missing_urls(firms: Installation) -> None:
    install(firms)
    assert not firms.is_embedded
    assert not firms.cluster.exists()
    with firms.reachable(APP, GATE, WORKER) as urls:
        assert len(urls) == 3
    lacking = Installation(firms.home, environment={"DATABASE_URL": "postgresql://a@h/d"})
    with pytest.raises(PostgresRefused, match="MERUIT_GATE_URL is not set"):
        lacking.examine()


def test_serve_refuses_a_role_that_is_not_fit_before_anything_starts(firms: Installation, cluster: Cluster) -> None:
    unfit = Installation(firms.home, environment={"DATABASE_URL": cluster.url(OWNER, "of_the_firm")})
    said: list[str] = []
    with pytest.raises(PostgresRefused, match=r"is not fit to serve: .*it owns"):
        unfit.serve([Served("web", APP, ("true",))], said.append)
    gone = Installation(firms.home, environment={"DATABASE_URL": "host=127.0.0.1 port=1 user=a dbname=b"})
    with pytest.raises(PostgresRefused, match="DATABASE_URL leads nowhere"):
        gone.serve([Served("web", APP, ("true",))], said.append)
    assert said == []


def test_a_served_program_has_its_login_and_a_folder_for_its_files(installation: Installation) -> None:
    install(installation)
    out = installation.home / "out"
    out.mkdir()
    script = f"env > '{out}/part'; date > \"$TMPDIR/x\" && echo wrote >> '{out}/part'; mv '{out}/part' '{out}/said'; "
    server = subprocess.Popen(
        [sys.executable, str(SERVING), str(installation.home), script + "exec sleep 600"],
        stderr=subprocess.PIPE,
        env=PLAIN,
    )
    try:
        deadline = time.monotonic() + 30
        while not (out / "said").exists():
            assert time.monotonic() < deadline
            assert server.poll() is None
            time.sleep(0.01)
        said = (out / "said").read_text().splitlines()
        assert f"DATABASE_URL={installation.cluster.url(APP)}" in said
        assert "DJANGO_SETTINGS_MODULE=meruit.settings.app" in said
        if confinement.is_possible():
            assert f"TMPDIR={installation.home / 'tmp'}" in said
            assert "wrote" in said
        with pytest.raises(PostgresRefused, match="already run by process"):
            installation.restore(out, {}, now=NOW)
        backup_made = installation.back_up(installation.home / "while serving", now=NOW, version="0")
        assert backup_made.bytes > 0
    finally:
        server.send_signal(signal.SIGINT)
        _, stderr = server.communicate(timeout=30)
    assert server.returncode == 0
    assert stderr.decode().splitlines()[-1] == "The database has ended."


def test_a_worker_beside_uses_the_server_and_leaves_it_running(installation: Installation) -> None:
    install(installation)
    out = installation.home / "out"
    out.mkdir()
    script = f"touch '{out}'/$$; exec sleep 600"
    runs = []
    try:
        for number, more in enumerate(([], ["beside"], ["beside"]), 1):
            command = [sys.executable, str(SERVING), str(installation.home), script, *more]
            runs.append(subprocess.Popen(command, stderr=subprocess.DEVNULL, env=PLAIN))
            deadline = time.monotonic() + 30
            while len(list(out.iterdir())) < number:
                assert time.monotonic() < deadline
                assert runs[-1].poll() is None
                time.sleep(0.01)
        runs[1].send_signal(signal.SIGINT)
        assert runs[1].wait(30) == 0
        assert runs[2].poll() is None
        assert installation.cluster.answer().ready
    finally:
        for each in reversed(runs):
            if each.poll() is None:
                each.send_signal(signal.SIGINT)
            assert each.wait(30) == 0
    assert not installation.cluster.answer().alive


def test_over_an_own_server_the_same_programs_are_served(firms: Installation) -> None:
    out = firms.home.parent / "out"
    out.mkdir()
    script = (
        f"cd '{out}'; env > part; grep -azq MERUIT_OWNER_URL= /proc/$PPID/environ && echo GOT_IT=1 >> part; "
        "mv part said; exec sleep 600"
    )
    server = subprocess.Popen(
        [sys.executable, str(SERVING), str(firms.home), script],
        stderr=subprocess.PIPE,
        env={**PLAIN, **firms._environment},
    )
    try:
        deadline = time.monotonic() + 30
        while not (out / "said").exists():
            assert time.monotonic() < deadline
            assert server.poll() is None
            time.sleep(0.01)
    finally:
        server.send_signal(signal.SIGINT)
        _, stderr = server.communicate(timeout=30)
    assert server.returncode == 0
    found = dict(line.split("=", 1) for line in (out / "said").read_text().splitlines() if "=" in line)
    assert found["DATABASE_URL"] == firms._environment["DATABASE_URL"]
    assert not {"MERUIT_OWNER_URL", "MERUIT_WORKER_URL", "MERUIT_GATE_URL"} & found.keys()
    assert ("GOT_IT" not in found) or not confinement.is_possible()
    assert "The database" not in stderr.decode(), "the firm's server is the firm's"


def test_a_backup_of_the_embedded_server_takes_the_place_of_what_came_after(installation: Installation) -> None:
    install(installation, "before")
    installation.back_up(installation.home / "backup", now=NOW, version="0.1.0")
    install(installation, "after")
    kept = installation.restore(installation.home / "backup", {"ledger": no_complaint}, now=NOW)
    with installation.reachable(OWNER) as urls:
        assert notes(urls[OWNER]) == ["before"]
        assert notes(installation.cluster.url(OWNER, kept)) == ["after", "before"]
    assert [point.says for point in installation.examine() if point.subject == "DATABASE_URL"] == [
        'The role "meruit_app" owns nothing and may create nothing.'
    ]


def test_a_restore_that_fails_leaves_what_was(installation: Installation) -> None:
    install(installation, "before")
    installation.back_up(installation.home / "backup", now=NOW, version="0.1.0")
    install(installation, "after")
    with pytest.raises(PostgresRefused, match="is not whole"):
        installation.restore(installation.home / "backup", {"audit": lambda connection: ["It is cut."]}, now=NOW)
    assert not installation.cluster.answer().alive
    with installation.reachable(OWNER) as urls:
        assert notes(urls[OWNER]) == ["after", "before"]


def test_a_backup_moves_from_the_embedded_server_to_the_firms_own(
    installation: Installation, firms: Installation
) -> None:
    install(installation, "moved")
    installation.back_up(installation.home / "backup", now=NOW, version="0.1.0")
    firms.restore(installation.home / "backup", {"ledger": no_complaint}, now=NOW)
    with firms.reachable(OWNER) as urls:
        assert notes(urls[OWNER]) == ["moved"]
    install(firms)  # grants again, to roles of whatever name
    with pytest.raises(PostgresRefused, match="already holds 1 tables, indexes or views; name an empty one"):
        firms.restore(installation.home / "backup", {}, now=NOW)


def test_the_roles_of_an_own_server_are_called_as_in_its_urls(firms: Installation, installation: Installation) -> None:
    assert installation.roles[APP] == "meruit_app"
    named = Installation(firms.home, environment={"DATABASE_URL": "postgresql://an_app:x@h/d"})
    assert (named.roles[APP], named.roles[WORKER]) == ("an_app", "meruit_worker")


def test_a_module_is_run_by_this_very_python() -> None:
    assert module("meruit.schema", "--quiet") == (sys.executable, "-m", "meruit.schema", "--quiet")
