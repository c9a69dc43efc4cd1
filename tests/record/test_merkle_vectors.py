"""The tree gives the published values of the Certificate Transparency test suite (RFC 6962 reference data)."""

from __future__ import annotations

import pytest

from participation.record.merkle import (
    EMPTY_ROOT,
    Frontier,
    append_nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
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
# All complete nodes of the tree of eight, by level.
NODES = {
    0: [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ],
    1: [
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ],
    2: [
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    3: ["5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
}


def read_node(level: int, index: int) -> bytes:
    return bytes.fromhex(NODES[level][index])


def hexes(proof: list[bytes]) -> list[str]:
    return [part.hex() for part in proof]


@pytest.mark.parametrize("size", range(9))
def test_every_way_to_the_root_gives_the_published_root(size: int) -> None:
    frontier = Frontier.empty()
    for leaf in LEAVES[:size]:
        frontier, _ = frontier.append(leaf)
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]
    assert frontier.root().hex() == ROOTS[size]
    assert root_at(size, read_node).hex() == ROOTS[size]


def test_the_empty_root_is_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == ROOTS[0]


def test_appending_brings_forth_the_published_nodes() -> None:
    frontier, found = Frontier.empty(), {}
    for size, leaf in enumerate(LEAVES):
        frontier, nodes = frontier.append(leaf)
        assert append_nodes(size, leaf, read_node) == nodes
        found.update({(level, index): hash_.hex() for level, index, hash_ in nodes})
    assert found == {(level, index): text for level, row in NODES.items() for index, text in enumerate(row)}


@pytest.mark.parametrize(
    ("index", "size", "expected"),
    [
        (0, 1, []),
        (0, 8, [NODES[0][1], NODES[1][1], NODES[2][1]]),
        (5, 8, [NODES[0][4], NODES[1][3], NODES[2][0]]),
        (2, 3, [NODES[1][0]]),
        (1, 5, [NODES[0][0], NODES[1][1], NODES[0][4]]),
    ],
)
def test_published_inclusion_proofs(index: int, size: int, expected: list[str]) -> None:
    proof = inclusion_proof(index, size, read_node)
    assert hexes(proof) == expected
    assert verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (1, 1, []),
        (1, 8, [NODES[0][1], NODES[1][1], NODES[2][1]]),
        (6, 8, [NODES[1][2], NODES[1][3], NODES[2][0]]),
        (2, 5, [NODES[1][1], NODES[0][4]]),
        # The examples of RFC 6962 section 2.1.3: PROOF(3, D[7]) = [c, d, g, l], PROOF(4, D[7]) = [l].
        (3, 7, [NODES[0][2], NODES[0][3], NODES[1][0], root_of(LEAVES[4:7]).hex()]),
        (4, 7, [root_of(LEAVES[4:7]).hex()]),
    ],
)
def test_published_consistency_proofs(first: int, second: int, expected: list[str]) -> None:
    proof = consistency_proof(first, second, read_node)
    assert hexes(proof) == expected
    assert verify_consistency(first, second, bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second]), proof)
