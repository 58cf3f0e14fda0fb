"""Version 1 of the record, byte by byte. If a test here fails, old exports can no longer be verified."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from meruit.audit.core import Head, Origin, Record, RecordRefused, Subject, genesis, link, record_bytes, seal

FULL = Record(
    at=datetime(2026, 11, 24, 13, 26, 54, 7, tzinfo=UTC),
    transaction="18446744073709551615",
    event="prebill.approved",
    subject=Subject("prebill", "31"),
    origin=Origin("web", "2001:db8::1", "app"),
    person="12",
    session="901",
    on_behalf_of="7",
    before={"state": "in_review", "total": "1250.00"},
    after={"state": "approved", "total": "1250.00", "lines": [1, 2]},
    reason={"text_hmac": "5f" * 32},
    decision="88",
    evidence=None,
)
BARE = Record(
    at=datetime(2026, 1, 1, tzinfo=UTC),
    transaction="0",
    event="row.truncated",
    subject=Subject("firm_rate", None),
    origin=Origin("sql"),
    person=None,
)


def test_the_bytes_of_version_1_are_exactly_these() -> None:
    assert record_bytes(FULL, 17) == (
        b'{"after":{"lines":[1,2],"state":"approved","total":"1250.00"},"at":"2026-11-24T13:26:54.000007Z",'
        b'"before":{"state":"in_review","total":"1250.00"},"decision":"88","event":"prebill.approved",'
        b'"evidence":null,"number":17,"on_behalf_of":"7",'
        b'"origin":{"address":"2001:db8::1","login":"app","way":"web"},"person":"12",'
        b'"reason":{"text_hmac":"5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"},'
        b'"session":"901","subject":{"id":"31","kind":"prebill"},"transaction":"18446744073709551615",'
        b'"version":1}'
    )
    assert record_bytes(BARE, 1) == (
        b'{"after":null,"at":"2026-01-01T00:00:00.000000Z","before":null,"decision":null,'
        b'"event":"row.truncated","evidence":null,"number":1,"on_behalf_of":null,'
        b'"origin":{"address":null,"login":null,"way":"sql"},"person":null,"reason":null,"session":null,'
        b'"subject":{"id":null,"kind":"firm_rate"},"transaction":"0","version":1}'
    )


def test_the_chain_of_version_1_is_exactly_this() -> None:
    assert genesis("billing.example.com").hex() == GENESIS
    assert link(genesis("billing.example.com"), record_bytes(BARE, 1)).hex() == FIRST
    seals, head = seal(Head.at_genesis("billing.example.com"), [BARE, FULL, BARE])
    assert [one.number for one in seals] == [1, 2, 3]
    assert seals[0].hash.hex() == FIRST
    assert head.hash.hex() == THIRD
    assert head.root.hex() == ROOT


GENESIS = "d827d417bc9ba46600d8b5c7dcfabde88ac2ed78a56fc8b32e53db057616bc66"
FIRST = "5752add09edb227e0272a432e3e6ae7e6a1434ac5f208a0ab495e64f268737a5"
THIRD = "84a492ca5d90c6b2544f1c58870d2ec599c53b5a006f8fcaf0849646a0ec4504"
ROOT = "035550ba44307fc8a983e52c1721f949e9e4965562913d4792affed503c5109e"


def test_a_moment_has_one_text_whatever_the_zone() -> None:
    manila = timezone(timedelta(hours=8))
    there = replace(FULL, at=datetime(2026, 11, 24, 21, 26, 54, 7, tzinfo=manila))
    assert record_bytes(there, 17) == record_bytes(FULL, 17)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"event": "Prebill approved"}, "dotted name in the past tense"),
        ({"event": "approved"}, "dotted name"),
        ({"event": "prebill.approved\n"}, "dotted name"),
        ({"transaction": "-1"}, "xid8 written as digits"),
        ({"transaction": "007"}, "xid8 written as digits"),
        ({"subject": Subject("Prebill", "1")}, "a kind and an id"),
        ({"subject": Subject("prebill", "")}, "a kind and an id"),
        ({"origin": Origin("carrier-pigeon")}, "one lower-case word"),  # type: ignore[arg-type]  # refused at run time
        ({"person": None}, "names no person; only a change by raw SQL"),
        ({"at": datetime(2026, 11, 24, 13, 26)}, "has no time zone"),  # noqa: DTZ001 - the refusal is the point
    ],
)
def test_a_record_that_breaks_a_rule_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(RecordRefused, match=message):
        replace(FULL, **change)  # type: ignore[arg-type]  # each case changes one field


def test_numbers_begin_at_one() -> None:
    with pytest.raises(RecordRefused, match="numbered from 1"):
        record_bytes(FULL, 0)


@pytest.mark.parametrize("origin", ["", "two words", "a" * 61, "-x", "büro.example", "a\nb"])
def test_an_origin_must_fit_into_a_receipt(origin: str) -> None:
    with pytest.raises(ValueError, match="1 to 60 letters"):
        genesis(origin)
