"""The log of look-ups: whoever opens personal data of the roll leaves a line that the observer can read.

    note_look_up(unit.id, visitor.person_id, "turnout", "2 / 3", clock_now())

`subject` names the place or the thing that was opened (a building, a home, an objection's number), never a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from participation.accounts.models import Person
from participation.database import db, transaction
from participation.kernel.sentences import Sentence, say
from participation.roll.models import LookUp

# What can be looked at, in words. Rooms above add theirs with `name_look_up`.
NAMES: dict[str, Sentence] = {
    "roll": say("The roll"),
    "home": say("A home and its owners"),
    "letters": say("Invitation letters"),
}


def name_look_up(what: str, name: Sentence) -> None:
    """Give the kind `what` its words in the log."""
    NAMES[what] = name


def note_look_up(unit_id: int, by_id: int | None, what: str, subject: str, at: datetime) -> None:
    """Write one line, in a short transaction of its own, and keep it.

    Call it after reading and before the page is made: a page whose line could not be written is not shown.  It ends
    the read transaction of the request, so what is read afterwards may be a moment younger.
    """
    with transaction(write=True) as session:
        session.add(LookUp(unit_id=unit_id, at=at, by_id=by_id, what=what, subject=subject))


class LookUpLine(NamedTuple):
    look_up: LookUp
    name: str  # of the member of staff

    @property
    def what(self) -> Sentence:
        return NAMES.get(self.look_up.what) or Sentence("%(what)s", {"what": self.look_up.what})


def look_ups(unit_id: int, page: int, per_page: int) -> tuple[list[LookUpLine], int]:
    """One page (from 1) of the neighbourhood's log, newest first, and how many pages there are (at least 1)."""
    total = db.session.scalar(select(func.count()).select_from(LookUp).where(LookUp.unit_id == unit_id)) or 0
    rows = db.session.execute(
        select(LookUp, Person.name)
        .outerjoin(Person, Person.id == LookUp.by_id)
        .where(LookUp.unit_id == unit_id)
        .order_by(LookUp.at.desc(), LookUp.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [LookUpLine(look_up, name or "") for look_up, name in rows], max(1, -(-total // per_page))
