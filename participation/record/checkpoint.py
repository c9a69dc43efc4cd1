"""Checkpoints (https://c2sp.org/tlog-checkpoint): a signed statement of how the whole record stood.

    decide.example.org/heart-garden      the origin: which log
    403                                  the size: how many entries
    CsUYapGG...jxq2I=                    the root of the tree over them

Whoever keeps a checkpoint can later prove any change to what came before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from participation.record.merkle import EMPTY_ROOT, HASH_LENGTH, MAX_SIZE
from participation.record.signed_note import (
    NoteError,
    Signer,
    Verifier,
    decode_base64,
    encode_base64,
    open_note,
    sign_note,
)

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f]")


class CheckpointError(NoteError):
    """The note is no checkpoint, or not one of the log it is taken for."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, its size in leaves and its 32-byte root.

    `extensions` are further lines of other logs; ours have none. Raises CheckpointError for
    values that no checkpoint may state.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or _NOT_IN_A_LINE.search(line):
                raise CheckpointError("a line of a checkpoint is not empty and has no control characters")
        if type(self.size) is not int or not 0 <= self.size <= MAX_SIZE:
            raise CheckpointError(f"not a tree size: {self.size!r}")
        if not isinstance(self.root, bytes) or len(self.root) != HASH_LENGTH:
            raise CheckpointError("a root hash is 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise CheckpointError("the root of an empty log is SHA-256 of nothing")

    def text(self) -> str:
        """The text that is signed: every line ends in a newline."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint. CheckpointError unless it is exactly what `Checkpoint.text` writes."""
    if not text.endswith("\n"):
        raise CheckpointError("a checkpoint ends in a newline")
    lines = text[:-1].split("\n")
    if len(lines) < 3:
        raise CheckpointError("a checkpoint has three lines: origin, size, root")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size):
        raise CheckpointError("the size is a plain decimal number without leading zeros")
    try:
        decoded = decode_base64(root)
    except NoteError as problem:
        raise CheckpointError("the root hash is not base 64") from problem
    return Checkpoint(origin, int(size), decoded, tuple(extensions))


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The checkpoint as a note, signed with the signer's key under the log's own name.

    The specification wants the key name to be the origin; so one key of the site signs each
    of its logs as `signer.named(origin)`, and that is the verifier key to publish. NoteError
    when the origin cannot be a key name (spaces, plus signs).
    """
    return sign_note(checkpoint.text(), signer.named(checkpoint.origin))


def open_checkpoint(
    note: str | bytes, log: Verifier, witnesses: Iterable[Verifier] = ()
) -> tuple[Checkpoint, tuple[str, ...]]:
    """The checkpoint in a note signed by `log`, and the names of all trusted keys that signed it.

    NoteError when the note does not hold; CheckpointError when it is signed but not by this
    log, or is no checkpoint.
    """
    text, names = open_note(note, (log, *witnesses))
    checkpoint = parse_checkpoint(text)
    if log.name not in names:
        raise CheckpointError(f"{log.name} has not signed this checkpoint")
    if checkpoint.origin != log.name:
        raise CheckpointError(f"this is a checkpoint of {checkpoint.origin}, not of {log.name}")
    return checkpoint, names
