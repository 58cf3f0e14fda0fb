"""`meruit init`, `doctor`, `backup` and `restore` over the real schema, and what a restore refuses."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from click.testing import CliRunner, Result

from meruit.audit.core.chain import link
from meruit.cli import run, whole
from meruit.people import roots
from meruit.postgres import LOGINS, OWNER, Cluster, testing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

FIRST = hashlib.sha256(b"origin").digest()


def call(home: Path, command: click.Command, *arguments: str) -> Result:
    environment: dict[str, str | None] = {login.variable: None for login in LOGINS}
    return CliRunner().invoke(command, arguments, env=environment | {"MERUIT_HOME": str(home)})


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """An installation whose books hold one entry and whose trail holds three sealed records and a receipt."""
    with testing.temporary_folder() as folder:
        made = folder / "home"
        try:
            result = call(made, run.init)
            assert (result.exit_code, result.stdout) == (0, ""), result.output
            said = result.stderr.splitlines()
            nobody = f"Nobody can sign in yet. {roots.HOW}"
            assert said == ["The database is made.", nobody, f"The installation in {made} is ready."]
            with Cluster(made).running() as cluster, cluster.superuser("meruit") as connection:
                fill(connection)
            yield made
        finally:
            Cluster(made).destroy()


def fill(connection: psycopg.Connection) -> None:
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")  # the guards are others' business
        head = FIRST
        for number in (1, 2, 3):
            frozen = f'{{"number":{number}}}'.encode()
            sealed = link(head, frozen)
            connection.execute(
                "INSERT INTO audit_seal (number, record_id, frozen, previous, hash) VALUES (%s, %s, %s, %s, %s)",
                [number, number, frozen, head, sealed],
            )
            head = sealed
        connection.execute(
            "INSERT INTO audit_receipt (count, head, root, at, text, state) VALUES (3, %s, %s, now(), '', '')",
            [head, head],
        )
        connection.execute(
            'INSERT INTO ledger_entry (id, natural_key, event, "on", entered_at, source_table, source_id) '
            "OVERRIDING SYSTEM VALUE VALUES (1, 'invoice:1042', 'invoiced', now(), now(), 'invoice', 1)"
        )
        for number, (account, amount) in enumerate([("ar", "10.01"), ("fees", "-10.01")], 1):
            connection.execute(
                "INSERT INTO ledger_posting (id, entry_id, account_id, amount, currency) "
                "OVERRIDING SYSTEM VALUE VALUES (%s, 1, %s, %s, 'USD')",
                [number, account, amount],
            )


def test_a_backup_is_restored_checked_and_put_in_place(home: Path, tmp_path: Path) -> None:
    made = call(home, run.backup, str(tmp_path / "backup"))
    assert made.exit_code == 0, made.output
    assert "SHA-256" in made.stdout
    back = call(home, run.restore, str(tmp_path / "backup"))
    assert back.exit_code == 0, back.output
    assert "passed its checks (audit and ledger). The one before is kept as meruit_until_" in back.stdout
    with Cluster(home).running() as cluster, psycopg.connect(cluster.url(OWNER)) as connection:
        assert connection.execute("SELECT count(*) FROM audit_seal").fetchone() == (3,)
    examined = call(home, run.doctor)
    ill = [line.split()[1] for line in examined.stdout.splitlines() if line.startswith("ILL")]
    # the three records of this test tell of nothing that happened, and the trail is said to be ill
    assert set(ill) <= {"chain:", "trail:", "mechanism:"}, examined.output
    assert "guards: Every effect has its guard." in examined.stdout


def test_the_doctor_ends_with_1_on_a_finding_and_every_command_with_2_on_a_refusal(home: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert call(nothing, run.doctor).exit_code == 1
    refused = call(nothing, run.backup, str(tmp_path / "backup"))
    assert refused.exit_code == 2
    assert refused.stderr == f"There is no installation at {nothing}; make one with `meruit init`.\n"
    assert call(home, run.restore, str(tmp_path)).exit_code == 2
    alone: dict[str, str | None] = {login.variable: None for login in LOGINS}
    alone |= {"DATABASE_URL": "postgresql://a:hush@h/d", "MERUIT_HOME": str(home)}
    half = CliRunner().invoke(run.doctor, env=alone)
    assert half.exit_code == 2
    assert "MERUIT_GATE_URL is not set" in half.stderr
    assert "hush" not in half.output


TAMPERINGS = [
    ("a record changed", "UPDATE audit_seal SET frozen = 'x' WHERE number = 2", "Record 2 is not what was sealed."),
    ("a record removed", "DELETE FROM audit_seal WHERE number = 2", "Record 2 is missing; 3 stands in its place."),
    ("the first removed", "DELETE FROM audit_seal WHERE number = 1", "Record 1 is missing; 2 stands in its place."),
    ("the tail cut off", "DELETE FROM audit_seal WHERE number = 3", "A receipt counts 3 records; there are 2."),
    (
        "a link broken",
        "UPDATE audit_seal SET previous = sha256('x'), hash = sha256('y') WHERE number = 3",
        "Record 3 does not follow record 2.",
    ),
    ("a receipt touched", "UPDATE audit_receipt SET head = 'x'", "The receipt over 3 records names another head."),
    (
        "a cent gone",
        "UPDATE ledger_posting SET amount = 10 WHERE id = 1",
        'The entry "invoice:1042" is -0.0100 USD out of balance.',
    ),
    (
        "balanced over two currencies only",
        "UPDATE ledger_posting SET currency = 'EUR' WHERE id = 1",
        'The entry "invoice:1042" is 10.0100 EUR out of balance.',
    ),
    (
        "a leg gone",
        "DELETE FROM ledger_posting WHERE id = 2",
        'The entry "invoice:1042" is 10.0100 USD out of balance.',
    ),
    ("an entry gone", "DELETE FROM ledger_entry", "Postings of USD 0.0000 belong to no entry."),
]


@pytest.fixture(scope="module")
def connection(home: Path) -> Iterator[psycopg.Connection]:
    with Cluster(home).running() as cluster, cluster.superuser("meruit") as opened:
        yield opened


@pytest.mark.parametrize("story, tampering, expected", TAMPERINGS, ids=[story for story, _, _ in TAMPERINGS])
def test_what_a_restore_must_never_do_without_is_found(
    connection: psycopg.Connection, story: str, tampering: str, expected: str
) -> None:
    def problems() -> list[str]:
        return [problem for check in whole.CHECKS.values() for problem in check(connection)]

    with connection.transaction(force_rollback=True):
        assert problems() == []
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(tampering.encode())
        assert expected in problems()
