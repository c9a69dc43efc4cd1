"""Casting for another: which authority a person holds for a head, and when it may not be used."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.kernel.refusal import Refusal
from participation.votes.behalf import authority_ended, owner_has_voted, owners_sheet_is_in
from participation.votes.behalf_models import Authority
from participation.votes.behalf_queries import Held, for_vote, held_by
from participation.votes.models import Elector


def authority_of(held: Any, elector_id: int, person_id: int) -> Held | None:
    """The authority under which this person may vote for the elector now, while the log is held; None: never had one.

    Raises Refusal where they had one that was taken back or has ended.
    """
    found = next((a for a in held_by(person_id, held.now, held.vote.id) if a.elector_id == elector_id), None)
    if found is None and _had_one(held.vote.id, elector_id, person_id):
        raise Refusal(authority_ended())
    return found


def _had_one(vote_id: int, elector_id: int, person_id: int) -> bool:
    return (
        db.session.scalar(
            select(Authority.id)
            .join(Elector, Elector.owner_id == Authority.owner_id)
            .where(Elector.id == elector_id, Elector.vote_id == vote_id, Authority.holder_id == person_id, for_vote(vote_id))
            .limit(1)
        )
        is not None
    )


def require_owner_silent(authority: Held, standing: Any, sheet_received_at: datetime | None, may_change: bool) -> None:
    """Refuse where the owner has acted in person, or through somebody else, since giving this authority.

    Where the rule lets ballots be changed, an authority given after the ballot was cast is given to change it.
    """
    if sheet_received_at is not None:
        raise Refusal(owners_sheet_is_in())
    if standing is None or standing.authority_id == authority.authority_id:
        return
    if not may_change or standing.received_at >= authority.from_at:
        raise Refusal(owner_has_voted())
