"""Proxies, guardians, companies' representatives: who may vote for whom, recorded with a picture of the paper."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from participation.accounts.models import Role
from participation.database import db
from participation.desk.authorities import Principal, lines_of, principal_of, read_paper
from participation.desk.blueprint import blueprint
from participation.desk.correcting import building_options, find_homes
from participation.desk.doors import LARGEST_ID, clock, errors_by_field, find_announced, me, undo
from participation.desk.local_time import to_field
from participation.desk.places import places_of
from participation.desk.queries import vote_line
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.lookups import name_look_up, note_look_up
from participation.votes.behalf_models import Authority
from participation.votes.behalf_queries import names_of, revocation_of
from participation.votes.documents import EXTENSIONS
from participation.votes.models import Vote
from participation.votes.paper import paper_of
from participation.votes.services.authorities import FOLDER, RECORDABLE, record_authority
from participation.votes.services.keeping import keep_picture, kept_path
from participation.votes.services.revoking import LONGEST_REASON, revoke_at_desk
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)
name_look_up("authority", say("Who may vote for whom, with the papers"))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/authorities")
@access(SUPPORT)
def authorities(unit_slug: str, vote_id: int) -> str:
    """The list, and the way to an owner (`building`, `room` in the address)."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    line, places = vote_line(vote, g.unit, clock().now()), places_of(vote.unit_id)
    building, room = request.args.get("building", ""), request.args.get("room", "").strip()
    can_record = line.phase in RECORDABLE and not vote.secret
    found = None
    if can_record and room and building.isdecimal():
        found = find_homes(vote, clock().now(), building_id=int(building[:12]), room=room[:40])
    page = render_template(
        "desk/votes/authorities.html", vote=vote, phase=line.phase, may_change=paper_of(vote).may_change, lines=lines_of(vote, clock().now()),
        can_record=can_record, buildings=building_options(places), building=building, room=room, found=found,
    )  # fmt: skip
    note_look_up(g.unit.id, me().person_id, "authority", vote.title, clock().now())
    return page


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/authorities/homes/<int:home_id>")
@access(SUPPORT)
def new_authority(unit_slug: str, vote_id: int, home_id: int) -> str:
    """The form for the owner of this home."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    principal = _principal(vote, home_id)
    page = _form(vote, principal, {"from_at": to_field(clock().now(), ZoneInfo(g.unit.time_zone))})
    note_look_up(g.unit.id, me().person_id, "authority", principal.homes[0] if principal.homes else "", clock().now())
    return page


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/authorities")
@access(SUPPORT)
def make_authority(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    principal = _principal(vote, request.form.get("home", -1, type=int))
    file = request.files.get("document")
    try:
        paper = read_paper(request.form, ZoneInfo(g.unit.time_zone))
        picture = keep_picture(FOLDER, file.stream if file and file.filename else None)
        recorded = record_authority(vote.id, principal.elector_id, paper, picture, me().person_id, clock())
    except Refusal as refusal:
        return _form(vote, principal, request.form, undo(refusal)), 422
    if recorded.holder_id is None:
        flash(gettext("On record. The holder has no phone signed in here: they vote on paper or at the polling point."), "success")
    else:
        flash(gettext("On record. The holder can vote for this owner on their own phone."), "success")
    return redirect(url_for("desk.authorities", unit_slug=unit_slug, vote_id=vote_id), 303)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/authorities/<int:authority_id>/paper")
@access(SUPPORT)
def authority_paper(unit_slug: str, vote_id: int, authority_id: int) -> Response:
    """The picture of the paper: always a download, for the support centre only, and noted."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    authority = _authority(vote, authority_id)
    path = kept_path(FOLDER, authority.document)
    if not path.is_file():
        abort(404)
    note_look_up(g.unit.id, me().person_id, "authority", gettext("paper %(number)s", number=authority.id), clock().now())
    response = send_file(
        path, authority.media_type, as_attachment=True, etag=authority.document,
        download_name=f"authority-{authority.id}{EXTENSIONS[authority.media_type]}",
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/authorities/<int:authority_id>/revocation")
@access(SUPPORT)
def revoking(unit_slug: str, vote_id: int, authority_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    return _revocation(vote, _authority(vote, authority_id))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/authorities/<int:authority_id>/revocation")
@access(SUPPORT)
def revoke(unit_slug: str, vote_id: int, authority_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    authority = _authority(vote, authority_id)
    reason = request.form.get("reason", "")
    try:
        revoke_at_desk(vote.id, authority.id, me().person_id, reason, clock())
    except Refusal as refusal:
        return _revocation(vote, authority, reason, undo(refusal)), 422
    flash(gettext("On record: the authority has ended."), "success")
    return redirect(url_for("desk.authorities", unit_slug=unit_slug, vote_id=vote_id), 303)


def _principal(vote: Vote, home_id: int) -> Principal:
    found = principal_of(vote, home_id) if 0 < home_id <= LARGEST_ID else None
    if found is None:
        abort(404)
    return found


def _authority(vote: Vote, authority_id: int) -> Authority:
    found = db.session.get(Authority, authority_id) if authority_id <= LARGEST_ID else None
    if found is None or found.unit_id != vote.unit_id or found.vote_id not in (None, vote.id):
        abort(404)
    return found


def _form(vote: Vote, principal: Principal, typed: Any, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template(
        "desk/votes/authority.html", vote=vote, principal=principal, typed=typed, reasons=reasons,
        errors=errors_by_field(reasons),
    )  # fmt: skip


def _revocation(vote: Vote, authority: Authority, reason: str = "", reasons: tuple[Reason, ...] = ()) -> str:
    return render_template(
        "desk/votes/authority_revocation.html", vote=vote, authority=authority, reason=reason, longest=LONGEST_REASON,
        owner=names_of([authority.owner_id]).get(authority.owner_id, ""), revocation=revocation_of(authority.id),
        reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip
