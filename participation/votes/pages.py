"""What the page of a vote shows, put together in one place: where it stands, what comes next, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.kernel.sentences import Sentence, say
from participation.roll.models import Building, Stairwell
from participation.votes.models import ElectorHome, RollCorrection, Vote, VoteCount, VoteStep
from participation.votes.phases import Phase
from participation.votes.queries import standings
from participation.web.language import said


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the timeline (templates/components/timeline.html)."""

    title: str  # said in the reader's language
    state: str  # done | now | next | stop
    at: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    href: str | None = None


# Which of the five steps is going on in which phase; everything before it is done.
_GOING = {
    Phase.NOTICE: 1, Phase.OPEN: 2, Phase.CLOSED: 3, Phase.PRELIMINARY: 4, Phase.ANSWERING: 5, Phase.FINAL: 6,
    Phase.ARCHIVED: 6,
}  # fmt: skip


def timeline_of(vote: Vote, phase: Phase, steps: Sequence[VoteStep], objection_days: int) -> list[Step]:
    """Announced, voting, preliminary count, objections, final result; a cancelled vote stops where it was."""
    by_kind = {step.kind: step for step in steps}
    counted, final, cancelled = (by_kind.get(kind) for kind in ("counted", "finalised", "cancelled"))
    extension = by_kind.get("extension")
    if cancelled is not None:
        reached = 2 if vote.opens_at and vote.opens_at <= cancelled.at else 1
        steps_before = [Step(said(say("Announced")), "done", vote.noticed_at)]
        if reached == 2:
            steps_before.append(Step(said(say("Voting")), "done", vote.opens_at))
        return [*steps_before, Step(said(say("Cancelled")), "stop", cancelled.at, text=cancelled.note)]
    going = _GOING[phase]

    def state(position: int) -> str:
        return "done" if position < going else "now" if position == going else "next"

    voting_text = said(say("Extended: %(reason)s", reason=extension.note)) if extension else None
    return [
        Step(said(say("Announced")), "done" if going > 1 else "now", vote.noticed_at),
        Step(said(say("Voting")), state(2), vote.opens_at, vote.closes_at, voting_text),
        Step(said(say("Preliminary count")), state(3), counted.at if counted else None),
        Step(
            said(say("Objections to the count")),
            state(4),
            until=vote.objections_until,
            text=None if counted else said(say("For %(days)s days after the preliminary count.", days=objection_days)),
        ),
        Step(said(say("Final result")), state(5), final.at if final else None),
    ]


@dataclass(frozen=True, slots=True)
class Turnout:
    """How far the questions with these numbers are from their quorum; equal pictures are drawn once."""

    positions: tuple[int, ...]
    tests: tuple[Any, ...]


def turnouts(vote: Vote, count: VoteCount) -> list[Turnout]:
    found: list[Turnout] = []
    for question, tests in standings(vote, count):
        twin = next((at for at, other in enumerate(found) if _alike(other.tests, tests)), None)
        if twin is None:
            found.append(Turnout((question.position,), tests))
        else:
            found[twin] = Turnout((*found[twin].positions, question.position), found[twin].tests)
    return found


def _alike(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return [(r.measure, r.test.comparator, r.test.p, r.test.q, r.numerator, r.denominator) for r in one] == [
        (r.measure, r.test.comparator, r.test.p, r.test.q, r.numerator, r.denominator) for r in other
    ]


class CorrectionLine:
    """A public correction with the name of its home."""

    def __init__(self, correction: RollCorrection, label: str | None):
        self.correction = correction
        self.label = label or ""


def correction_lines(vote_id: int) -> list[CorrectionLine]:
    """Every correction to the frozen roll, oldest first; no owner is named."""
    rows = db.session.execute(
        select(RollCorrection, ElectorHome.label)
        .outerjoin(
            ElectorHome,
            (ElectorHome.home_id == RollCorrection.home_id) & (ElectorHome.vote_id == RollCorrection.vote_id),
        )
        .where(RollCorrection.vote_id == vote_id)
        .order_by(RollCorrection.id)
    )
    return [CorrectionLine(correction, label) for correction, label in rows]


def scope_names(vote: Vote) -> list[str]:
    """The buildings (or the one stairwell) that decide; empty for the whole neighbourhood."""
    if vote.stairwell_id is not None:
        row = db.session.execute(
            select(Building.name, Stairwell.name)
            .join(Stairwell, Stairwell.building_id == Building.id)
            .where(Stairwell.id == vote.stairwell_id)
        ).one_or_none()
        return [" ".join(part for part in row if part)] if row else []
    if not vote.scope:
        return []
    return list(db.session.scalars(select(Building.name).where(Building.id.in_(vote.scope)).order_by(Building.position)))


def confidence_words(mark: str) -> Sentence:
    """How sure we are of a rule: read in the law, from memory, or our own choice."""
    return {
        "V": say("read in the text of the law or in an official notice"),
        "M": say("from memory, not yet compared with the text of the law"),
        "D": say("our own design, not law"),
    }.get(mark[:1], say("partly from memory"))
