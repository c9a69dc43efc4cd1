"""Who may do what in a neighbourhood: roles given and ended, and ways in for those who are new."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts import forms, way_in
from participation.accounts.access import may_renew_way_in, roles_grantable
from participation.accounts.grants import end_grant, give_role
from participation.accounts.models import Grant, Person, Role
from participation.accounts.queries import grants_in, grants_not_over, has_second_factor, person_by_login
from participation.accounts.services import add_person
from participation.accounts.visitor import clock_now
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import me, undo
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.models import Unit
from participation.roll.queries import unit_by_slug
from participation.web.access import access, staff

APPOINTERS = staff(Role.SUPPORT, Role.OPERATOR)


@blueprint.get("/<unit_slug>/people")
@access(APPOINTERS)
def people(unit_slug: str) -> str:
    return _page(_unit(unit_slug))


@blueprint.post("/<unit_slug>/people")
@access(APPOINTERS)
def appoint(unit_slug: str) -> Any:
    """Give a role to somebody, known by their sign-in name or new; a new person's link is shown once, on this answer."""
    unit, at = _unit(unit_slug), clock_now()
    login, name = forms.read_login(request.form.get("login", "")), forms.plain(request.form.get("name", ""), 80)
    try:
        role, ends_at = _role(unit), _end_of_day(request.form.get("until", ""), unit)
        person = person_by_login(login)
        is_new = person is None
        if person is None:
            reasons = forms.name_reasons(name) + forms.login_reasons(login)
            if reasons:
                raise Refusal(*reasons)
            person = add_person(name, at, login=login)
        give_role(person, role, unit.id, at=at, by_id=me().person_id, ends_at=ends_at)
    except Refusal as refusal:
        return _page(unit, undo(refusal)), 422
    if not is_new:
        return redirect(url_for(".people", unit_slug=unit.slug), 303)
    return _with_link(unit, person, at)


@blueprint.post("/<unit_slug>/people/grants/<int:grant_id>/end")
@access(APPOINTERS)
def end_role(unit_slug: str, grant_id: int) -> Any:
    unit, grant = _unit(unit_slug), db.session.get(Grant, grant_id)
    if grant is None or grant.unit_id != unit.id or Role(grant.role) not in roles_grantable(me(), unit.id):
        abort(404)
    end_grant(grant, clock_now(), by_id=me().person_id)
    return redirect(url_for(".people", unit_slug=unit.slug), 303)


@blueprint.post("/<unit_slug>/people/<int:person_id>/way-in")
@access(APPOINTERS)
def renew_way_in(unit_slug: str, person_id: int) -> Any:
    """A new link for somebody who has lost passphrase or second step. It replaces both."""
    unit, at = _unit(unit_slug), clock_now()
    grants = grants_not_over(person_id, at)
    if all(grant.unit_id != unit.id for grant in grants) or not may_renew_way_in(me(), person_id, grants):
        abort(404)
    return _with_link(unit, db.session.get_one(Person, person_id), at)


def _unit(slug: str) -> Unit:
    unit = unit_by_slug(slug)
    if unit is None or not roles_grantable(me(), unit.id):
        abort(404)
    g.unit = unit
    g.may_write = me().has_role(Role.SUPPORT, unit.id)
    g.may_watch = g.may_write
    return unit


def _role(unit: Unit) -> Role:
    role = request.form.get("role", "")
    if role not in roles_grantable(me(), unit.id):
        raise Refusal(Reason("role-unknown", say("Choose a role."), field="role"))
    return Role(role)


def _end_of_day(text: str, unit: Unit) -> datetime | None:
    """The instant after the last day typed (none: without end), in the neighbourhood's time zone."""
    if not text.strip():
        return None
    try:
        last = date.fromisoformat(text.strip())
        return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(unit.time_zone))
    except (ValueError, OverflowError):
        raise Refusal(
            Reason("date-unreadable", say("This is not a date."), say("Write it like 2027-12-31."), field="until")
        ) from None


def _with_link(unit: Unit, person: Person, at: datetime) -> Any:
    token = way_in.issue_way_in(person.id, at, by_id=me().person_id)
    answer = make_response(_page(unit, link=way_in.address(person.id, token), for_person=person))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(unit: Unit, reasons: tuple[Reason, ...] = (), link: str | None = None, for_person: Person | None = None) -> str:
    at = clock_now()
    grantable = roles_grantable(me(), unit.id)
    rows = [
        {
            "grant": grant,
            "person": person,
            "present": grant.ends_at is None or grant.ends_at > at,
            "may_end": Role(grant.role) in grantable,
            "may_renew": may_renew_way_in(me(), person.id, grants_not_over(person.id, at)),
            "is_in": has_second_factor(person.id),
        }
        for grant, person in grants_in(unit.id)
    ]
    # The operator has no other room in this neighbourhood.
    rooms = {} if g.may_write else {"desk_nav": [(url_for("operator.index"), gettext("Neighbourhoods"), False)]}
    return render_template(
        "desk/people.html", **rooms, present=[r for r in rows if r["present"]], past=[r for r in rows if not r["present"]],
        grantable=grantable, reasons=reasons, typed=request.form if reasons else {}, link=link, for_person=for_person,
    )  # fmt: skip
