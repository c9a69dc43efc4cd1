"""A filled-in spreadsheet counts as one reading of each of its sheets, by the person who hands it in.

Two such files, filled in independently, are the two readings.  A sheet that nobody had recorded as received is recorded
with the time of its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.votes.services.reading import read_sheet
from participation.votes.services.returns import Arrival, record_return, sheet_of_code
from participation.votes.sheet_files import FileRow
from participation.votes.sheet_models import SheetReturn
from participation.votes.standing import Channel

STACK = 50


class EnteredLine(NamedTuple):
    """A line that was entered. `state`: second, differs, done, or what became of the sheet at once (late, void)."""

    line: int
    code: str
    state: str
    is_new_return: bool


class RefusedLine(NamedTuple):
    """A line that could not be entered, with its reasons; nothing of it was stored."""

    line: int
    code: str
    reasons: tuple[Reason, ...]


class Entered(NamedTuple):
    lines: tuple[EnteredLine, ...]
    refused: tuple[RefusedLine, ...]


def enter_rows(vote_id: int, rows: Sequence[FileRow], by_id: int, source: str, clock: Clock) -> Entered:
    """Enter every line that can be entered; each of the others leaves nothing behind.

    The caller decides whether the transaction is kept: what is rolled back afterwards was an exact preview.  A line
    takes about 14 ms in which nobody else can write: callers go on in stacks of at most `STACK` lines.
    """
    lines: list[EnteredLine] = []
    refused: list[RefusedLine] = []
    for row in rows:
        try:
            with db.session.begin_nested():
                lines.append(_enter(vote_id, row, by_id, source, clock))
        except Refusal as refusal:
            refused.append(RefusedLine(row.line, row.code, refusal.reasons))
    return Entered(tuple(lines), tuple(refused))


def _enter(vote_id: int, row: FileRow, by_id: int, source: str, clock: Clock) -> EnteredLine:
    sheet = sheet_of_code(vote_id, row.code)
    known = db.session.scalars(select(SheetReturn).where(SheetReturn.sheet_id == sheet.id)).one_or_none()
    if known is None:
        arrival = Arrival(Channel.PAPER, row.received_at, by_id, f"file-{sheet.code}")
        made = record_return(vote_id, row.code, arrival, clock)
        if made.outcome is not None:
            return EnteredLine(row.line, row.code, made.outcome.kind, True)
        known = made.sheet_return
        is_new = True
    else:
        is_new = False
        if known.received_at.replace(second=0, microsecond=0) != row.received_at:
            raise Refusal(Reason("other_time", _other_time(), say("Look at the paper and at whoever received it; correct the line, or leave its sheet to be read on the screen."), "received_at"))
    done = read_sheet(known.id, by_id, row.choices, row.flaw, clock, source=source)
    return EnteredLine(row.line, row.code, done.state, is_new)


def _other_time() -> Sentence:
    return say("This sheet is recorded with another time of receipt.")
