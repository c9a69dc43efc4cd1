"""Check it yourself: the public evidence of a counted vote, and how a stranger verifies it."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, url_for
from sqlalchemy import select

from participation.database import db
from participation.extensions import limiter
from participation.kernel.refusal import Refusal
from participation.record.services import log_of, signer
from participation.roll.models import Unit
from participation.votes.access import vote_or_404
from participation.votes.audit_models import EvidenceHandedOut
from participation.votes.blueprint import blueprint
from participation.votes.evidence.bundle import Extent, extent_of
from participation.votes.evidence.making import make, public_file, ready
from participation.votes.evidence.sending import filename, send_evidence
from participation.votes.models import Vote
from participation.votes.services.handing_out import PURPOSES
from participation.web.access import PUBLIC, access

PER_ADDRESS = "30 per minute"


@blueprint.get("/votes/<int:vote_id>/evidence")
@access(PUBLIC)
def evidence(vote_id: int) -> str:
    """What the file holds, what it proves, the two commands, and when ballots were opened for an auditor."""
    vote, unit, extent = _counted_or_404(vote_id)
    state = ready(public_file(vote.id, extent.size))
    handed = db.session.scalars(
        select(EvidenceHandedOut).where(EvidenceHandedOut.vote_id == vote.id).order_by(EvidenceHandedOut.log_index)
    ).all()
    return render_template(
        "votes/evidence.html",
        vote=vote, unit=unit, extent=extent, filename=filename(vote, unit), vkey=signer(log_of(vote.unit_id)).verifier.vkey,
        going=state if state is not None and state.path is None else None,
        handed=[(line, PURPOSES[line.purpose]) for line in handed],
    )  # fmt: skip


@blueprint.get("/votes/<int:vote_id>/evidence.zip")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def evidence_file(vote_id: int) -> Any:
    """The file; where it is long in the making, the page that shows how far it is."""
    vote, unit, extent = _counted_or_404(vote_id)
    state = make(vote.id, public_file(vote.id, extent.size), extent.lines, auditor=False)
    if state.path is None:
        return redirect(url_for(".evidence", vote_id=vote.id), 303)
    return send_evidence(state, filename(vote, unit))


def _counted_or_404(vote_id: int) -> tuple[Vote, Unit, Extent]:
    vote, unit = vote_or_404(vote_id)
    try:
        return vote, unit, extent_of(vote)
    except Refusal:
        abort(404)
