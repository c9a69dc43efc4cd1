"""Votes in Lane 12 for the tests of pages: announced, opened, cast, counted, step by step through the services."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask

from participation.accounts.models import Person
from participation.database import db, transaction
from participation.kernel.clock import SettableClock
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, Vote
from participation.votes.services.casting import cast
from participation.votes.services.closing import count_preliminarily, finalise
from participation.votes.services.drafting import change_draft, draft_vote, put_question
from participation.votes.services.noticing import publish_notice
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood

PIPES = "Do you agree to renew the water pipes of all buildings?"


class Hall:
    """The votes of one neighbourhood, driven by services; every method is a committed transaction."""

    def __init__(self, app: Flask, lane: Neighbourhood):
        self.app = app
        self.lane = lane

    @property
    def clock(self) -> SettableClock:
        return self.app.extensions["clock"]

    def announce(
        self, title: str = "Renew the water pipes", rule: str = "cn.278.ordinary", *, text: str = PIPES,
        rehearsal: bool = False, explanation: str = "", questions: int = 1, days: int = 20,
        candidates: list[tuple[str, str]] | None = None, seats: int = 0, second_rule: str | None = None,
    ) -> Vote:  # fmt: skip
        """A vote on the notice board; it opens in 16 days and stays open for `days`."""
        at = self.clock.now()
        with self.app.app_context(), transaction():
            vote = draft_vote(self.lane.unit.id, title, None, at)
            opens = at + timedelta(days=16)
            change_draft(
                vote, rehearsal=rehearsal, explanation=explanation, opens_at=opens, closes_at=opens + timedelta(days=days)
            )
            for number in range(1, questions + 1):
                put_question(
                    vote, text if number == 1 else f"Question number {number}?", "use_fund",
                    rule if number == 1 else second_rule or rule,
                )  # fmt: skip
            if candidates is not None:
                put_question(
                    vote, "Who shall sit on the committee?", "committee", rule, kind="election", seats=seats,
                    candidates=candidates,
                )  # fmt: skip
            publish_notice(vote.id, None, self.clock)
            _ = [question.candidates for question in vote.questions], vote.attachments
        return vote

    def draft(self, title: str = "Not announced yet") -> Vote:
        with self.app.app_context(), transaction():
            return draft_vote(self.lane.unit.id, title, None, self.clock.now())

    def open(self, *args: Any, **settings: Any) -> Vote:
        """A vote that has just opened."""
        vote = self.announce(*args, **settings)
        self.clock.at = vote.opens_at  # type: ignore[assignment]
        return vote

    def cast(self, vote: Vote, person: Person, choice: Any = "yes", key: str = "") -> Ballot:
        """This person's ballot: the same choice on every question (candidate names in an election)."""
        with self.app.app_context(), transaction():
            elector = electors_of(person.id, vote.id)[0]
            choices = {}
            for question in vote.questions:
                if question.kind == "election":
                    choices[str(question.id)] = [c.id for c in question.candidates if c.name in choice]
                else:
                    choices[str(question.id)] = choice if isinstance(choice, str) else "abstain"
            return cast(vote.id, elector.id, person.id, choices, key or f"key-of-{person.name}-0000", self.clock).ballot

    def amend_rule(self, vote: Vote, **fields: Any) -> None:
        """Give the vote a neighbourhood's own rule: the preset with some fields otherwise (before anybody looks)."""
        with self.app.app_context(), transaction():
            for question in db.session.get_one(Vote, vote.id).questions:
                question.rule = {**question.rule, **fields}  # type: ignore[dict-item]

    def close(self, vote: Vote) -> None:
        self.clock.at = vote.closes_at  # type: ignore[assignment]

    def count(self, vote: Vote) -> None:
        """Close and post the preliminary count."""
        self.close(vote)
        with self.app.app_context(), transaction():
            count_preliminarily(vote.id, None, self.clock)

    def finish(self, vote: Vote) -> None:
        """Wait for the end of the objection period and post the final result."""
        with self.app.app_context(), transaction():
            self.clock.at = db.session.get_one(Vote, vote.id).objections_until  # type: ignore[assignment]
            finalise(vote.id, None, self.clock)


def words(client: ParsingClient) -> str:
    """What a reader sees of the main part: the texts in order, one blank between them, none before a full stop."""
    texts = client.page.one("main").itertext()
    return re.sub(r"\s+([.,;:)])", r"\1", re.sub(r"[\s\u00a0]+", " ", " ".join(texts))).strip()
