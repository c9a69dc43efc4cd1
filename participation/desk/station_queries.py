"""Finding an owner on the voting roll, and the three answers: can vote, has voted, cannot and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.desk.turnout import CARRIER, corrected_homes
from participation.kernel.refusal import Reason
from participation.kernel.sentences import say
from participation.roll.home_history import household_of
from participation.roll.masking import masked
from participation.roll.models import Home, HouseholdMember, OwnerMember, Stairwell, Titleholder
from participation.roll.queries import members_of
from participation.votes.electors import homes_of
from participation.votes.models import Ballot, Elector, ElectorHome, RollCorrection, Vote
from participation.votes.services.station import head_of_holder, removed, why_not
from participation.votes.services.steps import phase_now

MOST_FOUND = 30
PHONE_DIGITS = 4  # fewer would find half of the estate


@dataclass(frozen=True)
class FoundHome:
    """A home as this vote sees it: whose head carries it (None: not on the roll). Names masked."""

    home_id: int
    stairwell_id: int
    label: str
    elector_id: int | None
    owner_id: int | None
    was_on_roll: bool
    names: tuple[str, ...]
    voted_at: datetime | None
    channel: str | None


@dataclass(frozen=True)
class OwnerHere:
    """One owner of the home and the answer: can, voted (also where the ballot may still be changed), or cannot."""

    titleholder_id: int
    name: str  # masked
    full_name: str
    can: bool
    reason: Reason | None
    has_last_four: bool


@dataclass(frozen=True)
class Answer:
    """All there is to say at the station about a home. Area in 1/100 m2."""

    home: FoundHome
    owners: tuple[OwnerHere, ...]
    homes: tuple[str, ...]  # of the same head
    area: int
    tenants: tuple[str, ...]  # masked
    reason: Reason | None  # why nobody of this home can vote

    def owner(self, titleholder_id: int) -> OwnerHere | None:
        return next((owner for owner in self.owners if owner.titleholder_id == titleholder_id), None)


def find_on_roll(vote: Vote, text: str) -> list[FoundHome]:
    """Homes by their place, by a name (owner, or who lives there), or by the last digits of an owner's telephone."""
    words = unicodedata.normalize("NFKC", text).split()
    if not words:
        return []
    name, ids = " ".join(words), set[int]()
    place = select(Home.id).where(
        Home.unit_id == vote.unit_id, *(Home.label.icontains(word, autoescape=True) for word in words)
    )
    lives_there = (
        select(HouseholdMember.home_id)
        .join(Home, Home.id == HouseholdMember.home_id)
        .where(Home.unit_id == vote.unit_id, HouseholdMember.name.icontains(name, autoescape=True))
    )
    who: Any = Titleholder.name.icontains(name, autoescape=True)
    digits = "".join(words)
    if digits.isdecimal() and len(digits) >= PHONE_DIGITS:
        who |= Titleholder.phone.endswith(digits, autoescape=True)
    named = (
        select(Elector.id)
        .join(OwnerMember, OwnerMember.owner_id == Elector.owner_id)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Elector.vote_id == vote.id, who)
    )
    theirs = select(ElectorHome.home_id).where(ElectorHome.vote_id == vote.id, ElectorHome.elector_id.in_(named))
    brought = select(RollCorrection.home_id).where(RollCorrection.elector_id.in_(named), RollCorrection.home_id.is_not(None))
    for query in (place, lives_there, theirs, brought):
        ids |= set(db.session.scalars(query.limit(MOST_FOUND + 1)))
    return homes_in_vote(vote, sorted(ids)[: MOST_FOUND + 1])


def homes_in_vote(vote: Vote, home_ids: Iterable[int]) -> list[FoundHome]:
    """These homes of the neighbourhood, in the order of the roll; three queries however many they are."""
    corrected = corrected_homes(vote.id)
    rows = db.session.execute(
        select(
            Home.id, Home.stairwell_id, Home.label, ElectorHome.elector_id.label("frozen"), ElectorHome.area, corrected.c.delta,
            Elector.id.label("carrier"), Elector.owner_id,
        )
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .outerjoin(ElectorHome, (ElectorHome.home_id == Home.id) & (ElectorHome.vote_id == vote.id))
        .outerjoin(corrected, corrected.c.home_id == Home.id)
        .outerjoin(RollCorrection, RollCorrection.id == corrected.c.latest)
        .outerjoin(Elector, Elector.id == CARRIER)
        .where(Home.unit_id == vote.unit_id, Home.id.in_(list(home_ids)))
        .order_by(Home.building_id, Stairwell.position, Home.id)
    ).all()  # fmt: skip
    ballots = _standing(vote.id, {row.carrier for row in rows if row.carrier is not None})
    names = members_of(sorted({row.owner_id for row in rows if row.owner_id is not None}))
    found = []
    for row in rows:
        # A home registered with 0 m2 is on the roll; one that corrections have brought down to nothing is not.
        on_roll = row.carrier is not None and (row.delta is None or (row.area or 0) + int(row.delta) > 0)
        ballot = ballots.get(row.carrier) if on_roll else None
        found.append(FoundHome(
            row.id, row.stairwell_id, row.label, row.carrier if on_roll else None, row.owner_id if on_roll else None,
            row.frozen is not None, tuple(masked(holder.name) for holder in names.get(row.owner_id, ())),
            ballot.received_at if ballot else None, ballot.channel if ballot else None,
        ))  # fmt: skip
    return found


def _standing(vote_id: int, elector_ids: set[int]) -> dict[int, Any]:
    """elector id -> when and how its ballot came; never what it says."""
    rows = db.session.execute(
        select(Ballot.elector_id, Ballot.received_at, Ballot.channel)
        .where(Ballot.vote_id == vote_id, Ballot.elector_id.in_(elector_ids))
        .order_by(Ballot.turn)
    )
    return {row.elector_id: row for row in rows}


def answer_for(vote: Vote, home_id: int, now: datetime) -> Answer | None:
    """The three answers for a home; None where the neighbourhood has no such home."""
    home = next(iter(homes_in_vote(vote, [home_id])), None)
    if home is None:
        return None
    tenants = tuple(masked(member.name) for member in household_of(home_id, now))
    if home.elector_id is None or home.owner_id is None:
        return Answer(home, (), (), 0, tenants, removed() if home.was_on_roll else not_in_this_vote())
    phase, owners, area = phase_now(vote, now), [], 0
    for holder in members_of([home.owner_id]).get(home.owner_id, []):
        head = head_of_holder(vote.id, home.elector_id, holder.id)
        assert head is not None  # the members of an owner never change
        reason, area = why_not(vote, phase, head), head.weight.area
        owners.append(OwnerHere(holder.id, masked(holder.name), holder.name, reason is None, reason, bool(holder.id_last_four)))
    labels = tuple(line.label for line in homes_of(home.elector_id))
    codes = {owner.reason.code if owner.reason else None for owner in owners}
    shared = owners[0].reason if len(codes) == 1 else None
    return Answer(home, tuple(owners), labels or (home.label,), area, tenants, shared)


def not_in_this_vote() -> Reason:
    return Reason("not_in_this_vote", say("This home is not on the roll of this vote."), say("It may lie outside the scope. If it was forgotten, a public correction brings it in."))
