"""The closed box for the board, and its list for everybody: the files that leave the site."""

from __future__ import annotations

import json
from typing import Any

from participation.database import db
from participation.record.services import checkpoint_at, log_of
from participation.roll.models import Unit
from participation.votes.models import Vote
from participation.votes.secret.box_file import BoxFile, box_to_data
from participation.votes.secret.codes import grouped
from participation.votes.secret.queries import board_of, box_of, election_now, sealed_ballots
from participation.votes.secret.sealing import digest, tracker

LIST_FORMAT = "participation/secret-box-list/v1"


def box_json(vote: Vote) -> bytes:
    """The closed box as the board's command reads it. Only for the board, handed on by those who watch over the vote."""
    box, board = box_of(vote.id), board_of(vote.id)
    assert box is not None and board is not None
    file = BoxFile(
        election_now(vote), board.key, tuple(sealed_ballots(vote.id)), box.root, vote.title,
        db.session.get_one(Unit, vote.unit_id).name, box.at.isoformat(timespec="seconds"), box.log_index,
    )  # fmt: skip
    return _file(box_to_data(file, checkpoint_at(log_of(vote.unit_id), box.log_index + 1)[1]))


def box_list(vote: Vote) -> bytes:
    """What everybody may see of the box: the hash of every sealed ballot, and so its tracker; no ballot."""
    box = box_of(vote.id)
    assert box is not None
    data = {
        "format": LIST_FORMAT,
        "vote": vote.id,
        "ballots": [digest(sealed).hex() for sealed in sealed_ballots(vote.id)],
        "root": box.root,
        "entry": box.log_index,
        "how": [
            "ballots: SHA-256 of each sealed ballot, ascending",
            "root: the Merkle root (RFC 6962) with these hashes as leaves, in this order; it stands in the entry of the record",
            "tracker: 16 digits in base 28 (2-9, B-Z without vowels) of the hash read as a fraction",
        ],
    }
    return _file(data)


def trackers(vote_id: int) -> list[str]:
    """The trackers in the box as people read them, in the order of the box."""
    return [grouped(tracker(sealed)) for sealed in sealed_ballots(vote_id)]


def _file(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
