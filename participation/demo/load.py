"""Loading the demonstration: the roll, the people, and the votes that were lived through step by step.

Everything goes through the same services as in real use, on a clock that replays the past weeks, so
the record of the demonstration is a real one.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from participation.accounts.models import Person
from participation.database import db, transaction
from participation.demo import ballots, board, people, story
from participation.kernel.clock import SettableClock
from participation.roll.importing import read_roll
from participation.roll.models import Area, Titleholder, Unit
from participation.roll.services import commit_roll, found_unit
from participation.votes.models import Ballot, Vote
from participation.votes.secret.drafting import make_secret
from participation.votes.services import closing, drafting, handing_out, noticing, objecting, telling

ROLL = Path(__file__).parent / "data" / "old-estate-36.csv"
SLUG = "old-estate-36"
Say = Callable[[str], None]


def is_empty() -> bool:
    return db.session.scalar(select(Unit.id).limit(1)) is None


def load(now: datetime, say: Say) -> None:
    """Create the neighbourhood and its votes, as if the support centre had worked here for ten weeks."""
    clock = SettableClock(now - timedelta(days=70))
    chance = random.Random(36)  # noqa: S311  (a fixed seed: every installation shows the same neighbourhood)
    with transaction():
        say("Reading the roll ...")
        content = ROLL.read_bytes()
        unit = _neighbourhood(clock.now())
        with ROLL.open("rb") as file:
            parsed = read_roll(file, filename=ROLL.name)
        commit_roll(unit, parsed, by_id=None, at=clock.now(), sha256=hashlib.sha256(content).hexdigest())
        _everybody_has_a_phone(unit, clock.now())
        staff = people.make_staff(unit, clock.now())
    for number, plot in enumerate(story.PLOTS, start=1):
        say(f"Vote {number} of {len(story.PLOTS)}: {plot.title} ...")
        with transaction():
            _live_through(unit.id, plot, staff, now, chance)
    with transaction():
        people.mark_residents(unit, now)


def _neighbourhood(at: datetime) -> Unit:
    area = Area(slug="old-town", name="老城片区")
    db.session.add(area)
    db.session.flush()
    return found_unit(SLUG, "柳荫里社区", area, at, is_demonstration=True)


def _everybody_has_a_phone(unit: Unit, at: datetime) -> None:
    """In the demonstration every titleholder has already signed in once, so that ballots can be cast."""
    holders = db.session.scalars(select(Titleholder).where(Titleholder.unit_id == unit.id).order_by(Titleholder.id)).all()
    persons = [Person(name=holder.name, created_at=at, large_text=False) for holder in holders]
    db.session.add_all(persons)
    db.session.flush()
    db.session.execute(
        update(Titleholder), [{"id": h.id, "person_id": p.id} for h, p in zip(holders, persons, strict=True)]
    )
    db.session.expire_all()


def _live_through(unit_id: int, plot: story.Plot, staff: Mapping[str, int], now: datetime, chance: random.Random) -> None:
    """One vote from its draft to the state the plot wants, each step on its own day."""
    support = staff["support"]
    opens = _at_nine(now - timedelta(days=plot.opened_days_ago))
    clock = SettableClock(opens - timedelta(days=16))
    vote = drafting.draft_vote(unit_id, plot.title, support, clock.now())
    for question in plot.questions:
        drafting.put_question(
            vote, question.text, question.matter, question.rule, kind="election" if question.candidates else "decision",
            seats=question.seats, candidates=question.candidates,
        )  # fmt: skip
    drafting.change_draft(
        vote, explanation=plot.explanation, opens_at=opens, closes_at=opens + timedelta(days=plot.window_days, hours=11)
    )
    if plot.is_secret:
        drafting.change_draft(vote, rehearsal=True)
        make_secret(vote, board.make_key(plot.title), board.MEMBERS)
    noticing.publish_notice(vote.id, support, clock)
    if plot.turnout == 0:
        return
    ballots.cast_ballots(vote, plot, [staff[key] for key in people.SUPPORT], clock, chance, now)
    if vote.closes_at is None or vote.closes_at > now:
        return
    clock.at = vote.closes_at + timedelta(hours=12)
    closing.count_preliminarily(vote.id, support, clock)
    if plot.objection:
        clock.advance(hours=5)
        objector = _first_voter(vote)
        objection = objecting.object_to_count(vote.id, objector, plot.objection, clock)
        if plot.answer:
            clock.advance(days=1)
            objecting.answer_objection(objection.id, False, plot.answer, support, clock)
    if plot.is_final:
        clock.at = vote.objections_until + timedelta(hours=9)
        closing.finalise(vote.id, support, clock)
        telling.tell(vote.id, telling.letters_of(vote.id), support, clock)
        handing_out.name_auditor(vote.id, staff["observer"], "count", support, clock)


def _at_nine(instant: datetime) -> datetime:
    """Nine in the morning of that day in the neighbourhood: votes open and close at hours people remember."""
    return instant.astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=9, minute=0, second=0, microsecond=0)


def _first_voter(vote: Vote) -> int:
    return db.session.scalars(select(Ballot.cast_by_id)
        .where(Ballot.vote_id == vote.id, Ballot.cast_by_id.is_not(None), Ballot.authority_id.is_(None))
        .order_by(Ballot.id).limit(1)).one()
