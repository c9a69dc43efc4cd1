"""Owners whose ballots came in more than one way: which one stands and why. What was chosen is not read at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from participation.database import db
from participation.desk.authorities import homes_by_elector
from participation.votes.behalf_models import Authority
from participation.votes.models import Ballot, BallotSetAside, DoubleBallot


@dataclass(frozen=True, slots=True)
class OneBallot:
    """A ballot by its way and time. `on_behalf`: the kind of authority it was cast under, None: by the owner."""

    channel: str
    received_at: datetime
    on_behalf: str | None


@dataclass(frozen=True, slots=True)
class TwoBallots:
    """The homes of an owner, the ballot that stood when the two met, and the one that does not."""

    homes: tuple[str, ...]
    stands: OneBallot
    other: OneBallot
    at: datetime  # when it was seen
    log_index: int

    @property
    def stands_is_later(self) -> bool:
        return self.stands.received_at >= self.other.received_at


def two_ballots_of(vote_id: int) -> list[TwoBallots]:
    """Every such meeting in the vote, newest first; a fixed number of queries."""
    stands, replaced, aside = aliased(Ballot), aliased(Ballot), aliased(BallotSetAside)
    by, was_by, aside_by = aliased(Authority), aliased(Authority), aliased(Authority)
    rows = db.session.execute(
        select(
            DoubleBallot.elector_id, DoubleBallot.at, DoubleBallot.log_index,
            stands.channel, stands.received_at, by.kind.label("by"),
            replaced.channel.label("was_channel"), replaced.received_at.label("was_at"), was_by.kind.label("was_by"),
            aside.channel.label("aside_channel"), aside.received_at.label("aside_at"), aside_by.kind.label("aside_by"),
        )
        .join(stands, stands.id == DoubleBallot.stands_id)
        .outerjoin(replaced, replaced.id == DoubleBallot.replaced_id)
        .outerjoin(aside, aside.id == DoubleBallot.set_aside_id)
        .outerjoin(by, by.id == stands.authority_id)
        .outerjoin(was_by, was_by.id == replaced.authority_id)
        .outerjoin(aside_by, aside_by.id == aside.authority_id)
        .where(DoubleBallot.vote_id == vote_id)
        .order_by(DoubleBallot.id.desc())
    ).all()  # fmt: skip
    homes = homes_by_elector([row.elector_id for row in rows])
    return [
        TwoBallots(
            homes.get(row.elector_id, ()), OneBallot(row.channel, row.received_at, row.by), _other(row), row.at, row.log_index
        )
        for row in rows
    ]


def _other(row: Any) -> OneBallot:
    if row.was_at is not None:
        return OneBallot(row.was_channel, row.was_at, row.was_by)
    return OneBallot(row.aside_channel, row.aside_at, row.aside_by)
