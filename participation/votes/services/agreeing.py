"""A co-owner who has contradicted the home's ballot agrees after all: the statement stays on record, and no longer counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical, commit, new_salt
from participation.record.services import append
from participation.votes.models import CoOwnerWithdrawal, Elector
from participation.votes.phases import Phase
from participation.votes.services.steps import hold, require
from participation.votes.statements import standing_statement


def withdraw_statement(vote_id: int, elector_id: int, person_id: int, clock: Clock) -> CoOwnerWithdrawal:
    """Take back what this person has said about the ballot of the head, while the vote is open.

    Raises Refusal where nothing of theirs stands: nothing was said, or it was taken back already.
    """
    held = hold(vote_id, clock)
    require(held, Phase.OPEN)
    statement = standing_statement(vote_id, elector_id, person_id)
    if statement is None:
        raise Refusal(nothing_to_take_back())
    elector, salt = db.session.get_one(Elector, elector_id), new_salt()
    content = withdrawal_content(vote_id, elector.number, statement.log_index, held.now)
    index = append(
        held.log, "co-owner-statement-withdrawn",
        {"vote": vote_id, "statement": statement.log_index, "commitment": commit(salt, canonical(content)).hex()},
        held.now, vote_id,
    )  # fmt: skip
    withdrawal = CoOwnerWithdrawal(vote_id=vote_id, statement_id=statement.id, at=held.now, salt=salt, log_index=index)
    db.session.add(withdrawal)
    db.session.flush()
    return withdrawal


def withdrawal_content(vote_id: int, elector_number: int, statement_index: int, at: datetime) -> dict[str, Any]:
    """What the commitment of a withdrawal opens to; `statement_index` is the entry that is taken back."""
    return {
        "vote": vote_id, "elector": elector_number, "statement": statement_index, "at": at.isoformat(timespec="microseconds"),
    }  # fmt: skip


def nothing_to_take_back() -> Reason:
    return Reason(
        "nothing_to_take_back",
        say("You have said nothing about this ballot that could be taken back."),
        say("How your home stands can be seen on the vote's page."),
    )
