"""Every proof of every tree up to 70 leaves holds, costs little, and breaks when anything about it changes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.record.merkle import (
    EMPTY_ROOT,
    MAX_SIZE,
    Frontier,
    append_nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LARGEST = 70
LEAVES = [leaf_hash(str(number).encode()) for number in range(LARGEST)]
ROOTS = [root_of(LEAVES[:size]) for size in range(LARGEST + 1)]


class Shelf:
    """The nodes of a log as its database would keep them, counting every read."""

    def __init__(self, leaves: Sequence[bytes]):
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.reads = 0
        for size, leaf in enumerate(leaves):
            for level, index, hash_ in append_nodes(size, leaf, self.read):
                assert (level, index) not in self.nodes, "a stored node is never written twice"
                self.nodes[level, index] = hash_

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.nodes[level, index]

    def reads_of(self, question, *sizes: int) -> int:
        before = self.reads
        question(*sizes, self.read)
        return self.reads - before


SHELF = Shelf(LEAVES)


def reference_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if index < split:
        return [*reference_path(index, leaves[:split]), root_of(leaves[split:])]
    return [*reference_path(index - split, leaves[split:]), root_of(leaves[:split])]


def reference_subproof(first: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if first == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    if first <= split:
        return [*reference_subproof(first, leaves[:split], whole), root_of(leaves[split:])]
    return [*reference_subproof(first - split, leaves[split:], False), root_of(leaves[:split])]


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_inclusion_proof_is_the_references_and_verifies_for_its_own_leaf_only(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(index, size, SHELF.read)
        assert proof == reference_path(index, LEAVES[:size])
        accepted = [at for at in range(size + 2) if verify_inclusion(LEAVES[index], at, size, proof, ROOTS[size])]
        assert accepted == [index]
        # Against the true root of another size it never holds, whatever index is claimed.
        for other in {1, size - 1, size + 1, LARGEST} - {0, size, LARGEST + 1}:
            claims = (verify_inclusion(LEAVES[index], at, other, proof, ROOTS[other]) for at in range(other))
            assert not any(claims)


@pytest.mark.parametrize("second", range(1, LARGEST + 1))
def test_every_consistency_proof_is_the_references_and_verifies_for_its_own_sizes_only(second: int) -> None:
    for first in range(1, second + 1):
        proof = consistency_proof(first, second, SHELF.read)
        assert proof == reference_subproof(first, LEAVES[:second], True)
        accepted = [
            at for at in range(1, second + 1) if verify_consistency(at, second, ROOTS[at], ROOTS[second], proof)
        ]
        assert accepted == [first]


def test_an_empty_log_is_the_beginning_of_every_log_and_of_nothing_else() -> None:
    assert consistency_proof(0, 5, SHELF.read) == consistency_proof(0, 0, SHELF.read) == []
    assert verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_consistency(0, 5, ROOTS[1], ROOTS[5], [])
    assert not verify_consistency(0, 0, ROOTS[1], ROOTS[1], [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, ROOTS[5], [ROOTS[5]])


@given(st.data())
def test_one_changed_bit_breaks_an_inclusion_proof(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, SHELF.read)
    parts = [LEAVES[index], ROOTS[size], *proof]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    leaf, root, *changed = parts
    assert not verify_inclusion(leaf, index, size, changed, root)


@given(st.data())
def test_one_changed_bit_breaks_a_consistency_proof(data: st.DataObject) -> None:
    second = data.draw(st.integers(1, LARGEST))
    first = data.draw(st.integers(1, second))
    parts = [ROOTS[first], ROOTS[second], *consistency_proof(first, second, SHELF.read)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))
    root1, root2, *changed = parts
    assert not verify_consistency(first, second, root1, root2, changed)


@given(st.data())
def test_a_proof_with_a_part_missing_doubled_or_swapped_is_refused(data: st.DataObject) -> None:
    second = data.draw(st.integers(3, LARGEST))
    first = data.draw(st.integers(1, second - 1))
    at = data.draw(st.integers(0, 20))
    inclusion = inclusion_proof(first, second, SHELF.read)
    consistency = consistency_proof(first, second, SHELF.read)
    for proof, holds in (
        (inclusion, lambda p: verify_inclusion(LEAVES[first], first, second, p, ROOTS[second])),
        (consistency, lambda p: verify_consistency(first, second, ROOTS[first], ROOTS[second], p)),
    ):
        assert holds(proof)
        place = at % len(proof)
        assert not holds(proof[:place] + proof[place + 1 :])
        assert not holds(proof[:place] + proof[place : place + 1] + proof[place:])
        assert not holds([*proof, ROOTS[second]])
        if len(proof) > 1:
            assert not holds(proof[1:] + proof[:1])


def test_a_proof_does_not_hold_for_a_taller_or_lower_tree_with_the_same_root() -> None:
    steps = inclusion_proof(1, 2, SHELF.read)
    assert verify_inclusion(LEAVES[1], 1, 2, steps, ROOTS[2])
    assert not verify_inclusion(LEAVES[1], 0, 1, steps, ROOTS[2])
    assert not verify_inclusion(LEAVES[1], 1, 4, steps, ROOTS[2])
    steps = consistency_proof(7, 8, SHELF.read)
    assert verify_consistency(7, 8, ROOTS[7], ROOTS[8], steps)
    assert not verify_consistency(3, 4, ROOTS[7], ROOTS[8], steps)
    assert not verify_consistency(7, 16, ROOTS[7], ROOTS[8], steps)


def test_changing_one_old_leaf_is_caught_by_every_later_consistency_proof() -> None:
    forged = Shelf([*LEAVES[:10], leaf_hash(b"another ballot"), *LEAVES[11:]])
    for second in range(12, LARGEST + 1):
        proof = consistency_proof(11, second, forged.read)
        assert verify_consistency(11, second, root_at(11, forged.read), root_at(second, forged.read), proof)
        assert not verify_consistency(11, second, ROOTS[11], root_at(second, forged.read), proof)


@given(st.lists(st.binary(max_size=40), max_size=130))
def test_frontier_rows_and_reference_agree_for_any_leaves(contents: list[bytes]) -> None:
    leaves = [leaf_hash(content) for content in contents]
    shelf, frontier = Shelf(leaves), Frontier.empty()
    for size, leaf in enumerate(leaves):
        assert frontier.root() == root_at(size, shelf.read)
        frontier, nodes = frontier.append(leaf)
        assert all(shelf.nodes[level, index] == hash_ for level, index, hash_ in nodes)
    assert frontier.root() == root_of(leaves)
    assert Frontier.from_bytes(frontier.to_bytes()) == frontier
    assert len(frontier.to_bytes()) == 8 + 32 * len(leaves).bit_count()


def test_a_hundred_thousand_leaves_cost_a_few_reads_each() -> None:
    size = 100_000
    shelf = Shelf([b"%032d" % number for number in range(size)])
    assert len(shelf.nodes) < 2 * size
    assert shelf.reads < size, "appending reads less than one node on average"
    levels = size.bit_length()
    assert shelf.reads_of(root_at, size) <= levels
    for index in (0, 1, 777, 65_535, 65_536, 99_998, 99_999):
        assert shelf.reads_of(inclusion_proof, index, size) <= 2 * levels
    for first in (1, 2, 777, 65_535, 65_536, 65_537, 99_999):
        assert shelf.reads_of(consistency_proof, first, size) <= 2 * levels
    root = root_at(size, shelf.read)
    for index in (0, 65_536, 99_999):
        proof = inclusion_proof(index, size, shelf.read)
        assert len(proof) <= levels
        assert verify_inclusion(b"%032d" % index, index, size, proof, root)


def test_a_leaf_cannot_pass_for_an_inner_node() -> None:
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"\x01" + left + right) != node_hash(left, right)
    assert node_hash(left, right) != node_hash(right, left)


def test_questions_about_impossible_trees_are_errors() -> None:
    read = SHELF.read
    for index, size in ((0, 0), (5, 5), (6, 5), (-1, 5), (0, MAX_SIZE + 1), (True, 5), (0, "5"), (0.0, 5)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_proof(index, size, read)
    for first, second in ((6, 5), (-1, 5), (1, MAX_SIZE + 1), (True, 5), (None, 5)):
        with pytest.raises(ValueError, match="no consistency proof"):
            consistency_proof(first, second, read)
    for size in (-1, MAX_SIZE + 1, True, "3"):
        with pytest.raises(ValueError, match="not a tree size"):
            root_at(size, read)
    for size, leaf in ((-1, LEAVES[0]), (MAX_SIZE, LEAVES[0]), (0, b"short"), (0, LEAVES[0].hex())):
        with pytest.raises(ValueError, match="append"):
            append_nodes(size, leaf, read)
    with pytest.raises(ValueError, match="not a 32-byte hash"):
        root_at(2, lambda _level, _index: b"")


def test_verification_of_nonsense_is_false_and_never_an_error() -> None:
    proof = inclusion_proof(3, 7, SHELF.read)
    assert verify_inclusion(LEAVES[3], 3, 7, proof, ROOTS[7])
    for index, size in ((7, 7), (-1, 7), (3, 0), (3, -7), (3.0, 7), (3, 7.0), (True, 7), (3, MAX_SIZE + 1), ("3", 7)):
        assert not verify_inclusion(LEAVES[3], index, size, proof, ROOTS[7])
    for leaf, path, root in (
        (LEAVES[3][:31], proof, ROOTS[7]),
        (LEAVES[3].hex(), proof, ROOTS[7]),
        (LEAVES[3], proof, ROOTS[7] + b"\0"),
        (LEAVES[3], b"".join(proof), ROOTS[7]),
        (LEAVES[3], [proof[0], None, proof[2]], ROOTS[7]),
        (LEAVES[3], [proof[0][:-1], *proof[1:]], ROOTS[7]),
        (LEAVES[3], None, ROOTS[7]),
    ):
        assert not verify_inclusion(leaf, 3, 7, path, root)
    steps = consistency_proof(3, 7, SHELF.read)
    assert verify_consistency(3, 7, ROOTS[3], ROOTS[7], steps)
    for first, second in ((7, 3), (-3, 7), (3, -7), (True, 7), (3, "7"), (3, MAX_SIZE + 1)):
        assert not verify_consistency(first, second, ROOTS[3], ROOTS[7], steps)
    assert not verify_consistency(3, 7, ROOTS[3][:-1], ROOTS[7], steps)
    assert not verify_consistency(3, 7, ROOTS[3], ROOTS[7], None)
    assert not verify_consistency(3, 7, ROOTS[3], ROOTS[7], [])


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    frontier = Frontier.empty()
    for leaf in LEAVES[:7]:
        frontier, _ = frontier.append(leaf)
    data = frontier.to_bytes()
    for bad in (b"", data[:-1], data[:-32], data + bytes(32), bytes(7), b"\xff" * 8, (8).to_bytes(8, "big") + data[8:]):
        with pytest.raises(ValueError, match=r"frontier|subtrees|tree size"):
            Frontier.from_bytes(bad)
    for size, hashes in ((1, ()), (2, (LEAVES[0], LEAVES[1])), (-1, ()), (True, (LEAVES[0],)), (1, (b"short",))):
        with pytest.raises(ValueError, match=r"subtree|tree size"):
            Frontier(size, hashes)
