"""The sealer's arithmetic: numbers and links what has committed, and keeps the tree's right edge.

Actions insert their records unchained, because a chain head written by every transaction makes all of
them wait for one row. A sealer, alone, takes what has committed below the oldest running transaction,
in order, and puts it behind the last head. The caller holds the lock that keeps it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.audit.core.chain import HASH_SIZE, genesis, link
from meruit.audit.core.merkle import Frontier, frontier_root, grown
from meruit.audit.core.record import record_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.audit.core.record import Record


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record's place in the chain: its number, its predecessor's hash, its own, and the bytes hashed."""

    number: int
    previous: bytes
    hash: bytes
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many records, the hash of the last, and the tree's frontier."""

    count: int
    hash: bytes
    frontier: Frontier

    def __post_init__(self) -> None:
        if self.count < 0 or len(self.frontier) != self.count.bit_count():
            raise ValueError(f"A head of {self.count} records does not go with {len(self.frontier)} subtrees.")

    @classmethod
    def at_genesis(cls, origin: str) -> Head:
        """The head before the first record of this installation."""
        return cls(0, genesis(origin), ())

    @property
    def root(self) -> bytes:
        return frontier_root(self.frontier)

    def extended(self, record_hash: bytes) -> Head:
        """The head after one more record, known by its hash."""
        return Head(self.count + 1, record_hash, grown(self.count, self.frontier, record_hash))

    def to_bytes(self) -> bytes:
        """Count (8 bytes, big-endian), hash and frontier: a few hundred bytes for one column."""
        return self.count.to_bytes(8, "big") + self.hash + b"".join(self.frontier)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Head:
        count, rest = int.from_bytes(stored[:8], "big"), stored[8:]
        if len(rest) != HASH_SIZE * (1 + count.bit_count()):
            raise ValueError(
                f"The stored head has {len(stored)} bytes; with {count} records it has "
                f"{8 + HASH_SIZE * (1 + count.bit_count())}."
            )
        pieces = [rest[i : i + HASH_SIZE] for i in range(0, len(rest), HASH_SIZE)]
        return cls(count, pieces[0], tuple(pieces[1:]))


def head_over(head: Head, hashes: Iterable[bytes]) -> Head:
    """The head after records that were sealed earlier, known by their hashes in order.

    What the database keeps for each record is enough to come back to the head from any earlier one.
    """
    for record_hash in hashes:
        head = head.extended(record_hash)
    return head


def seal(head: Head, records: Iterable[Record]) -> tuple[list[Sealed], Head]:
    """Numbers and links `records` behind `head`; returns their seals in order and the new head."""
    seals: list[Sealed] = []
    for record in records:
        canonical = record_bytes(record, head.count + 1)
        record_hash = link(head.hash, canonical)
        seals.append(Sealed(head.count + 1, head.hash, record_hash, canonical))
        head = head.extended(record_hash)
    return seals, head
