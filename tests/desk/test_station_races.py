"""Taps at the same instant, in processes of their own: one ticket is one ballot, one key is one visit, a device taken back is back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.votes.models import Ballot, Question
from participation.votes.services.handing import take_back
from participation.votes.services.visiting import record_visit
from participation.votes.station_models import StationTicket
from participation.votes.visit_models import Visit
from tests.desk.steps import DESK, Bureau
from tests.support.race import race


def tap(app: Flask, token: str, path: str, choices: dict[str, str]) -> Any:
    """The voter's confirmation, as the device sends it."""
    client: Any = app.test_client()
    client.carry(token)
    client.checking = False
    client.get(path.replace("/ballots", "/review"), follow_redirects=True)
    answer = client.send(path, **choices)
    return answer.status_code, answer.location


def bring_back(app: Flask, sign_in_id: int, staff_id: int) -> str:
    with app.app_context(), transaction():
        take_back(sign_in_id, staff_id, app.extensions["clock"].now())
    return "back"


def tap_or_bring_back(app: Flask, what: str, *given: Any) -> Any:
    return tap(app, *given) if what == "tap" else bring_back(app, *given)


def visit(app: Flask, vote_id: int, home_id: int, staff_id: int, outcome: str) -> Any:
    try:
        with app.app_context(), transaction():
            clock = app.extensions["clock"]
            made = record_visit(vote_id, home_id, outcome, "", clock.now(), staff_id, "the-key-of-this-visit", clock)
            return made.visit.id, made.is_new
    except Refusal as refusal:
        return refusal.codes


class Given:
    """Lin's device in Qian's hands, the ballot proven and filled in."""

    def __init__(self, bureau: Bureau):
        self.bureau = bureau
        self.vote_id = bureau.announced()
        bureau.wait(days=17)
        lane, client = bureau.lane, bureau.client
        client.see(f"{DESK}/votes/{self.vote_id}/station/homes/{lane.homes['1-S1'].id}/owners/{lane.holders['Qian'].id}")
        client.submit("/owners/", document_seen="1")
        client.submit("/identity", last_four="5005")
        self.path = client.page.path.replace("/ballot", "/ballots")
        with bureau.app.app_context():
            self.questions = list(db.session.scalars(select(Question.id).where(Question.vote_id == self.vote_id)))
            self.sign_in_id = db.session.scalars(select(StationTicket.sign_in_id)).one()

    def way(self, choice: str) -> tuple[Any, ...]:
        return self.bureau.client.token, self.path, {f"question-{id_}": choice for id_ in self.questions}

    def ballots(self) -> int:
        with self.bureau.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Ballot)) or 0


@pytest.fixture
def given(bureau: Bureau) -> Given:
    return Given(bureau)


def test_a_double_tap_in_four_processes_is_one_ballot_and_one_slip(given: Given) -> None:
    answers = race(given.bureau.app, tap, [given.way(choice) for choice in ("yes", "yes", "no", "yes")])
    assert len(set(answers)) == 1 and answers[0][0] == 303 and answers[0][1].endswith("/slip")
    assert given.ballots() == 1


def test_taking_the_device_back_against_the_cast_leaves_a_ballot_or_none_and_never_a_ticket_that_still_casts(given: Given) -> None:
    lin = given.bureau.lane.lin.id
    answers = race(given.bureau.app, tap_or_bring_back, [("tap", *given.way("yes")), ("back", given.sign_in_id, lin)])
    cast = answers[0][1] is not None and answers[0][1].endswith("/slip")
    assert given.ballots() == int(cast)
    late = tap(given.bureau.app, *given.way("no"))
    assert not (late[1] or "").endswith("/slip") and given.ballots() == int(cast)


def test_a_visit_sent_at_once_from_three_tabs_is_one_visit(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    home, lin = bureau.lane.homes["1-S1"].id, bureau.lane.lin.id
    answers = race(bureau.app, visit, [(vote_id, home, lin, outcome) for outcome in ("absent", "answered", "absent")])
    assert len({id_ for id_, _ in answers}) == 1 and sorted(new for _, new in answers) == [False, False, True]
    with bureau.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 1
