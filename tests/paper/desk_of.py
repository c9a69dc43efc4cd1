"""Paper at the support centre, through the services: printing, receiving, reading. Each step is a committed transaction."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db, transaction
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, DoubleBallot, Elector, Question, VoteCount
from participation.votes.services.reading import read_sheet, settle
from participation.votes.services.returns import Arrival, record_return
from participation.votes.services.sheets import print_sheets
from participation.votes.sheet_models import Sheet, SheetOutcome
from participation.votes.standing import Channel
from tests.support.people import Make


class PaperDesk:
    """`lin`, `mei` and `tao` run the support centre; owners are given by their person id."""

    def __init__(self, app: Flask, make: Make, unit: Any):
        self.app, self.unit = app, unit
        self.clock = app.extensions["clock"]
        self.lin, self.mei, self.tao = (make.staff(name, Role.SUPPORT, unit).id for name in ("Lin Hui", "Mei", "Tao"))
        self._keys = itertools.count(1)

    def work(self) -> Any:
        class Work:
            def __enter__(work: Any) -> Any:
                work.context = self.app.app_context()
                work.context.push()
                work.unit = transaction()
                return work.unit.__enter__()

            def __exit__(work: Any, *error: Any) -> Any:
                try:
                    return work.unit.__exit__(*error)
                finally:
                    work.context.pop()

        return Work()

    def elector(self, vote_id: int, person_id: int) -> int:
        return electors_of(person_id, vote_id)[0].id

    def print(self, vote_id: int, person_id: int | None = None, **how: Any) -> Any:
        with self.work():
            elector = self.elector(vote_id, person_id) if person_id else None
            return print_sheets(vote_id, self.lin, self.clock, elector_id=elector, **how)

    def code(self, vote_id: int, person_id: int) -> str:
        """The code of this owner's newest sheet."""
        with self.work() as session:
            return session.scalars(
                select(Sheet.code).where(Sheet.elector_id == self.elector(vote_id, person_id)).order_by(Sheet.id.desc())
            ).first()

    def receive(self, vote_id: int, code: str, at: datetime | None = None, *, key: str = "", **how: Any) -> Any:
        """Record that the sheet came in at `at` (now); returns (id of the return, kind of outcome or None)."""
        arrival = Arrival(
            how.pop("channel", Channel.PAPER), at or self.clock.now(), how.pop("by", self.lin), key or f"return-{next(self._keys)}", **how
        )
        with self.work():
            made = record_return(vote_id, code, arrival, self.clock)
            return made.sheet_return.id, made.outcome.kind if made.outcome else None

    def hand_in(self, vote_id: int, person_id: int, at: datetime | None = None, **how: Any) -> int:
        """Print this owner's sheet if there is none, and receive it; returns the id of the return."""
        if self.code(vote_id, person_id) is None:
            self.print(vote_id, person_id)
        return self.receive(vote_id, self.code(vote_id, person_id), at, **how)[0]

    def choices(self, vote_id: int, choice: Any) -> dict[str, Any]:
        ids = db.session.scalars(select(Question.id).where(Question.vote_id == vote_id))
        return {str(id_): choice for id_ in ids}

    def read(self, vote_id: int, return_id: int, by: int, choice: Any = None, *, flaw: str | None = None, **how: Any) -> str:
        """One reading of the same choice for every question; returns what the sheet waits for now, or "done"."""
        with self.work():
            choices = choice if isinstance(choice, dict) or choice is None else self.choices(vote_id, choice)
            return read_sheet(return_id, by, choices, flaw, self.clock, **how).state

    def settle(self, vote_id: int, return_id: int, by: int, choice: Any = None, *, flaw: str | None = None) -> str:
        with self.work():
            choices = None if choice is None else self.choices(vote_id, choice)
            return settle(return_id, by, choices, flaw, self.clock).state

    def read_twice(self, vote_id: int, return_id: int, choice: Any = None, *, flaw: str | None = None) -> str | None:
        """Lin and Mei read the same; returns the outcome."""
        self.read(vote_id, return_id, self.lin, choice, flaw=flaw)
        self.read(vote_id, return_id, self.mei, choice, flaw=flaw)
        return self.outcome(return_id)

    def outcome(self, return_id: int) -> str | None:
        with self.work() as session:
            return session.scalar(select(SheetOutcome.kind).where(SheetOutcome.return_id == return_id))

    def ballots(self, vote_id: int, person_id: int) -> list[Ballot]:
        with self.work() as session:
            return list(
                session.scalars(
                    select(Ballot).where(Ballot.elector_id == self.elector(vote_id, person_id)).order_by(Ballot.turn)
                )
            )

    def doubles(self, vote_id: int) -> list[DoubleBallot]:
        with self.work() as session:
            return list(session.scalars(select(DoubleBallot).where(DoubleBallot.vote_id == vote_id)))

    def part(self, vote_id: int) -> tuple[int, int]:
        """Heads and area (1/100 m2) taking part by the kept count."""
        with self.work() as session:
            count = session.get(VoteCount, vote_id)
            return count.part_heads, count.part_area

    def elector_row(self, vote_id: int, person_id: int) -> Elector:
        with self.work():
            return electors_of(person_id, vote_id)[0]
