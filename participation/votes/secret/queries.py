"""Named reads of secret elections. None of them can tell whose a sealed ballot is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from participation.accounts.models import Person
from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.models import LogEntry
from participation.record.services import log_of
from participation.roll.masking import masked
from participation.votes.heads import MyHead, my_heads
from participation.votes.paper import paper_of
from participation.votes.secret.board_key import BoardKey, read_board_key
from participation.votes.secret.sealing import election_of
from participation.votes.secret_models import SecretBallot, SecretBoard, SecretBox, SecretMark, SecretOpening

TINY = 10  # heads: with fewer, sums alone may give away what somebody chose


@dataclass(frozen=True, slots=True)
class Board:
    """The election board of a vote: its key, and who sits on it."""

    key: BoardKey
    members: str


def board_of(vote_id: int) -> Board | None:
    row = db.session.get(SecretBoard, vote_id)
    return Board(read_board_key(row.key), row.members) if row is not None else None


def announced_board(vote: Any) -> Board:
    """The board of an announced vote, whose key is still the one in the record's notice. Refusal where it is not."""
    board = board_of(vote.id)
    notice = db.session.scalars(
        select(LogEntry.payload).where(LogEntry.vote_id == vote.id, LogEntry.kind == "notice").order_by(LogEntry.index)
    ).first()
    announced = json.loads(notice).get("secret", {}).get("board_key") if notice else None
    if board is None or board.key.line != announced:
        raise Refusal(Reason("board_key_changed", say("The key of the election board is not the one that was announced."), say("Do not vote and do not go on. Tell the observers: the database was changed.")))
    return board


def election_data(vote: Any, origin: str, key: BoardKey) -> dict[str, Any]:
    """What every seal of this vote is bound to: the paper as it was announced, the site, and the board's key."""
    paper = [
        {
            "question": question.id,
            "text": question.text,
            "seats": question.seats,
            "candidates": [{"candidate": c.id, "name": c.name} for c in question.candidates],
        }
        for question in paper_of(vote).questions
    ]
    return election_of(origin, vote.id, paper, key)


def election_now(vote: Any) -> dict[str, Any]:
    return election_data(vote, log_of(vote.unit_id).origin, announced_board(vote).key)


def has_voted(elector_id: int) -> bool:
    """Whether a secret ballot is in the box for this elector."""
    return db.session.get(SecretMark, elector_id) is not None


def marked_among(elector_ids: Iterable[int]) -> set[int]:
    """Which of these electors have voted in a secret election."""
    return set(db.session.scalars(select(SecretMark.elector_id).where(SecretMark.elector_id.in_(list(elector_ids)))))


def marks(vote_id: int) -> int:
    return db.session.scalar(select(func.count()).select_from(SecretMark).where(SecretMark.vote_id == vote_id)) or 0


def my_secret_heads(vote_id: int, person_id: int) -> list[MyHead]:
    """`my_heads`, with what the marks say: `voted` by this person, or `co_owner_voted`. There is never a ballot to show."""
    heads = [head for head in my_heads(vote_id, person_id) if head.authority is None]  # nobody acts for another in secret
    found = {
        mark.elector_id: mark.cast_by_id
        for mark in db.session.scalars(select(SecretMark).where(SecretMark.elector_id.in_([h.elector.id for h in heads])))
    }
    return [_marked(head, found.get(head.elector.id), person_id) for head in heads]


def _marked(head: MyHead, cast_by_id: int | None, person_id: int) -> MyHead:
    if cast_by_id is None:
        return head
    if cast_by_id == person_id:
        return replace(head, standing="voted")
    return replace(head, standing="co_owner_voted", cast_by=masked(db.session.get_one(Person, cast_by_id).name))


def box_of(vote_id: int) -> SecretBox | None:
    return db.session.get(SecretBox, vote_id)


def is_kept(box: SecretBox | None) -> bool:
    """Whether the ballots of this box are there: it is closed, and its retention time is not over."""
    if box is None:
        return False
    return box.ballots == 0 or db.session.get(SecretBallot, (box.vote_id, 0)) is not None


def opening_of(vote_id: int) -> SecretOpening | None:
    return db.session.get(SecretOpening, vote_id)


def sealed_ballots(vote_id: int) -> Sequence[bytes]:
    """Every ballot in the closed box, ascending by its hash."""
    return db.session.scalars(
        select(SecretBallot.sealed).where(SecretBallot.vote_id == vote_id).order_by(SecretBallot.position)
    ).all()
