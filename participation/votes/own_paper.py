"""What an owner is told of the own paper ballots, and of ballots that came in by two ways. Never what another chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from participation.database import db
from participation.votes.models import Ballot, BallotSetAside, DoubleBallot
from participation.votes.sheet_models import Sheet, SheetOutcome, SheetReturn

INVALID = frozenset({"late", "void", "unsigned", "torn", "wrong_sheet", "illegible", "blank", "not_on_roll", "no_authority"})


class OwnSheet(NamedTuple):
    """A sheet (or a recorded call) of this owner. `outcome` is None while it is being read."""

    channel: str
    received_at: datetime
    outcome: str | None
    at: datetime | None

    @property
    def is_invalid(self) -> bool:
        return self.outcome in INVALID


class OwnTwo(NamedTuple):
    """Two ballots of this owner: which stands, which does not, by channel and time of receipt."""

    stands: str
    stands_at: datetime
    other: str
    other_at: datetime


class OwnPaper(NamedTuple):
    sheets: tuple[OwnSheet, ...]
    two: tuple[OwnTwo, ...]


def came_otherwise(elector_id: Any) -> Any:
    """Scalar subquery: whether anything of this elector came in on paper, or by two ways. Almost nobody's does."""
    sheets = select(func.count()).where(SheetReturn.elector_id == elector_id).correlate_except(SheetReturn)
    doubles = select(func.count()).where(DoubleBallot.elector_id == elector_id).correlate_except(DoubleBallot)
    return sheets.scalar_subquery() + doubles.scalar_subquery()


class FoundSheet(NamedTuple):
    """What whoever holds a sheet's code is told: of which vote it is, and what became of it. No name, no home, no choice."""

    vote_id: int
    sheet: OwnSheet | None  # None: it has not come in
    receipt: str | None  # of the ballot it became, where that ballot stands or stood


def sheet_by_code(code: str) -> FoundSheet | None:
    """The newest news of a printed sheet. Reads the code in the form of `sheet_codes.read_code`."""
    row = db.session.execute(
        select(
            Sheet.vote_id, SheetReturn.channel, SheetReturn.received_at, SheetOutcome.kind, SheetOutcome.at, Ballot.receipt
        )
        .outerjoin(SheetReturn, SheetReturn.sheet_id == Sheet.id)
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .outerjoin(Ballot, Ballot.id == SheetOutcome.ballot_id)
        .where(Sheet.code == code)
    ).first()
    if row is None:
        return None
    return FoundSheet(row[0], OwnSheet(*row[1:5]) if row[1] is not None else None, row[5])


def own_paper(elector_id: int) -> OwnPaper:
    """Everything in the order in which it was recorded."""
    sheets = db.session.execute(
        select(SheetReturn.channel, SheetReturn.received_at, SheetOutcome.kind, SheetOutcome.at)
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .where(SheetReturn.elector_id == elector_id)
        .order_by(SheetReturn.id)
    )
    stands, replaced = aliased(Ballot), aliased(Ballot)
    doubles = db.session.execute(
        select(
            stands.channel, stands.received_at, func.coalesce(replaced.channel, BallotSetAside.channel),
            replaced.received_at, BallotSetAside.received_at,
        )
        .select_from(DoubleBallot)
        .join(stands, stands.id == DoubleBallot.stands_id)
        .outerjoin(replaced, replaced.id == DoubleBallot.replaced_id)
        .outerjoin(BallotSetAside, BallotSetAside.id == DoubleBallot.set_aside_id)
        .where(DoubleBallot.elector_id == elector_id)
        .order_by(DoubleBallot.id)
    )  # fmt: skip
    two = tuple(OwnTwo(row[0], row[1], row[2], row[3] or row[4]) for row in doubles)
    return OwnPaper(tuple(OwnSheet(*row) for row in sheets), two)
