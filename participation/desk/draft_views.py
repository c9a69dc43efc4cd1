"""Drafting a vote, one short form at a time: title and explanation, scope, dates. Nothing here is public."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, errors_by_field, find_draft, find_unit, me, undo
from participation.desk.local_time import earliest_opening, from_field, proposed, to_field
from participation.desk.places import places_of, read_scope
from participation.kernel.refusal import Reason, Refusal
from participation.votes.models import Vote
from participation.votes.policy import policy_of
from participation.votes.services.discarding import discard_draft
from participation.votes.services.drafting import LONGEST_TITLE, MOST_PROXIES, change_draft, draft_vote
from participation.web.access import access, staff
from participation.web.markdown import render_markdown

LONGEST_EXPLANATION = 20_000
SUPPORT = staff(Role.SUPPORT)


def to_vote(vote_id: int, anchor: str | None = None) -> Any:
    return redirect(url_for("desk.vote", unit_slug=g.unit.slug, vote_id=vote_id, _anchor=anchor), 303)


@blueprint.get("/<unit_slug>/votes/new")
@access(SUPPORT)
def new_vote(unit_slug: str) -> str:
    find_unit(unit_slug, Role.SUPPORT)
    return render_template("desk/votes/new.html", title="", longest=LONGEST_TITLE, reasons=(), errors={})


@blueprint.post("/<unit_slug>/votes")
@access(SUPPORT)
def create_vote(unit_slug: str) -> Any:
    unit = find_unit(unit_slug, Role.SUPPORT)
    title = request.form.get("title", "")
    try:
        vote = draft_vote(unit.id, title, me().person_id, clock().now())
    except Refusal as refusal:
        reasons = undo(refusal)
        page = render_template(
            "desk/votes/new.html", title=title, longest=LONGEST_TITLE, reasons=reasons, errors=errors_by_field(reasons)
        )
        return page, 422
    return to_vote(vote.id)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/text")
@access(SUPPORT)
def text(unit_slug: str, vote_id: int) -> str:
    vote = find_draft(unit_slug, vote_id)
    return _text_page(vote, vote.title, vote.explanation)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/text")
@access(SUPPORT)
def save_text(unit_slug: str, vote_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    title, explanation = request.form.get("title", ""), request.form.get("explanation", "").replace("\r\n", "\n")
    if "preview" in request.form:
        return _text_page(vote, title, explanation, preview=True)
    try:
        change_draft(vote, title=title.strip(), explanation=explanation[:LONGEST_EXPLANATION].strip())
    except Refusal as refusal:
        return _text_page(vote, title, explanation, reasons=undo(refusal)), 422
    return to_vote(vote_id)


def _text_page(vote: Vote, title: str, explanation: str, *, preview: bool = False, reasons: Any = ()) -> str:
    return render_template(
        "desk/votes/text.html", vote=vote, title=title, explanation=explanation, longest=LONGEST_TITLE,
        longest_explanation=LONGEST_EXPLANATION, preview=render_markdown(explanation) if preview else None,
        reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/scope")
@access(SUPPORT)
def scope(unit_slug: str, vote_id: int) -> str:
    vote = find_draft(unit_slug, vote_id)
    kind = "stairwell" if vote.stairwell_id else "buildings" if vote.scope else "all"
    return render_template(
        "desk/votes/scope.html", vote=vote, places=places_of(g.unit.id), kind=kind, buildings=vote.scope,
        stairwell=vote.stairwell_id, proxy_limit=vote.proxy_limit, most_proxies=MOST_PROXIES, reasons=(), errors={},
    )  # fmt: skip


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/scope")
@access(SUPPORT)
def save_scope(unit_slug: str, vote_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    places = places_of(g.unit.id)
    try:
        buildings, stairwell_id = read_scope(request.form, places)
        limit = request.form.get("proxy_limit", str(vote.proxy_limit))
        change_draft(
            vote, scope=buildings, stairwell_id=stairwell_id,
            proxy_limit=int(limit) if limit.isascii() and limit.isdecimal() and len(limit) < 4 else -1,
        )  # fmt: skip
    except Refusal as refusal:
        reasons = undo(refusal)
        page = render_template(
            "desk/votes/scope.html", vote=vote, places=places, kind=request.form.get("kind"),
            buildings=request.form.getlist("building"), stairwell=request.form.get("stairwell"),
            proxy_limit=request.form.get("proxy_limit"), most_proxies=MOST_PROXIES, reasons=reasons,
            errors=errors_by_field(reasons),
        )  # fmt: skip
        return page, 422
    return to_vote(vote_id)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/dates")
@access(SUPPORT)
def dates(unit_slug: str, vote_id: int) -> str:
    vote = find_draft(unit_slug, vote_id)
    zone = ZoneInfo(g.unit.time_zone)
    opens, closes = proposed(clock().now(), policy_of(vote), zone)
    return _dates_page(
        vote, to_field(vote.opens_at or opens, zone), to_field(vote.closes_at or closes, zone), vote.rehearsal
    )


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/dates")
@access(SUPPORT)
def save_dates(unit_slug: str, vote_id: int) -> Any:
    """Keeps any two dates that can be read; whether they are lawful stands on the draft's page until they are."""
    vote = find_draft(unit_slug, vote_id)
    zone = ZoneInfo(g.unit.time_zone)
    opens, closes = request.form.get("opens_at", ""), request.form.get("closes_at", "")
    rehearsal = request.form.get("kind") == "rehearsal"
    found: dict[str, datetime] = {}
    reasons: list[Reason] = []
    for field, typed in (("opens_at", opens), ("closes_at", closes)):
        try:
            found[field] = from_field(typed, zone, field)
        except Refusal as refusal:
            reasons += refusal.reasons
    if reasons:
        return _dates_page(vote, opens, closes, rehearsal, tuple(reasons)), 422
    change_draft(vote, rehearsal=rehearsal, **found)
    return to_vote(vote_id)


def _dates_page(vote: Vote, opens: str, closes: str, rehearsal: bool, reasons: Any = ()) -> str:
    policy, now = policy_of(vote), clock().now()
    return render_template(
        "desk/votes/dates.html", vote=vote, opens=opens, closes=closes, rehearsal=rehearsal, policy=policy,
        earliest=earliest_opening(now, policy), reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/discarding")
@access(SUPPORT)
def discarding(unit_slug: str, vote_id: int) -> str:
    return render_template("desk/votes/discarding.html", vote=find_draft(unit_slug, vote_id))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/discarding")
@access(SUPPORT)
def discard(unit_slug: str, vote_id: int) -> Any:
    discard_draft(find_draft(unit_slug, vote_id))
    return redirect(url_for("desk.votes", unit_slug=g.unit.slug), 303)
