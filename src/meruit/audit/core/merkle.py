"""The Merkle tree of RFC 6962 section 2.1 (unchanged in RFC 9162) over the hashes of the chain.

The chain shows that nothing inside an export changed; the tree lets a firm prove two things in a few
hundred bytes and without showing the rest: that one record is under a receipt (inclusion), and that a
later receipt extends an earlier one (consistency). Its leaves are the 32-byte hashes of the chain.

A *frontier* is the tree's right edge: the roots of its complete subtrees, largest first, one for each bit
set in the count. With it a record is added, and a root computed, in O(log n) without the other leaves.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Frontier: TypeAlias = tuple[bytes, ...]


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(count: int, frontier: Frontier, leaf: bytes) -> Frontier:
    """The frontier after `leaf` has been added to a tree of `count` leaves."""
    if len(frontier) != count.bit_count():
        raise ValueError(
            f"A tree of {count} leaves has {count.bit_count()} complete subtrees at its right edge, "
            f"not {len(frontier)}."
        )
    edge = list(frontier)
    node = leaf_hash(leaf)
    while count & 1:
        node = node_hash(edge.pop(), node)
        count >>= 1
    return (*edge, node)


def frontier_root(frontier: Frontier) -> bytes:
    """The root of the tree with this frontier; of the empty tree the hash of nothing."""
    if not frontier:
        return hashlib.sha256(b"").digest()
    *rest, root = frontier
    for node in reversed(rest):
        root = node_hash(node, root)
    return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over all leaves; what `frontier_root` must agree with."""
    return _subtree(leaves, 0, len(leaves)) if leaves else hashlib.sha256(b"").digest()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` (from 0) to the root (PATH of RFC 6962 section 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"There is no leaf {index} in a tree of {len(leaves)} leaves.")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_subtree(leaves, middle, high))
            high = middle
        else:
            path.append(_subtree(leaves, low, middle))
            low = middle
    return path[::-1]


def inclusion_holds(leaf: bytes, index: int, count: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` stands at `index` in the tree of `count` leaves with this root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < count:
        return False
    position, last = index, count - 1
    node = leaf_hash(leaf)
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and node == root


def consistency_proof(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """The hashes that show the first `earlier` leaves' tree inside this one (PROOF of RFC 6962 2.1.2)."""
    if not 0 <= earlier <= len(leaves):
        raise ValueError(f"A tree of {len(leaves)} leaves does not extend one of {earlier}.")
    if earlier in (0, len(leaves)):
        return []
    proof: list[bytes] = []
    low, high, whole = 0, len(leaves), True
    while earlier != high:
        middle = low + _split(high - low)
        if earlier <= middle:
            proof.append(_subtree(leaves, middle, high))
            high = middle
        else:
            proof.append(_subtree(leaves, low, middle))
            low, whole = middle, False
    if not whole:
        proof.append(_subtree(leaves, low, high))
    return proof[::-1]


def consistency_holds(earlier: int, earlier_root: bytes, later: int, later_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `later` leaves begins with the tree of `earlier` leaves (RFC 9162 2.1.4.2)."""
    if not 0 <= earlier <= later:
        return False
    if earlier == 0:
        return not proof and earlier_root == frontier_root(())
    if earlier == later:
        return not proof and earlier_root == later_root
    steps = list(proof)
    if earlier & (earlier - 1) == 0:  # the earlier tree is one complete subtree: its root is the first step
        steps.insert(0, earlier_root)
    if not steps:
        return False
    position, last = earlier - 1, later - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, step)
        position >>= 1
        last >>= 1
    return last == 0 and old == earlier_root and new == later_root


def _split(size: int) -> int:
    """The largest power of two below `size`: where RFC 6962 divides a tree."""
    return 1 << (size - 1).bit_length() - 1


def _subtree(leaves: Sequence[bytes], low: int, high: int) -> bytes:
    # A frontier over the range: the same hashes as the recursive definition, without its call depth.
    frontier: Frontier = ()
    for index in range(low, high):
        frontier = grown(index - low, frontier, leaves[index])
    return frontier_root(frontier)
