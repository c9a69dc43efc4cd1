"""What pages say of a secret election: whose key, how far it is, what the box holds."""

from __future__ import annotations

from dataclasses import dataclass

from participation.votes.models import Vote
from participation.votes.queries import turnout
from participation.votes.secret.queries import TINY, Board, board_of, box_of, opening_of
from participation.votes.secret_models import SecretBox, SecretOpening


@dataclass(frozen=True, slots=True)
class AboutSecret:
    """board: None only in a draft; box: once it is closed; opening: once the board's figures are on record."""

    board: Board | None
    box: SecretBox | None
    opening: SecretOpening | None
    tiny: int | None  # heads on the roll, where they are few


def about_secret(vote: Vote) -> AboutSecret | None:
    """None for a vote that is not secret."""
    if not vote.secret:
        return None
    count = turnout(vote)
    tiny = count.roll_heads if count is not None and count.roll_heads < TINY else None
    return AboutSecret(board_of(vote.id), box_of(vote.id), opening_of(vote.id), tiny)
