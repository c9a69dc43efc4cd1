"""A person's heads in a vote: which homes each counts, its weight now, and whether its ballot is in.

One owner with several homes is one head; a person who also owns a home together with
others acts for that second head too.  Everything comes in one query, because every page
of a vote begins with it, on the evening when everybody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from participation.accounts.models import Person
from participation.database import db, fetch
from participation.roll.masking import masked
from participation.roll.models import OwnerMember, Titleholder
from participation.roll.queries import members_of
from participation.votes.models import Ballot, CoOwnerStatement, Elector, ElectorHome, RollCorrection
from participation.votes.sheet_queries import unread_sheet


class MyElector(NamedTuple):
    id: int
    number: int


class MyHome(NamedTuple):
    label: str
    area: int  # 1/100 m2, corrections included


class StandingBallot(NamedTuple):
    """The ballot that counts for a head now: the last one cast."""

    turn: int
    cast_by_id: int | None
    channel: str
    received_at: datetime
    choices: dict[str, Any]
    idempotency_key: str
    receipt: str
    authority_id: int | None


@dataclass(frozen=True, slots=True)
class MyHead:
    """One head as its owner sees it. Areas in 1/100 m2, public corrections included.

    standing: free (no ballot yet), voted (by this person), co_owner_voted (by another
    owner of the home), cast_otherwise (the head's ballot came on paper, at the polling point,
    or from somebody who acts for the owner), sheet_is_in (a sheet came in and is being read),
    another_named (the owners have named somebody else), removed (a correction has taken the
    head off the roll).
    """

    elector: MyElector
    homes: tuple[MyHome, ...]
    area: int
    standing: str
    ballot: StandingBallot | None
    cast_by: str | None = None  # masked name of the co-owner who has voted
    named: str | None = None  # the co-owner who was named to vote
    sheet_received_at: datetime | None = None  # of a sheet that is being read
    statement: CoOwnerStatement | None = None  # what this person has said about the other's ballot

    @property
    def received_at(self) -> datetime | None:
        return self.ballot.received_at if self.ballot else None


def _sum_of(delta: Any, *more: Any) -> Any:
    return (
        select(func.coalesce(func.sum(delta), 0))
        .where(RollCorrection.elector_id == Elector.id, *more)
        .correlate(Elector, ElectorHome)
        .scalar_subquery()
    )


# One row per home and cast of each head of this person, in the order of the roll.
_ROWS = (
    select(
        Elector.id, Elector.number, Elector.heads, Elector.area, Elector.voter_id, Elector.owner_id,
        ElectorHome.home_id, ElectorHome.label, ElectorHome.area.label("home_area"),
        _sum_of(RollCorrection.heads_delta).label("heads_delta"),
        _sum_of(RollCorrection.area_delta).label("area_delta"),
        _sum_of(RollCorrection.area_delta, RollCorrection.home_id == ElectorHome.home_id).label("home_delta"),
        select(func.count()).where(RollCorrection.elector_id == Elector.id).correlate(Elector).scalar_subquery().label("corrections"),
        Ballot.turn, Ballot.cast_by_id, Ballot.channel, Ballot.received_at, Ballot.choices, Ballot.idempotency_key, Ballot.receipt,
        Ballot.authority_id, unread_sheet(Elector.id).label("sheet_received_at"),
    )
    # Outer: a head that a correction made (the buyer of a home) has no home on the frozen roll.
    .outerjoin(ElectorHome, ElectorHome.elector_id == Elector.id)
    .outerjoin(Ballot, (Ballot.vote_id == Elector.vote_id) & (Ballot.elector_id == Elector.id))
    .where(
        Elector.vote_id == bindparam("vote"),
        Elector.owner_id.in_(
            select(OwnerMember.owner_id)
            .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
            .where(Titleholder.person_id == bindparam("person"))
        ),
    )
    .order_by(Elector.number, Ballot.turn, ElectorHome.home_id)
)  # fmt: skip


def my_heads(vote_id: int, person_id: int) -> list[MyHead]:
    """The heads for which this person can speak in the vote, in the order of the roll."""
    rows = fetch(_ROWS, {"vote": vote_id, "person": person_id}).all()
    return [_head(list(mine), vote_id, person_id) for _, mine in groupby(rows, key=lambda row: row.id)]


def _head(rows: list[Any], vote_id: int, person_id: int) -> MyHead:
    first, last = rows[0], rows[-1]
    ballot = None
    if last.turn is not None:
        ballot = StandingBallot(
            last.turn, last.cast_by_id, last.channel, last.received_at, last.choices, last.idempotency_key, last.receipt,
            last.authority_id,
        )  # fmt: skip
    standing, cast_by, named, statement = "free", None, None, None
    if ballot is not None and ballot.cast_by_id == person_id:
        standing = "voted"
    elif ballot is not None and (ballot.cast_by_id is None or ballot.authority_id is not None):
        standing = "cast_otherwise"
    elif ballot is not None:
        standing = "co_owner_voted"
        assert ballot.cast_by_id is not None
        cast_by = masked(db.session.get_one(Person, ballot.cast_by_id).name)
        statement = _statement(vote_id, first.id, person_id)
    elif first.heads + int(first.heads_delta) < 1:
        standing = "removed"
    elif first.sheet_received_at is not None:
        standing = "sheet_is_in"
    if first.voter_id is not None and standing in ("free", "co_owner_voted"):
        holder = next((h for h in members_of([first.owner_id])[first.owner_id] if h.id == first.voter_id), None)
        if holder is not None and holder.person_id != person_id:
            named = holder.name
            standing = "another_named" if standing == "free" else standing
    return MyHead(
        elector=MyElector(first.id, first.number),
        homes=_homes(rows, vote_id),
        area=first.area + int(first.area_delta),
        standing=standing,
        ballot=ballot,
        cast_by=cast_by,
        named=named,
        sheet_received_at=first.sheet_received_at,
        statement=statement,
    )


def _homes(rows: Sequence[Any], vote_id: int) -> tuple[MyHome, ...]:
    """Each home once, however often its head has cast; homes that a correction took off are left out."""
    found = {
        row.home_id: MyHome(row.label, row.home_area + int(row.home_delta)) for row in rows if row.home_id is not None
    }
    if rows[0].corrections:
        found |= _brought_by_corrections(rows[0].id, vote_id, set(found))
    return tuple(home for home in found.values() if home.area > 0)


def _brought_by_corrections(elector_id: int, vote_id: int, frozen: set[int]) -> dict[int, MyHome]:
    """Homes that corrections have given to this head since the freeze (bought during the vote, forgotten on the roll)."""
    rows = db.session.execute(
        select(ElectorHome.home_id, ElectorHome.label, func.sum(RollCorrection.area_delta))
        .join(RollCorrection, RollCorrection.home_id == ElectorHome.home_id)
        .where(ElectorHome.vote_id == vote_id, RollCorrection.elector_id == elector_id)
        .group_by(ElectorHome.home_id, ElectorHome.label)
        .order_by(ElectorHome.home_id)
    )
    return {home_id: MyHome(label, int(area)) for home_id, label, area in rows if home_id not in frozen}


def _statement(vote_id: int, elector_id: int, person_id: int) -> CoOwnerStatement | None:
    return db.session.scalars(
        select(CoOwnerStatement).where(
            CoOwnerStatement.vote_id == vote_id,
            CoOwnerStatement.elector_id == elector_id,
            CoOwnerStatement.by_id == person_id,
        )
    ).one_or_none()
