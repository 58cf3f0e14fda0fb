"""The trail in the database: sealed by the worker, exported, checked from outside, and erasable without a broken proof."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.audit import core, queries, tasks
from meruit.audit.actions import note
from meruit.audit.models import Receipt, Record, Seal, Text
from meruit.authority.acts import acting
from tests.support.cast import IDS

if TYPE_CHECKING:
    from tests.support.firm import Firm

VERIFIER = Path(__file__).resolve().parents[2] / "tools" / "verify_audit.py"


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERUIT_HOME", str(tmp_path))


def verify(export: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(VERIFIER), str(export), *more], capture_output=True, text=True, check=False
    )


def written(folder: Path, name: str = "trail.jsonl") -> Path:
    path = folder / name
    path.write_bytes(b"".join(queries.export()))
    return path


def work(firm: Firm, times: int = 3) -> None:
    firm.use("app")
    for number in range(times):
        with acting(firm.cleo):
            note(
                "letter.sent",
                "letter",
                number,
                after={"amount": "1.10", "narrative": f"Wrote to Doe {number}"},
                reason="Asked",
            )


def sealed() -> int:
    """Seal until nothing is left; returns how many. Whoever writes into another database of the server holds it up."""
    many, deadline = tasks.seal(), time.monotonic() + 60
    while queries.unsealed_tail():
        assert time.monotonic() < deadline, "what has committed was not sealed"
        many += tasks.seal()
    return many


def test_what_was_sealed_is_verified_from_outside_and_a_change_by_the_owner_is_found(
    firm: Firm, tmp_path: Path
) -> None:
    work(firm)
    firm.use("worker")
    assert queries.unsealed_tail() >= 3
    sealed()
    made = tasks.receipt()
    assert made is not None
    assert queries.unsealed_tail() == 0
    saved = tmp_path / "mail.txt"
    saved.write_text(core.receipt_text(made))
    sound = verify(written(tmp_path), "--receipt", str(saved), "--ledger")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert queries.broken_links() == []
    assert queries.differing() == []

    work(firm, 1)  # the chain goes on after a receipt
    firm.use("worker")
    assert sealed() == 1
    assert verify(written(tmp_path), "--receipt", str(saved)).returncode == 0

    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("ALTER TABLE audit_record DISABLE TRIGGER append_only")
        pg.execute(
            "UPDATE audit_record SET person_id = %s WHERE event = 'letter.sent' AND subject_id = '1'", [IDS["Ben"]]
        )
        pg.execute(
            "UPDATE audit_record SET after = jsonb_set(after, '{narrative}', '\"Else\"') WHERE event = 'letter.sent' AND subject_id = '2'"
        )
    changed = queries.differing()
    assert len(changed) == 2, "a row that no longer says what was sealed is named"
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("ALTER TABLE audit_seal DISABLE TRIGGER append_only")
        pg.execute(
            "UPDATE audit_seal SET frozen = convert_to(replace(convert_from(frozen, 'UTF8'), '\"1.10\"', '\"9.10\"'), 'UTF8')"
            " WHERE number = %s",
            [changed[0]],
        )
    assert queries.broken_links() == [changed[0]]
    found = verify(written(tmp_path), "--receipt", str(saved))
    assert found.returncode == 1
    assert str(changed[0]) in found.stdout


def test_a_change_by_raw_sql_is_told_with_its_login_and_without_a_person(firm: Firm) -> None:
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("UPDATE matters_matter SET name = 'Renamed' WHERE id = 1")
    row = Record.objects.get(event="row.updated", subject="matters_matter")
    assert (row.person_id, row.origin, row.login) == (None, "sql", "meruit_owner")
    assert row.before["name"] != row.after["name"] == "Renamed"


def test_words_are_erased_and_every_proof_stays(firm: Firm, tmp_path: Path) -> None:
    work(firm)
    firm.use("worker")
    sealed()
    made = tasks.receipt()
    assert made is not None
    saved = tmp_path / "mail.txt"
    saved.write_text(core.receipt_text(made))
    number = Text.objects.filter(text="Wrote to Doe 1").get().number
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("SELECT audit.erase_texts(%s, 'The client asked for it')", [number])
    assert sealed() == 1
    export = written(tmp_path)
    assert "Wrote to Doe 1" not in export.read_text()
    assert "Wrote to Doe 2" in export.read_text()
    assert not Record.objects.filter(after__narrative="Wrote to Doe 1").exists()
    checked = verify(export, "--receipt", str(saved))
    assert checked.returncode == 0, checked.stdout
    assert queries.differing() == []


def test_a_running_transaction_is_not_sealed_and_not_forgotten(firm: Firm) -> None:
    firm.use("worker")
    sealed()
    open_ = firm.sql("app")
    open_.execute("SELECT authority.act('token-cleo')")
    open_.execute("SELECT audit.note('letter.sent', 'letter', 'late')")
    work(firm, 2)
    firm.use("worker")
    for _ in range(5):
        assert tasks.seal() == 0, "nothing that began after a transaction still open is sealed before it"
        work(firm, 1)
        firm.use("worker")
    open_.commit()
    assert sealed() == 8
    for _ in range(4):  # the sealer no longer looks at what is long sealed
        work(firm, 1)
        firm.use("worker")
        assert sealed() == 1
    with psycopg.connect(firm.url("owner")) as pg:
        low, last = pg.execute("SELECT low, (SELECT max(id) FROM audit_record) FROM audit.tail").fetchone() or (0, 0)
    assert last - 3 <= low <= last
    assert queries.unsealed_tail() == 0


def test_records_of_before_a_restore_are_sealed_although_their_transactions_count_higher(firm: Firm) -> None:
    work(firm, 1)
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("ALTER TABLE audit_record DISABLE TRIGGER append_only")
        pg.execute("UPDATE audit_record SET xid = '900000000000' WHERE event = 'letter.sent'")
    firm.use("worker")
    sealed()
    assert queries.unsealed_tail() == 0


def test_the_worker_seals_nothing_that_did_not_happen(firm: Firm) -> None:
    work(firm, 2)
    firm.use("worker")
    head = core.Head.at_genesis(firm.sql("worker").execute("SELECT audit.origin()").fetchone()[0])  # type: ignore[index]  # one row
    from meruit.audit.frozen import Row, record

    pg = firm.sql("worker", autocommit=True)
    rows = [Row(*values) for values in pg.execute("SELECT * FROM audit.unsealed()").fetchall()]
    told = [record(row, lambda: b"0" * 16)[0] for row in rows]

    def attempt(ids: list[int], seals: list[core.Sealed], end: core.Head) -> None:
        pg.execute(
            "SELECT audit.seal(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea, '{}', '{}', '{}', '{}')",
            [ids, [s.canonical for s in seals], [s.hash for s in seals], end.to_bytes()],
        )

    from dataclasses import replace

    forged, end = core.seal(head, [replace(told[0], person="3"), *told[1:]])
    turned, turned_end = core.seal(head, told[::-1])
    sound, sound_end = core.seal(head, told)
    ids = [row.id for row in rows]
    for attempts in (
        (ids, forged, end),
        (ids[::-1], turned, turned_end),
        (ids, [replace(sound[0], hash=b"0" * 32), *sound[1:]], sound_end),
        ([10**9, *ids[1:]], sound, sound_end),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="cannot be sealed"):
            attempt(*attempts)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="head"):
        attempt(ids, sound, core.Head.at_genesis("other"))
    assert Seal.objects.count() == 0
    attempt(ids, sound, sound_end)
    with pytest.raises(psycopg.Error):
        attempt(ids, sound, sound_end)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="as it stands"):
        pg.execute("SELECT audit.keep_receipt(1, '\\x00', '\\x00', now(), 'forged')")
    assert Receipt.objects.count() == 0


def test_a_receipt_is_signed_by_a_private_key_that_is_made_once(firm: Firm, tmp_path: Path) -> None:
    work(firm, 1)
    firm.use("worker")
    first, second = tasks.receipt(), tasks.receipt()
    assert first is not None
    assert second is not None
    assert first.key == second.key
    assert core.receipt_signature_holds(first)
    key = tmp_path / "keys" / "audit-receipts.key"
    assert key.stat().st_mode & 0o777 == 0o600
    header = json.loads(next(iter(queries.export())))
    assert header["keys"] == [first.key.hex()]


def test_the_worker_seals_and_forgets_who_acted_in_each_of_its_rounds(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import time
    from time import sleep as wait

    from meruit.desk import nightly, worker

    monkeypatch.setattr(nightly, "due_now", lambda hour: False)
    work(firm, 2)
    firm.use("worker")
    for _ in range(600):  # transactions of other databases of the server hold the sealer back while they last
        worker.work_once(time(22))
        if queries.unsealed_tail() == 0:
            break
        wait(0.1)
    assert queries.unsealed_tail() == 0
    with psycopg.connect(firm.url("owner")) as pg:
        assert pg.execute("SELECT count(*) FROM authority.acts").fetchone() == (0,)


def test_the_night_puts_its_receipt_into_the_digest(firm: Firm) -> None:
    from meruit.desk import nightly
    from meruit.night.digest import text

    work(firm, 1)
    system = firm.system("seal")
    (step,) = (step for step in nightly.table() if step.name == "seal")
    assert "records under the receipt" in step.do(system, "receipt", Record.objects.latest("at").at)
    shown = text(nightly.digest())
    assert core.find_receipts(shown)[0].count == Seal.objects.count()


def test_many_rows_leave_their_number_and_a_digest_that_anybody_can_make_again(firm: Firm) -> None:
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute(
            "INSERT INTO imports_owner (record, owner) SELECT 'kind ' || n, 'A (\"quoted\") name' FROM generate_series(1, 21) n"
        )
        texts = [row[0] for row in pg.execute("SELECT o::text FROM imports_owner o ORDER BY o.ctid").fetchall()]
        pg.execute(
            "INSERT INTO imports_owner (record, owner) SELECT 'more ' || n, 'x' FROM generate_series(1, 50001) n"
        )
        more = [
            row[0] for row in pg.execute("SELECT o::text FROM imports_owner o ORDER BY o.ctid OFFSET 21").fetchall()
        ]
    many, most = Record.objects.filter(event="rows.inserted", subject="imports_owner").order_by("pk")
    assert many.after == {"rows": 21, "sha512": hashlib.sha512("\n".join(texts).encode()).hexdigest()}
    each = b"".join(hashlib.sha256(text.encode()).digest() for text in more)
    assert most.after == {"rows": 50001, "sha256": hashlib.sha256(each).hexdigest()}
