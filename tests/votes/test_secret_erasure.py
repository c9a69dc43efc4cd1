"""After the retention time a secret election keeps its sums and its root: no mark of a person, no sealed ballot."""

from __future__ import annotations

import json
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from participation.database import db, transaction
from participation.votes.models import Result, Vote
from participation.votes.secret_models import SecretBallot, SecretBox, SecretMark
from participation.votes.services.closing import finalise
from participation.votes.services.erasing import erase_vote
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.votes.pages_support import words
from tests.votes.secret_support import Booth, number


def test_marks_and_sealed_ballots_go_and_the_figures_stay(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    booth = Booth(app, lane.unit)
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.cast(vote, lane.qian, ["Cai"])
    booth.count(vote)
    with app.app_context(), transaction():
        booth.clock.at = db.session.get_one(Vote, vote.id).objections_until  # type: ignore[assignment]
        figures = finalise(vote.id, None, booth.clock).data
    assert (number(app, SecretMark), number(app, SecretBallot)) == (2, 2)
    booth.clock.at += timedelta(days=6 * 366)
    with app.app_context(), transaction():
        counts = erase_vote(vote.id, None, booth.clock)
    assert counts["secret_marks"] == counts["secret_ballots"] == 2
    assert (number(app, SecretMark), number(app, SecretBallot)) == (0, 0)
    with app.app_context():
        assert db.session.get_one(SecretBox, vote.id).ballots == 2
        assert db.session.scalars(select(Result).order_by(Result.id.desc())).first().data == figures  # type: ignore[union-attr]
        assert db.session.scalar(select(func.count()).select_from(Result)) == 2
    client.see(f"/votes/{vote.id}/box")
    assert "The sealed ballots were erased after the retention time" in words(client)
    assert client.get(f"/votes/{vote.id}/box.json").status_code == 404
    client.see(f"/votes/{vote.id}/result")
    client.see(f"/votes/{vote.id}")
    assert json.loads(client.get(f"/votes/{vote.id}/result.json").data)["results"][-1]["result"] == figures
