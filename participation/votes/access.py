"""Who may see and do what in a vote. Drafts do not exist for the public; a choice belongs to its head alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import abort, g
from sqlalchemy import bindparam, select
from sqlalchemy.orm import lazyload

from participation.accounts.visitor import Visitor
from participation.database import db, fetch
from participation.kernel.refusal import Refusal
from participation.roll.models import Unit
from participation.roll.queries import owners_of_person
from participation.votes.behalf import cast_for_you, owner_has_voted, owners_sheet_is_in
from participation.votes.heads import MyHead
from participation.votes.models import Ballot, Elector, Vote
from participation.votes.phases import Phase
from participation.votes.services.casting import (
    already_cast,
    already_cast_for,
    another_is_named,
    co_owner_has_cast,
    not_an_elector,
    removed_from_roll,
    sheet_is_in,
)
from participation.votes.services.steps import phase_now, wrong_phase

_VOTE = (
    select(Vote, Unit)
    .join(Unit, Unit.id == Vote.unit_id)
    .where(Vote.id == bindparam("vote"))
    .options(lazyload(Unit.area))  # no page of a vote names the larger area
)


_VOTE_ROW = (
    select(Vote.__table__, Unit.slug.label("unit_slug"), Unit.name.label("unit_name"), Unit.time_zone)  # type: ignore[call-overload]
    .join(Unit.__table__, Unit.id == Vote.unit_id)
    .where(Vote.id == bindparam("vote"))
)


class UnitRow(NamedTuple):
    """What the frame of a page says of the neighbourhood."""

    id: int
    slug: str
    name: str
    time_zone: str


def vote_or_404(vote_id: int) -> tuple[Vote, Unit]:
    """An announced vote and its neighbourhood, in whose time zone the page will show its dates."""
    row = db.session.execute(_VOTE, {"vote": vote_id}).one_or_none()
    if row is None or row[0].step == "draft":
        abort(404)
    g.unit = row[1]
    return row[0], row[1]


def vote_row_or_404(vote_id: int) -> tuple[Any, Any]:
    """`vote_or_404` as plain rows, for the ballot and the cast: what they ask of a vote stands on its paper."""
    vote = fetch(_VOTE_ROW, {"vote": vote_id}).one_or_none()
    if vote is None or vote.step == "draft":
        abort(404)
    g.unit = unit = UnitRow(vote.unit_id, vote.unit_slug, vote.unit_name, vote.time_zone)
    return vote, unit


def casting_refusal(vote: Any, heads: Sequence[MyHead], now: datetime) -> Refusal | None:
    """Why this person has no ballot to cast in the vote at all, or None: what holds for every head of theirs."""
    if not heads:
        return Refusal(not_an_elector())
    phase = phase_now(vote, now)
    return None if phase is Phase.OPEN else Refusal(wrong_phase(phase))


def head_refusal(head: MyHead, may_change: bool) -> Refusal | None:
    """Why this head's ballot cannot be cast by this person now; None when it can."""
    if head.standing == "owner_voted":
        return Refusal(owner_has_voted())
    if head.authority is not None and head.sheet_received_at is not None:
        return Refusal(owners_sheet_is_in())
    if head.standing == "co_owner_voted":
        return Refusal(co_owner_has_cast())
    if head.standing == "another_named":
        return Refusal(another_is_named(head.named or ""))
    if head.standing == "removed":
        return Refusal(removed_from_roll())
    if head.sheet_received_at is not None and not may_change:
        return Refusal(sheet_is_in())
    if head.cast_for is not None and not may_change:
        return Refusal(cast_for_you(head.cast_for.holder, head.cast_for.at))
    if head.standing == "voted" and head.authority is not None and not may_change:
        return Refusal(already_cast_for(head.acting_for))
    if head.standing in ("voted", "cast_otherwise") and not may_change:
        return Refusal(already_cast())
    return None


def may_see_choices(visitor: Visitor | None, ballot: Ballot) -> bool:
    """Only an owner of the head that cast it and who cast it for them, on a phone of their own; never staff."""
    if visitor is None or visitor.is_staff:
        return False
    if ballot.authority_id is not None and ballot.cast_by_id == visitor.person_id:
        return True
    return (
        db.session.scalar(
            select(Elector.id).where(
                Elector.id == ballot.elector_id, Elector.owner_id.in_(owners_of_person(visitor.person_id))
            )
        )
        is not None
    )
