"""Co-owners of one home who disagree: which homes and who, never what anybody chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from participation.database import db
from participation.roll.masking import masked
from participation.roll.queries import members_of
from participation.votes.models import Ballot, CoOwnerStatement, Elector, ElectorHome
from participation.votes.statements import STANDS


@dataclass(frozen=True)
class Contradiction:
    """One head whose co-owners disagree. Area in 1/100 m2; names masked."""

    homes: tuple[str, ...]
    names: tuple[str, ...]
    area: int
    since: datetime


def contradicting_electors(vote_id: int) -> dict[int, datetime]:
    """elector id -> when the first statement came that differs from the ballot that stands, and still is made."""
    standing = (
        select(Ballot.elector_id, func.max(Ballot.turn).label("turn"))
        .where(Ballot.vote_id == vote_id)
        .group_by(Ballot.elector_id)
        .subquery()
    )
    # Choices are kept in one canonical text, so the database can compare them without anybody reading them.
    rows: Sequence[tuple[int, datetime]] = db.session.execute(
        select(CoOwnerStatement.elector_id, func.min(CoOwnerStatement.at))
        .join(standing, standing.c.elector_id == CoOwnerStatement.elector_id)
        .join(Ballot, (Ballot.elector_id == standing.c.elector_id) & (Ballot.turn == standing.c.turn))
        .where(CoOwnerStatement.vote_id == vote_id, Ballot.vote_id == vote_id, CoOwnerStatement.choices != Ballot.choices)
        .where(STANDS)
        .group_by(CoOwnerStatement.elector_id)
        .order_by(CoOwnerStatement.elector_id)
    ).all()  # fmt: skip
    return dict(rows)


def contradictions(vote_id: int) -> list[Contradiction]:
    """The homes whose co-owners disagree, in the order of the frozen roll; three queries however many there are."""
    since = contradicting_electors(vote_id)
    electors = db.session.scalars(select(Elector).where(Elector.id.in_(since)).order_by(Elector.number)).all()
    homes: dict[int, list[str]] = {}
    for elector_id, label in db.session.execute(
        select(ElectorHome.elector_id, ElectorHome.label)
        .where(ElectorHome.vote_id == vote_id, ElectorHome.elector_id.in_(since))
        .order_by(ElectorHome.home_id)
    ):
        homes.setdefault(elector_id, []).append(label)
    names = members_of([elector.owner_id for elector in electors])
    return [
        Contradiction(
            tuple(homes.get(elector.id, ())),
            tuple(masked(holder.name) for holder in names.get(elector.owner_id, ())),
            elector.area,
            since[elector.id],
        )
        for elector in electors
    ]
