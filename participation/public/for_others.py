"""What waits for somebody who holds written authorities, and what others have cast for an owner: for the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from participation.database import db
from participation.votes.behalf_models import Authority
from participation.votes.behalf_queries import held_by
from participation.votes.models import Ballot, Elector, RollCorrection, Vote


@dataclass(frozen=True, slots=True)
class ForOthers:
    """One vote as it concerns the holder of authorities: heads still to vote for, receipts of what they have cast."""

    vote: Vote
    waiting: int
    receipts: tuple[str, ...]


class Told(NamedTuple):
    """A ballot that stands for this owner and that somebody else has cast."""

    holder: str
    kind: str
    at: datetime
    receipt: str


def still_on_roll() -> Any:
    """SQL condition: no correction has taken the elector's head off the roll."""
    corrected = (
        select(func.coalesce(func.sum(RollCorrection.heads_delta), 0))
        .where(RollCorrection.elector_id == Elector.id)
        .correlate(Elector)
        .scalar_subquery()
    )
    return Elector.heads + corrected >= 1


def for_others(person_id: int, now: datetime) -> dict[int, ForOthers]:
    """Vote id -> what this person may do or has done there for others. One statement for almost everybody: the first."""
    held = held_by(person_id, now)
    if not held:
        return {}
    electors = [authority.elector_id for authority in held]
    votes = {
        vote.id: vote
        for vote in db.session.scalars(
            select(Vote).where(Vote.id.in_({a.vote_id for a in held}), Vote.step.in_(("noticed", "counted", "finalised", "cancelled")))
        )
    }
    on_roll = set(db.session.scalars(select(Elector.id).where(Elector.id.in_(electors), still_on_roll())))
    standing = _standing(electors)
    found = {}
    for vote_id, vote in votes.items():
        here = [authority for authority in held if authority.vote_id == vote_id]
        cast = [standing[a.elector_id] for a in here if a.elector_id in standing]
        mine = {authority.authority_id for authority in here}
        found[vote_id] = ForOthers(
            vote,
            sum(a.elector_id in on_roll and a.elector_id not in standing for a in here),
            tuple(row.receipt for row in cast if row.authority_id in mine),
        )
    return found


def told_to(elector_ids: Sequence[int]) -> dict[int, Told]:
    """Elector id -> the ballot that somebody else cast for this owner, where it stands."""
    by_others = {id_: row for id_, row in _standing(elector_ids).items() if row.authority_id is not None}
    if not by_others:
        return {}
    holders = {
        row.id: row
        for row in db.session.execute(
            select(Authority.id, Authority.kind, Authority.holder_name).where(
                Authority.id.in_([row.authority_id for row in by_others.values()])
            )
        )
    }
    return {
        id_: Told(holders[row.authority_id].holder_name, holders[row.authority_id].kind, row.received_at, row.receipt)
        for id_, row in by_others.items()
    }


def _standing(elector_ids: Sequence[int]) -> dict[int, Any]:
    """The ballot that stands for each elector: receipt, received_at, authority_id."""
    return {
        row.elector_id: row
        for row in db.session.execute(
            select(Ballot.elector_id, Ballot.receipt, Ballot.received_at, Ballot.authority_id)
            .where(Ballot.elector_id.in_(elector_ids))
            .order_by(Ballot.elector_id, Ballot.turn)
        )
    }
