"""Cosignatures follow the published format, byte for byte, and hold for one witness, one text and one time only."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from participation.record.cosignature import WitnessKey, cosign, cosigned, parse_line, split_note
from participation.record.signed_note import NoteError, Signer, Verifier, encode_base64

# The example of c2sp.org/tlog-cosignature.
EXAMPLE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESS = WitnessKey("witness.example.com/w1", KEY.public_key())


def test_the_published_example_reads_as_published() -> None:
    text, lines = split_note(EXAMPLE)
    assert text == TEXT
    assert len(lines) == 2
    name, key_id, signature = parse_line(lines[1])
    assert (name, key_id.hex(), len(signature)) == ("witness.example.com/w1", "8d66cf3f", 72)
    assert int.from_bytes(signature[:8], "big") == 1679315147


def test_the_signed_message_is_the_published_one() -> None:
    assert cosigned(TEXT, 1679315147) == (
        b"cosignature/v1\n"
        b"time 1679315147\n"
        b"example.com/behind-the-sofa\n"
        b"20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_a_line_is_key_id_time_and_signature() -> None:
    line = cosign(TEXT, WITNESS.name, KEY, 1679315147)
    name, key_id, signature = parse_line(line)
    public = KEY.public_key().public_bytes_raw()
    assert name == WITNESS.name
    assert key_id == hashlib.sha256(b"witness.example.com/w1\n\x04" + public).digest()[:4]
    assert signature[:8] == (1679315147).to_bytes(8, "big")
    KEY.public_key().verify(signature[8:], cosigned(TEXT, 1679315147))
    said = WITNESS.read(line, TEXT)
    assert said is not None
    assert (said.name, said.at, said.line) == (WITNESS.name, 1679315147, line)


def test_the_line_of_another_key_is_not_this_witnesses() -> None:
    assert WITNESS.read(cosign(TEXT, WITNESS.name, OTHER, 1), TEXT) is None
    assert WITNESS.read(cosign(TEXT, "another", KEY, 1), TEXT) is None
    # The same key as the key of a log (0x01) has another id: a log's signature never passes for a witness's.
    assert WITNESS.read(Signer(WITNESS.name, KEY).signature_line(TEXT.encode()).rstrip("\n"), TEXT) is None


@given(st.integers(0, 79), st.integers(0, 7))
def test_one_changed_bit_breaks_it(byte: int, bit: int) -> None:
    line = cosign(TEXT, WITNESS.name, KEY, 1679315147)
    _, key_id, signature = parse_line(line)
    changed = bytearray(key_id + signature)
    changed[byte % len(changed)] ^= 1 << bit
    forged = f"— {WITNESS.name} {encode_base64(bytes(changed))}"
    if byte % len(changed) < 4:
        assert WITNESS.read(forged, TEXT) is None
    else:
        with pytest.raises(NoteError):
            WITNESS.read(forged, TEXT)


@pytest.mark.parametrize("text", [TEXT.replace("3", "4", 1), TEXT + "extension\n", TEXT.replace("sofa", "chair")])
def test_it_holds_for_its_own_text_only(text: str) -> None:
    with pytest.raises(NoteError, match="is wrong"):
        WITNESS.read(cosign(TEXT, WITNESS.name, KEY, 5), text)


def test_keys_in_one_line_read_back_and_are_no_keys_of_logs() -> None:
    assert WitnessKey.from_vkey(WITNESS.vkey) == WITNESS
    with pytest.raises(NoteError):
        Verifier.from_vkey(WITNESS.vkey)
    for wrong in (Verifier("log", KEY.public_key()).vkey, WITNESS.vkey[:-1], WITNESS.vkey.replace("w1", "w2"), "", "a+b+c", "x" * 500):
        with pytest.raises((NoteError, ValueError)):
            WitnessKey.from_vkey(wrong)


@pytest.mark.parametrize("at", [-1, 2**63, True, "1", 1.0])
def test_a_time_is_a_whole_number_of_seconds(at: object) -> None:
    with pytest.raises((NoteError, AttributeError)):
        cosigned(TEXT, at)  # type: ignore[arg-type]


def test_a_text_without_its_last_newline_is_no_checkpoint() -> None:
    with pytest.raises(NoteError):
        cosigned(TEXT.rstrip("\n"), 1)
