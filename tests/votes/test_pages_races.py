"""Two phones, two tabs, two taps at once, through the pages and in real processes: one ballot, one receipt."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db
from participation.votes.models import Ballot, VoteCount
from tests.support.client import ParsingClient, add_sign_in
from tests.support.people import Neighbourhood
from tests.support.race import race
from tests.votes.pages_support import Hall


def tap(app: Flask, token: str, vote_id: int, sent: dict[str, Any]) -> tuple[int, str | None]:
    """One tap on "Cast my ballot", from a browser that has the review open."""
    client: ParsingClient = app.test_client()  # type: ignore[assignment]
    client.checking = False
    client.carry(token)
    answer = client.send(f"/votes/{vote_id}/ballots", **sent)
    return answer.status_code, answer.location


def filled(app: Flask, token: str, vote: Any, choice: str) -> dict[str, Any]:
    """The review's hidden fields after choosing."""
    client: ParsingClient = app.test_client()  # type: ignore[assignment]
    client.carry(token)
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review", **{f"question-{vote.questions[0].id}": choice})
    values = client.page.form("/ballots").values()
    return {name: value[0] for name, value in values.items() if name != "csrf_token"}


@pytest.fixture
def token(app: Flask, lane: Neighbourhood) -> str:
    return "token-of-wang-for-the-race"


def ballots(app: Flask, vote_id: int) -> tuple[list[Any], int]:
    with app.app_context():
        rows = db.session.execute(select(Ballot.receipt, Ballot.choices).where(Ballot.vote_id == vote_id)).all()
        return list(rows), db.session.get_one(VoteCount, vote_id).part_heads


def test_a_double_tap_at_the_same_moment_gets_one_ballot_and_the_same_receipt_twice(
    app: Flask, lane: Neighbourhood, token: str
) -> None:
    vote = Hall(app, lane).open()
    add_sign_in(app, lane.wang, token, "device", unlocked=True)
    sent = filled(app, token, vote, "yes")
    answers = race(app, tap, [(token, vote.id, sent)] * 3)
    rows, heads = ballots(app, vote.id)
    assert [(row.choices, heads) for row in rows] == [({str(vote.questions[0].id): "yes"}, 1)]
    assert answers == [(303, f"/receipts/{rows[0].receipt}")] * 3


def test_two_tabs_with_opposite_choices_race_and_exactly_one_counts(
    app: Flask, lane: Neighbourhood, token: str
) -> None:
    vote = Hall(app, lane).open()
    add_sign_in(app, lane.wang, token, "device", unlocked=True)
    answers = race(app, tap, [(token, vote.id, filled(app, token, vote, choice)) for choice in ("yes", "no")])
    rows, heads = ballots(app, vote.id)
    assert len(rows) == heads == 1
    assert sorted(status for status, _ in answers) == [303, 409]
