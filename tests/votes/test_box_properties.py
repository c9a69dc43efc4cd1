"""Whatever comes in, by whatever way and in whatever order: one owner counts once, and the rule says with which ballot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.votes.counting import count
from participation.votes.electors import weight_of
from participation.votes.models import Ballot, BallotSetAside, DoubleBallot, Elector, Vote, VoteCount
from participation.votes.services.boxing import Origin, put_in_box
from participation.votes.services.casting import cast, standing_ballot
from participation.votes.services.steps import hold
from participation.votes.standing import Channel, takes_over
from tests.support.estates import Estate
from tests.support.people import Make
from tests.votes.behalf_support import give

EPOCH = datetime(2026, 4, 1, tzinfo=UTC)
WAYS = ("phone", "proxy", "paper", "signed_by_proxy", "polling_point", "doorstep")
OWNERS, FOR_OTHERS = 3, (1, 2)  # owner 0 holds the proxies of owners 1 and 2


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12), st.booleans())
@settings(max_examples=300)
def test_the_first_received_stands_or_the_last(minutes: list[int], may_change: bool) -> None:
    """`takes_over`, one ballot after the other, in whatever order they reach the box."""
    received = [EPOCH + timedelta(minutes=minute) for minute in minutes]
    standing = 0
    for new in range(1, len(received)):
        if takes_over(received[standing], received[new], may_change):
            standing = new
    everything = [(at, place) for place, at in enumerate(received)]
    assert (received[standing], standing) == (max(everything) if may_change else min(everything))


class Undo(Exception):
    """Takes an example's whole evening back, so that the next one begins with an empty box."""


class Evening:
    """One vote from its opening on: ballots come in, and a model keeps what was accepted."""

    def __init__(self, app: Flask, vote_id: int, people: list[int], electors: list[int], proxies: dict[int, int]):
        self.clock, self.vote_id = app.extensions["clock"], vote_id
        self.people, self.electors, self.proxies = people, electors, proxies
        self.question = str(db.session.get_one(Vote, vote_id).questions[0].id)
        self.accepted: dict[int, list[tuple[datetime, int, str]]] = {}

    def comes(self, number: int, owner: int, way: str, ago: int, choice: str) -> None:
        """One ballot. What comes on a device is received now; everything else `ago` minutes before."""
        now = self.clock.advance(minutes=1)
        authority = self.proxies.get(owner) if way in ("proxy", "signed_by_proxy") else None
        if way in ("proxy", "signed_by_proxy") and authority is None:
            return
        received = now if way in ("phone", "proxy") else now - timedelta(minutes=ago)
        choices, key, elector_id = {self.question: choice}, f"key-{number:012}", self.electors[owner]
        before = standing_ballot(self.vote_id, elector_id)
        try:
            if way in ("phone", "proxy"):
                person = self.people[0] if way == "proxy" else self.people[owner]
                made: Any = cast(self.vote_id, elector_id, person, choices, key, self.clock)
                if not made.is_new:
                    assert before is not None and made.ballot.id == before.id and before.choices == choices
                    return
            else:
                channel = {"paper": Channel.PAPER, "signed_by_proxy": Channel.PAPER}.get(way) or Channel(way)
                elector = db.session.get_one(Elector, elector_id)
                origin = Origin(channel, received, authority_id=authority)
                put_in_box(hold(self.vote_id, self.clock), elector, weight_of(elector), before, choices, key, origin)
        except Refusal:
            assert before is not None, "the first ballot of an owner is never refused"
            return
        self.accepted.setdefault(elector_id, []).append((received, number, choice))


@pytest.fixture(params=["no", "until_close"])
def setting(request: pytest.FixtureRequest, app: Flask, make: Make) -> tuple[Flask, int, list[int], list[int], dict[int, int], bool]:
    """An open vote of three owners with 80.00, 160.00 and 80.00 m2, the proxies given an hour after its opening."""
    estate = Estate(app, make, [1, 2, 1])
    vote_id = estate.announce()
    with estate.work() as session:
        for question in session.get(Vote, vote_id).questions:
            question.rule = {**question.rule, "may_change": request.param}
    with estate.work() as session:
        electors = list(session.scalars(select(Elector.id).where(Elector.vote_id == vote_id).order_by(Elector.number)))
    by = make.staff("Support", Role.SUPPORT, estate.unit)
    proxies = {owner: give(app, vote_id, electors[owner], ("Owner 0", "0000"), by).id for owner in FOR_OTHERS}
    estate.clock.advance(hours=1)
    return app, vote_id, estate.owners, electors, proxies, request.param != "no"


event = st.tuples(st.integers(0, OWNERS - 1), st.sampled_from(WAYS), st.integers(0, 5), st.sampled_from(["yes", "no", "abstain"]))


@given(events=st.lists(event, min_size=1, max_size=14))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_in_each_owner_counts_once_with_the_ballot_of_the_rule(setting: Any, events: list[Any]) -> None:
    app, vote_id, people, electors, proxies, may_change = setting
    begins = app.extensions["clock"].now()
    with app.app_context():
        try:
            with transaction():
                evening = Evening(app, vote_id, people, electors, proxies)
                for number, (owner, way, ago, choice) in enumerate(events):
                    evening.comes(number, owner, way, ago, choice)
                look_into_the_box(evening, may_change)
                raise Undo
        except Undo:
            pass
        finally:
            app.extensions["clock"].at = begins
            db.session.remove()


def look_into_the_box(evening: Evening, may_change: bool) -> None:
    vote, heads, area = db.session.get_one(Vote, evening.vote_id), 0, 0
    for elector_id, accepted in evening.accepted.items():
        ballots = db.session.scalars(select(Ballot).where(Ballot.elector_id == elector_id).order_by(Ballot.turn)).all()
        aside = db.session.scalars(select(BallotSetAside).where(BallotSetAside.elector_id == elector_id)).all()
        assert [ballot.turn for ballot in ballots] == list(range(1, len(ballots) + 1)), "exactly one has the last turn"
        assert len(ballots) + len(aside) == len(accepted), "nothing is lost"
        received, _, choice = max(accepted) if may_change else min(accepted)
        assert (ballots[-1].received_at, ballots[-1].choices) == (received, {evening.question: choice})
        for double in db.session.scalars(select(DoubleBallot).where(DoubleBallot.elector_id == elector_id)):
            assert (double.replaced_id is None) != (double.set_aside_id is None)
        weight = weight_of(db.session.get_one(Elector, elector_id))
        heads, area = heads + weight.heads, area + weight.area
    kept = db.session.get_one(VoteCount, evening.vote_id)
    db.session.refresh(kept)
    assert (kept.part_heads, kept.part_area) == (heads, area)
    result = count(vote)
    assert result["part"] == {"heads": heads, "area": area}
    [question] = result["questions"]
    for sums in (question["ballots"].values(), (s for by in question["by_channel"].values() for s in by.values())):
        found = list(sums)
        assert (sum(s["heads"] for s in found), sum(s["area"] for s in found)) == (heads, area)
    behalf = [db.session.get_one(Elector, b.elector_id) for b in standing_of(evening) if b.authority_id is not None]
    expected = {"proxy": {"heads": len(behalf), "area": sum(e.area for e in behalf)}} if behalf else {}
    assert question["on_behalf"] == expected


def standing_of(evening: Evening) -> list[Ballot]:
    found = [standing_ballot(evening.vote_id, elector_id) for elector_id in evening.accepted]
    return [ballot for ballot in found if ballot is not None]
