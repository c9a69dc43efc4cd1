"""Named reads of authorities: which hold at an instant, for whom this person may vote, who has voted for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from participation.database import db, fetch
from participation.roll.queries import members_of
from participation.votes.behalf_models import Authority, AuthorityRevocation
from participation.votes.models import Ballot, Elector, ElectorHome, RollCorrection, Vote
from participation.votes.sheet_models import SheetOutcome, SheetReturn

EVER = datetime.max.replace(tzinfo=UTC)


def is_live(at: Any, revoked_by: Any) -> Any:
    """SQL condition: the authority holds at `at`, and nobody had taken it back by `revoked_by` (both instants)."""
    revoked = (
        select(AuthorityRevocation.authority_id)
        .where(AuthorityRevocation.authority_id == Authority.id, AuthorityRevocation.at <= revoked_by)
        .correlate(Authority)
        .exists()
    )
    return and_(Authority.from_at <= at, or_(Authority.until_at.is_(None), Authority.until_at > at), ~revoked)


def for_vote(vote_id: Any) -> Any:
    """SQL condition: given for this vote, or for every vote."""
    return or_(Authority.vote_id.is_(None), Authority.vote_id == vote_id)


class Held(NamedTuple):
    """One head for which a person may vote now, and under which authority."""

    authority_id: int
    kind: str
    from_at: datetime
    owner_id: int
    elector_id: int
    vote_id: int


_HELD = (
    select(
        Authority.id, Authority.kind, Authority.from_at, Authority.owner_id, Elector.id.label("elector_id"), Elector.vote_id
    )
    .join(Elector, Elector.owner_id == Authority.owner_id)
    .join(Vote, Vote.id == Elector.vote_id)
    .where(
        Authority.holder_id == bindparam("person"),
        for_vote(Elector.vote_id),
        is_live(bindparam("at"), bindparam("ever")),
        # In a secret election who voted and what was voted never meet: nobody can be told what was cast for them.
        Vote.secret.is_(False),
    )
    .order_by(Elector.number, Authority.id)
)
_HELD_IN_VOTE = _HELD.where(Elector.vote_id == bindparam("vote"))
_HOLDS_ANY = select(Authority.id).where(Authority.holder_id == bindparam("person")).limit(1)


def held_by(person_id: int, at: datetime, vote_id: int | None = None) -> list[Held]:
    """The heads of others for which this person may vote at `at`, each once; in one vote or in all.

    Asked by every ballot page: for almost everybody one look into the index on the holder, and no more.
    """
    if fetch(_HOLDS_ANY, {"person": person_id}).first() is None:
        return []
    values: dict[str, Any] = {"person": person_id, "at": at, "ever": EVER}
    statement = _HELD
    if vote_id is not None:
        statement, values["vote"] = _HELD_IN_VOTE, vote_id
    found: dict[int, Held] = {}
    for row in fetch(statement, values):
        found.setdefault(row.elector_id, Held(*row))
    return list(found.values())


def live_authorities(vote: Any, elector: Any, at: datetime) -> Sequence[Authority]:
    """The authorities under which a ballot of `elector` received at `at` may have been cast, oldest first.

    For paper: what counts is that the authority held when the sheet was handed over; one that was taken
    back later does not undo the sheet.
    """
    return db.session.scalars(
        select(Authority)
        .where(Authority.owner_id == elector.owner_id, Authority.unit_id == vote.unit_id, for_vote(vote.id), is_live(at, at))
        .order_by(Authority.id)
    ).all()


_KIND = select(Authority.kind).where(
    Authority.id == bindparam("authority"), Authority.owner_id == bindparam("owner"), for_vote(bindparam("vote")),
    is_live(bindparam("at"), bindparam("revoked_by")),
)  # fmt: skip


def kind_if_live(authority_id: int, owner_id: int, vote_id: int, at: datetime, revoked_by: datetime) -> str | None:
    """The kind of this authority if a ballot of the owner received at `at` can rest on it, else None."""
    return fetch(
        _KIND, {"authority": authority_id, "owner": owner_id, "vote": vote_id, "at": at, "revoked_by": revoked_by}
    ).scalar_one_or_none()


def is_used(authority_id: int, vote_id: int) -> bool:
    """Whether a ballot of the vote was cast with it, or a sheet that rests on it waits to be read."""
    cast = select(Ballot.id).where(Ballot.vote_id == vote_id, Ballot.authority_id == authority_id)
    sheet = (
        select(SheetReturn.id)
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .where(SheetReturn.vote_id == vote_id, SheetReturn.authority_id == authority_id, SheetOutcome.return_id.is_(None))
    )
    return any(db.session.execute(query.limit(1)).first() is not None for query in (cast, sheet))


def revocation_of(authority_id: int) -> AuthorityRevocation | None:
    return db.session.get(AuthorityRevocation, authority_id)


def unrevoked(vote_id: int, *more: Any) -> Sequence[Authority]:
    """The authorities given for this vote or for every vote of its neighbourhood that nobody has taken back."""
    return db.session.scalars(
        select(Authority)
        .join(Vote, (Vote.id == vote_id) & (Vote.unit_id == Authority.unit_id))
        .outerjoin(AuthorityRevocation, AuthorityRevocation.authority_id == Authority.id)
        .where(for_vote(vote_id), AuthorityRevocation.authority_id.is_(None), *more)
        .order_by(Authority.id)
    ).all()


def live_numbers(vote: Any, at: datetime) -> dict[str, int]:
    """How many authorities of each kind hold for this vote's electors at `at`: for everybody to read."""
    rows = db.session.execute(
        select(Authority.kind, func.count())
        .join(Elector, (Elector.owner_id == Authority.owner_id) & (Elector.vote_id == vote.id))
        .where(Authority.unit_id == vote.unit_id, for_vote(vote.id), is_live(at, EVER))
        .group_by(Authority.kind)
        .order_by(Authority.kind)
    )
    return {kind: int(number) for kind, number in rows}


def owners_authorities(vote_id: int, owner_ids: Sequence[int], at: datetime) -> Sequence[Authority]:
    """What these owners have given away for this vote and not taken back: shown to them, with the way to end it."""
    if not owner_ids:
        return ()
    return [a for a in unrevoked(vote_id, Authority.owner_id.in_(owner_ids)) if a.until_at is None or a.until_at > at]


class CastFor(NamedTuple):
    """A ballot that somebody else cast for an owner."""

    kind: str
    holder: str
    at: datetime
    channel: str
    authority_id: int


def cast_for(authority_id: int, at: datetime, channel: str) -> CastFor:
    authority = db.session.get_one(Authority, authority_id)
    return CastFor(authority.kind, authority.holder_name, at, channel, authority.id)


def names_of(owner_ids: Sequence[int]) -> dict[int, str]:
    """The registered names of each owner, as they stand on the written authority."""
    return {id_: ", ".join(holder.name for holder in holders) for id_, holders in members_of(owner_ids).items()}


def carrier_of(vote_id: int, home_id: int) -> Elector | None:
    """Whose head counts the home in this vote: the newest correction says, else the frozen roll; None: not on it."""
    newest = (
        select(RollCorrection.elector_id)
        .where(RollCorrection.vote_id == vote_id, RollCorrection.home_id == home_id)
        .order_by(RollCorrection.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    frozen = (
        select(ElectorHome.elector_id).where(ElectorHome.vote_id == vote_id, ElectorHome.home_id == home_id).scalar_subquery()
    )
    return db.session.scalars(
        select(Elector).where(Elector.vote_id == vote_id, Elector.id == func.coalesce(newest, frozen))
    ).one_or_none()
