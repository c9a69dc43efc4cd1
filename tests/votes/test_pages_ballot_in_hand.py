"""The ballot in hand: from choosing to casting and back, over the PIN, another tab and the way out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from participation.accounts.models import SignIn
from participation.accounts.visitor import hash_token
from participation.database import db, transaction
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.votes.pages_support import Hall, words
from tests.votes.test_pages_ballot import ballots, question


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def test_wang_goes_back_from_the_review_and_finds_the_choice_still_made(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review", **{question(vote): "abstain"})
    (change,) = client.page.select('main a[href*="/ballot?"]')
    client.see(change.attrib["href"])
    assert client.page.form("review").values()[question(vote)] == ["abstain"]
    client.see(f"/votes/{vote.id}/ballot")
    assert client.page.form("review").values()[question(vote)] == ["abstain"], "also by the browser's own way back"


def test_every_step_to_the_receipt_is_a_page_of_its_own_that_can_be_opened_again(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    answer = client.submit("review", follow=False, **{question(vote): "no"})
    assert (answer.status_code, answer.location) == (303, f"/votes/{vote.id}/ballot/review")
    for _ in range(2):
        client.see(f"/votes/{vote.id}/ballot/review")
        assert "Against" in words(client)
    assert not ballots(app), "nothing is stored before the last step"

    client.submit("/ballots")
    receipt = client.page.path
    assert client.get(f"/votes/{vote.id}/ballot/review").location == f"/votes/{vote.id}/ballot"
    client.see(f"/votes/{vote.id}/ballot", 409)
    assert "You have voted" in words(client)
    assert client.page.select(f'a[href="{receipt}"]')


def test_the_ballot_in_hand_is_gone_after_signing_out(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review", **{question(vote): "no"})
    with client.session_transaction() as kept:
        assert "no" in str(kept["ballot_in_hand"])
    client.see("/account")
    client.submit("/sign-out")
    with client.session_transaction() as kept:
        assert not kept.get("ballot_in_hand")
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    assert question(vote) not in client.page.form("review").values(), "a blank paper"


def test_a_paper_opened_anew_never_carries_the_key_of_the_one_in_hand(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.wang, unlocked=True)
    keys = []
    for choice in ("yes", "no"):
        client.see(f"/votes/{vote.id}/ballot")
        keys += client.page.form("review").values()["key"]
        client.submit("review", **{question(vote): choice})
    assert keys[0] != keys[1], "another choice is another ballot, and must not be taken for a retry of the first"


def test_when_the_pin_runs_out_before_casting_the_choice_comes_back_after_it(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open(questions=2)
    token = client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review", **{question(vote): "no", question(vote, 1): "follow"})
    hall.clock.advance(minutes=11)
    answer = client.submit("/ballots", follow=False)
    assert answer.location == f"/unlock?next=/votes/{vote.id}/ballot/review"
    assert not ballots(app)

    unlock(app, token)
    client.see(f"/votes/{vote.id}/ballot/review")
    client.submit("/ballots")
    assert [row.choices for row in ballots(app)] == [
        {str(vote.questions[0].id): "no", str(vote.questions[1].id): "follow"}
    ]
    assert client.get(f"/votes/{vote.id}/ballot/review").location == f"/votes/{vote.id}/ballot", "no ballot is in hand now"


def unlock(app: Flask, token: str) -> None:
    with app.app_context(), transaction():
        row = db.session.scalars(select(SignIn).where(SignIn.token_hash == hash_token(token))).one()
        row.unlocked_until = app.extensions["clock"].now() + timedelta(minutes=10)
