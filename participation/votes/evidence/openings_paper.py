"""What opens the sealed entries of paper ballots and recorded calls: how each came in, and what each person read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from participation.votes.evidence.openings import Opening, rows
from participation.votes.models import Elector
from participation.votes.sheet_models import Sheet, SheetReading, SheetReturn


def sheets_received(vote_id: int, size: int) -> Iterator[Opening]:
    came = SheetReturn
    query = (
        select(
            came.log_index, came.salt, came.channel, came.received_at, came.recorded_at, came.picture, Elector.number, Sheet.code
        )
        .join(Elector, Elector.id == came.elector_id)
        .outerjoin(Sheet, Sheet.id == came.sheet_id)
        .where(came.vote_id == vote_id, came.log_index < size)
        .order_by(came.log_index)
    )
    for row in rows(query):
        yield Opening(row.log_index, row.salt, {
            "vote": vote_id, "elector": row.number, "sheet": row.code, "channel": row.channel,
            "received_at": _precise(row.received_at), "recorded_at": _precise(row.recorded_at), "picture": row.picture,
        })  # fmt: skip


def sheets_read(vote_id: int, size: int) -> Iterator[Opening]:
    read = SheetReading
    query = (
        select(read.log_index, read.salt, read.choices, read.flaw, read.at, SheetReturn.log_index.label("received"))
        .join(SheetReturn, SheetReturn.id == read.return_id)
        .where(SheetReturn.vote_id == vote_id, read.log_index < size)
        .order_by(read.log_index)
    )
    for row in rows(query):
        what = {"choices": row.choices} if row.choices is not None else {"flaw": row.flaw}
        yield Opening(row.log_index, row.salt, {"vote": vote_id, "received": row.received, **what, "at": _precise(row.at)})


def _precise(at: Any) -> str:
    return str(at.isoformat(timespec="microseconds"))
