"""One home at the desk: its facts over time, its people behind a logged button, and single facts entered by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import insert

from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, clock, errors_by_field, find_unit, me, undo
from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.roll import editing, home_forms
from participation.roll.editing import By
from participation.roll.home_history import history_of, household_of
from participation.roll.lookups import note_look_up
from participation.roll.models import Home, HouseholdMember, Unit
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)
WORDS = {"kinds": home_forms.KINDS, "bases": home_forms.BASES, "titles": home_forms.TITLES}


def _find(unit_slug: str, home_id: int) -> tuple[Unit, Home]:
    unit = find_unit(unit_slug, Role.SUPPORT)
    home = db.session.get(Home, home_id) if home_id <= LARGEST_ID else None
    if home is None or home.unit_id != unit.id:
        abort(404)
    return unit, home


@blueprint.get("/<unit_slug>/roll/homes/<int:home_id>")
@access(SUPPORT)
def roll_home(unit_slug: str, home_id: int) -> str:
    """Names are masked here."""
    unit, home = _find(unit_slug, home_id)
    page = _home_page(home, shows_names=False)
    note_look_up(unit.id, me().person_id, "home", home.label, clock().now())
    return page


@blueprint.post("/<unit_slug>/roll/homes/<int:home_id>/names")
@access(SUPPORT)
def roll_home_names(unit_slug: str, home_id: int) -> str:
    """The same page with names, last four and telephone numbers; the look-up log says who asked for them."""
    unit, home = _find(unit_slug, home_id)
    page = _home_page(home, shows_names=True)
    note_look_up(unit.id, me().person_id, "home-names", home.label, clock().now())
    return page


def _home_page(home: Home, *, shows_names: bool, reasons: tuple[Reason, ...] = ()) -> str:
    lines, now = history_of(home.id), clock().now()
    return render_template(
        "desk/roll_home.html", home=home, lines=lines, now_line=lines[0] if lines and not lines[0].is_gone else None,
        household=household_of(home.id, now), shows_names=shows_names, reasons=reasons, errors=errors_by_field(reasons),
        typed=request.form if reasons else {}, **WORDS,
    )  # fmt: skip


@blueprint.get("/<unit_slug>/roll/homes/new")
@access(SUPPORT)
def new_roll_home(unit_slug: str) -> str:
    find_unit(unit_slug, Role.SUPPORT)
    return _form_page("new", None, {})


@blueprint.post("/<unit_slug>/roll/homes")
@access(SUPPORT)
def add_roll_home(unit_slug: str) -> Any:
    unit = find_unit(unit_slug, Role.SUPPORT)
    try:
        home = editing.add_home(unit, home_forms.read_home(request.form), _by())
    except Refusal as refusal:
        return _form_page("new", None, request.form, undo(refusal)), 422
    return _done(unit, home)


def _change_owner(unit: Unit, home: Home) -> None:
    title = home_forms.read_choice(request.form, "title", home_forms.TITLES)
    editing.change_owner(unit, home, home_forms.read_owners(request.form.get("owners", ""), title), title, _by())


def _change_area(unit: Unit, home: Home) -> None:
    basis = home_forms.read_choice(request.form, "area_basis", home_forms.BASES)
    editing.change_area(unit, home, home_forms.read_area(request.form), basis, _by())


def _name_voter(unit: Unit, home: Home) -> None:
    chosen = request.form.get("voter", "")
    editing.name_voter(unit, home, int(chosen) if chosen.isdecimal() and len(chosen) < 16 else None, _by())


def _take_off(unit: Unit, home: Home) -> None:
    editing.take_off(unit, home, _by())


CHANGES: dict[str, Callable[[Unit, Home], None]] = {
    "owner": _change_owner, "area": _change_area, "voter": _name_voter, "removal": _take_off,
}  # fmt: skip


@blueprint.get("/<unit_slug>/roll/homes/<int:home_id>/<any(owner,area,voter,removal):what>")
@access(SUPPORT)
def changing_roll_home(unit_slug: str, home_id: int, what: str) -> str:
    """One form for one fact. The voter's form names the co-owners, so it is logged like any look at names."""
    unit, home = _find(unit_slug, home_id)
    page = _form_page(what, home, {})
    note_look_up(unit.id, me().person_id, "home-names" if what == "voter" else "home", home.label, clock().now())
    return page


@blueprint.post("/<unit_slug>/roll/homes/<int:home_id>/<any(owner,area,voter,removal):what>")
@access(SUPPORT)
def change_roll_home(unit_slug: str, home_id: int, what: str) -> Any:
    unit, home = _find(unit_slug, home_id)
    try:
        CHANGES[what](unit, home)
    except Refusal as refusal:
        return _form_page(what, home, request.form, undo(refusal)), 422
    return _done(unit, home)


@blueprint.post("/<unit_slug>/roll/homes/<int:home_id>/tenants")
@access(SUPPORT)
def add_tenant(unit_slug: str, home_id: int) -> Any:
    unit, home = _find(unit_slug, home_id)
    try:
        name, last_four = home_forms.read_tenant(request.form)
    except Refusal as refusal:
        return _home_page(home, shows_names=False, reasons=undo(refusal)), 422
    row = {"home_id": home.id, "name": name, "id_last_four": last_four, "since": clock().now()}
    db.session.execute(insert(HouseholdMember), row)
    return _done(unit, home)


@blueprint.post("/<unit_slug>/roll/homes/<int:home_id>/tenants/<int:member_id>/end")
@access(SUPPORT)
def end_tenant(unit_slug: str, home_id: int, member_id: int) -> Any:
    """The person has moved out; what they did until now stays."""
    unit, home = _find(unit_slug, home_id)
    member = db.session.get(HouseholdMember, member_id) if member_id <= LARGEST_ID else None
    if member is None or member.home_id != home.id:
        abort(404)
    if member.until is None:
        member.until = clock().now()
    return _done(unit, home)


def _by() -> By:
    return By(me().person_id, clock().now(), home_forms.read_reason(request.form))


def _done(unit: Unit, home: Home) -> Any:
    flash(gettext("It is on the roll from now on."), "success")
    return redirect(url_for("desk.roll_home", unit_slug=unit.slug, home_id=home.id), 303)


def _form_page(what: str, home: Home | None, typed: Any, reasons: tuple[Reason, ...] = ()) -> str:
    line = None
    if home is not None:
        line = next(iter(history_of(home.id)), None)
        if line is None or line.is_gone or (what == "voter" and len(line.owners) < 2):
            abort(404)
    return render_template(
        "desk/roll_change.html", what=what, home=home, line=line, typed=typed, reasons=reasons,
        errors=errors_by_field(reasons), plain_area=format_hundredths(line.fact.area) if line else "", **WORDS,
    )  # fmt: skip
