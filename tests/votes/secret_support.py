"""A secret election in Lane 12 or in an estate: the board's key, the draft, the casts, the opening of the box."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.accounts.models import Person
from participation.database import db, transaction
from participation.kernel.clock import SettableClock
from participation.kernel.refusal import Refusal
from participation.record.models import LogEntry
from participation.record.services import checkpoint_at, log_of
from participation.roll.models import Unit
from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.secret.board_key import board_secret, new_secret
from participation.votes.secret.box_file import read_box
from participation.votes.secret.casting import SecretCast, cast_secret
from participation.votes.secret.closing import close_box
from participation.votes.secret.drafting import make_secret
from participation.votes.secret.export import box_json
from participation.votes.secret.opening import open_box, result_file
from participation.votes.secret.result import accept_opening
from participation.votes.services.closing import count_preliminarily
from participation.votes.services.drafting import change_draft, draft_vote, put_question
from participation.votes.services.noticing import publish_notice

CANDIDATES = ("Bai", "Cai", "Dai")
MEMBERS = "Gao, Hao, Jiao"


class Booth:
    """A secret election of one neighbourhood, driven by services; every method is a committed transaction."""

    def __init__(self, app: Flask, unit: Unit):
        self.app, self.unit = app, unit
        self.secret = new_secret()
        self.board = board_secret(self.secret)

    @property
    def clock(self) -> SettableClock:
        return self.app.extensions["clock"]

    def draft(self, candidates: Sequence[str] = CANDIDATES, seats: int = 2, rule: str = "council.secret") -> Vote:
        with self.app.app_context(), transaction():
            vote = draft_vote(self.unit.id, "Elect the council", None, self.clock.now())
            put_question(
                vote, "Who shall sit on the council?", "council", rule, kind="election", seats=seats,
                candidates=[(name, "") for name in candidates],
            )  # fmt: skip
            opens = self.clock.now() + timedelta(days=16)
            change_draft(vote, opens_at=opens, closes_at=opens + timedelta(days=10))
            make_secret(vote, self.board.public.line, MEMBERS)
            _ = [question.candidates for question in vote.questions]
        return vote

    def announce(self, **settings: Any) -> Vote:
        vote = self.draft(**settings)
        with self.app.app_context(), transaction():
            publish_notice(vote.id, None, self.clock)
            vote = db.session.get_one(Vote, vote.id)
            _ = [question.candidates for question in vote.questions]
        return vote

    def open(self, **settings: Any) -> Vote:
        """An election that has just opened."""
        vote = self.announce(**settings)
        self.clock.at = vote.opens_at  # type: ignore[assignment]
        return vote

    def cast(self, vote: Vote, person: Person | int, names: Sequence[str], key: str = "") -> SecretCast:
        """This person's ballot for their first head: approve of these candidates."""
        person_id = person if isinstance(person, int) else person.id
        with self.app.app_context(), transaction():
            elector = electors_of(person_id, vote.id)[0]
            return cast_secret(
                vote.id, elector.id, person_id, choices(vote, names), key or f"key-{person_id}-{'-'.join(names)}", self.clock
            )

    def close(self, vote: Vote) -> None:
        self.clock.at = vote.closes_at  # type: ignore[assignment]
        with self.app.app_context(), transaction():
            close_box(vote.id, None, self.clock)

    def box(self, vote: Vote) -> bytes:
        with self.app.app_context(), transaction(write=False):
            return box_json(db.session.get_one(Vote, vote.id))

    def opened(self, vote: Vote) -> bytes:
        """The file that the board brings back."""
        return result_file(open_box(read_box(self.box(vote)), self.board))

    def accept(self, vote: Vote, file: bytes | None = None) -> None:
        with self.app.app_context(), transaction():
            accept_opening(vote.id, self.opened(vote) if file is None else file, None, self.clock)

    def count(self, vote: Vote) -> dict[str, Any]:
        """Close, open, accept, count preliminarily; the data of the result."""
        self.close(vote)
        self.accept(vote)
        with self.app.app_context(), transaction():
            return count_preliminarily(vote.id, None, self.clock).data

    def checkpoint(self) -> str:
        with self.app.app_context(), transaction(write=False):
            log = log_of(self.unit.id)
            return checkpoint_at(log, log.size)[1]


def choices(vote: Vote, names: Sequence[str]) -> dict[str, list[int]]:
    """The same names on every question."""
    return {str(q.id): [c.id for c in q.candidates if c.name in names] for q in vote.questions}


def refused(code: str, run: Any, *arguments: Any, **settings: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        run(*arguments, **settings)
    assert code in refusal.value.codes, refusal.value.codes


def number(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def entries(app: Flask, kind: str) -> list[dict[str, Any]]:
    with app.app_context():
        return [json.loads(p) for p in db.session.scalars(select(LogEntry.payload).where(LogEntry.kind == kind).order_by(LogEntry.index))]
