"""The doctor finds what was let slip, names it, and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.postgres import APP, GATE, OWNER, WORKER, Cluster, configuration, doctor, testing, urls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def own() -> Iterator[Cluster]:
    with testing.throwaway_cluster() as made:
        yield made


def ill(points: Iterator[doctor.Point]) -> dict[str, str]:
    return {point.subject: point.says for point in points if not point.well}


def test_a_throwaway_cluster_lacks_nothing_but_durability(own: Cluster) -> None:
    assert ill(doctor.examine_embedded(own)) == {
        "settings": "fsync is off instead of on; full_page_writes is off instead of on. "
        "Take it out of firm.conf or of ALTER SYSTEM."
    }


def test_an_installation_that_is_not_running_is_started_for_the_questions(home: Path) -> None:
    cluster = Cluster(home)
    points = list(doctor.examine_embedded(cluster))
    assert [point.subject for point in points if not point.well] == []
    assert len(points) >= 10
    assert not cluster.answer().alive


def test_no_installation_is_told(tmp_path: Path) -> None:
    found = ill(doctor.examine_embedded(Cluster(tmp_path / "none")))
    assert found == {"database": f"There is no database at {tmp_path / 'none'}; make one with `meruit init`."}
    assert not (tmp_path / "none").exists()


def test_a_password_file_that_is_open_or_gone_is_found(own: Cluster) -> None:
    file = own.places.secrets / GATE.password_file
    file.chmod(0o644)
    try:
        found = ill(doctor.examine_embedded(own))
        assert "mode 0644" in found["secrets"]
        file.rename(file.with_suffix(".away"))
        assert "is not at" in ill(doctor.examine_embedded(own))["secrets"]
    finally:
        file.with_suffix(".away").rename(file)
        file.chmod(0o600)


def test_a_role_that_was_given_more_is_found(own: Cluster) -> None:
    with own.superuser("meruit") as connection:
        connection.execute("GRANT TEMP ON DATABASE meruit TO meruit_worker")
        try:
            assert "it has TEMP on the database" in ill(doctor.examine_embedded(own))["MERUIT_WORKER_URL"]
        finally:
            connection.execute("REVOKE TEMP ON DATABASE meruit FROM meruit_worker")


def test_an_open_socket_folder_and_an_open_data_folder_are_found(own: Cluster) -> None:
    where = own.places
    assert where.sockets is not None
    modes = {folder: folder.stat().st_mode & 0o7777 for folder in (where.sockets, where.data)}
    try:
        for folder in modes:
            folder.chmod(0o755)
        found = ill(doctor.examine_embedded(own))
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
    assert "is open to others" in found["socket"]
    assert "has mode 0755" in found["data"]


def test_a_firms_setting_that_lets_statements_into_the_log_is_found(home: Path) -> None:
    cluster = Cluster(home, throwaway=True)
    firm = cluster.places.cluster / configuration.FIRMS
    firm.write_text("log_statement = all\n")
    firm.chmod(0o644)
    assert "log_statement is all instead of none" in ill(doctor.examine_embedded(cluster))["settings"]


def test_an_own_server_is_judged_by_its_roles(own: Cluster) -> None:
    named = {login: own.url(login) for login in (APP, GATE, WORKER)}
    assert ill(doctor.examine_own(named, environment={})) == {}
    named[APP] = own.url(OWNER)
    named[GATE] = urls.written(own.places, "meruit_gate", "wrong", "meruit")
    found = ill(doctor.examine_own(named, environment={"MERUIT_OWNER_URL": "x"}))
    assert found.keys() == {"DATABASE_URL", "MERUIT_GATE_URL", "MERUIT_OWNER_URL"}
    assert "it owns" in found["DATABASE_URL"]
    assert "password authentication failed" in found["MERUIT_GATE_URL"]
    assert "inherits it" in found["MERUIT_OWNER_URL"]


def test_a_server_that_does_not_answer_is_a_finding_and_no_crash(own: Cluster) -> None:
    found = ill(doctor.examine_own({APP: "host=127.0.0.1 port=1 user=a dbname=b"}, environment={}))
    assert "connection" in found["DATABASE_URL"]
    with psycopg.connect(own.url(APP)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
