"""From the closing to the archive: the count, the final result, putting away. Each asks once more before it acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import flash, g, render_template, request
from flask_babel import gettext

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.contradictions import contradicting_electors
from participation.desk.doors import clock, errors_by_field, find_announced, me, undo
from participation.desk.draft_views import to_vote
from participation.desk.queries import vote_line
from participation.kernel.refusal import Reason, Refusal
from participation.votes.models import Vote
from participation.votes.phases import Phase
from participation.votes.policy import policy_of
from participation.votes.queries import corrections, objections, results
from participation.votes.services.closing import archive, count_preliminarily, finalise
from participation.votes.services.steps import wrong_phase
from participation.votes.sheet_queries import unread_sheets
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)
LONGER = (3, 7, 14)  # days by which the objection period may be lengthened


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/count")
@access(SUPPORT)
def counting(unit_slug: str, vote_id: int) -> str:
    return _count_page(find_announced(unit_slug, vote_id, Role.SUPPORT))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/count")
@access(SUPPORT)
def count(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    least = policy_of(vote).objection_days
    days = request.form.get("objection_days", least, type=int)
    try:
        # The rule's own period is left to the service: it begins at the very instant of the count.
        until = None if days == least else clock().now() + timedelta(days=max(0, min(days, 365)))
        count_preliminarily(vote_id, me().person_id, clock(), until)
    except Refusal as refusal:
        # The page asks for days, the service for an instant: the reason belongs to the field that was shown.
        reasons = (replace(r, field="objection_days") if r.field == "objections_until" else r for r in undo(refusal))
        return _count_page(vote, tuple(reasons)), 422
    flash(
        gettext("The preliminary count is posted. Owners can object now. Print the count and put it up today."),
        "success",
    )
    return to_vote(vote_id)


def _count_page(vote: Vote, reasons: tuple[Reason, ...] = ()) -> str:
    line = vote_line(vote, g.unit, clock().now())
    least = policy_of(vote).objection_days
    if line.phase is not Phase.CLOSED and not reasons:
        reasons = (wrong_phase(line.phase),)
    return render_template(
        "desk/votes/count.html", vote=vote, line=line, is_ready=line.phase is Phase.CLOSED, least=least,
        longer=[least + more for more in LONGER], contradictions=len(contradicting_electors(vote.id)),
        unread=unread_sheets(vote.id), reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/final-result")
@access(SUPPORT)
def finalising(unit_slug: str, vote_id: int) -> str:
    return _final_page(find_announced(unit_slug, vote_id, Role.SUPPORT))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/final-result")
@access(SUPPORT)
def finalise_vote(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    if vote.step in ("finalised", "archived"):
        return to_vote(vote_id)  # a second tap
    try:
        finalise(vote_id, me().person_id, clock())
    except Refusal as refusal:
        return _final_page(vote, undo(refusal)), 422
    flash(gettext("The final result is posted. Print it and put it up today."), "success")
    return to_vote(vote_id)


def _final_page(vote: Vote, reasons: tuple[Reason, ...] = ()) -> str:
    line = vote_line(vote, g.unit, clock().now())
    counted = next((result for result in results(vote.id) if result.stage == "preliminary"), None)
    is_ready = line.phase is Phase.ANSWERING and not line.waiting
    if line.phase is not Phase.ANSWERING and not reasons:
        reasons = (wrong_phase(line.phase),)
    return render_template(
        "desk/votes/final.html", vote=vote, line=line, is_ready=is_ready, objections=objections(vote.id),
        later_corrections=[c for c in corrections(vote.id) if counted is not None and c.at >= counted.at], reasons=reasons,
    )  # fmt: skip


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/archive")
@access(SUPPORT)
def archive_vote(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    if vote.step != "archived":
        archive(vote_id, me().person_id, clock())
        flash(gettext("The vote is in the archive. Everybody can still read it."), "success")
    return to_vote(vote_id)
