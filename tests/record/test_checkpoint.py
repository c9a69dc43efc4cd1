"""A checkpoint states one log, one size and one root, in one spelling, under that log's key."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from participation.record.checkpoint import (
    Checkpoint,
    CheckpointError,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from participation.record.merkle import EMPTY_ROOT, MAX_SIZE
from participation.record.signed_note import NoteError, Signer, sign_note

SITE = Signer("decide.example.org", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
ORIGIN = "decide.example.org/heart-garden"
LOG = SITE.named(ORIGIN)
WITNESS = Signer("watch.example.net", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
ROOT = bytes(range(100, 132))
SPELLED = base64.b64encode(ROOT).decode()
# The example of the specification (https://c2sp.org/tlog-checkpoint).
PUBLISHED = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_published_example_reads_and_writes() -> None:
    checkpoint = parse_checkpoint(PUBLISHED)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex()[:8] == "0ac5186a"
    assert checkpoint.text() == PUBLISHED


def test_a_signed_checkpoint_opens_with_the_logs_key() -> None:
    checkpoint = Checkpoint(ORIGIN, 403, ROOT)
    note = sign_checkpoint(checkpoint, SITE)
    assert note.startswith(f"{ORIGIN}\n403\n{SPELLED}\n\n— {ORIGIN} ")
    assert note == sign_checkpoint(checkpoint, LOG), "the same state is always the same note"
    assert open_checkpoint(note, LOG.verifier) == (checkpoint, (ORIGIN,))
    assert open_checkpoint(note.encode(), LOG.verifier, [WITNESS.verifier])[1] == (ORIGIN,)


def test_the_signature_of_a_witness_is_reported_but_does_not_stand_for_the_logs() -> None:
    checkpoint = Checkpoint(ORIGIN, 403, ROOT)
    both = sign_checkpoint(checkpoint, SITE) + WITNESS.signature_line(checkpoint.text().encode())
    assert open_checkpoint(both, LOG.verifier, [WITNESS.verifier]) == (checkpoint, (ORIGIN, WITNESS.name))
    with pytest.raises(CheckpointError, match="has not signed"):
        open_checkpoint(sign_note(checkpoint.text(), WITNESS), LOG.verifier, [WITNESS.verifier])


def test_the_checkpoint_of_another_log_of_the_same_site_is_refused() -> None:
    other = Checkpoint("decide.example.org/tower", 403, ROOT)
    with pytest.raises(NoteError, match="no trusted key"):
        open_checkpoint(sign_checkpoint(other, SITE), LOG.verifier)
    # Relabelling the signature line does not help: the origin is in the signed text.
    with pytest.raises(CheckpointError, match=r"not of decide\.example\.org/heart-garden"):
        open_checkpoint(sign_note(other.text(), LOG), LOG.verifier)


def test_the_sites_own_name_is_not_the_logs_name() -> None:
    with pytest.raises(NoteError, match="no trusted key"):
        open_checkpoint(sign_checkpoint(Checkpoint(ORIGIN, 403, ROOT), SITE), SITE.verifier)


@given(st.integers(0), st.integers(0, 7))
def test_one_changed_bit_anywhere_breaks_a_checkpoint(place: int, bit: int) -> None:
    note = bytearray(sign_checkpoint(Checkpoint(ORIGIN, 403, ROOT), SITE).encode())
    note[place % len(note)] ^= 1 << bit
    with pytest.raises(NoteError):
        open_checkpoint(bytes(note), LOG.verifier)


@given(st.integers(1, MAX_SIZE), st.binary(min_size=32, max_size=32), st.lists(st.sampled_from(["a", "b c", "时间 1"])))
def test_what_is_written_is_read(size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root, tuple(extensions))
    assert parse_checkpoint(checkpoint.text()) == checkpoint


def test_an_empty_log_has_the_empty_root_and_no_other() -> None:
    assert parse_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text()).size == 0
    with pytest.raises(CheckpointError, match="empty log"):
        parse_checkpoint(f"{ORIGIN}\n0\n{SPELLED}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{ORIGIN}\n403\n",
        f"{ORIGIN}\n403\n{SPELLED}",
        f"\n403\n{SPELLED}\n",
        f"{ORIGIN}\n\n{SPELLED}\n",
        f"{ORIGIN}\n0403\n{SPELLED}\n",
        f"{ORIGIN}\n00\n{SPELLED}\n",
        f"{ORIGIN}\n+403\n{SPELLED}\n",
        f"{ORIGIN}\n-403\n{SPELLED}\n",
        f"{ORIGIN}\n4_03\n{SPELLED}\n",
        f"{ORIGIN}\n403 \n{SPELLED}\n",
        f"{ORIGIN}\n 403\n{SPELLED}\n",
        f"{ORIGIN}\n403.0\n{SPELLED}\n",
        f"{ORIGIN}\n4e2\n{SPELLED}\n",
        f"{ORIGIN}\n٤٠٣\n{SPELLED}\n",
        f"{ORIGIN}\n{MAX_SIZE + 1}\n{SPELLED}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{SPELLED}\n",
        f"{ORIGIN}\n403\n{SPELLED} \n",
        f"{ORIGIN}\n403\n{SPELLED[:-1]}\n",
        f"{ORIGIN}\n403\n{SPELLED[:-2]}{chr(ord(SPELLED[-2]) + 1)}=\n",
        f"{ORIGIN}\n403\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"{ORIGIN}\n403\n{base64.b64encode(ROOT + b'x').decode()}\n",
        f"{ORIGIN}\n403\n{ROOT.hex()}\n",
        f"{ORIGIN}\n403\n{SPELLED}\n\n",
        f"{ORIGIN}\n403\n{SPELLED}\nmore",
        f"{ORIGIN}\n403\n{SPELLED}\nmore\n\nmore\n",
        f"{ORIGIN}\r\n403\r\n{SPELLED}\r\n",
        f"{ORIGIN}\0\n403\n{SPELLED}\n",
    ],
)
def test_a_malformed_text_is_no_checkpoint(text: str) -> None:
    with pytest.raises(CheckpointError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, ROOT, ()),
        ("two\nlines", 1, ROOT, ()),
        (ORIGIN, -1, ROOT, ()),
        (ORIGIN, True, ROOT, ()),
        (ORIGIN, "1", ROOT, ()),
        (ORIGIN, MAX_SIZE + 1, ROOT, ()),
        (ORIGIN, 1, ROOT[:31], ()),
        (ORIGIN, 1, ROOT.hex(), ()),
        (ORIGIN, 0, ROOT, ()),
        (ORIGIN, 1, ROOT, ("",)),
        (ORIGIN, 1, ROOT, ("a\nb",)),
    ],
)
def test_a_checkpoint_that_could_not_be_written_cannot_be_made(origin, size, root, extensions) -> None:
    with pytest.raises(CheckpointError):
        Checkpoint(origin, size, root, extensions)


def test_an_origin_that_cannot_name_a_key_is_not_signed() -> None:
    with pytest.raises(NoteError, match="name"):
        sign_checkpoint(Checkpoint("heart garden", 1, ROOT), SITE)
