"""What co-owners say about a ballot cast for their home: of what was said, only what was not taken back counts."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from participation.database import db
from participation.votes.models import CoOwnerStatement, CoOwnerWithdrawal

# A condition on co_owner_statements, for every query that asks whether co-owners disagree.
STANDS = ~exists().where(CoOwnerWithdrawal.statement_id == CoOwnerStatement.id)


def standing_statement(vote_id: int, elector_id: int, person_id: int) -> CoOwnerStatement | None:
    """What this person says about the ballot of the head, if they still say it."""
    return db.session.scalars(select(CoOwnerStatement).where(*_of(vote_id, elector_id, person_id), STANDS)).one_or_none()


def statements_made(vote_id: int, elector_id: int, person_id: int) -> int:
    """How often this person has said something about the ballot of the head, taken back or not."""
    return db.session.scalar(select(func.count(CoOwnerStatement.id)).where(*_of(vote_id, elector_id, person_id))) or 0


def _of(vote_id: int, elector_id: int, person_id: int) -> tuple[object, ...]:
    said = CoOwnerStatement
    return said.vote_id == vote_id, said.elector_id == elector_id, said.by_id == person_id
