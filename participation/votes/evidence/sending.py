"""An evidence file as the answer to a request, under a name that says what it is."""

from __future__ import annotations

from typing import Any

from flask import send_file

from participation.roll.models import Unit
from participation.votes.evidence.making import State
from participation.votes.models import Vote


def send_evidence(state: State, name: str) -> Any:
    """The finished file, streamed from the disk."""
    assert state.path is not None
    return send_file(state.path, mimetype="application/zip", as_attachment=True, download_name=name, etag=False, max_age=0)


def filename(vote: Vote, unit: Unit, kind: str = "evidence") -> str:
    """evidence-heart-garden-3.zip; `kind` auditor for the file that opens the ballots."""
    return f"{kind}-{unit.slug}-{vote.number}.zip"
