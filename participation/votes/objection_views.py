"""Objecting to the preliminary count: an owner writes, the support centre answers, both stay on record."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from participation.accounts.visitor import clock_now
from participation.database import db
from participation.kernel.refusal import Refusal
from participation.roll.models import Unit
from participation.votes.access import vote_or_404
from participation.votes.blueprint import blueprint
from participation.votes.electors import electors_of
from participation.votes.models import Objection, ObjectionAnswer, Vote
from participation.votes.phases import Phase
from participation.votes.services.casting import not_an_elector
from participation.votes.services.objecting import LONGEST, object_to_count
from participation.votes.services.steps import phase_now, wrong_phase
from participation.web.access import DEVICE, access


@blueprint.get("/votes/<int:vote_id>/objections")
@access(DEVICE)
def objections(vote_id: int) -> Any:
    """The form while objections can be made, and my own objections with their answers at any time."""
    vote, unit = vote_or_404(vote_id)
    return _page(vote, unit)


@blueprint.post("/votes/<int:vote_id>/objections")
@access(DEVICE)
def make_objection(vote_id: int) -> Any:
    vote, unit = vote_or_404(vote_id)
    text = request.form.get("text", "")
    mine = _mine(vote.id)
    if any(line.Objection.text == text.strip() for line in mine):
        return redirect(url_for(".objections", vote_id=vote.id), 303)  # a double tap: it is on record already
    try:
        object_to_count(vote.id, g.visitor.person_id, text, current_app.extensions["clock"])
    except Refusal as refusal:
        return _page(vote, unit, refusal, text), 422
    flash(gettext("Your objection is on record."), "success")
    return redirect(url_for(".objections", vote_id=vote.id), 303)


def _page(vote: Vote, unit: Unit, refusal: Refusal | None = None, text: str = "") -> str:
    phase = phase_now(vote, clock_now())
    closed = None
    if not electors_of(g.visitor.person_id, vote.id):
        closed = not_an_elector()
    elif phase is not Phase.PRELIMINARY:
        closed = wrong_phase(phase)
    return render_template(
        "votes/objections.html", vote=vote, unit=unit, phase=phase, closed=closed, mine=_mine(vote.id), text=text,
        longest=LONGEST, reasons=refusal.reasons if refusal else (),
    )  # fmt: skip


def _mine(vote_id: int) -> list[Any]:
    """This person's own objections, oldest first, each with its answer or None."""
    return list(
        db.session.execute(
            select(Objection, ObjectionAnswer)
            .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
            .where(Objection.vote_id == vote_id, Objection.by_id == g.visitor.person_id)
            .order_by(Objection.number)
        )
    )
