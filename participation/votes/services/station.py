"""Casting with the help of staff: at the polling point, or at the door on the visitor's device.

The owner chooses and confirms alone; staff have looked at the identity document and hand over the device.  What may
be cast is decided as for a phone, inside the transaction, after the record's head has been locked.  Nothing here tells
anybody what was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from participation.database import db, fetch
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.models import OwnerMember, Titleholder
from participation.votes.electors import Weight
from participation.votes.models import Ballot, Elector, RollCorrection
from participation.votes.paper import paper_of
from participation.votes.phases import Phase
from participation.votes.services.boxing import Origin, put_in_box
from participation.votes.services.casting import Cast, checked_choices
from participation.votes.services.steps import hold_for_casting, phase_now, wrong_phase
from participation.votes.sheet_queries import unread_sheet
from participation.votes.standing import Channel

_OF_ELECTOR = RollCorrection.elector_id == Elector.id
# One row for an owner who stands at the station: the head, with corrections and a sheet that is being read.
_HEAD = select(
    Elector.id, Elector.number, Elector.owner_id, Elector.voter_id, Elector.heads, Elector.area,
    Titleholder.id.label("holder_id"), Titleholder.name, Titleholder.person_id, Titleholder.is_developer,
    Titleholder.id_last_four,
    select(func.coalesce(func.sum(RollCorrection.heads_delta), 0)).where(_OF_ELECTOR).scalar_subquery().label("heads_delta"),
    select(func.coalesce(func.sum(RollCorrection.area_delta), 0)).where(_OF_ELECTOR).scalar_subquery().label("area_delta"),
    unread_sheet(Elector.id).label("sheet_received_at"),
).join(OwnerMember, OwnerMember.owner_id == Elector.owner_id).join(
    Titleholder, Titleholder.id == OwnerMember.titleholder_id
).where(
    Elector.id == bindparam("elector"), Elector.vote_id == bindparam("vote"), Titleholder.id == bindparam("holder"),
)  # fmt: skip
_BALLOTS = (
    select(Ballot)
    .where(Ballot.vote_id == bindparam("vote"), Ballot.elector_id == bindparam("elector"))
    .order_by(Ballot.turn)
)


class HolderHead(NamedTuple):
    """An owner who is here, the head for which they can speak, and the ballots cast for it so far."""

    row: Any
    ballots: tuple[Ballot, ...]

    @property
    def standing(self) -> Ballot | None:
        return self.ballots[-1] if self.ballots else None

    @property
    def weight(self) -> Weight:
        row = self.row
        return Weight(row.heads + int(row.heads_delta), row.area + int(row.area_delta))


def head_of_holder(vote_id: int, elector_id: int, titleholder_id: int) -> HolderHead | None:
    """The head of this owner in the vote; None where the frozen roll knows no such owner of it."""
    row = fetch(_HEAD, {"vote": vote_id, "elector": elector_id, "holder": titleholder_id}).one_or_none()
    if row is None:
        return None
    return HolderHead(row, tuple(db.session.scalars(_BALLOTS, {"vote": vote_id, "elector": elector_id})))


def cast_at_station(
    vote_id: int, elector_id: int, titleholder_id: int, choices: Mapping[str, Any], key: str, by_staff_id: int, clock: Clock,
    *, channel: Channel = Channel.POLLING_POINT,
) -> Cast:  # fmt: skip
    """Cast the ballot of an owner who is here in person, or return the one that this very request already made.

    `by_staff_id` stood by and looked at the identity document; `channel` is POLLING_POINT or DOORSTEP.  Raises Refusal
    with what would also refuse a phone: not open, not on the roll, another co-owner is named or has voted, already
    voted and the rule allows no change, a sheet is being read; and for a secret vote, whose ballots are sealed elsewhere.
    """
    held = hold_for_casting(vote_id, clock)
    head = head_of_holder(vote_id, elector_id, titleholder_id)
    if head is None:
        raise Refusal(not_on_the_roll())
    for ballot in head.ballots:
        if ballot.idempotency_key == key:
            return Cast(ballot, False)
    in_the_way = why_not(held.vote, held.phase, head)
    if in_the_way is not None:
        raise Refusal(in_the_way)
    wanted = checked_choices(held.vote, choices)
    origin = Origin(channel, held.now, cast_by_id=head.row.person_id, assisted_by_id=by_staff_id)
    boxed = put_in_box(held, head.row, head.weight, head.standing, wanted, key, origin)
    assert boxed.ballot is not None  # nothing was received after this instant
    return Cast(boxed.ballot, True)


def refusal_now(vote: Any, elector_id: int, titleholder_id: int, clock: Clock) -> Reason | None:
    """Why this owner could not cast at this instant; None when they could. Asked again inside the cast."""
    head = head_of_holder(vote.id, elector_id, titleholder_id)
    return not_on_the_roll() if head is None else why_not(vote, phase_now(vote, clock.now()), head)


def why_not(vote: Any, phase: Phase, head: HolderHead) -> Reason | None:
    """The first thing in the way of this owner's ballot, in the third person: staff read it to the owner."""
    row, standing, may_change = head.row, head.standing, paper_of(vote).may_change
    if phase is not Phase.OPEN:
        return wrong_phase(phase)
    if vote.secret:
        return secret_elsewhere()
    if head.weight.heads < 1:
        return removed()
    if standing is not None:
        by_other = standing.cast_by_id not in (None, row.person_id) and standing.authority_id is None
        if by_other:
            return co_owner_has_cast()
        if not may_change:
            return already_cast()
    if row.voter_id is not None and row.voter_id != row.holder_id:
        return another_is_named()
    if row.sheet_received_at is not None and not may_change:
        return sheet_is_in()
    return None


def not_on_the_roll() -> Reason:
    return Reason(
        "not_an_elector",
        say("This person is not an owner on the roll of this vote."),
        say("Owners decide by vote; tenants are asked in consultations. If the roll is wrong, it is corrected in public."),
    )


def secret_elsewhere() -> Reason:
    return Reason(
        "secret",
        say("This is a secret election: its ballots are sealed on the voter's own phone and never pass through the desk."),
        say("Help the owner to come in with the letter on a phone of their own."),
    )


def removed() -> Reason:
    return Reason("removed", say("A public correction has taken this home off the voting roll."), say("The correction and its reason stand on the vote's page."))


def already_cast() -> Reason:
    return Reason("already_cast", say("This owner's ballot is in the box, and this rule allows no change."), say("The receipt shows that it counts. Whoever disagrees can object to the count."))


def co_owner_has_cast() -> Reason:
    return Reason("co_owner_has_cast", say("Another owner of this home has voted. A home votes once."), say("While the vote is open this owner can say otherwise on the vote's page, on a phone."))


def another_is_named() -> Reason:
    return Reason("another_is_named", say("The owners of this home have named another of them to vote."), say("Only the named owner can cast the ballot of this home."))


def sheet_is_in() -> Reason:
    return Reason("sheet_is_in", say("A paper ballot of this owner has been received and is being read."), say("Wait until it has been read. If the owner has handed in no sheet, look into it at once."))
