"""The Merkle tree of the record: RFC 6962 section 2.1, with the verification of RFC 9162 section 2.1.

A complete subtree is a node (level, position): it covers the 2**level leaves from
position * 2**level on, and its hash never changes once they are all there.  Only such
nodes are stored.  Whatever is needed of an unfinished right edge is computed from
O(log n) of them.  All hashes are 32 bytes of SHA-256; sizes and indexes count leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

HASH_LENGTH = 32
# What an SQL bigint holds, so that no stored size can overflow.
MAX_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()

# (level, position) -> the stored hash
ReadNode = Callable[[int, int], bytes]


class Node(NamedTuple):
    """The hash of a complete subtree: level 0 is a leaf, level n covers 2**n leaves."""

    level: int
    position: int
    hash: bytes


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data). The prefix keeps a leaf from ever passing for an inner node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right) of two 32-byte hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root by the definition itself: slow and obvious, the reference for everything below."""
    if not leaf_hashes:
        return EMPTY_ROOT
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    split = _split(len(leaf_hashes))
    return node_hash(root_of(leaf_hashes[:split]), root_of(leaf_hashes[split:]))


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the complete subtrees that make up a tree of `size` leaves, left to right, largest first.

    There is one for every 1 in the binary form of `size`. This is all that appending needs.
    Raises ValueError when the number or the length of the hashes does not fit the size.
    """

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not _is_size(self.size):
            raise ValueError(f"not a tree size: {self.size!r}")
        if not isinstance(self.hashes, tuple) or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has {self.size.bit_count()} complete subtrees")
        if not all(map(_is_hash, self.hashes)):
            raise ValueError("a subtree hash is 32 bytes")

    @classmethod
    def empty(cls) -> Frontier:
        return cls(0, ())

    def append(self, leaf: bytes) -> tuple[Frontier, list[Node]]:
        """Add a leaf, given as its 32-byte `leaf_hash`; returns the new frontier and the nodes that became complete."""
        rest = list(self.hashes)
        nodes = append_nodes(self.size, leaf, lambda _level, _position: rest.pop())
        return Frontier(self.size + 1, (*rest, nodes[-1].hash)), nodes

    def root(self) -> bytes:
        """The root of the whole tree; SHA-256 of nothing when it is empty."""
        return _fold(self.hashes)

    def to_bytes(self) -> bytes:
        """The size as 8 bytes, big-endian, then the hashes."""
        return self.size.to_bytes(8, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """The inverse of `to_bytes`. Raises ValueError unless every byte is accounted for."""
        if len(data) < 8 or (len(data) - 8) % HASH_LENGTH:
            raise ValueError("a frontier is 8 bytes of size and whole 32-byte hashes")
        hashes = tuple(data[at : at + HASH_LENGTH] for at in range(8, len(data), HASH_LENGTH))
        return cls(int.from_bytes(data[:8], "big"), hashes)


def append_nodes(size_before: int, leaf: bytes, read_node: ReadNode) -> list[Node]:
    """The nodes that become complete when the leaf with hash `leaf` joins a tree of `size_before` leaves.

    The first is the leaf itself, the last the largest. Reads one node per further level,
    from the smallest complete subtree of the old right edge upwards.
    """
    if not _is_size(size_before) or size_before == MAX_SIZE:
        raise ValueError(f"cannot append to a tree of size {size_before!r}")
    if not _is_hash(leaf):
        raise ValueError("a leaf is appended as its 32-byte hash")
    nodes = [Node(0, size_before, leaf)]
    # As in adding 1 to a binary number: every trailing 1 of the size is a left sibling waiting for us.
    while nodes[-1].position % 2:
        level, position, right = nodes[-1]
        nodes.append(Node(level + 1, position // 2, node_hash(_read(read_node, level, position - 1), right)))
    return nodes


def root_at(size: int, read_node: ReadNode) -> bytes:
    """The root when the tree had `size` leaves. Reads at most log2(size) + 1 nodes. ValueError for no size."""
    if not _is_size(size):
        raise ValueError(f"not a tree size: {size!r}")
    return _range_root(0, size, read_node)


def inclusion_proof(index: int, size: int, read_node: ReadNode) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962: the siblings from the leaf up. ValueError unless 0 <= index < size."""
    if not _is_size(size) or not _is_size(index) or index >= size:
        raise ValueError(f"no leaf {index!r} in a tree of size {size!r}")
    begin, end, proof = 0, size, []
    while end - begin > 1:
        split = begin + _split(end - begin)
        if index < split:
            proof.append(_range_root(split, end, read_node))
            end = split
        else:
            proof.append(_range_root(begin, split, read_node))
            begin = split
    return proof[::-1]


def consistency_proof(first: int, second: int, read_node: ReadNode) -> list[bytes]:
    """PROOF(first, D[second]) of RFC 6962: that the larger tree begins with the smaller one.

    Empty when the sizes are equal or the first tree is empty. ValueError unless 0 <= first <= second.
    """
    if not _is_size(first) or not _is_size(second) or first > second:
        raise ValueError(f"no consistency proof from size {first!r} to size {second!r}")
    if first == 0:
        return []
    begin, end, proof = 0, second, []
    while first != end:
        split = begin + _split(end - begin)
        if first <= split:
            proof.append(_range_root(split, end, read_node))
            end = split
        else:
            proof.append(_range_root(begin, split, read_node))
            begin = split
    if begin:  # the old tree's last subtree is not the old root itself, so the reader cannot know it yet
        proof.append(_range_root(begin, end, read_node))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2: is the leaf with hash `leaf` number `index` of the tree with this size and root?

    `size` and `root` must come from one signed checkpoint: a root alone does not fix its size.
    """
    if not (_is_size(index) and _is_size(size) and index < size and _are_hashes(leaf, root) and _is_proof(proof)):
        return False
    at, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            computed = node_hash(sibling, computed)
            while at % 2 == 0 and at:  # levels at which an unfinished right edge has no sibling
                at, last = at >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(first: int, second: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2: was nothing before leaf number `first` changed between the two trees?

    Each size must come with its root from one signed checkpoint.
    """
    if not (_is_size(first) and _is_size(second) and first <= second):
        return False
    if not (_are_hashes(root1, root2) and _is_proof(proof)):
        return False
    if first == second:
        return not proof and root1 == root2 and (first > 0 or root1 == EMPTY_ROOT)
    if first == 0:
        return not proof and root1 == EMPTY_ROOT
    path = [root1, *proof] if first.bit_count() == 1 else list(proof)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == root1 and new == root2


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(begin: int, end: int, read_node: ReadNode) -> bytes:
    """The root over leaves begin..end-1, where `begin` is a multiple of the power of two that covers the range."""
    hashes: list[bytes] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        hashes.append(_read(read_node, level, begin >> level))
        begin += 1 << level
    return _fold(hashes)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Join complete subtrees, largest first, into one root: from the right, as the definition nests them."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _read(read_node: ReadNode, level: int, position: int) -> bytes:
    found = read_node(level, position)
    if not _is_hash(found):
        raise ValueError(f"node {position} of level {level} is not a 32-byte hash")
    return found


def _is_size(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_SIZE


def _is_hash(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == HASH_LENGTH


def _are_hashes(*values: object) -> bool:
    return all(map(_is_hash, values))


def _is_proof(proof: object) -> bool:
    return isinstance(proof, (list, tuple)) and all(map(_is_hash, proof))
