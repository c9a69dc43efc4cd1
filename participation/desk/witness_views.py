"""Who watches the record: the support centre or the operator names witnesses; each naming is on record."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts.access import roles_grantable
from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, clock, me, undo
from participation.kernel.refusal import Reason, Refusal
from participation.record.services import log_of, signer
from participation.record.witnessing import LONGEST_KEY, end_witness, name_witness, watches
from participation.roll.models import Unit
from participation.roll.queries import unit_by_slug
from participation.web.access import access, staff
from participation.web.addresses import public_address

NAMERS = staff(Role.SUPPORT, Role.OPERATOR)


@blueprint.get("/<unit_slug>/witnesses")
@access(NAMERS)
def witnesses(unit_slug: str) -> str:
    return _page(_unit(unit_slug))


@blueprint.post("/<unit_slug>/witnesses")
@access(NAMERS)
def add_witness(unit_slug: str) -> Any:
    unit, vkey = _unit(unit_slug), request.form.get("vkey", "").strip()[: LONGEST_KEY + 1]
    try:
        name_witness(unit.id, vkey, me().person_id, clock())
    except Refusal as refusal:
        return _page(unit, undo(refusal), vkey), 422
    return redirect(url_for(".witnesses", unit_slug=unit.slug), 303)


@blueprint.post("/<unit_slug>/witnesses/<int:witness_id>/end")
@access(NAMERS)
def stop_witness(unit_slug: str, witness_id: int) -> Any:
    unit = _unit(unit_slug)
    if witness_id > LARGEST_ID:
        abort(404)
    try:
        end_witness(unit.id, witness_id, me().person_id, clock())
    except Refusal as refusal:
        if "no-witness" in refusal.codes:
            abort(404)
        return _page(unit, undo(refusal)), 422
    return redirect(url_for(".witnesses", unit_slug=unit.slug), 303)


def _unit(slug: str) -> Unit:
    """The support centre of this neighbourhood, or whoever operates the site."""
    unit = unit_by_slug(slug)
    if unit is None or not roles_grantable(me(), unit.id):
        abort(404)
    g.unit = unit
    g.may_write = g.may_watch = me().has_role(Role.SUPPORT, unit.id)
    return unit


def _page(unit: Unit, reasons: tuple[Reason, ...] = (), typed: str = "") -> str:
    log = log_of(unit.id)
    # The operator has no rooms in the neighbourhood, only the way back.
    rooms = {} if g.may_write else {"desk_nav": [(url_for("operator.index"), gettext("Neighbourhoods"), False)]}
    return render_template(
        "desk/witnesses.html", watches=watches(log.id), reasons=reasons, typed=typed, vkey=signer(log).verifier.vkey,
        address=public_address("public.record_key", slug=unit.slug).removesuffix("/key"), **rooms,
    )  # fmt: skip
