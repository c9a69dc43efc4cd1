"""The public record for readers: entries page by page, one entry with its proof, and whether a checkpoint still holds.

Every page reads a fixed number of rows, however long the record is: entries are found by their number, never by
counting or skipping.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from participation.database import db
from participation.kernel.sentences import Sentence
from participation.public.entry_words import entry_words
from participation.record.checkpoint import CheckpointError, open_checkpoint, parse_checkpoint
from participation.record.cosignature import split_note
from participation.record.merkle import HASH_LENGTH, MAX_SIZE, leaf_hash, root_at
from participation.record.models import Log, LogEntry
from participation.record.services import node_reader, signer
from participation.record.signed_note import NoteError, decode_base64, encode_base64

PER_PAGE = 50
LONGEST_NOTE = 20_000
_PLACEHOLDERS = str.maketrans({"-": "+", "_": "/"})


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as a reader sees it. `leaf` is computed from the payload shown, never taken from elsewhere."""

    index: int
    kind: str
    at: Any
    vote_id: int | None
    payload: str

    @property
    def words(self) -> Sentence:
        return entry_words(self.kind, self.payload)

    @property
    def leaf(self) -> str:
        """The leaf hash in base 64."""
        return encode_base64(leaf_hash(self.payload.encode()))


class EntryPage(NamedTuple):
    """Up to `PER_PAGE` entries, newest first. `older`: the cursor of the next page; None at the beginning of the record."""

    lines: Sequence[EntryLine]
    older: int | None


def entry_page(log: Log, before: int | None, vote_id: int | None = None) -> EntryPage:
    """The entries with numbers below `before` (None: from the newest), of the whole log or of one vote."""
    query = select(LogEntry.index, LogEntry.kind, LogEntry.at, LogEntry.vote_id, LogEntry.payload).where(
        LogEntry.log_id == log.id, LogEntry.index < (log.size if before is None else min(before, log.size))
    )
    if vote_id is not None:
        query = query.where(LogEntry.vote_id == vote_id)
    rows = db.session.execute(query.order_by(LogEntry.index.desc()).limit(PER_PAGE + 1)).all()
    lines = [EntryLine(*row) for row in rows[:PER_PAGE]]
    return EntryPage(lines, lines[-1].index if len(rows) > PER_PAGE else None)


def entries_between(log: Log, begin: int, end: int) -> list[EntryLine]:
    """Entries begin..end-1 in their order."""
    rows = db.session.execute(
        select(LogEntry.index, LogEntry.kind, LogEntry.at, LogEntry.vote_id, LogEntry.payload)
        .where(LogEntry.log_id == log.id, LogEntry.index >= begin, LogEntry.index < end)
        .order_by(LogEntry.index)
    )
    return [EntryLine(*row) for row in rows]


class Claim(NamedTuple):
    """A checkpoint that somebody brings. `signed`: it carries this log's own signature, and that holds."""

    size: int
    root: bytes
    signed: bool


class Comparison(NamedTuple):
    """`outcome`: same, beginning, different, shrunk; `entries`: in the record now."""

    outcome: str
    claim: Claim
    entries: int

    @property
    def holds(self) -> bool:
        return self.outcome in ("same", "beginning")


def compare(log: Log, claim: Claim) -> Comparison:
    """Whether the record still begins with what the claim tells."""
    if claim.size > log.size:
        return Comparison("shrunk", claim, log.size)
    try:
        present = root_at(claim.size, node_reader(log.id))
    except (NoResultFound, ValueError):
        present = b""  # the tree itself has been tampered with: nothing agrees with it
    if present != claim.root:
        return Comparison("different", claim, log.size)
    return Comparison("same" if claim.size == log.size else "beginning", claim, log.size)


class Foreign(NoteError):
    """A checkpoint of another record; `origin` says which."""

    def __init__(self, origin: str):
        super().__init__(f"a checkpoint of {origin}")
        self.origin = origin


def read_claim(log: Log, text: str) -> Claim:
    """A checkpoint copied from paper or from a message: the three lines, with or without signatures.

    Blank space at the ends of lines and a hyphen for the dash before a signature are forgiven. NoteError for anything
    else, Foreign where it is another record's.
    """
    if len(text) > LONGEST_NOTE:
        raise NoteError("too long for a checkpoint")
    lines = [line.strip() for line in text.strip().splitlines()]
    body = [line for line in lines if line and not _is_signature(line)]
    checkpoint = parse_checkpoint("".join(f"{line}\n" for line in body))
    if checkpoint.origin != log.origin:
        raise Foreign(checkpoint.origin)
    signatures = "".join(f"\N{EM DASH} {line[1:].strip()}\n" for line in lines if _is_signature(line))
    return Claim(checkpoint.size, checkpoint.root, _is_signed(log, f"{checkpoint.text()}\n{signatures}"))


def read_size_and_root(size: str, root: str) -> Claim:
    """Size and root as typed or scanned: the root in base 64 (also as it stands in an address) or in hexadecimal digits."""
    digits = re.sub(r"[\s,.'\u00a0\u202f]", "", size)
    if not re.fullmatch(r"[0-9]{1,19}", digits, re.ASCII) or int(digits) > MAX_SIZE:
        raise CheckpointError("the size is a whole number")
    plain = "".join(root.split())
    if re.fullmatch(r"[0-9a-fA-F]{64}", plain):
        return Claim(int(digits), bytes.fromhex(plain), False)
    decoded = decode_base64(plain.translate(_PLACEHOLDERS).rstrip("=") + "=")
    if len(decoded) != HASH_LENGTH:
        raise CheckpointError("a root is 32 bytes")
    return Claim(int(digits), decoded, False)


def _is_signature(line: str) -> bool:
    return line[:1] in "\N{EM DASH}\N{EN DASH}-" and " " in line


def _is_signed(log: Log, note: str) -> bool:
    try:
        split_note(note)
        open_checkpoint(note, signer(log).verifier)
    except NoteError:
        return False
    return True
