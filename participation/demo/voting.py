"""The ballots of one demonstration vote, each on its day: phones, paper, polling point, doors, telephone, proxies."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from participation.database import db
from participation.demo import people, samples, story
from participation.kernel.clock import SettableClock
from participation.roll.models import OwnerMember, Titleholder
from participation.votes.behalf import Behalf
from participation.votes.models import Elector, ElectorHome, Vote
from participation.votes.secret.casting import cast_secret
from participation.votes.services import casting
from participation.votes.services.authorities import Paper, record_authority
from participation.votes.services.calling import Call, record_call
from participation.votes.services.reading import read_sheet
from participation.votes.services.returns import Arrival, record_return
from participation.votes.services.sheets import print_sheets
from participation.votes.services.station import cast_at_station
from participation.votes.services.visiting import record_visit
from participation.votes.sheet_models import Sheet
from participation.votes.standing import Channel

ZONE = ZoneInfo("Asia/Shanghai")
LIMIT = 2  # owners for whom one proxy holder votes; the default of a draft


class Voter(NamedTuple):
    """An elector and the titleholder who speaks for them; `at`: when they vote."""

    elector: Elector
    holder_id: int
    person_id: int
    at: datetime
    choices: dict[str, Any]


class Voting:
    """One vote with its clock and the three of the support centre; `run` lives through what was planned, in time."""

    def __init__(self, vote: Vote, plot: story.Plot, support: Sequence[int], clock: SettableClock, now: datetime):
        assert vote.opens_at is not None and vote.closes_at is not None
        self.vote, self.plot, self.support, self.clock = vote, plot, support, clock
        self.opens, self.closes = vote.opens_at, vote.closes_at
        self.end = min(self.closes, now - timedelta(minutes=5))
        self.read_by = self.closes + timedelta(hours=6) if plot.is_over else self.end
        self.photo = samples.sheet()
        self.codes: dict[int, str] = {}
        self._agenda: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._planned = 0

    def print_sheets(self) -> None:
        """A sheet for everybody, three days before the opening."""
        self.clock.at = self.opens - timedelta(days=3)
        print_sheets(self.vote.id, self.support[0], self.clock)
        self.codes = dict(db.session.execute(select(Sheet.elector_id, Sheet.code).where(Sheet.vote_id == self.vote.id)).all())

    def plan(self, at: datetime, step: Callable[[], Any]) -> None:
        heapq.heappush(self._agenda, (at, self._planned, step))
        self._planned += 1

    def run(self) -> None:
        while self._agenda:
            self.clock.at, _, step = heapq.heappop(self._agenda)
            step()

    def by_phone(self, voter: Voter) -> None:
        key = f"demonstration-{voter.elector.id}"
        cast = cast_secret if self.vote.secret else casting.cast
        self.plan(voter.at, lambda: cast(self.vote.id, voter.elector.id, voter.person_id, voter.choices, key, self.clock))

    def on_paper(self, voter: Voter, flaw: str | None = None, written_down: timedelta = timedelta(minutes=3)) -> None:
        """Handed in, then read by two of the three; `written_down`: how long after it was handed in that was noted."""
        n = voter.elector.number
        arrival = Arrival(Channel.PAPER, voter.at, self.support[0], f"sheet-{n}", *self.photo)

        def receive() -> None:
            made = record_return(self.vote.id, self.codes[voter.elector.id], arrival, self.clock)
            if made.outcome is None:
                self._read_twice(made.sheet_return.id, n, None if flaw else voter.choices, flaw)

        self.plan(voter.at + written_down, receive)

    def on_the_telephone(self, voter: Voter) -> None:
        reference = f"支援中心总机录音 {voter.at.astimezone(ZONE):%Y-%m-%d %H:%M}"
        call = Call(voter.at, self.support[0], f"call-{voter.elector.number}", reference=reference, announced=True)

        def take_call() -> None:
            made = record_call(self.vote.id, voter.elector.id, voter.holder_id, call, self.clock)
            self._read_twice(made.sheet_return.id, voter.elector.number, voter.choices, None)

        self.plan(voter.at, take_call)

    def _read_twice(self, return_id: int, number: int, choices: dict[str, Any] | None, flaw: str | None) -> None:
        first, second = self.support[number % 3], self.support[(number + 1) % 3]
        for reader, hours in ((first, 1), (second, 3)):
            at = max(self.clock.now(), min(self.clock.now() + timedelta(hours=hours), self.read_by))
            self.plan(at, partial(read_sheet, return_id, reader, choices, flaw, self.clock))

    def with_help(self, voter: Voter, channel: Channel) -> None:
        """On the support centre's device, at the polling point or at the door; a visit at a door is on record, too."""
        key, staff = f"device-{voter.elector.number}", self.support[voter.elector.number % 3]
        self.plan(voter.at, partial(
            cast_at_station, self.vote.id, voter.elector.id, voter.holder_id, voter.choices, key, staff, self.clock,
            channel=channel,
        ))  # fmt: skip
        if channel is Channel.DOORSTEP:
            home = home_of(voter.elector)
            self.plan(voter.at, lambda: record_visit(
                self.vote.id, home, "voted_here", "", self.clock.now(), staff, f"visit-at-door-{home}", self.clock,
            ))  # fmt: skip

    def through_proxy(self, voter: Voter, holder_id: int) -> None:
        """The paper comes to the support centre; an hour later the holder votes on the holder's own phone."""
        holder = db.session.get_one(Titleholder, holder_id)
        self.plan(voter.at - timedelta(hours=1), lambda: self.authorise(voter.elector, holder, self.clock.now()))
        assert holder.person_id is not None
        self.by_phone(voter._replace(person_id=holder.person_id))

    def authorise(self, elector: Elector, holder: Titleholder, at: datetime) -> None:
        paper = Paper(Behalf.PROXY, holder.name, holder.id_last_four or "", from_at=at)
        record_authority(self.vote.id, elector.id, paper, samples.proxy(), self.support[0], self.clock)

    def at_the_desk(self, at: datetime) -> datetime:
        """The same day between nine and five in the neighbourhood, and not outside the vote."""
        local = at.astimezone(ZONE)
        passed = local - local.replace(hour=0, minute=0, second=0, microsecond=0)
        found = at - passed + timedelta(hours=9) + passed / 3
        while found > self.end:
            found -= timedelta(days=1)
        return max(found, self.opens + timedelta(hours=1, minutes=1))


