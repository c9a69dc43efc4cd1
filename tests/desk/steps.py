"""What the desk's tests do again and again: drafting through the forms, moving the clock, casting, opening pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from participation.accounts.models import Person
from participation.database import db, transaction
from participation.votes.electors import electors_of
from participation.votes.models import Question, Vote
from participation.votes.services.casting import cast, state_as_co_owner
from participation.votes.services.drafting import change_draft, draft_vote, put_question
from participation.votes.services.noticing import publish_notice
from participation.votes.services.objecting import object_to_count
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood

DESK = "/desk/lane-12"
PIPES = "Renew the water pipes of both stairwells for at most 80,000 yuan?"


class Bureau:
    """The support centre of Lane 12 at work, and its owners voting. Everything goes through the site's own doors."""

    def __init__(self, app: Flask, lane: Neighbourhood, client: ParsingClient):
        self.app, self.lane, self.client = app, lane, client
        self.clock = app.extensions["clock"]

    def sign_in(self, person: Person | None = None) -> None:
        self.client.sign_in(person or self.lane.lin, "staff")

    def wait(self, **delta: float) -> None:
        """Let time pass; a sign-in of yesterday has lapsed, so the member of staff comes in again."""
        self.clock.advance(**delta)
        self.sign_in()

    def draft(self, title: str = "Renew the water pipes") -> int:
        """A draft through the forms, lacking nothing. Returns the vote's id."""
        self.client.see(f"{DESK}/votes/new")
        self.client.submit("/votes", title=title)
        vote_id = int(self.client.page.path.rsplit("/", 1)[1])
        self.client.see(f"{DESK}/votes/{vote_id}/questions/matter")
        self.client.submit("/questions/matter", matter="use_fund")
        self.client.submit("/questions", button="save", text=PIPES)
        self.client.see(f"{DESK}/votes/{vote_id}/dates")
        self.client.submit("/dates")
        return vote_id

    def announced(self, **fields: Any) -> int:
        """An announced vote, made by the services (the forms have their own tests)."""
        with self.app.app_context(), transaction():
            now = self.clock.now()
            vote = draft_vote(self.lane.unit.id, fields.pop("title", "Renew the water pipes"), self.lane.lin.id, now)
            put_question(vote, PIPES, "use_fund", fields.pop("rule", "cn.278.ordinary"))
            days = {"opens_at": now.replace(hour=2) + _days(16), "closes_at": now.replace(hour=2) + _days(31)}
            change_draft(vote, **{**days, **fields})
            publish_notice(vote.id, self.lane.lin.id, self.clock)
            return vote.id

    def vote(self, vote_id: int) -> Vote:
        with self.app.app_context(), transaction(write=False):
            found = db.session.get_one(Vote, vote_id)
            _ = [(q.text, q.candidates) for q in found.questions], found.attachments
            return found

    def cast(self, person: Person, vote_id: int, choice: str = "yes") -> None:
        with self.app.app_context(), transaction():
            cast(
                vote_id,
                self._elector(person, vote_id),
                person.id,
                self._choices(vote_id, choice),
                f"key-{person.id}",
                self.clock,
            )

    def contradict(self, person: Person, vote_id: int, choice: str) -> None:
        with self.app.app_context(), transaction():
            state_as_co_owner(
                vote_id, self._elector(person, vote_id), person.id, self._choices(vote_id, choice), self.clock
            )

    def object(self, person: Person, vote_id: int, text: str) -> int:
        with self.app.app_context(), transaction():
            return object_to_count(vote_id, person.id, text, self.clock).id

    def _elector(self, person: Person, vote_id: int) -> int:
        return electors_of(person.id, vote_id)[0].id

    def _choices(self, vote_id: int, choice: str) -> dict[str, str]:
        ids = db.session.scalars(select(Question.id).where(Question.vote_id == vote_id))
        return {str(id_): choice for id_ in ids}


def _days(n: int) -> Any:
    from datetime import timedelta

    return timedelta(days=n)
