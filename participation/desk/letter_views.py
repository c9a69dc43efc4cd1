"""Printing letters: a building at a time, or one home for somebody who stands at the counter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, make_response, render_template, request, session
from sqlalchemy import select

from participation.accounts.forms import plain
from participation.accounts.models import Role
from participation.accounts.visitor import clock_now
from participation.database import db, end_transaction
from participation.desk.blueprint import blueprint
from participation.desk.doors import find_unit, me
from participation.kernel.refusal import Reason
from participation.kernel.sentences import say
from participation.roll.invitations import Sheet, count_letters, issue_letters
from participation.roll.models import Building, Home, Stairwell, Unit
from participation.votes.anchoring import anchor_of
from participation.web.access import access, staff
from participation.web.addresses import public_address
from participation.web.qr import qr_svg

MOST_SHEETS = 500
CODES_PER_PAGE = 3


@blueprint.get("/<unit_slug>/letters")
@access(staff(Role.SUPPORT))
def letters(unit_slug: str) -> str:
    unit = find_unit(unit_slug, Role.SUPPORT)
    return _page(unit, request.args.get("building", type=int))


@blueprint.post("/<unit_slug>/letters")
@access(staff(Role.SUPPORT))
def print_letters(unit_slug: str) -> Any:
    unit, at = find_unit(unit_slug, Role.SUPPORT), clock_now()
    building = _of_unit(Building, request.form.get("building", type=int), unit)
    stairwell_id, home_id = (request.form.get(name, type=int) or None for name in ("stairwell", "home"))
    contact = session["letters_contact"] = plain(request.form.get("contact", ""), 160)
    end_devices = request.form.get("end_devices") == "1"
    reasons = _reasons(unit, building.id, home_id, end_devices)
    if reasons:
        return _page(unit, building.id, reasons), 422
    sheets = issue_letters(
        unit,
        by_id=me().person_id,
        at=at,
        building_ids=[building.id],
        stairwell_id=stairwell_id,
        home_ids=[home_id] if home_id else [],
        skip_signed_in=request.form.get("skip_signed_in") == "1",
        end_devices=end_devices,
    )
    anchor_of(unit)  # read while there is a transaction: the page itself must begin no new one
    # Stored before the pictures are drawn: a hundred of them take seconds, in which nobody else could write.
    end_transaction()
    if not sheets:
        reason = Reason("nothing-to-print", say("There is nobody to print a letter for."), say("Everybody chosen is signed in."))
        return _page(unit, building.id, (reason,)), 422
    pages = [page for sheet in sheets for page in _pages(sheet)]
    answer = make_response(
        render_template(
            "print/letters.html", unit=unit, building=building, pages=pages, homes=len(sheets), contact=contact, at=at,
            address=public_address("letters.typing"),
        )
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pages(sheet: Sheet) -> list[dict[str, Any]]:
    """A sheet as A4 pages of at most three codes, each with its picture; of two where names without a code follow."""
    # Drawn without the cache of `qr_svg`: these codes shall live on paper only.
    draw = qr_svg.__wrapped__
    codes = [(code, draw(public_address("letters.letter", code=code.token))) for code in sheet.codes]
    most = CODES_PER_PAGE - 1 if sheet.unproven else CODES_PER_PAGE
    parts = [codes[i : i + most] for i in range(0, len(codes), most)] or [[]]
    return [{"label": sheet.label, "codes": part, "unproven": sheet.unproven} for part in parts]


def _reasons(unit: Unit, building_id: int, home_id: int | None, end_devices: bool) -> tuple[Reason, ...]:
    if end_devices and home_id is None:
        return (
            Reason(
                "one-home",
                say("Phones are signed out for one home at a time."),
                say("Choose the home of the person who lost the phone."),
                field="home",
            ),
        )
    if home_id is None and count_letters(unit, building_id, clock_now()).homes > MOST_SHEETS:
        return (
            Reason(
                "too-many",
                say("This building has more than %(n)s homes.", n=MOST_SHEETS),
                say("Print one stairwell at a time."),
                field="stairwell",
            ),
        )
    return ()


def _of_unit(table: Any, id_: int | None, unit: Unit) -> Any:
    row = db.session.get(table, id_) if id_ else None
    if row is None or row.unit_id != unit.id:
        abort(404)
    return row


def _page(unit: Unit, building_id: int | None, reasons: tuple[Reason, ...] = ()) -> str:
    buildings = db.session.scalars(select(Building).where(Building.unit_id == unit.id).order_by(Building.position)).all()
    building = _of_unit(Building, building_id, unit) if building_id else None
    if building is None and len(buildings) == 1:
        building = buildings[0]
    stairwells: Sequence[Stairwell] = ()
    homes: Sequence[Home] = ()
    counts = None
    if building is not None:
        stairwells = db.session.scalars(
            select(Stairwell).where(Stairwell.building_id == building.id).order_by(Stairwell.position)
        ).all()
        homes = db.session.scalars(select(Home).where(Home.building_id == building.id).order_by(Home.id)).all()
        counts = count_letters(unit, building.id, clock_now())
    return render_template(
        "desk/letters.html", buildings=buildings, building=building, stairwells=stairwells, homes=homes, counts=counts,
        reasons=reasons, typed=request.form, contact=session.get("letters_contact", ""),
    )  # fmt: skip
