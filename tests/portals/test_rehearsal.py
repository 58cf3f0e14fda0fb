"""The client's portal to practise on: what it takes in, what it says, what a person can do, and what a kill leaves."""

from __future__ import annotations

import asyncio
import csv
import io
import urllib.error
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh
import pytest

from meruit.portals.rehearsal import page
from meruit.portals.rehearsal.client import REASONS, WORDS, Manner, Portal
from meruit.portals.rehearsal.clock import Clock
from meruit.portals.rehearsal.judge import Unreadable, read_card
from meruit.portals.rehearsal.store import Store
from tests.support.portals import running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FEBRUARY_2 = datetime(2026, 2, 2, 9, tzinfo=UTC)
HEADER = (
    "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|"
    "INVOICE_DESCRIPTION|LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|"
    "LINE_ITEM_TOTAL|LINE_ITEM_DATE|LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|"
    "LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID[]"
)
FEE = "F|{units}|0.00|{total}|20260114|L210||A103|{who}|{says}|04-1234567|{rate}|Baxter, Ben|AS|NW-77[]"
COPIES = "E|40.00|0.00|10.00|20260115||E101|||Copies of exhibits|04-1234567|0.25|||NW-77[]"


def fee(says: str, units: str = "2.00", rate: str = "350.00", who: str = "TK-BEN") -> str:
    total = f"{Decimal(units) * Decimal(rate):.2f}"
    return FEE.format(units=units, total=total, who=who, says=says, rate=rate)


def bill(*lines: str, number: str = "AB-1") -> bytes:
    """A LEDES 1998B bill as a firm would send it."""
    total = sum((Decimal(line.split("|")[3]) for line in lines), Decimal(0))
    start = f"20260202|{number}|NW-1|M-1001|{total:.2f}|20260101|20260131|Doe matter"
    rows = [f"{start}|{n}|{line}" for n, line in enumerate(lines, start=1)]
    return "\r\n".join(["LEDES1998B[]", HEADER, *rows, ""]).encode("ascii")


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    return Portal(Store(tmp_path), Manner(), lambda: FEBRUARY_2)


def upload(portal: Portal, name: str, data: bytes) -> None:
    (portal.store.inbox / name).write_bytes(data)
    portal.tick()


def said(portal: Portal) -> list[dict[str, str]]:
    """All rows of the outbox, in order."""
    texts = [p.read_text(encoding="utf-8") for p in sorted(portal.store.outbox.glob("*.csv"))]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text))]


def test_a_good_bill_is_received_looked_at_reduced_by_line_and_paid(portal: Portal) -> None:
    lines = [fee("Draft answer"), fee("Review file"), fee("Call client; draft letter; review lease"), COPIES]
    upload(portal, "AB-1.txt", bill(*lines))
    rows = said(portal)
    assert [r["word"] for r in rows if not r["line"]] == [
        WORDS["received"], WORDS["logged"], WORDS["with_reviewer"], WORDS["reduced"], WORDS["paid"],
    ]  # fmt: skip
    assert [(r["line"], r["reason"], r["amount"]) for r in rows if r["line"]] == [
        ("2", REASONS["unclear"], "700.00"),
        ("3", REASONS["lumped"], "210.00"),
        ("4", REASONS["copies"], "4.00"),
    ]
    assert rows[-1]["amount"] == str(Decimal("2110.00") - Decimal("914.00"))
    assert rows[-1]["reference"] == "RP000001"
    assert not list(portal.store.inbox.iterdir())


def test_a_file_that_is_still_being_written_is_left_alone(portal: Portal) -> None:
    upload(portal, "AB-1.txt.part", bill(fee("Draft answer")))
    assert said(portal) == []
    assert (portal.store.inbox / "AB-1.txt.part").exists()


