"""For you now: what waits for this resident, in order of deadline; done things fold away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from participation.database import db
from participation.roll.models import Home, HouseholdMember, Owner, Titleholder, Unit
from participation.roll.queries import owners_of_person
from participation.votes.models import Ballot, Elector, RollCorrection, Vote
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

    @property
    def waits(self) -> bool:
        """Whether a ballot of this person can be cast now."""
        return self.phase is Phase.OPEN and self.open_heads > 0

    @property
    def is_done(self) -> bool:
        """Nothing to do or to wait for: it folds away."""
        voted = self.phase is Phase.OPEN and (bool(self.receipts) or self.in_secret) and not self.open_heads
        return voted or self.phase in (Phase.FINAL, Phase.CANCELLED)

    @property
    def deadline(self) -> datetime | None:
        """The instant that matters next."""
        return {
            Phase.NOTICE: self.vote.opens_at,
            Phase.OPEN: self.vote.closes_at,
            Phase.PRELIMINARY: self.vote.objections_until,
        }.get(self.phase, self.vote.closes_at)


def cards_for(person_id: int, now: datetime) -> list[Card]:
    """Every vote that this person is an elector of and that has not gone to the archive: waiting ones first, by deadline.

    Two queries, however many votes there are.
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
    marked = marked_among(elector_id for vote, elector_id, _ in rows if vote.secret)
    by_vote: dict[int, tuple[Vote, list[tuple[int, bool]]]] = {}
    for vote, elector_id, castable in rows:
        by_vote.setdefault(vote.id, (vote, []))[1].append((elector_id, castable))
    cards = []
    for vote, electors in by_vote.values():
        phase = phase_now(vote, now)
        if phase in (Phase.FINAL, Phase.CANCELLED) and vote.closes_at is not None and now - vote.closes_at > RECENT:
            continue
        mine = tuple(receipts[elector] for elector, _ in electors if elector in receipts)
        waiting = sum(castable and elector not in receipts and elector not in marked for elector, castable in electors)
        cards.append(Card(vote, phase, waiting, mine, any(elector in marked for elector, _ in electors)))
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(cards, key=lambda card: (not card.waits, card.is_done, card.deadline or far, card.vote.id))


def _is_theirs_to_cast(person_id: int) -> Any:
    """Whether a head is still on the roll and its owners have named nobody else to vote."""
    own_holders = select(Titleholder.id).where(Titleholder.person_id == person_id)
    corrected = (
        select(func.coalesce(func.sum(RollCorrection.heads_delta), 0))
        .where(RollCorrection.elector_id == Elector.id)
        .correlate(Elector)
        .scalar_subquery()
    )
    return and_(or_(Elector.voter_id.is_(None), Elector.voter_id.in_(own_holders)), Elector.heads + corrected >= 1)


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
