"""Receipts: exact text, a signature that anybody can check, and the way through mail and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from meruit.audit.core import (
    Head,
    ReceiptRefused,
    find_receipts,
    receipt_of,
    receipt_signature_holds,
    receipt_text,
    sign,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
HEAD = Head(3, b"\xaa" * 32, (b"\x01" * 32, b"\x02" * 32))
AT = datetime(2026, 11, 24, 22, 0, 59, 999999, tzinfo=timezone(timedelta(hours=8)))
RECEIPT = sign(receipt_of(HEAD, origin="billing.example.com", at=AT, key=PUBLIC), KEY)


def test_the_text_of_version_1_is_exactly_this() -> None:
    """The signature of Ed25519 is deterministic (RFC 8032), so the whole text can stand here."""
    assert receipt_text(RECEIPT) == (
        "-----BEGIN MERUIT AUDIT RECEIPT-----\n"
        "receipt 1\n"
        "origin billing.example.com\n"
        "count 3\n"
        "date 2026-11-24T14:00:59Z\n"
        "head aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
        "root b331da6ec49d4547d9942a6727e5123f69bed5a0b97ac171cfbfd6201431fcfa\n"
        "key 03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8\n"
        "signature\n"
        "72c6b78431b49c1c2316485a1bf228de877eb2d1709797b9e572a7f9fe73dc31\n"
        "e59dccc00d5c0e7c7ca0c2883ef03e8d2debc41fe235ff0770a9b7c0257d7a00\n"
        "-----END MERUIT AUDIT RECEIPT-----\n"
    )


def test_the_text_survives_any_mail() -> None:
    long_origin = replace(RECEIPT, origin="a" * 60, count=10**15)
    for receipt in (RECEIPT, long_origin):
        text = receipt_text(receipt)
        assert text.isascii()
        assert max(len(line) for line in text.splitlines()) <= 70


def _split_lines(text: str) -> str:
    return text.replace("head ", "head\n").replace("count ", "count\n").replace("key ", "key\n")


@pytest.mark.parametrize(
    "mail",
    [
        receipt_text(RECEIPT),
        receipt_text(RECEIPT).replace("\n", "\r\n"),
        receipt_text(RECEIPT).replace("\n", "\r"),
        "".join(f"> > {line} \n" for line in receipt_text(RECEIPT).splitlines()),
        "".join(f"    {line}\t\n\n" for line in receipt_text(RECEIPT).splitlines()),
        "".join(f"| {line}\n" for line in _split_lines(receipt_text(RECEIPT)).splitlines()),
        "\ufeffDear Finn,\n\nplease keep this.\n" + receipt_text(RECEIPT) + "\n-- \nAda\n",
    ],
    ids=["as printed", "CRLF", "CR", "quoted twice", "indented", "wrapped", "among words"],
)
def test_it_is_read_back_whole_after_mail(mail: str) -> None:
    (found,) = find_receipts(mail)
    assert found == RECEIPT
    assert receipt_signature_holds(found)


def test_a_mail_may_hold_several_or_none() -> None:
    unsigned = replace(RECEIPT, signature=None)
    assert find_receipts(receipt_text(RECEIPT) + "and\n" + receipt_text(unsigned)) == [RECEIPT, unsigned]
    assert find_receipts("No receipt here.") == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[:-30], 'no line "-----END'),
        (lambda text: text.replace("count 3", "count 03"), "Receipt 1 of this text cannot be read"),
        (lambda text: text.replace("receipt 1", "receipt 2"), "cannot be read"),
        (lambda text: text.replace("aaaa", "AAAA"), "cannot be read"),
        (lambda text: text.replace("2026-11-24", "2026-13-24"), 'has the date "2026-13-24'),
        (lambda text: text.replace("signature\n", ""), "cannot be read"),
        (lambda text: text.replace("count 3", "count ٣"), "cannot be read"),
    ],
)
def test_a_damaged_receipt_is_refused(damage: object, message: str) -> None:
    assert callable(damage)
    with pytest.raises(ReceiptRefused, match=message):
        find_receipts(damage(receipt_text(RECEIPT)))


@pytest.mark.parametrize(
    "change",
    [
        {"count": 4},
        {"at": RECEIPT.at + timedelta(seconds=1)},
        {"head": b"\xab" * 32},
        {"root": b"\xab" * 32},
        {"origin": "billing.example.org"},
        {"key": Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).public_key().public_bytes_raw()},
        {"signature": b"\x00" * 64},
        {"signature": None},
    ],
)
def test_the_signature_covers_every_fact(change: dict[str, object]) -> None:
    assert receipt_signature_holds(RECEIPT)
    assert not receipt_signature_holds(replace(RECEIPT, **change))  # type: ignore[arg-type]  # one field each


def test_a_receipt_is_not_signed_by_another_key_than_it_names() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    with pytest.raises(ReceiptRefused, match="names another public key"):
        sign(RECEIPT, other)


def test_a_receipt_has_a_moment_and_an_origin_that_fit() -> None:
    with pytest.raises(ReceiptRefused, match="dated in UTC"):
        receipt_of(HEAD, origin="x", at=datetime(2026, 1, 1), key=PUBLIC)  # noqa: DTZ001 - the refusal is the point
    with pytest.raises(ValueError, match="1 to 60 letters"):
        receipt_of(HEAD, origin="Harrow & Finch", at=datetime(2026, 1, 1, tzinfo=UTC), key=PUBLIC)
