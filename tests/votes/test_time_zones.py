"""An instant is sealed as it will be read back: a clock that speaks local time breaks no receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from participation.database import db
from participation.kernel.clock import SettableClock
from participation.votes.models import Ballot, Vote
from participation.votes.receipts import prove_ballot
from tests.support.estates import Estate

SHANGHAI = ZoneInfo("Asia/Shanghai")


class LocalClock:
    """Breaks the clock's promise: aware, but not in UTC."""

    def __init__(self, at: datetime):
        self.at = at.astimezone(SHANGHAI)

    def now(self) -> datetime:
        return self.at


def test_a_ballot_cast_by_a_local_clock_opens_its_own_seal(app: Any, make: Any) -> None:
    estate = Estate(app, make, [1, 2])
    vote_id = estate.announce()
    app.extensions["clock"] = LocalClock(estate.clock.now())
    ballot = estate.cast(vote_id, estate.owners[1], "yes").ballot
    with app.test_request_context():
        again = db.session.get_one(Ballot, ballot.id)
        proof = prove_ballot(db.session.get_one(Vote, vote_id), again)
    assert proof.holds, [check.words.text for check in proof.checks if not check.holds]
    assert proof.content["received_at"].endswith("+00:00")


def test_a_clock_set_to_local_time_still_answers_in_utc() -> None:
    clock = SettableClock(datetime(2026, 3, 10, 9, 0, tzinfo=SHANGHAI))
    assert clock.now().isoformat() == "2026-03-10T01:00:00+00:00"
    assert clock.advance(hours=1).isoformat() == clock.now().astimezone(SHANGHAI).isoformat()
