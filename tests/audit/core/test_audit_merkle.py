"""The Merkle tree against the published vectors of RFC 6962's reference implementation, and by its laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.audit.core import consistency_holds, consistency_proof, inclusion_holds, inclusion_proof
from meruit.audit.core.merkle import Frontier, frontier_root, grown, tree_root

#: Leaves and roots of the Certificate Transparency test data (google/certificate-transparency, merkle_tree_test).
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [number.to_bytes(4, "big") for number in range(count)]


@pytest.mark.parametrize("count", range(9))
def test_roots_are_those_of_the_reference_implementation(count: int) -> None:
    assert tree_root(LEAVES[:count]).hex() == ROOTS[count]


def test_the_inclusion_path_is_that_of_the_reference_implementation() -> None:
    assert [node.hex() for node in inclusion_proof(LEAVES, 5)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_the_consistency_proof_is_that_of_the_reference_implementation() -> None:
    assert [node.hex() for node in consistency_proof(LEAVES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_tree_grown_leaf_by_leaf_has_the_root_of_the_whole() -> None:
    frontier: Frontier = ()
    for count in range(70):
        assert frontier_root(frontier) == tree_root(leaves(count))
        assert len(frontier) == count.bit_count()
        frontier = grown(count, frontier, leaves(count + 1)[count])


def test_a_frontier_that_does_not_go_with_the_count_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves has 2 complete subtrees"):
        grown(3, (b"\0" * 32,), b"leaf")


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 33])
def test_every_leaf_proves_its_place_and_no_other(count: int) -> None:
    all_leaves = leaves(count)
    root = tree_root(all_leaves)
    for index, leaf in enumerate(all_leaves):
        path = inclusion_proof(all_leaves, index)
        assert inclusion_holds(leaf, index, count, path, root)
        assert not inclusion_holds(leaf + b"x", index, count, path, root)
        assert not inclusion_holds(leaf, index, count, [*path, root], root)
        assert not any(
            inclusion_holds(leaf, other, count, path, root) for other in range(-1, count + 1) if other != index
        )


@pytest.mark.parametrize("later", [1, 2, 3, 6, 8, 13, 32, 33])
def test_a_later_tree_proves_that_it_extends_every_earlier_one(later: int) -> None:
    all_leaves = leaves(later)
    root = tree_root(all_leaves)
    for earlier in range(later + 1):
        proof = consistency_proof(all_leaves, earlier)
        before = tree_root(all_leaves[:earlier])
        assert consistency_holds(earlier, before, later, root, proof)
        if 0 < earlier < later:
            assert not consistency_holds(earlier, before, later, root, proof[:-1])
            assert not consistency_holds(earlier, before, later, root, [*proof, before])


@given(st.integers(2, 80), st.data())
def test_a_rewritten_history_cannot_be_proved_consistent(later: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, later - 1))
    changed = data.draw(st.integers(0, earlier - 1))
    receipted = tree_root(leaves(later)[:earlier])
    rewritten = leaves(later)
    rewritten[changed] = b"rewritten"
    proof = consistency_proof(rewritten, earlier)
    assert not consistency_holds(earlier, receipted, later, tree_root(rewritten), proof)


def test_a_proof_for_what_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no leaf 8 in a tree of 8"):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(ValueError, match="does not extend one of 9"):
        consistency_proof(LEAVES, 9)
    assert not consistency_holds(9, b"", 8, b"", [])
