"""The evidence of the world: He is an auditor of two votes; one file is there, the other is being written."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from participation.database import db
from participation.votes.evidence.bundle import extent_of
from participation.votes.evidence.making import auditor_file, public_file
from participation.votes.models import Vote
from participation.votes.services.handing_out import hand_out, name_auditor

if TYPE_CHECKING:
    from tests.journeys.world import World


def hand_out_evidence(world: World) -> None:
    """The evidence of vote "final" is handed out; that of "rejected", public and private, is halfway written."""
    he, lin, clock = world.lane.he.id, world.lane.lin.id, world.clock
    for name, purpose in (("final", "objection"), ("rejected", "court")):
        vote_id = world.votes[name].id
        with world.work():
            name_auditor(vote_id, he, purpose, lin, clock)
        with world.work():
            world.places[f"evidence_{name}"] = hand_out(vote_id, he, purpose, clock).log_index
    with world.work():
        vote = db.session.get_one(Vote, world.votes["rejected"].id)
        _being_written(public_file(vote.id, extent_of(vote).size))
        _being_written(auditor_file(vote.id, world.places["evidence_rejected"]))


def _being_written(path: Path) -> None:
    """As long as anybody looks: a sign of life that lies in the future never becomes old."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sign = path.with_suffix(".progress")
    sign.write_text(json.dumps({"done": 30_400, "of": 61_000}), encoding="ascii")
    later = time.time() + timedelta(days=1).total_seconds()
    os.utime(sign, (later, later))
