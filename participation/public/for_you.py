"""For you now: what waits for this resident, in order of deadline; done things fold away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from participation.database import db
from participation.public.for_others import Told, for_others, still_on_roll, told_to
from participation.roll.models import Home, HouseholdMember, Owner, Titleholder, Unit
from participation.roll.queries import owners_of_person
from participation.votes.models import Ballot, Elector, Vote
from participation.votes.phases import Phase
from participation.votes.secret.queries import marked_among
from participation.votes.services.steps import phase_now

RECENT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Card:
    """One vote as it concerns this person. `open_heads`: heads whose ballot they may cast now; `receipts`: of those cast."""

    vote: Vote
    phase: Phase
    open_heads: int
    receipts: tuple[str, ...]
    in_secret: bool = False  # a sealed ballot is in the box: there is no receipt to show
    told: tuple[Told, ...] = ()  # ballots that others have cast for this person
    for_others: int = 0  # heads of others for whom this person may vote now, counted in `open_heads` too
    cast_for_others: tuple[str, ...] = ()  # receipts of what this person has cast for others

    @property
    def waits(self) -> bool:
        """Whether a ballot of this person can be cast now."""
        return self.phase is Phase.OPEN and self.open_heads > 0

    @property
    def is_done(self) -> bool:
        """Nothing to do or to wait for: it folds away."""
        voted = self.phase is Phase.OPEN and (bool(self.receipts) or self.in_secret or bool(self.cast_for_others)) and not self.open_heads
        return (voted and not self.told) or self.phase in (Phase.FINAL, Phase.CANCELLED)

    @property
    def deadline(self) -> datetime | None:
        """The instant that matters next."""
        return {
            Phase.NOTICE: self.vote.opens_at,
            Phase.OPEN: self.vote.closes_at,
            Phase.PRELIMINARY: self.vote.objections_until,
        }.get(self.phase, self.vote.closes_at)


def cards_for(person_id: int, now: datetime) -> list[Card]:
    """Every vote that concerns this person and that has not gone to the archive: waiting ones first, by deadline.

    As an owner, or as the holder of an authority.  A few queries, however many votes there are.
    """
    rows = db.session.execute(
        select(Vote, Elector.id, _is_theirs_to_cast(person_id))
        .join(Elector, Elector.vote_id == Vote.id)
        .where(
            Elector.owner_id.in_(owners_of_person(person_id)),
            Vote.step.in_(("noticed", "counted", "finalised", "cancelled")),
        )
        .order_by(Vote.closes_at, Vote.id, Elector.number)
    ).all()
    receipts = _receipts([elector_id for _, elector_id, _ in rows])
    told, others = told_to(list(receipts)) if receipts else {}, for_others(person_id, now)
    marked = marked_among(elector_id for vote, elector_id, _ in rows if vote.secret)
    by_vote: dict[int, tuple[Vote, list[tuple[int, bool]]]] = {}
    for vote, elector_id, castable in rows:
        by_vote.setdefault(vote.id, (vote, []))[1].append((elector_id, castable))
    for vote_id, for_other in others.items():
        by_vote.setdefault(vote_id, (for_other.vote, []))
    cards = []
    for vote, electors in by_vote.values():
        phase = phase_now(vote, now)
        if phase in (Phase.FINAL, Phase.CANCELLED) and vote.closes_at is not None and now - vote.closes_at > RECENT:
            continue
        mine = tuple(receipts[elector] for elector, _ in electors if elector in receipts and elector not in told)
        waiting = sum(castable and elector not in receipts and elector not in marked for elector, castable in electors)
        here = others.get(vote.id)
        cards.append(Card(
            vote, phase, waiting + (here.waiting if here else 0), mine, any(elector in marked for elector, _ in electors),
            tuple(told[elector] for elector, _ in electors if elector in told),
            here.waiting if here else 0, here.receipts if here else (),
        ))  # fmt: skip
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(cards, key=lambda card: (not card.waits, card.is_done, card.deadline or far, card.vote.id))


def _is_theirs_to_cast(person_id: int) -> Any:
    """Whether a head is still on the roll and its owners have named nobody else to vote."""
    own_holders = select(Titleholder.id).where(Titleholder.person_id == person_id)
    return and_(or_(Elector.voter_id.is_(None), Elector.voter_id.in_(own_holders)), still_on_roll())


def _receipts(elector_ids: Sequence[int]) -> dict[int, str]:
    """The receipt of the ballot that stands for each elector."""
    found: dict[int, str] = {}
    for elector_id, receipt in db.session.execute(
        select(Ballot.elector_id, Ballot.receipt)
        .where(Ballot.elector_id.in_(elector_ids))
        .order_by(Ballot.elector_id, Ballot.turn)
    ):
        found[elector_id] = receipt
    return found


def home_unit(person_id: int) -> Unit | None:
    """The neighbourhood whose name and clock the page uses: the one in which this person owns or lives."""
    owned = db.session.scalars(
        select(Unit).join(Owner, Owner.unit_id == Unit.id).where(Owner.id.in_(owners_of_person(person_id))).limit(1)
    ).first()
    if owned is not None:
        return owned
    return db.session.scalars(
        select(Unit)
        .join(Home, Home.unit_id == Unit.id)
        .join(HouseholdMember, HouseholdMember.home_id == Home.id)
        .where(HouseholdMember.person_id == person_id, HouseholdMember.until.is_(None))
        .limit(1)
    ).first()
