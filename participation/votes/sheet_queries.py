"""Named reads of paper ballots."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.votes.sheet_models import SheetOutcome, SheetReturn


def unread_sheet(elector_id: Any) -> Any:
    """Scalar subquery: when the first sheet of this elector came in of which nothing has become yet; NULL if none."""
    return (
        select(func.min(SheetReturn.received_at))
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .where(SheetReturn.elector_id == elector_id, SheetOutcome.return_id.is_(None))
        .correlate_except(SheetReturn, SheetOutcome)
        .scalar_subquery()
    )


def unread_sheets(vote_id: int) -> int:
    """How many returned sheets (and recorded calls) of a vote nothing has become of yet."""
    return db.session.scalar(
        select(func.count())
        .select_from(SheetReturn)
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .where(SheetReturn.vote_id == vote_id, SheetOutcome.return_id.is_(None))
    ) or 0


def outcomes_of(vote_id: int) -> dict[str, int]:
    """What became of the returned sheets and recorded calls of a vote: kind -> number."""
    rows = db.session.execute(
        select(SheetOutcome.kind, func.count())
        .where(SheetOutcome.vote_id == vote_id)
        .group_by(SheetOutcome.kind)
        .order_by(func.count().desc(), SheetOutcome.kind)
    ).all()
    return dict(rows)  # type: ignore[arg-type]
