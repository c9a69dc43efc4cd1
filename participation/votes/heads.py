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
from participation.accounts.visitor import clock_now
from participation.database import db, fetch
from participation.roll.masking import masked
from participation.roll.models import OwnerMember, Titleholder
from participation.roll.queries import members_of
from participation.votes.behalf_queries import CastFor, Held, cast_for, held_by, names_of
from participation.votes.models import Ballot, CoOwnerStatement, Elector, ElectorHome, RollCorrection, Vote
from participation.votes.own_paper import OwnPaper, came_otherwise, own_paper
from participation.votes.paper import paper_of
from participation.votes.sheet_queries import unread_sheet
from participation.votes.statements import standing_statement


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
    """One head as its owner sees it, or as somebody sees it who holds an authority for it (`acting_for` says for whom).

    Areas in 1/100 m2, public corrections included.

    standing: free (no ballot yet), voted (by this person), co_owner_voted (by another
    owner of the home), cast_otherwise (the head's ballot came on paper, at the polling point,
    or from somebody who acts for the owner), sheet_is_in (a sheet came in and is being read),
    another_named (the owners have named somebody else), removed (a correction has taken the
    head off the roll), owner_voted (to the holder of an authority: the owner has acted otherwise;
    nothing of that ballot is told).
    """

    elector: MyElector
    homes: tuple[MyHome, ...]
    area: int
    standing: str
    ballot: StandingBallot | None
    cast_by: str | None = None  # masked name of the co-owner who has voted
    named: str | None = None  # the co-owner who was named to vote
    sheet_received_at: datetime | None = None  # of a sheet that is being read
    statement: CoOwnerStatement | None = None  # what this person says about the other's ballot
    cast_for: CastFor | None = None  # to the owner: who voted for them
    authority: Held | None = None  # to its holder: under which the head may be voted for
    acting_for: str = ""  # to the holder of an authority: the owner's registered name
    papers: OwnPaper | None = None  # sheets of this owner, and ballots that came by two ways
    is_shared: bool = False  # of a ballot that was cast otherwise: others own the home too

    @property
    def may_contradict(self) -> bool:
        """Whether the home's ballot came from another owner, or may have: then this one can say so on record."""
        return self.standing == "co_owner_voted" or (self.standing == "cast_otherwise" and self.is_shared)

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


# One row per home and cast of each head. In no order: asked for the order of the roll, SQLite walks the whole roll.
_ROWS_OF_VOTE = (
    select(
        Elector.id, Elector.number, Elector.heads, Elector.area, Elector.voter_id, Elector.owner_id,
        ElectorHome.home_id, ElectorHome.label, ElectorHome.area.label("home_area"),
        _sum_of(RollCorrection.heads_delta).label("heads_delta"),
        _sum_of(RollCorrection.area_delta).label("area_delta"),
        _sum_of(RollCorrection.area_delta, RollCorrection.home_id == ElectorHome.home_id).label("home_delta"),
        select(func.count()).where(RollCorrection.elector_id == Elector.id).correlate(Elector).scalar_subquery().label("corrections"),
        Ballot.turn, Ballot.cast_by_id, Ballot.channel, Ballot.received_at, Ballot.choices, Ballot.idempotency_key, Ballot.receipt,
        Ballot.authority_id, unread_sheet(Elector.id).label("sheet_received_at"), came_otherwise(Elector.id).label("otherwise"),
    )
    # Outer: a head that a correction made (the buyer of a home) has no home on the frozen roll.
    .outerjoin(ElectorHome, ElectorHome.elector_id == Elector.id)
    .outerjoin(Ballot, (Ballot.vote_id == Elector.vote_id) & (Ballot.elector_id == Elector.id))
    .where(Elector.vote_id == bindparam("vote"))
)  # fmt: skip
_ROWS = _ROWS_OF_VOTE.where(
    Elector.owner_id.in_(
        select(OwnerMember.owner_id)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Titleholder.person_id == bindparam("person"))
    )
)
_ROWS_OF_OTHERS = _ROWS_OF_VOTE.where(Elector.id.in_(bindparam("electors", expanding=True)))


