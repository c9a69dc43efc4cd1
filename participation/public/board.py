"""The notice board: announced votes with their phase and the outcome that was posted, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.sentences import Sentence
from participation.roll.models import Unit
from participation.votes.models import Result, Vote
from participation.votes.phases import Phase
from participation.votes.queries import announced_votes
from participation.votes.services.steps import phase_now
from participation.votes.wording_data import outcome_words

MOST = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One announced vote on the board. `outcomes`: one sentence per question of the latest posted count."""

    vote: Vote
    unit: Unit
    phase: Phase
    outcomes: tuple[Sentence, ...]

    @property
    def is_archived(self) -> bool:
        return self.phase in (Phase.ARCHIVED, Phase.CANCELLED)


def board(units: Sequence[Unit], now: datetime, limit: int = MOST) -> list[Notice]:
    """The votes of these neighbourhoods, newest notice first."""
    by_id = {unit.id: unit for unit in units}
    votes = announced_votes(list(by_id), limit)
    outcomes = _outcomes([vote.id for vote in votes])
    return [Notice(vote, by_id[vote.unit_id], phase_now(vote, now), outcomes.get(vote.id, ())) for vote in votes]


def _outcomes(vote_ids: Sequence[int]) -> dict[int, tuple[Sentence, ...]]:
    latest = select(func.max(Result.id)).where(Result.vote_id.in_(vote_ids)).group_by(Result.vote_id)
    rows = db.session.execute(select(Result.vote_id, Result.data).where(Result.id.in_(latest)))
    return {vote_id: tuple(outcome_words(question) for question in data["questions"]) for vote_id, data in rows}
