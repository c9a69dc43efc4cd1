"""Authorities as the desk works on them: the list of a vote, the owner who gives one, and the form read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from participation.accounts.forms import plain
from participation.database import db
from participation.desk.local_time import from_field
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.behalf import Behalf
from participation.votes.behalf_models import Authority, AuthorityRevocation
from participation.votes.behalf_queries import carrier_of, for_vote, names_of
from participation.votes.models import Ballot, Elector, ElectorHome, Vote
from participation.votes.services.authorities import LONGEST_NAME, Paper


@dataclass(frozen=True, slots=True)
class Line:
    """One authority in the list. state: live, used (a ballot was cast with it), ended, revoked."""

    authority: Authority
    owner: str
    homes: tuple[str, ...]
    state: str
    ballot_at: datetime | None
    revoked_at: datetime | None

    @property
    def has_phone(self) -> bool:
        """Whether the holder can vote on a phone of their own here; else on paper or at the polling point."""
        return self.authority.holder_id is not None


def lines_of(vote: Vote, now: datetime) -> list[Line]:
    """The authorities that concern this vote's electors, newest first; a fixed number of queries."""
    rows = db.session.execute(
        select(Authority, Elector.id, AuthorityRevocation.at)
        .join(Elector, (Elector.owner_id == Authority.owner_id) & (Elector.vote_id == vote.id))
        .outerjoin(AuthorityRevocation, AuthorityRevocation.authority_id == Authority.id)
        .where(Authority.unit_id == vote.unit_id, for_vote(vote.id))
        .order_by(Authority.id.desc())
    ).all()
    names = names_of([authority.owner_id for authority, _, _ in rows])
    homes = homes_by_elector([elector_id for _, elector_id, _ in rows])
    cast = dict(
        db.session.execute(
            select(Ballot.authority_id, Ballot.received_at)
            .where(Ballot.vote_id == vote.id, Ballot.authority_id.is_not(None))
            .order_by(Ballot.id)
        ).all()
    )
    found = []
    for authority, elector_id, revoked_at in rows:
        ended = authority.until_at is not None and authority.until_at <= now
        state = "revoked" if revoked_at else "used" if authority.id in cast else "ended" if ended else "live"
        found.append(Line(authority, names.get(authority.owner_id, ""), homes.get(elector_id, ()), state, cast.get(authority.id), revoked_at))
    return found


def homes_by_elector(elector_ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The labels of each elector's homes on the frozen roll."""
    found: dict[int, list[str]] = {}
    for elector_id, label in db.session.execute(
        select(ElectorHome.elector_id, ElectorHome.label)
        .where(ElectorHome.elector_id.in_(elector_ids))
        .order_by(ElectorHome.elector_id, ElectorHome.home_id)
    ):
        found.setdefault(elector_id, []).append(label)
    return {elector_id: tuple(labels) for elector_id, labels in found.items()}


@dataclass(frozen=True, slots=True)
class Principal:
    """The owner who gives the authority: compared by eye with the paper, so with the full name."""

    elector_id: int
    home_id: int
    name: str
    homes: tuple[str, ...]
    has_ballot: bool


def principal_of(vote: Vote, home_id: int) -> Principal | None:
    """The owner who votes for this home in the vote; None where it is not on the voting roll."""
    elector = carrier_of(vote.id, home_id)
    if elector is None:
        return None
    cast = db.session.scalar(select(Ballot.id).where(Ballot.elector_id == elector.id).limit(1))
    homes = homes_by_elector([elector.id]).get(elector.id, ())
    return Principal(elector.id, home_id, names_of([elector.owner_id]).get(elector.owner_id, ""), homes, cast is not None)


def read_paper(form: Mapping[str, str], zone: ZoneInfo) -> Paper:
    """What was typed from the paper. Raises Refusal naming each field that cannot be read."""
    reasons: list[Reason] = []
    kind, from_at, until_at = None, None, None
    try:
        kind = Behalf(form.get("kind", ""))
    except ValueError:
        reasons.append(Reason("no_kind", say("It is not said what the paper is."), say("Choose one of the three."), "kind"))
    try:
        from_at = from_field(form.get("from_at", ""), zone, "from_at")
    except Refusal as refusal:
        reasons += refusal.reasons
    try:
        until_at = _end_of_day(form.get("until_at", ""), zone) if kind is not Behalf.PROXY else None
    except Refusal as refusal:
        reasons += refusal.reasons
    if kind is None or from_at is None or reasons:
        raise Refusal(*reasons)
    name, four = plain(form.get("holder_name", ""), LONGEST_NAME + 1), plain(form.get("holder_last_four", ""), 12)
    return Paper(kind, name, four, from_at, until_at, form.get("every_vote") == "1")


def _end_of_day(text: str, zone: ZoneInfo) -> datetime | None:
    """'2027-03-31': the authority holds through that day. Empty: not said."""
    if not text.strip():
        return None
    try:
        last = date.fromisoformat(text.strip().replace("/", "-"))
        if not 2000 <= last.year <= 2200:
            raise ValueError
    except ValueError:
        raise Refusal(
            Reason("date_unreadable", say("This is not a date."), say("Write it like 2027-03-31."), "until_at")
        ) from None
    return datetime.combine(last + timedelta(days=1), time(0), zone)
