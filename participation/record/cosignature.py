"""Cosignatures (https://c2sp.org/tlog-cosignature): a witness states which checkpoint it has seen, and when.

    cosignature/v1                       what kind of statement this is
    time 1679315147                      when, in seconds since 1970
    decide.example.org/heart-garden      the checkpoint that was seen, as the log wrote it
    403
    CsUYapGG...jxq2I=

A witness signs only after checking that the log still begins with everything it signed before.  So whoever
shows two people two different records needs the help of every witness.  The Ed25519 kind (0x04) is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from participation.record.signed_note import (
    NoteError,
    Verifier,
    encode_base64,
    parse_line,
)

COSIGNATURE = b"\x04"
LENGTH = 8 + 64  # the time, and the signature of Ed25519
LATEST = 2**63 - 1
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Cosignature:
    """What a witness said: `at` in whole seconds since 1970, and the line that proves it (without its newline)."""

    name: str
    at: int
    line: str


@dataclass(frozen=True, slots=True)
class WitnessKey(Verifier):
    """A witness's name and public key, handed over as a `vkey` line of its own kind."""

    kind: ClassVar[bytes] = COSIGNATURE

    def read(self, line: str, text: str) -> Cosignature | None:
        """The cosignature in this line of a note over `text`; None when the line is another key's.

        NoteError when the line claims to be this witness's and the signature does not hold.
        """
        name, key_id, signature = parse_line(line)
        if (name, key_id) != (self.name, self.key_id):
            return None
        if len(signature) != LENGTH:
            raise NoteError("a cosignature is a time of 8 bytes and a signature of 64")
        at = int.from_bytes(signature[:8], "big")
        if at > LATEST:
            raise NoteError("the time of the cosignature is no time")
        try:
            self.public_key.verify(signature[8:], cosigned(text, at))
        except InvalidSignature as problem:
            raise NoteError(f"the cosignature of {name} is wrong") from problem
        return Cosignature(name, at, line)


def cosigned(text: str, at: int) -> bytes:
    """The bytes that a witness signs: header, time, and the text of the checkpoint with its last newline."""
    if type(at) is not int or not 0 <= at <= LATEST:
        raise NoteError("the time of a cosignature is a whole number of seconds")
    if not text.endswith("\n"):
        raise NoteError("the text of a checkpoint ends in a newline")
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosign(text: str, name: str, private_key: Ed25519PrivateKey, at: int) -> str:
    """The signature line of witness `name` over the checkpoint `text`, without its newline."""
    key = WitnessKey(name, private_key.public_key())
    signature = at.to_bytes(8, "big") + private_key.sign(cosigned(text, at))
    return f"{_DASH}{name} {encode_base64(key.key_id + signature)}"


def split_note(note: str) -> tuple[str, list[str]]:
    """The text of a note with its newline, and its signature lines without theirs. Nothing is verified here."""
    text, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise NoteError("a note is a text, a blank line, and lines of signatures")
    return text + "\n", block[:-1].split("\n")
