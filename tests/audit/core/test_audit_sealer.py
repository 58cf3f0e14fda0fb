"""The sealer numbers and links; how its work is cut into batches must leave no trace."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.audit.core import Head, Origin, Record, Subject, link, record_bytes, seal
from meruit.audit.core.merkle import tree_root

ORIGIN = "billing.example.com"
RECORDS = [
    Record(
        at=datetime(2026, 11, 24, 13, 0, tzinfo=UTC),
        transaction=str(number),
        event="entry.released",
        subject=Subject("time_entry", str(number)),
        origin=Origin("web"),
        person="2",
    )
    for number in range(40)
]


def test_records_are_numbered_from_one_and_each_names_the_one_before() -> None:
    head = Head.at_genesis(ORIGIN)
    seals, after = seal(head, RECORDS)
    previous = head.hash
    for number, (sealed, record) in enumerate(zip(seals, RECORDS, strict=True), start=1):
        assert sealed.number == number
        assert sealed.previous == previous
        assert sealed.canonical == record_bytes(record, number)
        assert sealed.hash == link(previous, sealed.canonical)
        previous = sealed.hash
    assert (after.count, after.hash) == (40, previous)
    assert after.root == tree_root([sealed.hash for sealed in seals])


@given(st.lists(st.integers(0, 40), max_size=6))
def test_batches_leave_no_trace(cuts: list[int]) -> None:
    whole, last = seal(Head.at_genesis(ORIGIN), RECORDS)
    head, pieces = Head.at_genesis(ORIGIN), []
    edges = [0, *sorted(cuts), 40]
    for start, stop in itertools.pairwise(edges):
        seals, head = seal(head, RECORDS[start:stop])
        head = Head.from_bytes(head.to_bytes())  # as it is kept between two runs
        pieces += seals
    assert pieces == whole
    assert head == last


def test_nothing_to_seal_changes_nothing() -> None:
    head = Head.at_genesis(ORIGIN)
    assert seal(head, []) == ([], head)


def test_two_installations_never_share_a_chain() -> None:
    (one,), _ = seal(Head.at_genesis(ORIGIN), RECORDS[:1])
    (other,), _ = seal(Head.at_genesis("billing.example.org"), RECORDS[:1])
    assert one.canonical == other.canonical
    assert one.hash != other.hash


def test_a_damaged_head_is_refused() -> None:
    _, head = seal(Head.at_genesis(ORIGIN), RECORDS[:3])
    stored = head.to_bytes()
    assert Head.from_bytes(stored) == head
    with pytest.raises(ValueError, match="has 103 bytes; with 3 records it has 104"):
        Head.from_bytes(stored[:-1])
    with pytest.raises(ValueError, match="4 records does not go with 2 subtrees"):
        Head(4, head.hash, head.frontier)


def test_a_record_that_cannot_be_written_stops_the_batch() -> None:
    bad = Record(
        at=datetime(2026, 11, 24, tzinfo=UTC),
        transaction="1",
        event="entry.released",
        subject=Subject("time_entry", "1"),
        origin=Origin("web"),
        person="2",
        after={"hours": 0.5},  # type: ignore[dict-item]  # the float is the point
    )
    with pytest.raises(ValueError, match=r"/after/hours is 0\.5 of type float"):
        seal(Head.at_genesis(ORIGIN), [*RECORDS[:2], bad])
