"""Which of a demonstration vote's owners comes by which way, and what is left open at the desk."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import select

from participation.database import db
from participation.demo import people, story
from participation.demo.voting import LIMIT, Voter, Voting, home_of, voters_of
from participation.kernel.clock import SettableClock
from participation.roll.models import Home, Titleholder
from participation.votes.electors import members
from participation.votes.models import ElectorHome, Vote
from participation.votes.paper import paper_of
from participation.votes.services.reading import read_sheet
from participation.votes.services.returns import Arrival, record_return
from participation.votes.services.visiting import record_visit
from participation.votes.standing import Channel

VISITS = ("absent", "answered", "will_vote_on_phone", "refused", "gave_sheet", "absent")


def cast_ballots(
    vote: Vote, plot: story.Plot, support: Sequence[int], clock: SettableClock, chance: random.Random, now: datetime
) -> None:
    """Every ballot of the vote by the way that the plot wants; in an open vote something is left to do for each way."""
    voting = Voting(vote, plot, support, clock, now)
    if plot.has_sheets:
        voting.print_sheets()
    clock.at = voting.opens + timedelta(minutes=5)
    voters, silent = voters_of(vote, plot, clock, voting.end, chance)
    ways = random.Random(len(plot.title))  # noqa: S311  (of its own, so that the choices stay those of the plot)
    middle = len(voters) // 2
    through_proxies, twice = voters[middle : middle + plot.proxies], voters[middle + plot.proxies]
    for n, voter in enumerate(through_proxies):
        voting.through_proxy(voter._replace(at=voting.at_the_desk(voter.at)), voters[n // LIMIT].holder_id)
    for voter in (*voters[:middle], *voters[middle + plot.proxies + 1 :]):
        _by_some_way(voting, plot, voter, ways)
    voting.by_phone(twice)
    if plot.has_sheets:
        # Handed in the day before the owner voted on the phone, and noted only afterwards: the first ballot stands.
        voting.on_paper(twice._replace(at=twice.at - timedelta(days=1)), written_down=timedelta(days=1, hours=1))
    if plot.has_sheets and plot.is_over:
        _invalid_sheets(voting, silent)
    voting.run()
    if plot.has_sheets and not plot.is_over:
        clock.at = voting.end
        _leave_to_do(voting, silent)


def _by_some_way(voting: Voting, plot: story.Plot, voter: Voter, ways: random.Random) -> None:
    drawn = ways.randrange(1000)
    for channel, of_1000 in plot.ways:
        if drawn < of_1000:
            by_hand = voter._replace(at=voting.at_the_desk(voter.at))
            if channel is Channel.PAPER:
                voting.on_paper(by_hand)
            elif channel is Channel.RECORDED_PHONE:
                voting.on_the_telephone(by_hand)
            else:
                voting.with_help(by_hand, channel)
            return
        drawn -= of_1000
    voting.by_phone(voter)


def _invalid_sheets(voting: Voting, silent: list[Voter]) -> None:
    """Two sheets without a signature and one that came too late: in the statistics, never in the verdict."""
    for voter in silent[:2]:
        voting.on_paper(voter._replace(at=voting.closes - timedelta(days=1)), flaw="unsigned")
    voting.on_paper(silent[2]._replace(at=voting.closes + timedelta(hours=2)))


def _leave_to_do(voting: Voting, silent: list[Voter]) -> None:
    """A sheet that waits for its second reader, one that was read differently, a proxy not used yet, doors visited."""
    vote, clock, (lin, second, third) = voting.vote, voting.clock, voting.support
    waiting, differing, principal = islice((voter for voter in silent if len(members(voter.elector)) == 1), 3)
    yes, no = ({str(q.id): choice for q in paper_of(vote).questions} for choice in ("yes", "no"))
    returns = []
    for voter in (waiting, differing):
        arrival = Arrival(Channel.PAPER, clock.now() - timedelta(hours=1), lin, f"sheet-{voter.elector.number}", *voting.photo)
        returns.append(record_return(vote.id, voting.codes[voter.elector.id], arrival, clock).sheet_return.id)
    read_sheet(returns[0], second, yes, None, clock)
    read_sheet(returns[1], second, yes, None, clock)
    read_sheet(returns[1], third, no, None, clock)
    holder = db.session.get_one(Titleholder, people.cast(vote.unit_id).owner_of_several_homes.id)
    voting.authorise(principal.elector, holder, clock.now())
    _visit_doors(voting, principal, [voter.elector.id for voter in silent if voter not in (waiting, differing)])


def _visit_doors(voting: Voting, neighbour: Voter, silent: Sequence[int]) -> None:
    """One after the other in the stairwell of `neighbour`, as far as nobody has voted there."""
    here = select(Home.stairwell_id).where(Home.id == home_of(neighbour.elector)).scalar_subquery()
    doors = db.session.scalars(
        select(Home.id)
        .join(ElectorHome, ElectorHome.home_id == Home.id)
        .where(Home.stairwell_id == here, ElectorHome.elector_id.in_(silent))
        .order_by(Home.id)
        .limit(len(VISITS))
    ).all()
    for home_id, outcome in zip(doors, VISITS, strict=False):
        record_visit(voting.vote.id, home_id, outcome, "", voting.clock.now(), voting.support[1], f"visit-of-home-{home_id}", voting.clock)
