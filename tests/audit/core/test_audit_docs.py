"""docs/audit.md states the format byte by byte; what it prints is what the code makes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meruit.audit.core import (
    DECIDED,
    ENROLLED,
    ERASED,
    REMOVED,
    SIGNED,
    Head,
    Origin,
    Record,
    Subject,
    find_receipts,
    genesis,
    link,
    receipt_of,
    receipt_signature_holds,
    receipt_text,
    record_bytes,
    sign,
)

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")
RECORD = Record(
    at=datetime(2026, 1, 1, tzinfo=UTC),
    transaction="0",
    event="row.truncated",
    subject=Subject("firm_rate", None),
    origin=Origin("sql"),
    person=None,
)


def test_the_worked_record_and_its_hash_are_right() -> None:
    canonical = record_bytes(RECORD, 1)
    assert f"{canonical.decode()}\n{link(genesis('billing.example.com'), canonical).hex()}\n" in PAGE


def test_the_printed_receipt_is_a_sound_receipt_of_that_record() -> None:
    (printed,) = find_receipts(PAGE)
    head = Head.at_genesis("billing.example.com").extended(
        link(genesis("billing.example.com"), record_bytes(RECORD, 1))
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = key.public_key().public_bytes_raw()
    at = datetime(2026, 1, 1, 2, tzinfo=UTC)
    made = sign(receipt_of(head, origin="billing.example.com", at=at, key=public), key)
    assert printed == made
    assert receipt_signature_holds(printed)
    assert receipt_text(made) in PAGE


def test_every_key_of_a_record_has_its_row() -> None:
    table = PAGE[PAGE.index("## The record") : PAGE.index("### Canonical JSON")]
    named = {key for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
    assert named == set(RECORD.to_json(1))


@pytest.mark.parametrize("event", [ENROLLED, REMOVED, SIGNED, ERASED, DECIDED["approved"]])
def test_every_event_that_the_verifier_knows_is_documented(event: str) -> None:
    assert f"`{event}`" in PAGE