def my_heads(vote_id: int, person_id: int) -> list[MyHead]:
    """The heads for which this person can speak in the vote: their own in the order of the roll, then those of others.

    For almost everybody there are no others, and asking costs one look into an index.
    """
    rows = fetch(_ROWS, {"vote": vote_id, "person": person_id}).all()
    mine = [_head(of_head, vote_id, person_id) for of_head in _by_head(rows)]
    held = held_by(person_id, clock_now(), vote_id)
    return mine + _heads_of_others(held, vote_id, person_id) if held else mine


def _heads_of_others(held: Sequence[Held], vote_id: int, person_id: int) -> list[MyHead]:
    """The heads for which this person holds an authority, in the order of the roll."""
    by_elector = {authority.elector_id: authority for authority in held}
    names = names_of([authority.owner_id for authority in held])
    rows = db.session.execute(_ROWS_OF_OTHERS, {"vote": vote_id, "electors": list(by_elector)}).all()
    return [_head_of_another(of_head, vote_id, person_id, by_elector[of_head[0].id], names) for of_head in _by_head(rows)]


def _by_head(rows: Sequence[Any]) -> list[list[Any]]:
    """The rows of each head together, in the order of its casts; heads in the order of the roll."""
    ordered = sorted(rows, key=lambda row: (row.number, row.turn or 0, row.home_id or 0))
    return [list(of_head) for _, of_head in groupby(ordered, key=lambda row: row.id)]


def _head_of_another(
    rows: list[Any], vote_id: int, person_id: int, authority: Held, names: dict[int, str]
) -> MyHead:
    first = rows[0]
    ballot = _standing_ballot(rows[-1])
    if ballot is not None and (ballot.authority_id == authority.authority_id or _cast_for_them(ballot, person_id)):
        standing = "voted"
    elif ballot is not None and (not _may_change(vote_id) or ballot.received_at >= authority.from_at):
        standing, ballot = "owner_voted", None
    elif first.heads + int(first.heads_delta) < 1:
        standing, ballot = "removed", None
    else:
        # Given after the owner's own ballot was cast, to change it: what that ballot says is still nobody's business.
        standing, ballot = "sheet_is_in" if first.sheet_received_at is not None else "free", None
    return MyHead(
        elector=MyElector(first.id, first.number), homes=_homes(rows, vote_id), area=first.area + int(first.area_delta),
        standing=standing, ballot=ballot, sheet_received_at=first.sheet_received_at, authority=authority,
        acting_for=names.get(authority.owner_id, ""),
    )  # fmt: skip


def _cast_for_them(ballot: StandingBallot, person_id: int) -> bool:
    """Whether this person cast it for the owner under another authority of theirs (a proxy who became guardian)."""
    return ballot.authority_id is not None and ballot.cast_by_id == person_id


def _may_change(vote_id: int) -> bool:
    return paper_of(db.session.get_one(Vote, vote_id)).may_change


def _standing_ballot(last: Any) -> StandingBallot | None:
    if last.turn is None:
        return None
    return StandingBallot(
        last.turn, last.cast_by_id, last.channel, last.received_at, last.choices, last.idempotency_key, last.receipt,
        last.authority_id,
    )  # fmt: skip


def _head(rows: list[Any], vote_id: int, person_id: int) -> MyHead:
    first = rows[0]
    ballot = _standing_ballot(rows[-1])
    for_me = None
    standing, cast_by, named, statement, is_shared = "free", None, None, None, False
    if ballot is not None and ballot.cast_by_id == person_id:
        standing = "voted"
    elif ballot is not None and (ballot.cast_by_id is None or ballot.authority_id is not None):
        standing = "cast_otherwise"
        if ballot.authority_id is not None:
            for_me = cast_for(ballot.authority_id, ballot.received_at, ballot.channel)
        else:
            is_shared = len(members_of([first.owner_id])[first.owner_id]) > 1
            statement = standing_statement(vote_id, first.id, person_id) if is_shared else None
    elif ballot is not None:
        standing = "co_owner_voted"
        assert ballot.cast_by_id is not None
        cast_by = masked(db.session.get_one(Person, ballot.cast_by_id).name)
        statement = standing_statement(vote_id, first.id, person_id)
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
        cast_for=for_me,
        papers=own_paper(first.id) if first.otherwise else None,
        is_shared=is_shared,
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