def voters_of(vote: Vote, plot: story.Plot, clock: SettableClock, end: datetime, chance: random.Random) -> tuple[list[Voter], list[Voter]]:
    """`turnout` of 1000 electors, spread over the days so far, and all others: whoever has not voted.

    The residents of the links are in neither list while the vote is open: their ballots are left to whoever tries.
    """
    rows = db.session.execute(
        select(Elector, OwnerMember.titleholder_id, Titleholder.person_id)
        .join(OwnerMember, OwnerMember.owner_id == Elector.owner_id)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Elector.vote_id == vote.id)
        .order_by(Elector.number, Titleholder.id)
    ).all()
    spared = set(people.spared_persons(vote.unit_id)) if not plot.is_over else set()
    first: dict[int, tuple[Elector, int, int]] = {}
    for elector, holder_id, person_id in rows:
        first.setdefault(elector.id, (elector, holder_id, person_id))
    asked = [found for found in first.values() if found[2] not in spared]
    drawn = {elector.id for elector, _, _ in asked if chance.randrange(1000) < plot.turnout}
    voting = [found for found in asked if found[0].id in drawn]
    chance.shuffle(voting)
    step, at, voters = (end - clock.now()) / (len(voting) + 1), clock.now(), []
    for elector, holder_id, person_id in voting:
        at += step
        choices = {
            str(q.id): _choice(plot.questions[q.position - 1], [c.id for c in q.candidates], chance) for q in vote.questions
        }
        voters.append(Voter(elector, holder_id, person_id, at, choices))
    return voters, [Voter(*found, end, {}) for found in asked if found[0].id not in drawn]


def _choice(question: story.PlotQuestion, candidates: Sequence[int], chance: random.Random) -> str | list[int]:
    if candidates:
        return sorted(c for c, liking in zip(candidates, question.likings, strict=True) if chance.randrange(100) < liking)[: question.seats]
    roll = chance.randrange(100)
    for choice, up_to in question.leaning:
        if roll < up_to:
            return choice
    return "abstain"


def home_of(elector: Elector) -> int:
    """The first home of this elector on the frozen roll."""
    return db.session.scalars(
        select(ElectorHome.home_id).where(ElectorHome.elector_id == elector.id).order_by(ElectorHome.home_id).limit(1)
    ).one()
