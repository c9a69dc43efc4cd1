"""A polling point in Lane 12 with one open vote: what its tests do again and again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.votes.models import Ballot
from participation.votes.station_models import StationTicket
from tests.accounts.staff import PASSPHRASE
from tests.desk.steps import DESK, Bureau


class Point:
    """A polling point in Lane 12 with one open vote, Lin at the device."""

    def __init__(self, bureau: Bureau, vote_id: int, authenticator: Any):
        self.bureau, self.vote_id, self.client, self.authenticator = bureau, vote_id, bureau.client, authenticator
        self.base = f"{DESK}/votes/{vote_id}/station"

    def home(self, place: str) -> str:
        return f"{self.base}/homes/{self.bureau.lane.homes[place].id}"

    def owner(self, place: str, name: str) -> str:
        return f"{self.home(place)}/owners/{self.bureau.lane.holders[name].id}"

    def hand_over(self, place: str = "1-S1", name: str = "Qian") -> None:
        self.client.see(self.owner(place, name))
        self.client.submit("/owners/", document_seen="1")

    def prove(self, last_four: str = "5005") -> int:
        return self.client.submit("/identity", last_four=last_four).status_code

    def choose(self, choice: str = "no") -> None:
        """Fill in every question of the ballot on the page and go on to its review."""
        fields = {name: choice for name in self.client.page.form("/review").names() if name.startswith("question-")}
        self.client.submit("/review", **fields)

    def vote(self, choice: str = "no") -> None:
        self.hand_over()
        assert self.prove() == 200
        self.choose(choice)
        self.client.submit("/ballots")

    def take_back(self, proof: str = PASSPHRASE) -> int:
        self.client.see("/desk/handed-over")
        return self.client.submit("/desk/handed-over", proof=proof).status_code

    def ballots(self) -> list[Ballot]:
        with self.bureau.app.app_context():
            return list(db.session.scalars(select(Ballot).where(Ballot.vote_id == self.vote_id).order_by(Ballot.id)))

    def ticket(self) -> StationTicket | None:
        with self.bureau.app.app_context():
            return db.session.scalars(select(StationTicket).order_by(StationTicket.id.desc())).first()
