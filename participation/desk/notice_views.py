"""The notice and what may still change while it is up: extension, cancellation, and a rehearsal's short cut."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, g, render_template, request
from flask_babel import gettext

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, errors_by_field, find_announced, find_draft, find_vote, me, undo
from participation.desk.draft_views import to_vote
from participation.desk.local_time import from_field, to_field
from participation.desk.vote_views import draft_context
from participation.kernel.refusal import Reason, Refusal
from participation.votes.models import Vote
from participation.votes.policy import policy_of
from participation.votes.services.noticing import cancel, extend, hasten, publish_notice
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/notice")
@access(SUPPORT)
def review(unit_slug: str, vote_id: int) -> str:
    """This is what will be frozen and announced."""
    return _review_page(find_draft(unit_slug, vote_id))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/notice")
@access(SUPPORT)
def announce(unit_slug: str, vote_id: int) -> Any:
    vote = find_vote(unit_slug, vote_id, Role.SUPPORT)
    if vote.step != "draft":
        return to_vote(vote_id)  # a second tap on the same button: the notice is up, nothing more to say
    try:
        publish_notice(vote_id, me().person_id, clock())
    except Refusal as refusal:
        return _review_page(vote, undo(refusal)), 422
    flash(gettext("The vote is announced and the roll is frozen. Print the notice and put it up today."), "success")
    return to_vote(vote_id)


def _review_page(vote: Vote, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template("desk/votes/review.html", reasons=reasons, **draft_context(vote))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/extension")
@access(SUPPORT)
def extension(unit_slug: str, vote_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    return _extension_page(vote, to_field(vote.closes_at, ZoneInfo(g.unit.time_zone)), "")


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/extension")
@access(SUPPORT)
def extend_vote(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    typed, reason = request.form.get("closes_at", ""), request.form.get("reason", "")
    try:
        extend(vote_id, from_field(typed, ZoneInfo(g.unit.time_zone), "closes_at"), reason, me().person_id, clock())
    except Refusal as refusal:
        return _extension_page(vote, typed, reason, undo(refusal)), 422
    flash(gettext("The closing has been moved. Put the new date up beside the notice."), "success")
    return to_vote(vote_id)


def _extension_page(vote: Vote, closes: str, reason: str, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template(
        "desk/votes/extension.html", vote=vote, closes=closes, reason=reason, policy=policy_of(vote),
        reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/cancellation")
@access(SUPPORT)
def cancellation(unit_slug: str, vote_id: int) -> str:
    return _cancellation_page(find_announced(unit_slug, vote_id, Role.SUPPORT), "")


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/cancellation")
@access(SUPPORT)
def cancel_vote(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    reason = request.form.get("reason", "")
    try:
        cancel(vote_id, reason, me().person_id, clock())
    except Refusal as refusal:
        return _cancellation_page(vote, reason, undo(refusal)), 422
    flash(gettext("The vote is cancelled. The reason stands on its page."), "success")
    return to_vote(vote_id)


def _cancellation_page(vote: Vote, reason: str, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template(
        "desk/votes/cancellation.html", vote=vote, reason=reason, reasons=reasons, errors=errors_by_field(reasons)
    )


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/hastening")
@access(SUPPORT)
def hasten_vote(unit_slug: str, vote_id: int) -> Any:
    """Rehearsals only; the service refuses everything else."""
    find_announced(unit_slug, vote_id, Role.SUPPORT)
    hasten(vote_id, me().person_id, clock())
    flash(gettext("The rehearsal has moved on."), "success")
    return to_vote(vote_id)
