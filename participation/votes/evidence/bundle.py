"""The evidence bundle of one vote: everything with which a stranger confirms the result, in one file.

    manifest.json          what this is: format, kind, neighbourhood, vote, size of the record
    verifier-key.txt       the key of the record, in one line; compare it with the one on paper
    checkpoint.txt         the signed state of the record at that size
    checkpoints/NAME.txt   the same for the moments whose checkpoint was printed: notice, counts
    record.jsonl           every entry of the neighbourhood's record from the first on, a line each
    shown.json             what the site shows: vote, questions with rules, results, corrections, objections
    roll-seals.txt         the seal of each line of the frozen roll, in order
    witnesses.txt          the keys of the witnesses whom the record names; their lines stand under checkpoints/
    secret-box.txt         of a secret election: the hash of each sealed ballot in the box
  and for an auditor only
    roll.jsonl             the lines of the roll with their salts, and what the site counts with now
    openings.jsonl         the contents and salts that open ballots, co-owners' statements and other sealed entries
    secret-marks.txt       of a secret election: which owners have voted

Nothing is held in memory that grows with the vote.  The same state of the record gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.models import Log, LogEntry
from participation.record.services import checkpoint_at, log_of, signer
from participation.roll.models import Unit
from participation.votes.evidence.archive import SealedArchive
from participation.votes.evidence.openings import openings
from participation.votes.evidence.roll import roll_lines, roll_seals
from participation.votes.evidence.secret import hashes_in_box, marked_electors
from participation.votes.evidence.shown import shown
from participation.votes.evidence.witnesses import witness_keys, witnessed
from participation.votes.models import Elector, Result, Vote, VoteStep

FORMAT = "participation/evidence/v1"
Progress = Callable[[int, int], None]  # (done, of), in lines written
BATCH = 5000


@dataclass(frozen=True, slots=True)
class Extent:
    """How much a bundle covers: the record's first `size` entries, and about how many lines there are to write."""

    size: int
    lines: int


def extent_of(vote: Vote) -> Extent:
    """Up to the newest entry of this vote; later entries of other votes prove nothing about it.

    Raises Refusal before the vote has been counted.
    """
    if not db.session.scalar(select(func.count()).select_from(Result).where(Result.vote_id == vote.id)):
        raise Refusal(
            Reason(
                "not_counted",
                say("This vote has not been counted yet."),
                say("The evidence can be had as soon as the preliminary count is posted."),
            )
        )
    log = log_of(vote.unit_id)
    last = db.session.scalar(
        select(func.max(LogEntry.index)).where(LogEntry.log_id == log.id, LogEntry.vote_id == vote.id)
    )
    electors = db.session.scalar(select(func.count()).select_from(Elector).where(Elector.vote_id == vote.id)) or 0
    size = (last if last is not None else -1) + 1
    return Extent(size, size + 3 * electors)


def write_bundle(vote: Vote, path: Path, *, auditor: bool, progress: Progress = lambda done, of: None) -> Extent:
    """Write the bundle of a counted vote to `path`; returns its extent. Reads in one transaction, writes nothing to it."""
    extent = extent_of(vote)
    log, unit = log_of(vote.unit_id), db.session.get_one(Unit, vote.unit_id)
    tick = _Ticker(extent.lines, progress)
    with SealedArchive(path) as archive:
        archive.put("manifest.json", _json({
            "format": FORMAT, "kind": "auditor" if auditor else "public", "origin": log.origin, "size": extent.size,
            "neighbourhood": {"slug": unit.slug, "name": unit.name},
            "vote": {"id": vote.id, "number": vote.number, "title": vote.title},
        }))  # fmt: skip
        archive.put("verifier-key.txt", f"{signer(log).verifier.vkey}\n".encode())
        archive.put("checkpoint.txt", checkpoint_at(log, extent.size)[1].encode())
        for name, size in _printed(vote, extent.size):
            archive.put(f"checkpoints/{name}.txt", checkpoint_at(log, size)[1].encode())
        for size, signed in witnessed(log, extent.size):
            archive.put(f"checkpoints/witnessed-{size}.txt", (checkpoint_at(log, size)[1] + signed).encode())
        if keys := witness_keys(log):
            archive.put("witnesses.txt", keys.encode())
        with archive.member("record.jsonl", expected_bytes=400 * extent.size) as file:
            for payload in tick.count(_payloads(log, extent.size)):
                file.write(payload.encode() + b"\n")
        archive.put("shown.json", _json(shown(vote, extent.size)))
        if vote.secret:
            archive.put("secret-box.txt", hashes_in_box(vote.id).encode())
        with archive.member("roll-seals.txt") as file:
            for seal in tick.count(roll_seals(vote.id)):
                file.write(seal.hex().encode() + b"\n")
        if auditor:
            _write_private(archive, vote, extent, tick)
    progress(extent.lines, extent.lines)
    return extent


def _write_private(archive: SealedArchive, vote: Vote, extent: Extent, tick: _Ticker) -> None:
    with archive.member("roll.jsonl", expected_bytes=200 * extent.lines) as file:
        for line in tick.count(roll_lines(vote.id)):
            file.write(_json(line))
    with archive.member("openings.jsonl", expected_bytes=200 * extent.lines) as file:
        for opening in tick.count(openings(vote.id, extent.size)):
            file.write(_json({"index": opening.index, "salt": opening.salt.hex(), "content": opening.content}))
    if vote.secret:
        archive.put("secret-marks.txt", marked_electors(vote.id).encode())


def _payloads(log: Log, size: int) -> Iterator[str]:
    """The payloads in order. A gap leaves a line out: whoever checks will find the wrong root, and say so."""
    for start in range(0, size, BATCH):
        rows = db.session.execute(
            select(LogEntry.payload)
            .where(LogEntry.log_id == log.id, LogEntry.index >= start, LogEntry.index < min(start + BATCH, size))
            .order_by(LogEntry.index)
        )
        for (payload,) in rows:
            yield payload.replace("\n", " ")  # canonical JSON has none; what was tampered with must not gain a line


def _printed(vote: Vote, size: int) -> Iterator[tuple[str, int]]:
    """The moments whose checkpoint stands on a poster: the notice, each count."""
    notice = db.session.scalar(
        select(VoteStep.log_index).where(VoteStep.vote_id == vote.id, VoteStep.kind == "notice").order_by(VoteStep.id)
    )
    if notice is not None and notice < size:
        yield "notice", notice + 1
    for stage, index in db.session.execute(
        select(Result.stage, Result.log_index)
        .where(Result.vote_id == vote.id, Result.log_index < size)
        .order_by(Result.log_index)
    ):
        yield f"{stage}-{index + 1}", index + 1


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


class _Ticker:
    """Counts lines and now and then tells how far the work has come."""

    def __init__(self, of: int, progress: Progress):
        self.done, self.of, self._progress = 0, of, progress

    def count(self, lines: Iterator[Any]) -> Iterator[Any]:
        for line in lines:
            self.done += 1
            if self.done % BATCH == 0:
                self._progress(min(self.done, self.of), self.of)
            yield line
