"""What opens the sealed entries of a vote, in the order of the record: for an auditor only.

Each source reads one kind of fact from its table and says what was sealed.  are made anew from the rows, so that a row changed later no longer opens its seal.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.votes.behalf_models import Authority
from participation.votes.electors import Weight
from participation.votes.models import (
    Ballot,
    BallotSetAside,
    CoOwnerStatement,
    CoOwnerWithdrawal,
    Elector,
    Objection,
    RollCorrection,
)
from participation.votes.services.agreeing import withdrawal_content
from participation.votes.services.boxing import ballot_content

YIELD = 2000


@dataclass(frozen=True, slots=True)
class Opening:
    """The salt and the content that open the commitment of entry `index`."""

    index: int
    salt: bytes
    content: dict[str, Any]


def openings(vote_id: int, size: int) -> Iterator[Opening]:
    """All openings of the vote's entries below `size`, by entry."""
    from participation.votes.evidence.openings_paper import sheets_read, sheets_received

    sources = (*SOURCES, sheets_received, sheets_read)
    return heapq.merge(*(source(vote_id, size) for source in sources), key=lambda opening: opening.index)


def rows(query: Any) -> Iterator[Any]:
    yield from db.session.execute(query.execution_options(yield_per=YIELD))


def _ballots(vote_id: int, size: int) -> Iterator[Opening]:
    yield from _casts(vote_id, size, Ballot, Ballot.turn)


def _set_aside(vote_id: int, size: int) -> Iterator[Opening]:
    yield from _casts(vote_id, size, BallotSetAside, None)


def _casts(vote_id: int, size: int, table: Any, turn: Any) -> Iterator[Opening]:
    changed = _Corrections(vote_id)
    turn_columns = () if turn is None else (turn,)
    query = (
        select(
            table.log_index, table.salt, table.choices, table.channel, table.received_at, Elector.id, Elector.number,
            Elector.heads, Elector.area, Authority.kind, *turn_columns,
        )
        .join(Elector, Elector.id == table.elector_id)
        .outerjoin(Authority, Authority.id == table.authority_id)
        .where(table.vote_id == vote_id, table.log_index < size)
        .order_by(table.log_index)
    )  # fmt: skip
    for row in rows(query):
        heads, area = changed.before(row.id, row.log_index)
        weight = Weight(row.heads + heads, row.area + area)
        content = ballot_content(
            vote_id, row.number, 0 if turn is None else row.turn, weight, row.choices, row.channel, row.received_at, row.kind
        )
        yield Opening(row.log_index, row.salt, content)


class _Corrections:
    """How much the public corrections had changed an elector's weight when an entry was written."""

    def __init__(self, vote_id: int):
        self._of: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for elector_id, index, heads, area in db.session.execute(
            select(
                RollCorrection.elector_id, RollCorrection.log_index, RollCorrection.heads_delta, RollCorrection.area_delta
            )
            .where(RollCorrection.vote_id == vote_id)
            .order_by(RollCorrection.log_index)
        ):
            self._of[elector_id].append((index, heads, area))

    def before(self, elector_id: int, index: int) -> tuple[int, int]:
        """The sum of heads and of area (1/100 m2) of the corrections before entry `index`."""
        mine = self._of.get(elector_id, [])
        earlier = mine[: bisect_left(mine, (index,))]
        return sum(heads for _, heads, _ in earlier), sum(area for _, _, area in earlier)


def _statements(vote_id: int, size: int) -> Iterator[Opening]:
    said = CoOwnerStatement
    query = (
        select(said.log_index, said.salt, said.choices, said.at, Elector.number)
        .join(Elector, Elector.id == said.elector_id)
        .where(said.vote_id == vote_id, said.log_index < size)
        .order_by(said.log_index)
    )
    for row in rows(query):
        at = row.at.isoformat(timespec="microseconds")
        yield Opening(row.log_index, row.salt, {"vote": vote_id, "elector": row.number, "choices": row.choices, "at": at})


def _withdrawals(vote_id: int, size: int) -> Iterator[Opening]:
    back = CoOwnerWithdrawal
    query = (
        select(back.log_index, back.salt, back.at, CoOwnerStatement.log_index.label("statement"), Elector.number)
        .join(CoOwnerStatement, CoOwnerStatement.id == back.statement_id)
        .join(Elector, Elector.id == CoOwnerStatement.elector_id)
        .where(back.vote_id == vote_id, back.log_index < size)
        .order_by(back.log_index)
    )
    for row in rows(query):
        yield Opening(row.log_index, row.salt, withdrawal_content(vote_id, row.number, row.statement, row.at))


def _objections(vote_id: int, size: int) -> Iterator[Opening]:
    query = (
        select(Objection.log_index, Objection.salt, Objection.text)
        .where(Objection.vote_id == vote_id, Objection.log_index < size)
        .order_by(Objection.log_index)
    )
    for row in rows(query):
        yield Opening(row.log_index, row.salt, {"text": row.text})


SOURCES: list[Callable[[int, int], Iterator[Opening]]] = [_ballots, _set_aside, _statements, _withdrawals, _objections]
