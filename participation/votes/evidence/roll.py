"""The frozen roll for the evidence: each line's seal for everybody, the lines themselves for an auditor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.quantities import format_hundredths
from participation.votes.models import Elector, ElectorHome
from participation.votes.roll_models import RollLine

BATCH = 2000


def roll_seals(vote_id: int) -> Iterator[bytes]:
    """The 32-byte commitment of every line, in the order of the roll: the leaves of the fingerprint."""
    for batch in _batches(vote_id):
        for elector in batch:
            if elector.seal is not None:
                yield elector.seal


def roll_lines(vote_id: int) -> Iterator[dict[str, Any]]:
    """Every elector in order: the sealed line with its salt, and beside it what the site counts with now.

    An elector whom a correction has made has no sealed line: `line` and `salt` are None.
    """
    for batch in _batches(vote_id):
        homes = _homes([elector.id for elector in batch])
        for elector in batch:
            yield {
                "elector": elector.number,
                "line": elector.line,
                "salt": elector.salt.hex() if elector.line is not None else None,
                "now": {
                    "heads": elector.heads,
                    "area": format_hundredths(elector.area),
                    "homes": [{"home": label, "area": format_hundredths(area)} for label, area in homes[elector.id]],
                },
            }


def _homes(elector_ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    """Frozen homes by elector; a home that a correction brought has no frozen area and is left out."""
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for elector_id, label, area in db.session.execute(
        select(ElectorHome.elector_id, ElectorHome.label, ElectorHome.area)
        .where(ElectorHome.elector_id.in_(elector_ids), ElectorHome.area > 0)
        .order_by(ElectorHome.elector_id, ElectorHome.home_id)
    ):
        found[elector_id].append((label, area))
    return found


def _batches(vote_id: int) -> Iterator[Sequence[Any]]:
    last = db.session.scalar(select(func.max(Elector.number)).where(Elector.vote_id == vote_id)) or 0
    columns = (Elector.id, Elector.number, Elector.heads, Elector.area, Elector.salt, RollLine.line, RollLine.seal)
    for start in range(1, last + 1, BATCH):
        yield db.session.execute(
            select(*columns)
            .outerjoin(RollLine, RollLine.elector_id == Elector.id)
            .where(Elector.vote_id == vote_id, Elector.number >= start, Elector.number < start + BATCH)
            .order_by(Elector.number)
        ).all()
