"""After the storm: is every acknowledged ballot stored once, counted once, and in a record that holds together?"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask
from sqlalchemy import func, select

from participation.database import db, transaction
from participation.record.merkle import Frontier, leaf_hash, root_of
from participation.record.models import Log, LogEntry
from participation.votes.models import Ballot, Vote, VoteCount


def check(app: Flask, vote_id: int, large: int, receipts: Sequence[str]) -> list[str]:
    """Compare and tell; returns what is wrong (nothing, if all is well)."""
    wrong = []
    with app.app_context(), transaction(write=False):
        stored = set(db.session.scalars(select(Ballot.receipt).where(Ballot.vote_id == vote_id)))
        duplicates = db.session.scalar(
            select(func.count() - func.count(Ballot.elector_id.distinct())).where(Ballot.vote_id == vote_id)
        )
        turnout = db.session.get_one(VoteCount, vote_id).part_heads
        print(f"COUNT acknowledged={len(receipts)} stored={len(stored)} turnout={turnout} duplicates={duplicates}")
        if set(receipts) != stored or len(set(receipts)) != len(receipts):
            wrong.append("the acknowledged receipts are not the stored ones")
        if turnout != len(stored) or duplicates:
            wrong.append("the turnout is not the number of ballots, or somebody voted twice")
        for vote in (vote_id, large):
            size, holds = _record(vote)
            print(f"RECORD vote={vote} entries={size} verified={'yes' if holds else 'NO'}")
            if not holds:
                wrong.append(f"the record of vote {vote} does not hold")
    return wrong


def _record(vote_id: int) -> tuple[int, bool]:
    """The log's size, and whether its root, computed anew from every payload by the definition, is the one it states."""
    log = db.session.scalars(
        select(Log).join(Vote, Vote.unit_id == Log.unit_id).where(Vote.id == vote_id)
    ).one()
    leaves = [
        leaf_hash(payload.encode())
        for payload in db.session.scalars(
            select(LogEntry.payload).where(LogEntry.log_id == log.id).order_by(LogEntry.index).execution_options(yield_per=5000)
        )
    ]
    return log.size, len(leaves) == log.size and root_of(leaves) == Frontier.from_bytes(log.frontier).root()
