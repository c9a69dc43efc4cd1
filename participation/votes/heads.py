"""A person's heads in a vote: which homes each counts, its weight now, and whether its ballot is in.

One owner with several homes is one head; a person who also owns a home together with
others acts for that second head too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from participation.accounts.models import Person
from participation.database import db
from participation.roll.masking import masked
from participation.votes.electors import members
from participation.votes.models import Ballot, CoOwnerStatement, Elector, RollCorrection
from participation.votes.queries import MyBallot, my_ballots


@dataclass(frozen=True, slots=True)
class MyHome:
    label: str
    area: int  # 1/100 m2, corrections included


@dataclass(frozen=True, slots=True)
class MyHead:
    """One head as its owner sees it. Areas in 1/100 m2, public corrections included.

    standing: free (no ballot yet), voted (by this person), co_owner_voted (by another
    owner of the home), another_named (the owners have named somebody else), removed (a
    correction has taken the head off the roll).
    """

    elector: Elector
    homes: tuple[MyHome, ...]
    area: int
    standing: str
    ballot: Ballot | None
    cast_by: str | None = None  # masked name of the co-owner who has voted
    named: str | None = None  # the co-owner who was named to vote
    statement: CoOwnerStatement | None = None  # what this person has said about the other's ballot

    @property
    def received_at(self) -> datetime | None:
        return self.ballot.received_at if self.ballot else None


def my_heads(vote_id: int, person_id: int) -> list[MyHead]:
    """The heads for which this person can speak in the vote, in the order of the roll."""
    mine = my_ballots(vote_id, person_id)
    if not mine:
        return []
    corrections = db.session.scalars(
        select(RollCorrection)
        .where(RollCorrection.elector_id.in_([m.elector.id for m in mine]))
        .order_by(RollCorrection.id)
    ).all()
    return [_head(m, person_id, [c for c in corrections if c.elector_id == m.elector.id]) for m in mine]


def _head(mine: MyBallot, person_id: int, corrections: Sequence[RollCorrection]) -> MyHead:
    elector, ballot = mine.elector, mine.ballot
    deltas: dict[int | None, int] = {}
    for correction in corrections:
        deltas[correction.home_id] = deltas.get(correction.home_id, 0) + correction.area_delta
    homes = tuple(MyHome(home.label, home.area + deltas.get(home.home_id, 0)) for home in mine.homes)
    standing, cast_by, named, statement = "free", None, None, None
    if ballot is not None and ballot.cast_by_id == person_id:
        standing = "voted"
    elif ballot is not None:
        standing = "co_owner_voted"
        cast_by = masked(db.session.get_one(Person, ballot.cast_by_id).name)
        statement = _statement(elector, person_id)
    elif elector.heads + sum(correction.heads_delta for correction in corrections) < 1:
        standing = "removed"
    if elector.voter_id is not None and standing in ("free", "co_owner_voted"):
        holder = next((h for h in members(elector) if h.id == elector.voter_id), None)
        if holder is not None and holder.person_id != person_id:
            named = holder.name
            standing = "another_named" if standing == "free" else standing
    return MyHead(
        elector=elector,
        homes=tuple(home for home in homes if home.area > 0),
        area=elector.area + sum(correction.area_delta for correction in corrections),
        standing=standing,
        ballot=ballot,
        cast_by=cast_by,
        named=named,
        statement=statement,
    )


def _statement(elector: Elector, person_id: int) -> CoOwnerStatement | None:
    return db.session.scalars(
        select(CoOwnerStatement).where(
            CoOwnerStatement.vote_id == elector.vote_id,
            CoOwnerStatement.elector_id == elector.id,
            CoOwnerStatement.by_id == person_id,
        )
    ).one_or_none()
