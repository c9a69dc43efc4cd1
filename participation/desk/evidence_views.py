"""Evidence at the desk: the support centre names an auditor, the auditor takes the file that opens the ballots."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import or_, select

from participation.accounts.models import Grant, Person, Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import WATCHERS, clock, errors_by_field, find_announced, me, undo
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.lookups import name_look_up, note_look_up
from participation.votes.audit_models import Auditor, EvidenceHandedOut
from participation.votes.evidence.bundle import extent_of
from participation.votes.evidence.making import auditor_file, make
from participation.votes.evidence.sending import filename, send_evidence
from participation.votes.models import Vote
from participation.votes.services.handing_out import PURPOSES, auditor, hand_out, name_auditor
from participation.web.access import access, staff

LASTS = timedelta(hours=24)  # after that the file is gone and has to be asked for anew

name_look_up("evidence", say("The evidence that opens the ballots"))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/evidence")
@access(staff(*WATCHERS))
def evidence(unit_slug: str, vote_id: int) -> str:
    """The public file, who was named as an auditor, and each time the auditor's file was handed out."""
    return _page(_counted(unit_slug, vote_id, *WATCHERS))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/auditors")
@access(staff(Role.SUPPORT))
def name_vote_auditor(unit_slug: str, vote_id: int) -> Any:
    vote = _counted(unit_slug, vote_id, Role.SUPPORT)
    typed = {"person": request.form.get("person", ""), "purpose": request.form.get("purpose", "")}
    try:
        if not typed["person"].isascii() or not typed["person"].isdigit() or len(typed["person"]) > 15:
            raise Refusal(Reason("no_person", say("It is not said who is named."), say("Choose an observer."), "person"))
        name_auditor(vote_id, int(typed["person"]), typed["purpose"], _me(), clock())
    except Refusal as refusal:
        return _page(vote, undo(refusal), typed), 422
    flash(gettext("The auditor is named, on record. Only they can now take the file that opens the ballots."), "success")
    return redirect(url_for(".evidence", unit_slug=unit_slug, vote_id=vote_id), 303)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/evidence")
@access(staff(Role.OBSERVER))
def take_evidence(unit_slug: str, vote_id: int) -> Any:
    """Put on record that the file is handed out, and begin to write it."""
    vote = _counted(unit_slug, vote_id, Role.OBSERVER)
    named = auditor(vote_id, _me())
    if named is None:
        abort(404)
    try:
        handed = hand_out(vote_id, _me(), named.purpose, clock())
    except Refusal as refusal:
        return _page(vote, undo(refusal)), 422
    return redirect(url_for(".handed_out", unit_slug=unit_slug, vote_id=vote_id, entry=handed.log_index), 303)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/evidence/<int:entry>")
@access(staff(Role.OBSERVER))
def handed_out(unit_slug: str, vote_id: int, entry: int) -> str:
    vote, handed = _mine(unit_slug, vote_id, entry)
    state = make(vote.id, auditor_file(vote.id, entry), extent_of(vote).lines, auditor=True)
    return render_template("desk/votes/evidence_file.html", vote=vote, handed=handed, state=state, until=handed.at + LASTS)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/evidence/<int:entry>/file")
@access(staff(Role.OBSERVER))
def handed_out_file(unit_slug: str, vote_id: int, entry: int) -> Any:
    """The file itself; every download is noted in the log of look-ups."""
    vote, _ = _mine(unit_slug, vote_id, entry)
    state = make(vote.id, auditor_file(vote.id, entry), extent_of(vote).lines, auditor=True)
    if state.path is None:
        return redirect(url_for(".handed_out", unit_slug=unit_slug, vote_id=vote_id, entry=entry), 303)
    note_look_up(g.unit.id, _me(), "evidence", f"{vote.title}: {entry}", clock().now())
    return send_evidence(state, filename(vote, g.unit, "auditor"))


def _page(vote: Vote, reasons: tuple[Reason, ...] = (), typed: dict[str, str] | None = None) -> str:
    named = db.session.execute(
        select(Auditor, Person.name).join(Person, Person.id == Auditor.person_id).where(Auditor.vote_id == vote.id).order_by(Auditor.id)
    ).all()
    handed = db.session.execute(
        select(EvidenceHandedOut, Person.name)
        .outerjoin(Person, Person.id == EvidenceHandedOut.to_id)
        .where(EvidenceHandedOut.vote_id == vote.id)
        .order_by(EvidenceHandedOut.log_index)
    ).all()
    return render_template(
        "desk/votes/evidence.html",
        vote=vote, named=named, handed=handed, purposes=PURPOSES, observers=_observers() if g.may_write else (),
        is_named=any(line.person_id == _me() for line, _ in named), typed=typed or {}, reasons=reasons,
        errors=errors_by_field(reasons),
    )  # fmt: skip


def _observers() -> list[tuple[str, str]]:
    now = clock().now()
    rows = db.session.execute(
        select(Person.id, Person.name)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.unit_id == g.unit.id, Grant.role == Role.OBSERVER.value, Grant.begins_at <= now,
            or_(Grant.ends_at.is_(None), Grant.ends_at > now),
        )
        .distinct()
        .order_by(Person.id)
    )  # fmt: skip
    return [(str(id_), name) for id_, name in rows]


def _counted(unit_slug: str, vote_id: int, *roles: Role) -> Vote:
    vote = find_announced(unit_slug, vote_id, *roles)
    try:
        extent_of(vote)
    except Refusal:
        abort(404)
    return vote


def _mine(unit_slug: str, vote_id: int, entry: int) -> tuple[Vote, EvidenceHandedOut]:
    """The handing out of this entry, to this visitor, and not longer ago than the file is kept."""
    vote = _counted(unit_slug, vote_id, Role.OBSERVER)
    handed = db.session.scalars(
        select(EvidenceHandedOut).where(
            EvidenceHandedOut.vote_id == vote.id, EvidenceHandedOut.log_index == entry, EvidenceHandedOut.to_id == _me()
        )
    ).one_or_none()
    if handed is None or clock().now() > handed.at + LASTS:
        abort(404)
    return vote, handed


def _me() -> int:
    return me().person_id
