"""The program's tree gives the published values of RFC 6962, and agrees with the site's own proofs."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from participation.record.checkpoint import Checkpoint, sign_checkpoint
from participation.record.commitment import canonical, commit
from participation.record.cosignature import WitnessKey, cosign
from participation.record.merkle import Frontier, consistency_proof, inclusion_proof, leaf_hash, root_of
from participation.record.signed_note import NoteError, Signer, Verifier
from tests.evidence.support import load_verifier
from tests.record.test_merkle_vectors import INPUTS, ROOTS

verifier = load_verifier()
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_published_roots(size):
    tree = verifier.Tree()
    for text in INPUTS[:size]:
        tree.add(verifier.leaf_hash(bytes.fromhex(text)))
    assert tree.root().hex() == ROOTS[size]


def nodes_of(leaves):
    nodes, frontier = {}, Frontier.empty()
    for leaf in leaves:
        frontier, made = frontier.append(leaf)
        nodes.update({(node.level, node.position): node.hash for node in made})
    return lambda level, index: nodes[level, index]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 21])
def test_every_proof_of_the_site_leads_to_its_root_and_no_other(size):
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    read, root = nodes_of(leaves), root_of(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(index, size, read)
        assert verifier.root_from_inclusion(leaf, index, size, proof) == root
        for wrong in (index - 1, index + 1):
            with suppress(ValueError):
                assert verifier.root_from_inclusion(leaf, wrong, size, proof) != root
    for first in range(size + 1):
        proof = consistency_proof(first, size, read)
        old = root_of(leaves[:first])
        assert verifier.is_consistent(first, size, old, root, proof)
        assert not verifier.is_consistent(first, size, bytes(32), root, proof)
        assert not verifier.is_consistent(first, size, old, root, [*proof, bytes(32)])


def test_checkpoints_and_cosignatures_are_read_as_the_site_writes_them():
    signer = Signer("decide.example.org/heart-garden", KEY)
    note = sign_checkpoint(Checkpoint(signer.name, 3, leaf_hash(b"x")), signer)
    read = verifier.Checkpoint(note)
    key = verifier.Key(signer.verifier.vkey)
    assert (read.origin, read.size, read.root) == (signer.name, 3, leaf_hash(b"x"))
    assert read.is_signed_by(key)
    witness = WitnessKey("he.example/witness", WITNESS.public_key())
    cosigned = verifier.Checkpoint(note + cosign(read.text, witness.name, WITNESS, 1_700_000_000) + "\n")
    assert cosigned.is_signed_by(key)
    assert cosigned.witnessed_at(verifier.Key(witness.vkey)) == 1_700_000_000
    assert read.witnessed_at(verifier.Key(witness.vkey)) is None
    changed = verifier.Checkpoint(str(cosigned.text).replace("\n3\n", "\n4\n") + "\n" + note.partition("\n\n")[2])
    assert not changed.is_signed_by(key)


@pytest.mark.parametrize(
    "note", ["", "a\n", "a\n1\n", "a\n01\nAAAA\n", "a\n1\n!!!\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n\nno dash\n"]
)
def test_what_is_no_checkpoint_is_refused(note):
    with pytest.raises(ValueError):
        verifier.Checkpoint(note)


def test_a_key_whose_id_does_not_fit_is_refused():
    line = Signer("x.example/y", KEY).verifier.vkey
    name, _, key = line.split("+", 2)
    with pytest.raises(ValueError):
        verifier.Key(f"{name}+00000000+{key}")
    with pytest.raises(NoteError):
        Verifier.from_vkey(f"{name}+00000000+{key}")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=("Cs",)), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(json_values, st.binary(min_size=32, max_size=32))
def test_canonical_form_and_commitments_are_the_same_bytes(data, salt):
    assert verifier.canonical(data) == canonical(data)
    assert verifier.read_canonical(canonical(data)) == data
    assert verifier.commitment(salt, canonical(data)) == commit(salt, canonical(data))


@pytest.mark.parametrize("raw", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b"1.0", b'"\\u0041"', b"\xff", b"{"])
def test_any_other_spelling_is_refused(raw):
    with pytest.raises(ValueError):
        verifier.read_canonical(raw)
