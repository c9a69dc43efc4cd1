"""An estate of equal homes and one vote in it, driven through the services as the site would."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from participation.database import db, transaction
from participation.roll.models import Home, Unit
from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.services import casting, closing, drafting, noticing
from tests.support.people import Make

RULE = "cn.278.ordinary"


class Estate:
    """`owners[i]` is the person id of the i-th owner; `homes[i]` the homes that owner holds."""

    def __init__(self, app: Flask, make: Make, homes_per_owner: Sequence[int], area: int = 8000):
        self.app, self.make = app, make
        self.unit: Unit = make.unit("Worked example")
        self.owners: list[int] = []
        self.homes: list[list[Home]] = []
        numbers = itertools.count(1)
        for index, homes in enumerate(homes_per_owner):
            person = make.person(f"Owner {index}")
            holder = make.titleholder(self.unit, f"Owner {index}", f"{index:04d}", person=person)
            self.owners.append(person.id)
            self.homes.append([make.home(self.unit, f"1-{next(numbers)}", area, [holder]) for _ in range(homes)])

    @property
    def clock(self) -> Any:
        return self.app.extensions["clock"]

    @contextmanager
    def work(self) -> Any:
        with self.app.app_context(), transaction() as session:
            yield session

    def announce(self, *questions: dict[str, Any], rule: str = RULE) -> int:
        """A vote with these questions (or one plain question), announced and moved to its opening; returns its id."""
        opens = self.clock.now() + timedelta(days=16)
        with self.work():
            vote = drafting.draft_vote(self.unit.id, "A vote", None, self.clock.now())
            for question in questions or ({"text": "Shall we?", "matter": "other", "rule_key": rule},):
                drafting.put_question(vote, **question)
            drafting.change_draft(vote, opens_at=opens, closes_at=opens + timedelta(days=20))
            noticing.publish_notice(vote.id, None, self.clock)
            vote_id = vote.id
        self.clock.at = opens
        return vote_id

    def questions(self, vote_id: int) -> list[int]:
        with self.work() as session:
            return [question.id for question in session.get(Vote, vote_id).questions]

    def cast(self, vote_id: int, person_id: int, choice: Any, key: str | None = None) -> casting.Cast:
        """The person casts `choice` for every question."""
        with self.work() as session:
            questions = session.get(Vote, vote_id).questions
            elector = electors_of(person_id, vote_id)[0]
            return casting.cast(
                vote_id,
                elector.id,
                person_id,
                {str(q.id): choice for q in questions},
                key or f"key-{person_id}-{choice}",
                self.clock,
            )

    def cast_all(self, vote_id: int, **how_many: int) -> None:
        """`yes=31, no=29`: owners in order cast these choices."""
        choices = [choice for choice, number in how_many.items() for _ in range(number)]
        for person_id, choice in zip(self.owners, choices, strict=False):
            self.cast(vote_id, person_id, choice)

    def close(self, vote_id: int) -> dict[str, Any]:
        """Move to the closing, count; returns the preliminary result's data."""
        with self.work() as session:
            self.clock.at = max(self.clock.at, session.get(Vote, vote_id).closes_at)
        with self.work():
            return closing.count_preliminarily(vote_id, None, self.clock).data

    def finish(self, vote_id: int) -> dict[str, Any]:
        with self.work() as session:
            self.clock.at = session.get(Vote, vote_id).objections_until
        with self.work():
            return closing.finalise(vote_id, None, self.clock).data

    def closes_at(self, vote_id: int) -> datetime:
        with self.work():
            found = db.session.get(Vote, vote_id)
            assert found is not None and found.closes_at is not None
            return found.closes_at
