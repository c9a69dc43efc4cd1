"""Signed notes (https://c2sp.org/signed-note) with Ed25519: a text, a blank line, and one line per signature.

The format is shared with other public logs, so that any of their verifiers can read ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID_LENGTH = 4
# Far above any note of ours, low enough that a stranger's note costs nothing to refuse.
MAX_SIGNATURES = 100
MAX_NOTE_BYTES = 1_000_000
_DASH = "\N{EM DASH} "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)")


class NoteError(ValueError):
    """The text is not a well-formed note, or not one signed by a key we trust."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A name and its public key. Raises NoteError when the name may not stand in a signature line."""

    kind: ClassVar[bytes] = ED25519

    name: str
    public_key: Ed25519PublicKey

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that, with the name, say which key signed: SHA-256(name, newline, kind, key), cut short."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._encoded()).digest()[:KEY_ID_LENGTH]

    @property
    def vkey(self) -> str:
        """The public key in one line, to be printed and handed round: name+id+key."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(self._encoded())}"

    @classmethod
    def from_vkey(cls, text: str) -> Self:
        """Read a `vkey` line. Raises NoteError unless name, id and key agree."""
        match = _VKEY.fullmatch(text)
        if match is None:
            raise NoteError("not a verifier key: expected name+id+key")
        encoded = decode_base64(match[3])
        if encoded[:1] != cls.kind or len(encoded) != 33:
            raise NoteError("not an Ed25519 key of this kind")
        verifier = cls(match[1], Ed25519PublicKey.from_public_bytes(encoded[1:]))
        if verifier.key_id.hex() != match[2]:
            raise NoteError("the verifier key does not match its id")
        return verifier

    def verify(self, message: bytes, signature: bytes) -> bool:
        try:
            self.public_key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def _encoded(self) -> bytes:
        return self.kind + self.public_key.public_bytes_raw()


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A name and its private key. Never printed: the representation leaves the key out."""

    name: str
    private_key: Ed25519PrivateKey

    def __post_init__(self) -> None:
        check_name(self.name)

    def __repr__(self) -> str:
        return f"Signer({self.name!r})"

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.private_key.public_key())

    def named(self, name: str) -> Signer:
        """The same key under another name: the site's key, say, as the key of one of its logs."""
        return Signer(name, self.private_key)

    def signature_line(self, message: bytes) -> str:
        """The line that attests these bytes, with its final newline."""
        signature = self.verifier.key_id + self.private_key.sign(message)
        return f"{_DASH}{self.name} {encode_base64(signature)}\n"


def sign_note(text: str, *signers: Signer) -> str:
    """The note for `text`, signed by each signer in turn. NoteError for a text that no note may carry."""
    message = _checked(text)
    if not text.endswith("\n"):
        raise NoteError("the text of a note ends in a newline")
    if not signers or len(signers) > MAX_SIGNATURES:
        raise NoteError(f"a note carries 1 to {MAX_SIGNATURES} signatures")
    note = text + "\n" + "".join(signer.signature_line(message) for signer in signers)
    _checked(note)
    return note


def open_note(note: str | bytes, verifiers: Iterable[Verifier]) -> tuple[str, tuple[str, ...]]:
    """The text of a note and the names of the trusted keys that signed it, in the order of the lines.

    Lines of unknown keys are ignored. NoteError when the note is malformed, when a trusted
    key's signature is wrong, or when no trusted key signed.
    """
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) is not verifier:
            raise NoteError(f"two trusted keys are called {verifier.name}+{verifier.key_id.hex()}")
    text, signatures = _split_note(note)
    message = text.encode()
    names: dict[str, None] = {}
    for name, key_id, signature in signatures:
        trusted = known.get((name, key_id))
        if trusted is None:
            continue
        if not trusted.verify(message, signature):
            raise NoteError(f"the signature of {name}+{key_id.hex()} is wrong")
        names[name] = None
    if not names:
        raise NoteError("no trusted key has signed this note")
    return text, tuple(names)


def check_name(name: str) -> None:
    """Raise NoteError unless `name` is non-empty, without spaces, plus signs and control characters."""
    if not name or "+" in name or any(map(str.isspace, name)) or _CONTROL.search(name):
        raise NoteError("a key name is not empty and has no spaces, plus signs or control characters")
    try:
        name.encode()
    except UnicodeEncodeError as problem:
        raise NoteError("a key name is valid Unicode") from problem


def encode_base64(data: bytes) -> str:
    """Standard base 64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The inverse of `encode_base64`; NoteError for any other spelling of the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise NoteError("not base 64") from problem
    if encode_base64(data) != text:
        raise NoteError("base 64 in an unusual spelling")
    return data


def _checked(text: str) -> bytes:
    """The UTF-8 bytes of a text that may stand in a note."""
    if _CONTROL.search(text):
        raise NoteError("a note has no control characters except newlines")
    try:
        data = text.encode()
    except UnicodeEncodeError as problem:
        raise NoteError("a note is valid Unicode") from problem
    if len(data) > MAX_NOTE_BYTES:
        raise NoteError("the note is too long")
    return data


def _split_note(note: str | bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Text and (name, key id, signature) of each line; the *last* blank line parts them."""
    if len(note) > MAX_NOTE_BYTES:
        raise NoteError("the note is too long")
    if isinstance(note, bytes):
        try:
            note = note.decode()
        except UnicodeDecodeError as problem:
            raise NoteError("a note is valid UTF-8") from problem
    _checked(note)
    text, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise NoteError("a note is a text, a blank line, and lines of signatures")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("too many signatures")
    return text + "\n", [parse_line(line) for line in lines]


def parse_line(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature of a signature line. NoteError for any other line."""
    if not line.startswith(_DASH):
        raise NoteError("a signature line begins with an em dash and a space")
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    check_name(name)
    signature = decode_base64(encoded)
    if len(signature) <= KEY_ID_LENGTH:
        raise NoteError("a signature is longer than its key id")
    return name, signature[:KEY_ID_LENGTH], signature[KEY_ID_LENGTH:]
