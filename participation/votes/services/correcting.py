"""Corrections to a frozen roll: public entries that say who, what and why. The frozen lines stay as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import new_salt
from participation.record.services import append
from participation.roll.models import Building, Home, HomeFact
from participation.roll.queries import facts_at
from participation.votes.electors import weight_of
from participation.votes.models import Elector, ElectorHome, RollCorrection, Vote, VoteCount
from participation.votes.phases import Phase
from participation.votes.secret.queries import has_voted
from participation.votes.services.casting import standing_ballot
from participation.votes.services.steps import Held, hold, require
from participation.votes.sheet_queries import unread_sheet

CORRECTABLE = (Phase.NOTICE, Phase.OPEN, Phase.CLOSED, Phase.PRELIMINARY, Phase.ANSWERING)


def correct_area(vote_id: int, home_id: int, area: int, reason: str, by_id: int, clock: Clock) -> RollCorrection:
    """Set a home's area in this vote to `area` (1/100 m2), by an entry with the difference."""
    held = _held(vote_id, reason, clock)
    elector, home = _elector_home(vote_id, home_id)
    present = _area_now(home)
    if area < 0 or area == present:
        raise Refusal(Reason("same_area", say("This is the area the roll already has."), say("Enter the area the register shows."), "area"))
    return _append(held, elector, home.home_id, home.label, "area", 0, area - present, reason, by_id)


def remove_home(vote_id: int, home_id: int, reason: str, by_id: int, clock: Clock) -> RollCorrection:
    """Take a home out of the vote; its owner's head goes with the last home.

    Where the owner has already voted the ballot stands (a unit sold mid-vote: the seller's
    vote counts), so the correction is refused; likewise while a sheet of the owner is being read.
    """
    held = _held(vote_id, reason, clock)
    elector, home = _elector_home(vote_id, home_id)
    if standing_ballot(vote_id, elector.id) is not None or has_voted(elector.id):
        raise Refusal(Reason("ballot_stands", say("The owner of this home has already voted, and that ballot stands."), say("A home sold during the vote counts with the seller's ballot. An error in its area can still be corrected.")))
    if db.session.scalar(select(unread_sheet(elector.id))) is not None:
        raise Refusal(Reason("sheet_waits", say("A paper ballot of this owner has been received and is not read yet."), say("Read it first: if it becomes a ballot, that ballot stands.")))
    present = _area_now(home)
    others = [other for other in homes_carried(elector) if other.home_id != home_id]
    return _append(held, elector, home.home_id, home.label, "removed", 0 if others else -1, -present, reason, by_id)


def add_home(vote_id: int, home_id: int, reason: str, by_id: int, clock: Clock) -> RollCorrection:
    """Bring a home of the present roll into the vote, for its present owner (one head per owner)."""
    held = _held(vote_id, reason, clock)
    fact = _fact(held.vote, home_id, held.now)
    home = db.session.get_one(Home, home_id)
    existing = db.session.scalars(
        select(ElectorHome).where(ElectorHome.vote_id == vote_id, ElectorHome.home_id == home_id)
    ).one_or_none()
    if existing is not None and _area_now(existing) > 0:
        raise Refusal(Reason("already_on_roll", say("This home is already on the voting roll."), say("Correct its area instead, or take it off first.")))
    elector = db.session.scalars(
        select(Elector).where(Elector.vote_id == vote_id, Elector.owner_id == fact.owner_id)
    ).one_or_none()
    if elector is None:
        elector = _new_elector(held.vote, fact.owner_id, fact.voter_id)
    if existing is None:
        db.session.add(
            ElectorHome(
                vote_id=vote_id, home_id=home_id, elector_id=elector.id, building_id=home.building_id, label=home.label, area=0
            )
        )  # fmt: skip
        db.session.flush()
    head = 0 if weight_of(elector).heads else 1
    return _append(held, elector, home_id, home.label, "added", head, fact.area, reason, by_id)


def _held(vote_id: int, reason: str, clock: Clock) -> Held:
    held = hold(vote_id, clock)
    require(held, *CORRECTABLE)
    if not reason.strip():
        raise Refusal(Reason("reason_missing", say("A correction is public and needs its reason."), say("Say what the register shows and since when."), "reason"))
    return held