@pytest.mark.parametrize(
    ("story", "data", "words", "reason"),
    [
        ("no bill at all", b"Dear client", ["Not processed"], ""),
        ("nothing in it", b"", ["Not processed"], ""),
        ("a sum that is wrong", bill(fee("Draft answer")).replace(b"700.00|20260101", b"701.00|20260101"),
         ["Received", "Sent back"], "format"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_sent_back_with_a_reason(
    portal: Portal, story: str, data: bytes, words: list[str], reason: str
) -> None:
    upload(portal, "x.txt", data)
    rows = said(portal)
    assert list(dict.fromkeys(r["word"] for r in rows)) == words
    assert not reason or rows[-1]["reason"] == REASONS[reason]
    assert rows[-1]["note"]


def test_the_same_bytes_twice_are_a_duplicate_and_the_same_number_is_sent_back(portal: Portal) -> None:
    upload(portal, "a.txt", bill(fee("Draft answer")))
    before = len(said(portal))
    upload(portal, "b.txt", bill(fee("Draft answer")))
    assert [r["word"] for r in said(portal)[before:]] == [WORDS["duplicate"]]
    upload(portal, "c.txt", bill(fee("Draft reply")))
    assert [r["reason"] for r in said(portal)][-1] == REASONS["number"]


def test_a_bill_that_was_sent_back_may_come_again_under_its_number(portal: Portal) -> None:
    portal.manner.card = read_card('TK-ADA = "600"')
    upload(portal, "a.txt", bill(fee("Draft answer")))
    assert said(portal)[-1]["reason"] == REASONS["timekeeper"]
    portal.manner.card = read_card('TK-BEN = "300"')
    upload(portal, "b.txt", bill(fee("Draft the answer")))
    assert [(r["reason"], r["amount"]) for r in said(portal) if r["line"]][-1] == (REASONS["rate"], "100.00")
    with pytest.raises(Unreadable, match="rate card"):
        read_card("TK-BEN = yes")


def test_a_file_that_was_written_down_before_the_kill_is_not_taken_for_a_second_one(portal: Portal) -> None:
    path = portal.store.inbox / "a.txt"
    path.write_bytes(bill(fee("Draft answer")))
    kept = portal.store.inbox / ".kept"
    kept.hardlink_to(path)  # the file as the kill left it: same inode, same moment
    portal.tick()
    kept.rename(path)
    before = said(portal)
    portal.tick()
    assert said(portal) == before
    assert not path.exists()


def test_what_was_thought_of_and_not_yet_said_is_said_at_the_next_start(tmp_path: Path) -> None:
    first = Portal(Store(tmp_path), Manner(review_after=timedelta(days=2)), lambda: FEBRUARY_2)
    (first.store.inbox / "a.txt").write_bytes(bill(fee("Draft answer")))
    first._collect()  # killed before it publishes
    again = Portal(Store(tmp_path), Manner(review_after=timedelta(days=2)), lambda: FEBRUARY_2)
    assert said(again) == []
    again.tick()
    assert [r["word"] for r in said(again)] == [WORDS["received"], WORDS["logged"]]


def test_it_takes_its_time_and_does_nothing_while_it_is_down(portal: Portal) -> None:
    portal.manner.review_after = portal.manner.pay_after = timedelta(days=3)
    upload(portal, "a.txt", bill(fee("Draft answer")))
    assert said(portal)[-1]["word"] == WORDS["logged"]
    portal.now = lambda: FEBRUARY_2 + timedelta(days=3)
    portal.manner.down = True
    assert portal.tick() == 0
    portal.manner.down = False
    portal.tick()
    assert said(portal)[-1]["word"] == WORDS["passed"]
    portal.now = lambda: FEBRUARY_2 + timedelta(days=6)
    portal.tick()
    assert said(portal)[-1]["word"] == WORDS["paid"]


def test_a_seed_lets_the_reviewer_overlook_always_the_same_things(tmp_path: Path) -> None:
    found = []
    for place in ("one", "two"):
        portal = Portal(Store(tmp_path / place), Manner(seed=7), lambda: FEBRUARY_2)
        upload(portal, "a.txt", bill(*[fee("Review file", units=f"1.{n:02d}") for n in range(20)]))
        found.append([r["line"] for r in said(portal) if r["line"]])
    assert found[0] == found[1]
    assert 8 <= len(found[0]) < 20


def test_a_person_asks_cuts_passes_and_pays_on_the_page(portal: Portal) -> None:
    portal.manner.by_hand = True
    upload(portal, "a.txt", bill(fee("Draft <answer>"), COPIES))
    desk = page.Desk(portal, Clock(FEBRUARY_2))

    def do(verb: str, **form: str) -> None:
        page.post(desk, f"/bill/1/{verb}", form, portal.store.bill(1))

    assert "Draft &lt;answer&gt;" in page.bill_page(desk, portal.store.bills()[0])
    do("ask", note="Which answer?")
    assert said(portal)[-1]["note"] == "Which answer?"
    with pytest.raises(page.Cannot):
        do("pass")
    do("answered")
    for amount in ("x", "NaN", "-1", "700.01"):
        with pytest.raises(page.Cannot):
            do("pass", **{"cut-1": amount})
    do("pass", **{"cut-1": "50.00", "reason-1": "other", "note-1": "Too long"})
    do("pay")
    rows = said(portal)
    assert [(r["word"], r["line"], r["amount"]) for r in rows[-3:]] == [
        (WORDS["reduced"], "", "660.00"), (WORDS["reduced"], "1", "50.00"), (WORDS["paid"], "", "660.00"),
    ]  # fmt: skip
    with pytest.raises(page.Cannot):
        do("send-back", reason="other")


def test_the_door_lets_known_keys_into_inbox_and_outbox_and_nowhere_else(tmp_path: Path) -> None:
    with running(tmp_path, "--at", FEBRUARY_2.isoformat(), "--by-hand") as portal:

        async def visit(client: asyncssh.SFTPClient) -> None:
            await _put(client, "AB-1.txt", bill(fee("Draft answer")))
            for refused in (
                client.open("outbox/x", "wb"),
                client.open("x", "wb"),
                client.open("../portal.sqlite", "rb"),
                client.rename("inbox/AB-1.txt", "outbox/AB-1.txt"),
                client.symlink("/etc/passwd", "inbox/link"),
                client.mkdir("inbox/deep"),
            ):
                with pytest.raises(asyncssh.SFTPError):
                    await refused

        _visit(portal.address, Path(portal.address["firm_key"]), visit)
        assert "AB-1" in portal.post("tick")
        assert "2026-02-10T09:00" in portal.post("clock", at="2026-02-10T09:00+00:00")
        with pytest.raises(urllib.error.HTTPError, match="400"):
            portal.post("clock", at="tomorrow")
        stranger = tmp_path / "stranger"
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(stranger)
        with pytest.raises(asyncssh.PermissionDenied):
            _visit(portal.address, stranger, visit)


def test_it_can_fall_silent_after_an_upload_and_refuse_every_connection(tmp_path: Path) -> None:
    with running(tmp_path, "--silent-after-upload", "--by-hand") as portal:
        key = Path(portal.address["firm_key"])
        with pytest.raises((asyncssh.ConnectionLost, asyncssh.SFTPError)):
            _visit(portal.address, key, lambda c: _put(c, "AB-1.txt", bill(fee("Draft answer"))))
        assert "AB-1" in portal.post("tick")
        portal.post("manner", down="on")
        with pytest.raises((asyncssh.Error, OSError)):
            _visit(portal.address, key, lambda c: _put(c, "AB-2.txt", b""))


async def _put(client: asyncssh.SFTPClient, name: str, data: bytes) -> None:
    async with client.open(f"inbox/{name}.part", "wb") as file:
        await file.write(data)
    await client.rename(f"inbox/{name}.part", f"inbox/{name}")


def _visit(address: dict[str, object], key: Path, what: Callable[[asyncssh.SFTPClient], Awaitable[None]]) -> None:
    async def go() -> None:
        host, port = str(address["host"]), int(str(address["port"]))
        known = asyncssh.import_known_hosts(f"[{host}]:{port} {address['host_key']}\n")
        async with asyncssh.connect(
            host, port, username="firm", client_keys=[str(key)], known_hosts=known, config=None, agent_path=None
        ) as connection:
            await what(await connection.start_sftp_client())

    asyncio.run(go())
