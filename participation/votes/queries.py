"""Named reads of votes, for pages. Always ordered; never counts ballots (the counts are kept)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from participation.database import db, fetch
from participation.roll.models import Unit
from participation.votes.electors import THEIRS, electors_of
from participation.votes.models import (
    Ballot,
    Elector,
    ElectorHome,
    Objection,
    ObjectionAnswer,
    Question,
    Result,
    RollCorrection,
    Vote,
    VoteCount,
    VoteStep,
)
from participation.votes.phases import Phase
from participation.votes.policy import AREA_SERVES_AS, rule_of
from participation.votes.rules import TestResult, progress
from participation.votes.secret_models import marked
from participation.votes.services.steps import phase_now

PUBLIC_STEPS = ("noticed", "counted", "finalised", "archived", "cancelled")


def public_vote(vote_id: int) -> Vote | None:
    """A vote that has been announced (drafts are nobody's business), with its questions."""
    vote = vote_for_staff(vote_id)
    return vote if vote is not None and vote.step != "draft" else None


def vote_for_staff(vote_id: int) -> Vote | None:
    return db.session.scalars(
        select(Vote)
        .where(Vote.id == vote_id)
        .options(selectinload(Vote.questions).selectinload(Question.candidates), selectinload(Vote.attachments))
    ).one_or_none()


def announced_votes(unit_ids: Sequence[int] | None = None, limit: int = 50) -> Sequence[Vote]:
    """Announced votes, newest notice first; of some neighbourhoods or of all."""
    query = select(Vote).where(Vote.step.in_(PUBLIC_STEPS)).order_by(Vote.noticed_at.desc(), Vote.id.desc()).limit(limit)
    if unit_ids is not None:
        query = query.where(Vote.unit_id.in_(unit_ids))
    return db.session.scalars(query).all()


def votes_of_unit(unit_id: int) -> Sequence[Vote]:
    return db.session.scalars(select(Vote).where(Vote.unit_id == unit_id).order_by(Vote.number.desc())).all()


def unit_of(vote: Vote) -> Unit:
    return db.session.get_one(Unit, vote.unit_id)


def turnout(vote: Vote) -> VoteCount | None:
    return db.session.get(VoteCount, vote.id)


class Standing(NamedTuple):
    """How far a question is from its quorum: shown while the vote is open."""

    question: Question
    tests: tuple[TestResult, ...]


def standings(vote: Vote, count: VoteCount) -> list[Standing]:
    """The quorum tests of each question on the kept counts; nothing of yes and no."""
    roll = {"heads": count.roll_heads, "area": count.roll_area}
    part = {"heads": count.part_heads, "area": count.part_area}
    return [
        Standing(question, progress(rule, _for(rule, roll), _for(rule, part)))
        for question in vote.questions
        for rule in (rule_of(question),)
    ]


def _for(rule: Any, quantities: dict[str, int]) -> dict[str, int]:
    named = {"heads": quantities["heads"], **dict.fromkeys(sorted(AREA_SERVES_AS), quantities["area"])}
    return {measure: units for measure, units in named.items() if measure in {"heads", "area", *rule.all_measures}}


def latest_result(vote_id: int) -> Result | None:
    return db.session.scalars(select(Result).where(Result.vote_id == vote_id).order_by(Result.id.desc()).limit(1)).one_or_none()


def results(vote_id: int) -> Sequence[Result]:
    return db.session.scalars(select(Result).where(Result.vote_id == vote_id).order_by(Result.id)).all()


def steps(vote_id: int) -> Sequence[VoteStep]:
    return db.session.scalars(select(VoteStep).where(VoteStep.vote_id == vote_id).order_by(VoteStep.id)).all()


class MyBallot(NamedTuple):
    """One head of this person in a vote, its homes, and the ballot that stands for it, if any."""

    elector: Elector
    homes: Sequence[Any]  # elector_id, home_id, label, area in 1/100 m2
    ballot: Ballot | None


_MY_HOMES = (
    select(ElectorHome.elector_id, ElectorHome.home_id, ElectorHome.label, ElectorHome.area)
    .join(Elector, Elector.id == ElectorHome.elector_id)
    .where(THEIRS)
    .order_by(ElectorHome.elector_id, ElectorHome.home_id)
)
_MY_BALLOTS = select(Ballot).join(Elector, Elector.id == Ballot.elector_id).where(THEIRS).order_by(Ballot.turn)


def my_ballots(vote_id: int, person_id: int) -> list[MyBallot]:
    """The heads for which this person can act in the vote, with the ballots cast for them."""
    electors = electors_of(person_id, vote_id)
    if not electors:
        return []
    me = {"vote": vote_id, "person": person_id}
    homes: dict[int, list[Any]] = {}
    for home in fetch(_MY_HOMES, me):
        homes.setdefault(home.elector_id, []).append(home)
    ballots = {ballot.elector_id: ballot for ballot in db.session.scalars(_MY_BALLOTS, me)}
    return [MyBallot(elector, homes.get(elector.id, []), ballots.get(elector.id)) for elector in electors]


def ballot_by_receipt(receipt: str) -> Ballot | None:
    return db.session.scalars(select(Ballot).where(Ballot.receipt == receipt)).one_or_none()


class ObjectionLine(NamedTuple):
    objection: Objection
    answer: ObjectionAnswer | None


def objections(vote_id: int) -> list[ObjectionLine]:
    rows = db.session.execute(
        select(Objection, ObjectionAnswer)
        .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
        .where(Objection.vote_id == vote_id)
        .order_by(Objection.number)
    )
    return [ObjectionLine(objection, answer) for objection, answer in rows]


def corrections(vote_id: int) -> Sequence[RollCorrection]:
    return db.session.scalars(select(RollCorrection).where(RollCorrection.vote_id == vote_id).order_by(RollCorrection.id)).all()


def open_votes_for(person_id: int, now: datetime) -> list[tuple[Vote, list[MyBallot]]]:
    """Votes in which this person is an elector and which have not ended, by deadline: "for you now"."""
    from participation.roll.queries import owners_of_person

    found = db.session.scalars(
        select(Vote)
        .join(Elector, Elector.vote_id == Vote.id)
        .where(Elector.owner_id.in_(owners_of_person(person_id)), Vote.step.in_(("noticed", "counted")))
        .distinct()
        .order_by(Vote.closes_at, Vote.id)
    ).all()
    return [(vote, my_ballots(vote.id, person_id)) for vote in found if phase_now(vote, now) is not Phase.CANCELLED]


def electors_without_ballot(vote_id: int) -> int:
    """How many heads have not voted yet."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Elector)
            .outerjoin(Ballot, (Ballot.elector_id == Elector.id) & (Ballot.turn == 1))
            .where(Elector.vote_id == vote_id, Ballot.id.is_(None), ~marked(Elector.id))
        )
        or 0
    )