def _append(
    held: Held, elector: Elector, home_id: int, label: str, kind: str, heads: int, area: int, reason: str, by_id: int
) -> RollCorrection:
    payload: dict[str, Any] = {
        "vote": held.vote.id, "elector": elector.number, "home": label, "building": _building_of(home_id),
        "correction": kind, "heads": heads, "area": format_hundredths(area), "reason": reason, "at": held.now.isoformat(timespec="seconds"),
    }  # fmt: skip
    index = append(held.log, "correction", payload, held.now, held.vote.id)
    correction = RollCorrection(
        vote_id=held.vote.id, elector_id=elector.id, home_id=home_id, kind=kind, heads_delta=heads, area_delta=area,
        reason=reason, at=held.now, by_id=by_id, log_index=index,
    )  # fmt: skip
    db.session.add(correction)
    taking_part = standing_ballot(held.vote.id, elector.id) is not None or has_voted(elector.id)
    db.session.execute(
        update(VoteCount)
        .where(VoteCount.vote_id == held.vote.id)
        .values(
            roll_heads=VoteCount.roll_heads + heads,
            roll_area=VoteCount.roll_area + area,
            part_heads=VoteCount.part_heads + (heads if taking_part else 0),
            part_area=VoteCount.part_area + (area if taking_part else 0),
        ),
        execution_options={"synchronize_session": False},
    )
    db.session.flush()
    return correction


def _building_of(home_id: int) -> str:
    return db.session.get_one(Building, db.session.get_one(Home, home_id).building_id).name


def _elector_home(vote_id: int, home_id: int) -> tuple[Elector, ElectorHome]:
    """The elector and home that carry this home in the vote now."""
    home = db.session.get(ElectorHome, (vote_id, home_id))
    if home is None or _area_now(home) <= 0:
        raise Refusal(Reason("not_on_roll", say("This home is not on the voting roll."), say("Add it first."), "home"))
    return _carrier(home), home


def _carrier(home: ElectorHome) -> Elector:
    """Whose head counts the home: the newest correction says (a home sold goes to its buyer), else the frozen roll."""
    newest = db.session.scalar(
        select(RollCorrection.elector_id)
        .where(RollCorrection.vote_id == home.vote_id, RollCorrection.home_id == home.home_id)
        .order_by(RollCorrection.id.desc())
        .limit(1)
    )
    return db.session.get_one(Elector, newest or home.elector_id)


def homes_carried(elector: Elector) -> list[ElectorHome]:
    """The homes that count for this head now."""
    touched = select(RollCorrection.home_id).where(RollCorrection.elector_id == elector.id)
    homes = db.session.scalars(
        select(ElectorHome)
        .where(
            ElectorHome.vote_id == elector.vote_id,
            or_(ElectorHome.elector_id == elector.id, ElectorHome.home_id.in_(touched)),
        )
        .order_by(ElectorHome.home_id)
    )
    return [home for home in homes if _area_now(home) > 0 and _carrier(home).id == elector.id]


def _area_now(home: ElectorHome) -> int:
    """The frozen area and every correction to this home since, whoever's head they name; in 1/100 m2."""
    delta = db.session.scalar(
        select(func.coalesce(func.sum(RollCorrection.area_delta), 0)).where(
            RollCorrection.vote_id == home.vote_id, RollCorrection.home_id == home.home_id
        )
    )
    return home.area + int(delta or 0)


def _fact(vote: Vote, home_id: int, at: datetime) -> HomeFact:
    facts = facts_at(vote.unit_id, at)
    row = db.session.execute(select(facts.c.id).where(facts.c.home_id == home_id)).one_or_none()
    if row is None:
        raise Refusal(Reason("not_on_register", say("This home is not on the neighbourhood's roll."), say("Import or correct the roll first."), "home"))
    return db.session.get_one(HomeFact, row[0])


def _new_elector(vote: Vote, owner_id: int, voter_id: int | None) -> Elector:
    last = db.session.scalar(select(func.max(Elector.number)).where(Elector.vote_id == vote.id)) or 0
    elector = Elector(
        vote_id=vote.id, number=last + 1, owner_id=owner_id, heads=0, area=0, voter_id=voter_id, salt=new_salt()
    )
    db.session.add(elector)
    db.session.flush()
    return elector
