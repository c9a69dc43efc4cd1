"""Telling owners, by letter, of every ballot that somebody else cast for them. Printing the letter is the telling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.votes.behalf_models import Authority, PrincipalNotice
from participation.votes.models import Ballot, BallotSetAside, Elector
from participation.votes.services.boxing import Pen
from participation.votes.services.steps import hold


@dataclass(frozen=True, slots=True)
class Letter:
    """What one letter tells: who voted for whom, when, by which channel. Never what was chosen.

    Exactly one of `ballot_id` and `set_aside_id`. fate: stands, replaced (by a later ballot), set_aside.
    """

    elector_id: int
    owner_id: int
    kind: str
    holder: str
    received_at: datetime
    channel: str
    fate: str
    ballot_id: int | None
    set_aside_id: int | None
    told_at: datetime | None

    @property
    def key(self) -> str:
        return f"b{self.ballot_id}" if self.ballot_id is not None else f"s{self.set_aside_id}"


def letters_of(vote_id: int) -> list[Letter]:
    """One letter for every ballot of the vote cast on behalf of an owner, told or not, oldest first."""
    last = (
        select(func.max(Ballot.turn)).where(Ballot.elector_id == Elector.id).correlate(Elector).scalar_subquery()
    )
    found = [
        Letter(
            row.elector_id, row.owner_id, row.kind, row.holder_name, row.received_at, row.channel,
            "stands" if row.turn == row.last else "replaced", row.id, None, row.told_at,
        )
        for row in db.session.execute(_of(Ballot, PrincipalNotice.ballot_id, vote_id).add_columns(Ballot.turn, last.label("last")))
    ]  # fmt: skip
    found += [
        Letter(
            row.elector_id, row.owner_id, row.kind, row.holder_name, row.received_at, row.channel, "set_aside", None, row.id,
            row.told_at,
        )
        for row in db.session.execute(_of(BallotSetAside, PrincipalNotice.set_aside_id, vote_id))
    ]  # fmt: skip
    return sorted(found, key=lambda letter: (letter.received_at, letter.elector_id, letter.key))


def _of(table: Any, told: Any, vote_id: int) -> Any:
    told_at = select(func.min(PrincipalNotice.printed_at)).where(told == table.id).correlate(table).scalar_subquery()
    return (
        select(
            table.id, table.elector_id, table.received_at, table.channel, Elector.owner_id, Authority.kind,
            Authority.holder_name, told_at.label("told_at"),
        )
        .join(Authority, Authority.id == table.authority_id)
        .join(Elector, Elector.id == table.elector_id)
        .where(table.vote_id == vote_id)
    )  # fmt: skip


def tell(vote_id: int, letters: Sequence[Letter], by_id: int, clock: Clock) -> None:
    """Note that these letters are printed; the record says how many, and no name."""
    if not letters:
        return
    held = hold(vote_id, clock)
    index = Pen(held).append("owners-told", {"letters": len(letters)})
    db.session.add_all(
        PrincipalNotice(
            vote_id=vote_id, ballot_id=letter.ballot_id, set_aside_id=letter.set_aside_id, printed_at=held.now,
            printed_by_id=by_id, log_index=index,
        )
        for letter in letters
    )  # fmt: skip
    db.session.flush()
