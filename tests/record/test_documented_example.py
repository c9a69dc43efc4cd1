"""The example and the verifier printed in docs/record.md work as printed, and agree with our own code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from participation.record.checkpoint import Checkpoint, sign_checkpoint
from participation.record.commitment import canonical, commit
from participation.record.merkle import Frontier, inclusion_proof, leaf_hash
from participation.record.signed_note import Signer

PAGE = (Path(__file__).parents[2] / "docs" / "record.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
(ENTRIES,) = (text for kind, text in BLOCKS if kind == "json")
VKEY, NOTE, PROOF = (text for kind, text in BLOCKS if kind == "text")
(VERIFIER,) = (text for kind, text in BLOCKS if kind == "python")
SALT = bytes(range(32))
CONTENT = b'{"choice":"for","kind":"ballot"}'


def receipt() -> dict[str, object]:
    return {
        "note": NOTE,
        "verifier_key": VKEY.strip(),
        "index": 1,
        "entry": ENTRIES.splitlines()[1].encode(),
        "proof": [bytes.fromhex(line) for line in PROOF.split()],
        "commitment": commit(SALT, CONTENT),
        "salt": SALT,
        "content": CONTENT,
    }


def printed_verifier():
    names: dict[str, object] = {}
    exec(VERIFIER, names)  # our own page, run to show that it works
    return names["check_receipt"]


def test_our_own_code_gives_the_printed_example() -> None:
    sealed = commit(SALT, canonical({"kind": "ballot", "choice": "for"})).hex()
    steps = ({"kind": "notice", "vote": 1}, {"kind": "ballot", "commitment": sealed}, {"kind": "closing", "vote": 1})
    entries = [canonical(step) for step in steps]
    assert ENTRIES.encode() == b"".join(entry + b"\n" for entry in entries)
    frontier, nodes = Frontier.empty(), {}
    for entry in entries:
        frontier, new = frontier.append(leaf_hash(entry))
        nodes.update({(level, position): hash_ for level, position, hash_ in new})
    site = Signer("decide.example.org", Ed25519PrivateKey.from_private_bytes(SALT))
    checkpoint = Checkpoint("decide.example.org/heart-garden", 3, frontier.root())
    assert sign_checkpoint(checkpoint, site) == NOTE
    assert site.named(checkpoint.origin).verifier.vkey == VKEY.strip()
    proof = inclusion_proof(1, 3, lambda level, position: nodes[level, position])
    assert [part.hex() for part in proof] == PROOF.split()


def test_the_printed_verifier_accepts_the_printed_receipt() -> None:
    printed_verifier()(**receipt())


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("note", NOTE.replace("\n3\n", "\n4\n")),
        ("note", NOTE.replace("jjczqh", "jjczqi")),
        ("note", NOTE.replace("— decide", "— other")),
        ("verifier_key", VKEY.strip().replace("heart-garden", "tower")),
        ("index", 0),
        ("index", 2),
        ("index", 3),
        ("entry", ENTRIES.splitlines()[0].encode()),
        ("proof", []),
        ("proof", [bytes(32), bytes(32)]),
        ("commitment", bytes(32)),
        ("salt", bytes(32)),
        ("content", CONTENT.replace(b"for", b"against")),
    ],
)
def test_the_printed_verifier_refuses_a_receipt_with_one_part_changed(part: str, changed: object) -> None:
    with pytest.raises((AssertionError, InvalidSignature)):
        printed_verifier()(**{**receipt(), part: changed})
