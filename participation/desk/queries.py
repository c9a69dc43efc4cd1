"""What the desk reads of votes across neighbourhoods: a fixed number of queries, however many votes there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from participation.database import db
from participation.roll.models import Home, Unit
from participation.roll.queries import facts_at
from participation.votes.models import Objection, ObjectionAnswer, Vote, VoteCount
from participation.votes.phases import Phase
from participation.votes.queries import standings
from participation.votes.rules import TestResult
from participation.votes.services.steps import phase_now

RUNNING = ("draft", "noticed", "counted", "finalised")


@dataclass(frozen=True)
class VoteLine:
    """One vote as lists of the desk show it."""

    vote: Vote
    unit: Unit
    phase: Phase
    count: VoteCount | None
    objections: int
    waiting: int  # objections without an answer


def units_by_id(ids: Sequence[int]) -> dict[int, Unit]:
    return {unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.id.in_(ids)).order_by(Unit.name))}


def vote_lines(
    units: dict[int, Unit], now: datetime, *, drafts_of: Sequence[int], all_steps: bool = False
) -> list[VoteLine]:
    """The votes of `units`, newest first; drafts only of the units in `drafts_of`; archived and cancelled ones on request."""
    query = select(Vote, VoteCount).outerjoin(VoteCount, VoteCount.vote_id == Vote.id).where(Vote.unit_id.in_(units))
    if not all_steps:
        query = query.where(Vote.step.in_(RUNNING))
    rows = [
        (vote, count)
        for vote, count in db.session.execute(query.order_by(Vote.id.desc()))
        if vote.step != "draft" or vote.unit_id in drafts_of
    ]
    # To a ballot cast on their behalf owners can object before the count, too.
    objections = _objections([vote.id for vote, _ in rows if vote.step in ("noticed", "counted")])
    return [
        VoteLine(vote, units[vote.unit_id], phase_now(vote, now), count, *objections.get(vote.id, (0, 0)))
        for vote, count in rows
    ]


def _objections(vote_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """vote id -> (objections, of these without an answer)."""
    if not vote_ids:
        return {}
    return {
        vote_id: (total, total - answered)
        for vote_id, total, answered in db.session.execute(
            select(Objection.vote_id, func.count(), func.count(ObjectionAnswer.objection_id))
            .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
            .where(Objection.vote_id.in_(vote_ids))
            .group_by(Objection.vote_id)
        )
    }


@dataclass(frozen=True)
class ScopeTotals:
    """What would be frozen now. Area in 1/100 m2."""

    homes: int
    heads: int
    area: int


def scope_totals(vote: Vote, now: datetime) -> ScopeTotals:
    """Homes, heads and area in the scope of a draft as the roll stands."""
    facts = facts_at(vote.unit_id, now)
    query = (
        select(func.count(), func.count(facts.c.owner_id.distinct()), func.coalesce(func.sum(facts.c.area), 0))
        .select_from(facts)
        .join(Home, Home.id == facts.c.home_id)
    )
    if vote.scope:
        query = query.where(Home.building_id.in_(vote.scope))
    if vote.stairwell_id is not None:
        query = query.where(Home.stairwell_id == vote.stairwell_id)
    homes, heads, area = db.session.execute(query).one()
    return ScopeTotals(int(homes), int(heads), int(area))


def vote_line(vote: Vote, unit: Unit, now: datetime) -> VoteLine:
    """One vote as a line of the lists."""
    return VoteLine(
        vote,
        unit,
        phase_now(vote, now),
        db.session.get(VoteCount, vote.id),
        *_objections([vote.id]).get(vote.id, (0, 0)),
    )


def distinct_standings(vote: Vote, count: VoteCount) -> list[tuple[list[int], tuple[TestResult, ...]]]:
    """The quorum tests, each set once with the numbers of the questions it holds for: questions often share a rule."""
    found: dict[tuple[TestResult, ...], list[int]] = {}
    for number, standing in enumerate(standings(vote, count), start=1):
        found.setdefault(standing.tests, []).append(number)
    return [(numbers, tests) for tests, numbers in found.items()]
