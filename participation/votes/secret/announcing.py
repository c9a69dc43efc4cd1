"""What the notice says of a secret election: whose key the ballots are sealed to, in the record for good."""

from __future__ import annotations

from flask import current_app

from participation.votes.models import Vote
from participation.votes.secret import hopper
from participation.votes.secret.queries import board_of


def announced_secrecy(vote: Vote) -> dict[str, str]:
    """The board's key for the record's notice; makes the hopper key, without which no ballot can be cast."""
    board = board_of(vote.id)
    assert board is not None  # asked before the notice
    hopper.make_key(current_app.config["INSTANCE"], vote.id)
    return {"board_key": board.key.line, "fingerprint": board.key.fingerprint, "board": board.members}
