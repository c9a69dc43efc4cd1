"""What the evidence of a secret election holds: the box by its hashes, and who has voted; never what was voted."""

from __future__ import annotations

from sqlalchemy import select

from participation.database import db
from participation.votes.models import Elector
from participation.votes.secret.sealing import digest
from participation.votes.secret_models import SecretBallot, SecretMark


def hashes_in_box(vote_id: int) -> str:
    """SHA-256 of each sealed ballot, ascending, a line each: the leaves of the box's root."""
    sealed = db.session.scalars(
        select(SecretBallot.sealed).where(SecretBallot.vote_id == vote_id).order_by(SecretBallot.position)
    )
    return "".join(f"{digest(ballot).hex()}\n" for ballot in sealed)


def marked_electors(vote_id: int) -> str:
    """The numbers of the owners who have voted, in the order of the roll, a line each."""
    numbers = db.session.scalars(
        select(Elector.number)
        .join(SecretMark, SecretMark.elector_id == Elector.id)
        .where(SecretMark.vote_id == vote_id)
        .order_by(Elector.number)
    )
    return "".join(f"{number}\n" for number in numbers)
