"""Objecting to the preliminary count, or to a ballot that somebody else cast: an owner writes, the support centre answers, both stay on record."""

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
from participation.votes.services.objecting import (
    LONGEST,
    OBJECTABLE,
    cast_by_others,
    object_to_ballot,
    object_to_count,
)
from participation.votes.services.steps import phase_now, wrong_phase
from participation.web.access import DEVICE, access


@blueprint.get("/votes/<int:vote_id>/objections")
@access(DEVICE)
def objections(vote_id: int) -> Any:
    """The form while objections can be made, and my own objections with their answers at any time.

    `about=behalf` in the address: to a ballot that was cast on this owner's behalf.
    """
    vote, unit = vote_or_404(vote_id)
    return _page(vote, unit, request.args.get("about", ""))


@blueprint.post("/votes/<int:vote_id>/objections")
@access(DEVICE)
def make_objection(vote_id: int) -> Any:
    vote, unit = vote_or_404(vote_id)
    text, about = request.form.get("text", ""), request.form.get("about", "")
    object_to = object_to_ballot if about == "behalf" else object_to_count
    mine = _mine(vote.id)
    if any(line.Objection.text == text.strip() for line in mine):
        return redirect(_here(vote.id, about), 303)  # a double tap: it is on record already
    try:
        object_to(vote.id, g.visitor.person_id, text, current_app.extensions["clock"])
    except Refusal as refusal:
        return _page(vote, unit, about, refusal, text), 422
    flash(gettext("Your objection is on record."), "success")
    return redirect(_here(vote.id, about), 303)


def _here(vote_id: int, about: str) -> str:
    return url_for(".objections", vote_id=vote_id, about="behalf" if about == "behalf" else None)


def _page(vote: Vote, unit: Unit, about: str, refusal: Refusal | None = None, text: str = "") -> str:
    phase = phase_now(vote, clock_now())
    electors = [elector.id for elector in electors_of(g.visitor.person_id, vote.id)]
    concerned = phase in OBJECTABLE and bool(electors) and cast_by_others(vote.id, electors) is not None
    about = "behalf" if concerned and (about == "behalf" or phase is not Phase.PRELIMINARY) else "count"
    closed = None
    if not electors:
        closed = not_an_elector()
    elif about == "count" and phase is not Phase.PRELIMINARY:
        closed = wrong_phase(phase)
    return render_template(
        "votes/objections.html", vote=vote, unit=unit, phase=phase, closed=closed, mine=_mine(vote.id), text=text,
        about=about, other_about=concerned and phase is Phase.PRELIMINARY, longest=LONGEST,
        reasons=refusal.reasons if refusal else (),
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
