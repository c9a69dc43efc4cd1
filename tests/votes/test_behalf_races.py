"""Authorities between processes: the limit holds, and what was taken back a moment before casts nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.database import transaction
from participation.kernel.refusal import Refusal
from participation.votes.behalf import Behalf
from participation.votes.behalf_models import Authority, AuthorityRevocation
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, Elector, VoteCount
from participation.votes.services.authorities import Paper, record_authority
from participation.votes.services.casting import cast
from participation.votes.services.keeping import Kept
from participation.votes.services.revoking import revoke_as_owner
from tests.support.estates import Estate
from tests.support.people import Make
from tests.support.race import race

HOLDER = ("Owner 0", "0000")


def record(app: Flask, vote_id: int, elector_id: int, by_id: int) -> Any:
    """In a process of its own: record a proxy for the same holder."""
    clock = app.extensions["clock"]
    with app.app_context():
        try:
            with transaction():
                paper = Paper(Behalf.PROXY, *HOLDER, clock.now())
                return record_authority(vote_id, elector_id, paper, Kept("a" * 64, "image/png"), by_id, clock).id
        except Refusal as refusal:
            return refusal.codes


def act(app: Flask, what: str, vote_id: int, person_id: int, elector_id: int, authority_id: int, question_id: int) -> Any:
    """Cast for the owner, or, as the owner, take back or vote oneself."""
    clock = app.extensions["clock"]
    with app.app_context():
        try:
            with transaction():
                if what == "revoke":
                    revoke_as_owner(vote_id, authority_id, person_id, clock)
                    return "revoked"
                choices = {str(question_id): "yes"}
                return cast(vote_id, elector_id, person_id, choices, f"key-of-{person_id}", clock).ballot.receipt
        except Refusal as refusal:
            return refusal.codes


@pytest.fixture
def estate(app: Flask, make: Make) -> Estate:
    return Estate(app, make, [1] * 6)


def elector_of(estate: Estate, vote_id: int, index: int) -> int:
    with estate.work():
        return electors_of(estate.owners[index], vote_id)[0].id


def test_five_owners_give_one_holder_their_proxies_at_once_and_two_are_recorded(app: Flask, estate: Estate) -> None:
    vote = estate.announce()
    by = estate.owners[0]
    answers = race(app, record, [(vote, elector_of(estate, vote, i), by) for i in range(1, 6)])
    assert sorted(type(answer).__name__ for answer in answers) == ["int", "int", "tuple", "tuple", "tuple"]
    assert {answer for answer in answers if isinstance(answer, tuple)} == {("proxy_limit",)}
    with estate.work() as session:
        assert session.scalar(select(func.count()).select_from(Authority)) == 2


def test_one_paper_sent_five_times_at_once_is_one_proxy(app: Flask, estate: Estate) -> None:
    vote = estate.announce()
    elector = elector_of(estate, vote, 1)
    answers = race(app, record, [(vote, elector, estate.owners[0])] * 4)
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert {answer for answer in answers if isinstance(answer, tuple)} == {("second_proxy",)}


@pytest.mark.parametrize("turn", range(3))
def test_taking_back_against_casting_has_one_winner(app: Flask, estate: Estate, turn: int) -> None:
    vote = estate.announce()
    elector, question = elector_of(estate, vote, 1), estate.questions(vote)[0]
    authority = record(app, vote, elector, estate.owners[0])
    common = (elector, authority, question)
    jobs = [("cast", vote, estate.owners[0], *common)] * 2 + [("revoke", vote, estate.owners[1], *common)]
    *casts, revoked = race(app, act, jobs)
    with estate.work() as session:
        ballots = session.scalars(select(Ballot).where(Ballot.vote_id == vote)).all()
        gone = session.get(AuthorityRevocation, authority)
        assert session.get(VoteCount, vote).part_heads == len(ballots) <= 1
    if revoked == "revoked":
        assert (ballots, casts) == ([], [("authority_ended",)] * 2)
        assert gone is not None
    else:
        assert revoked == ("authority_used",)
        assert gone is None
        assert casts == [ballots[0].receipt] * 2, "two taps of the holder are one ballot"


def test_owner_and_proxy_at_once_make_one_ballot_and_the_other_is_told(app: Flask, estate: Estate) -> None:
    vote = estate.announce()
    elector, question = elector_of(estate, vote, 1), estate.questions(vote)[0]
    authority = record(app, vote, elector, estate.owners[0])
    common = (elector, authority, question)
    by_proxy, by_owner = race(app, act, [("cast", vote, estate.owners[0], *common), ("cast", vote, estate.owners[1], *common)])
    with estate.work() as session:
        [ballot] = session.scalars(select(Ballot).where(Ballot.vote_id == vote))
        area = session.get(Elector, elector).area
        count = session.get(VoteCount, vote)
        assert (count.part_heads, count.part_area) == (1, area)
    if ballot.authority_id is None:
        assert (by_proxy, by_owner) == (("owner_has_voted",), ballot.receipt)
    else:
        assert (by_proxy, by_owner) == (ballot.receipt, ("cast_for_you",))
