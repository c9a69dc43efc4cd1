"""Secret elections at the desk: the board's key in the draft, the box after closing, the board's figures."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import WATCHERS, clock, errors_by_field, find_announced, find_draft, find_vote, me, undo
from participation.desk.draft_views import to_vote
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Vote
from participation.votes.phases import Phase
from participation.votes.secret import hopper
from participation.votes.secret.about import about_secret
from participation.votes.secret.closing import close_box
from participation.votes.secret.drafting import LONGEST_MEMBERS, make_open, make_secret
from participation.votes.secret.export import box_json
from participation.votes.secret.opening import LARGEST_FILE
from participation.votes.secret.queries import board_of, box_of, is_kept, marks
from participation.votes.secret.result import accept_opening
from participation.votes.services.steps import phase_now
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)
LARGEST_KEY_FILE = 4096  # bytes


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/secret")
@access(staff(*WATCHERS))
def secret_election(unit_slug: str, vote_id: int) -> Any:
    vote = find_vote(unit_slug, vote_id, *WATCHERS)
    if vote.step == "draft":
        board = board_of(vote.id)
        return _draft_page(vote, board.key.line if board else "", board.members if board else "")
    return _box_page(_secret(vote))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/secret/board")
@access(SUPPORT)
def save_secrecy(unit_slug: str, vote_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    members, file = request.form.get("members", ""), request.files.get("key_file")
    key = request.form.get("board_key", "").strip()
    if file is not None and file.filename:
        key = file.read(LARGEST_KEY_FILE).decode("utf-8", "replace")
    try:
        make_secret(vote, key, members)
    except Refusal as refusal:
        return _draft_page(vote, key, members, undo(refusal)), 422
    return to_vote(vote_id)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/secret/removal")
@access(SUPPORT)
def remove_secrecy(unit_slug: str, vote_id: int) -> Any:
    make_open(find_draft(unit_slug, vote_id))
    return to_vote(vote_id)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/secret/closing")
@access(SUPPORT)
def close_secret_box(unit_slug: str, vote_id: int) -> Any:
    """Close the box for good. A second tap finds it closed, and destroys a key that was left behind."""
    vote = _secret(find_announced(unit_slug, vote_id, Role.SUPPORT))
    try:
        close_box(vote.id, me().person_id, clock())
    except Refusal as refusal:
        return _box_page(vote, undo(refusal)), 422
    flash(gettext("The box is closed. Give its file to the election board."), "success")
    return _to_box(unit_slug, vote_id)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/secret/box.json")
@access(staff(*WATCHERS))
def secret_box_file(unit_slug: str, vote_id: int) -> Response:
    """The closed box for the board's command."""
    vote = _secret(find_announced(unit_slug, vote_id, *WATCHERS))
    if not is_kept(box_of(vote.id)):
        abort(404)
    response = Response(box_json(vote), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="box-{vote.id}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/secret/result")
@access(SUPPORT)
def take_secret_result(unit_slug: str, vote_id: int) -> Any:
    vote = _secret(find_announced(unit_slug, vote_id, Role.SUPPORT))
    file = request.files.get("result")
    try:
        if file is None or not file.filename:
            raise Refusal(Reason("no_file", say("No file is chosen."), say("Choose the file that the board's command wrote."), "result"))
        accept_opening(vote.id, file.read(LARGEST_FILE + 1), me().person_id, clock())
    except Refusal as refusal:
        return _box_page(vote, undo(refusal)), 422
    flash(gettext("The board's figures are signed, fit the box, and are on record. Now post the preliminary count."), "success")
    return _to_box(unit_slug, vote_id)


def _secret(vote: Vote) -> Vote:
    if not vote.secret:
        abort(404)
    return vote


def _to_box(unit_slug: str, vote_id: int) -> Any:
    return redirect(url_for("desk.secret_election", unit_slug=unit_slug, vote_id=vote_id), 303)


def _draft_page(vote: Vote, key: str, members: str, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template(
        "desk/votes/secret_draft.html", vote=vote, key=key, members=members, longest=LONGEST_MEMBERS,
        board=board_of(vote.id), reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip


def _box_page(vote: Vote, reasons: tuple[Reason, ...] = ()) -> str:
    about, phase = about_secret(vote), phase_now(vote, clock().now())
    assert about is not None
    return render_template(
        "desk/votes/secret_box.html", vote=vote, about=about, phase=phase, marks=marks(vote.id), reasons=reasons,
        errors=errors_by_field(reasons), has_ended=phase not in (Phase.NOTICE, Phase.OPEN, Phase.CANCELLED),
        key_left=about.box is not None and hopper.is_there(current_app.config["INSTANCE"], vote.id),
        key_missing=phase in (Phase.OPEN, Phase.CLOSED) and about.box is None and not hopper.is_there(current_app.config["INSTANCE"], vote.id),
    )  # fmt: skip
