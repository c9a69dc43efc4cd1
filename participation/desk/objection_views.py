"""Objections to the count: what was said, about which home, and the answer that goes on record."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import WATCHERS, clock, errors_by_field, find_announced, me, undo
from participation.desk.queries import vote_line
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.lookups import note_look_up
from participation.roll.masking import masked
from participation.roll.queries import members_of
from participation.votes.electors import homes_of
from participation.votes.models import Elector, Vote
from participation.votes.queries import ObjectionLine, objections
from participation.votes.services.objecting import LONGEST, answer_objection, answerable
from participation.web.access import access, staff


def _line(vote: Vote, objection_id: int) -> ObjectionLine:
    found = next((line for line in objections(vote.id) if line.objection.id == objection_id), None)
    if found is None:
        abort(404)
    return found


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/objections")
@access(staff(*WATCHERS))
def objection_list(unit_slug: str, vote_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, *WATCHERS)
    line = vote_line(vote, g.unit, clock().now())
    return render_template("desk/votes/objections.html", vote=vote, line=line, lines=objections(vote.id))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/objections/<int:objection_id>")
@access(staff(*WATCHERS))
def objection(unit_slug: str, vote_id: int, objection_id: int) -> str:
    """One objection with the home it is about; opening it is noted in the log of look-ups."""
    vote = find_announced(unit_slug, vote_id, *WATCHERS)
    line = _line(vote, objection_id)
    page = _page(vote, line)
    note_look_up(g.unit.id, me().person_id, "objection", f"{vote.title}: {line.objection.number}", clock().now())
    return page


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/objections/<int:objection_id>/answer")
@access(staff(Role.SUPPORT))
def answer(unit_slug: str, vote_id: int, objection_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    line = _line(vote, objection_id)
    text, upheld = request.form.get("text", ""), request.form.get("upheld", "")
    try:
        if upheld not in ("yes", "no"):
            raise Refusal(
                Reason(
                    "not_decided",
                    say("It is not said whether the objection is right."),
                    say("Choose one of the two."),
                    "upheld",
                )
            )
        answer_objection(line.objection.id, upheld == "yes", text, me().person_id, clock())
    except Refusal as refusal:
        reasons = undo(refusal)
        return _page(vote, _line(vote, objection_id), text, upheld, reasons), 422
    flash(gettext("The answer is on record."), "success")
    return redirect(url_for("desk.objection_list", unit_slug=unit_slug, vote_id=vote_id), 303)


def _page(vote: Vote, line: ObjectionLine, text: str = "", upheld: str = "", reasons: tuple[Reason, ...] = ()) -> str:
    elector = db.session.get_one(Elector, line.objection.elector_id)
    phase = vote_line(vote, g.unit, clock().now()).phase
    return render_template(
        "desk/votes/objection.html", vote=vote, objection=line.objection, answer=line.answer,
        homes=homes_of(elector.id), names=[masked(h.name) for h in members_of([elector.owner_id]).get(elector.owner_id, [])],
        can_answer=g.may_write and line.answer is None and phase in answerable(line.objection.about),
        text=text, upheld=upheld, longest=LONGEST, reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip
