"""Notes agree with the published examples of the format, and anything malformed or forged is refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from participation.record.signed_note import MAX_NOTE_BYTES, NoteError, Signer, Verifier, open_note, sign_note

# The example of the reference implementation (golang.org/x/mod/sumdb/note): verifier keys, seed, text and signatures.
PETER_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_VKEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = f"{TEXT}\n{PETER_LINE}"
PETER, ENOCH = Verifier.from_vkey(PETER_VKEY), Verifier.from_vkey(ENOCH_VKEY)

SIGNER = Signer("decide.example.org/heart-garden", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Signer("watch.example.net", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))


def test_the_published_note_opens() -> None:
    assert open_note(NOTE, [PETER]) == (TEXT, ("PeterNeumann",))
    assert open_note(NOTE.encode(), [PETER]) == (TEXT, ("PeterNeumann",))


def test_signing_with_the_published_key_gives_the_published_note() -> None:
    seed = base64.b64decode(PETER_SEED)
    assert seed[:1] == b"\x01"
    signer = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(seed[1:]))
    assert sign_note(TEXT, signer) == NOTE
    assert signer.verifier.vkey == PETER_VKEY


def test_signatures_of_strangers_are_ignored_and_those_of_friends_reported_in_order() -> None:
    note = NOTE + ENOCH_LINE
    assert open_note(note, [PETER]) == (TEXT, ("PeterNeumann",))
    assert open_note(note, [ENOCH]) == (TEXT, ("EnochRoot",))
    assert open_note(note, [ENOCH, PETER]) == (TEXT, ("PeterNeumann", "EnochRoot"))
    assert open_note(note + PETER_LINE + ENOCH_LINE, [PETER])[1] == ("PeterNeumann",)


def test_a_note_without_a_trusted_signature_is_refused() -> None:
    namesake = Verifier("PeterNeumann", ENOCH.public_key)
    for verifiers in ([], [ENOCH], [namesake]):
        with pytest.raises(NoteError, match="no trusted key"):
            open_note(NOTE, verifiers)


def test_one_wrong_signature_of_a_trusted_key_spoils_the_note() -> None:
    forged = PETER_LINE.replace("SffcvIAQ", "SffcvIAR")
    for lines in (forged, PETER_LINE + forged, forged + PETER_LINE, ENOCH_LINE + forged):
        with pytest.raises(NoteError, match="signature of PeterNeumann"):
            open_note(f"{TEXT}\n{lines}", [PETER, ENOCH])
    stretched = PETER_LINE[:60] + "ABCD" + PETER_LINE[60:]
    with pytest.raises(NoteError, match="signature of PeterNeumann"):
        open_note(f"{TEXT}\n{stretched}", [PETER])


def test_a_key_listed_twice_among_the_trusted_is_a_mistake() -> None:
    with pytest.raises(NoteError, match="two trusted keys"):
        open_note(NOTE, [PETER, Verifier.from_vkey(PETER_VKEY)])


BODY = PETER_LINE.removeprefix("— PeterNeumann ").removesuffix("\n")


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        TEXT,
        TEXT + "\n",
        TEXT + PETER_LINE,
        PETER_LINE,
        "\n" + PETER_LINE,
        NOTE.removesuffix("\n"),
        NOTE + "\n",
        NOTE + "Unexpected line.\n",
        NOTE + "— \n",
        NOTE + "— EnochRoot\n",
        NOTE + "— EnochRoot \n",
        NOTE + "— EnochRoot AAAAAA==\n",
        NOTE + "— EnochRoot AAAAAAB=\n",
        NOTE + "— EnochRoot !!!!AAAAAAAA\n",
        f"\x01{NOTE}",
        f"{TEXT}\t\n\n{PETER_LINE}",
        NOTE.replace("\n", "\r\n"),
        f"\ud800{NOTE}",
        f"{TEXT}\n- PeterNeumann {BODY}\n",
        f"{TEXT}\n—PeterNeumann {BODY}\n",
        f"{TEXT}\n— PeterNeumann  {BODY}\n",
        f"{TEXT}\n— PeterNeumann {BODY} \n",
        f"{TEXT}\n— PeterNeumann {BODY}=\n",
        f"{TEXT}\n— PeterNeumann {BODY[:-2]}N=\n",
        f"{TEXT}\n— PeterNeumann {BODY[:-1]}\n",
        f"{TEXT}\n— PeterNeumann {BODY.replace('/', '_')}\n",
        f"{TEXT}\n—  {BODY}\n",
        f"{TEXT}\n— Peter+Neumann {BODY}\n",
        f"{TEXT}\n— Peter\u3000Neumann {BODY}\n",
        f"{TEXT}\n— Peter\u0085Neumann {BODY}\n",
        f"{TEXT}\n{PETER_LINE * 101}",
        "a" * MAX_NOTE_BYTES + f"\n\n{PETER_LINE}",
        NOTE.encode() + b"\xff\n",
        b"\xff" + NOTE.encode(),
        NOTE.encode("utf-16"),
    ],
)
def test_a_malformed_note_is_refused_for_its_form(note: str | bytes) -> None:
    with pytest.raises(NoteError) as caught:
        open_note(note, [PETER])
    assert "no trusted key" not in str(caught.value)
    assert "wrong" not in str(caught.value)


def test_a_hundred_signatures_are_read() -> None:
    assert open_note(f"{TEXT}\n{PETER_LINE * 100}", [PETER]) == (TEXT, ("PeterNeumann",))


@pytest.mark.parametrize(
    "text", ["\n", "\n\n", "a\n\nb\n", "a\n\n\n", "표결 결과\n表决结果\n", f"{NOTE}", "— x AAAA\n"]
)
def test_a_text_may_hold_blank_lines_and_even_another_note(text: str) -> None:
    note = sign_note(text, SIGNER, OTHER)
    assert open_note(note, [SIGNER.verifier, OTHER.verifier]) == (text, (SIGNER.name, OTHER.name))
    if text == NOTE:  # the inner signature says nothing about the outer note
        with pytest.raises(NoteError, match="no trusted key"):
            open_note(note, [PETER])


@pytest.mark.parametrize(
    "text", ["", "no newline", "tab\t\n", "nul\0\n", "carriage\r\n", "\ud800\n", "a" * MAX_NOTE_BYTES + "\n"]
)
def test_a_text_that_no_note_may_carry_is_not_signed(text: str) -> None:
    with pytest.raises(NoteError):
        sign_note(text, SIGNER)


def test_nothing_is_called_signed_without_a_signer() -> None:
    with pytest.raises(NoteError, match="signatures"):
        sign_note(TEXT)


@given(st.integers(0), st.integers(0, 7))
def test_one_changed_bit_anywhere_breaks_a_note(place: int, bit: int) -> None:
    note = bytearray(sign_note(TEXT, SIGNER).encode())
    note[place % len(note)] ^= 1 << bit
    with pytest.raises(NoteError):
        open_note(bytes(note), [SIGNER.verifier])


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_noise_is_refused_and_never_crashes(noise: bytes | str) -> None:
    with pytest.raises(NoteError):
        open_note(noise, [PETER])


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))), max_size=80))
def test_any_printable_text_comes_back_as_it_was_signed(line: str) -> None:
    text = f"{line}\n{line}\n"
    assert open_note(sign_note(text, SIGNER), [SIGNER.verifier]) == (text, (SIGNER.name,))


def test_a_verifier_key_survives_the_journey() -> None:
    for signer in (SIGNER, OTHER, SIGNER.named("다른-기록.example")):
        assert Verifier.from_vkey(signer.verifier.vkey) == Verifier(signer.name, signer.private_key.public_key())


def test_no_part_and_no_neighbour_of_a_verifier_key_is_taken_for_one() -> None:
    length = len(PETER_VKEY)
    parts = {PETER_VKEY[begin:end] for begin in range(length) for end in range(begin, length + 1)} - {PETER_VKEY}
    neighbours = {PETER_VKEY[:at] + chr(ord(PETER_VKEY[at]) + 1) + PETER_VKEY[at + 1 :] for at in range(length)}
    more = {
        PETER_VKEY + "\n",
        PETER_VKEY.replace("c74f20a3", "C74F20A3"),
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    }
    for text in parts | neighbours | more:
        with pytest.raises(NoteError):
            Verifier.from_vkey(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x00b", "a\u2028b", "\ud800"])
def test_a_name_that_cannot_stand_in_a_line_is_refused(name: str) -> None:
    with pytest.raises(NoteError, match="name"):
        Signer(name, SIGNER.private_key)
    with pytest.raises(NoteError, match="name"):
        Verifier(name, PETER.public_key)


def test_a_signer_does_not_print_its_key() -> None:
    assert repr(SIGNER) == str(SIGNER) == "Signer('decide.example.org/heart-garden')"
