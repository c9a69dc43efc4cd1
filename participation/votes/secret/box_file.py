"""The box as a file: what the site hands to the board after closing, and the board's command reads without the site.

    {"format": "participation/secret-box/v1", "title", "neighbourhood", "closed_at",
     "election": {...},            what every seal is bound to (sealing.election_of)
     "ballots": ["base64", ...],   ascending by their SHA-256, so that their order tells nothing
     "root": "hex", "entry": 12, "checkpoint": "..."}   the public record's word on this very box
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.votes.secret.board_key import BoardKey, read_board_key
from participation.votes.secret.sealing import digest, root_of, sealed_length

FORMAT = "participation/secret-box/v1"
LARGEST_FILE = 256 * 1024 * 1024  # bytes: more than half a million ballots


@dataclass(frozen=True, slots=True)
class BoxFile:
    """A box that is whole in itself: ballots of one length, ascending, none twice, under its root."""

    election: Mapping[str, Any]
    key: BoardKey
    ballots: tuple[bytes, ...]
    root: str
    title: str
    neighbourhood: str
    closed_at: str
    entry: int

    @property
    def paper(self) -> Sequence[Mapping[str, Any]]:
        paper: Sequence[Mapping[str, Any]] = self.election["paper"]
        return paper


def box_to_data(box: BoxFile, checkpoint: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "neighbourhood": box.neighbourhood,
        "title": box.title,
        "closed_at": box.closed_at,
        "election": dict(box.election),
        "ballots": [base64.b64encode(ballot).decode() for ballot in box.ballots],
        "root": box.root,
        "entry": box.entry,
        "checkpoint": checkpoint,
    }


def read_box(data: bytes) -> BoxFile:
    """The box in a file. Refusal where it is no box or has been changed in any way that shows without the key."""
    if len(data) > LARGEST_FILE:
        raise Refusal(_changed(say("The file is larger than any box.")))
    try:
        given = json.loads(data)
        if given["format"] != FORMAT:
            raise ValueError
        election, paper = given["election"], given["election"]["paper"]
        key = read_board_key(election["board_key"])
        ballots = tuple(base64.b64decode(text, validate=True) for text in given["ballots"])
        length = sealed_length(paper)
        box = BoxFile(
            election, key, ballots, str(given["root"]), str(given["title"]), str(given["neighbourhood"]),
            str(given["closed_at"]), int(given["entry"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise Refusal(Reason("no_box", say("This file is not a ballot box."), say("Download it again from the page of the election."))) from problem
    if any(len(ballot) != length for ballot in ballots):
        raise Refusal(_changed(say("A ballot in the box does not have the length of all ballots.")))
    digests = [digest(ballot) for ballot in ballots]
    if any(one >= other for one, other in pairwise(digests)):
        raise Refusal(_changed(say("The ballots are not in their order, or one is there twice.")))
    if root_of(digests) != box.root:
        raise Refusal(_changed(say("The ballots do not have the fingerprint that stands in the record.")))
    return box


def _changed(message: Sentence) -> Reason:
    return Reason("box_changed", message, say("This box has been changed. Do not open it: download it again, and tell the observers."))
