"""Until when the personal contents of a vote are kept, and which votes are due.

The time runs from the day the vote ended (final result or cancellation) and is the longest that the rules of its
questions ask for, as they stand in the public entry of the notice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from participation.database import db
from participation.record.models import LogEntry
from participation.votes.erasure_models import Erasure
from participation.votes.models import Vote, VoteStep

ENDED = ("finalised", "cancelled")
ENDED_STEPS = ("finalised", "archived", "cancelled")


class Retention(NamedTuple):
    """How long a vote that has ended is kept. `erased_at`: when its contents were erased, if they were."""

    vote: Vote
    ended_at: datetime
    years: int
    due_at: datetime
    erased_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        return self.erased_at is None and now >= self.due_at


def retention_of(vote: Vote) -> Retention | None:
    """When this vote is due; None while it has not ended."""
    if vote.step not in ENDED_STEPS:
        return None
    ended_at = db.session.scalar(
        select(func.max(VoteStep.at)).where(VoteStep.vote_id == vote.id, VoteStep.kind.in_(ENDED))
    )
    notice = db.session.scalar(select(LogEntry.payload).where(LogEntry.vote_id == vote.id, LogEntry.kind == "notice"))
    if ended_at is None or notice is None:
        return None
    years = max(int(asked["rule"]["retention_years"]) for asked in json.loads(notice)["questions"])
    return Retention(vote, ended_at, years, years_after(ended_at, years), erased_at(vote.id))


def retentions(unit_ids: Sequence[int] | None = None) -> list[Retention]:
    """Every vote that has ended, of some neighbourhoods or of all, the earliest due first."""
    query = select(Vote).where(Vote.step.in_(ENDED_STEPS))
    if unit_ids is not None:
        query = query.where(Vote.unit_id.in_(unit_ids))
    found = [kept for vote in db.session.scalars(query.order_by(Vote.id)) if (kept := retention_of(vote)) is not None]
    return sorted(found, key=lambda kept: (kept.due_at, kept.vote.id))


def erased_at(vote_id: int) -> datetime | None:
    """When the personal contents of this vote were erased; None while they are there."""
    return db.session.scalar(select(Erasure.at).where(Erasure.vote_id == vote_id))


def years_after(at: datetime, years: int) -> datetime:
    """The same day and time, so many years later; after 29 February the first of March."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, month=3, day=1)
