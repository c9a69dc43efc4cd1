"""The operator's page: the neighbourhoods of this site, founding one, and who else operates it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from participation.accounts.forms import plain
from participation.accounts.grants import give_role
from participation.accounts.models import Person, Role
from participation.accounts.queries import operators
from participation.accounts.visitor import clock_now
from participation.database import db
from participation.desk.doors import me, undo
from participation.kernel.refusal import Reason, Refusal
from participation.roll.places import found_place
from participation.roll.queries import units
from participation.web.access import access, staff

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
OPERATOR = staff(Role.OPERATOR)


@blueprint.get("")
@access(OPERATOR)
def index() -> str:
    return _page()


@blueprint.post("")
@access(OPERATOR)
def found() -> Any:
    at, form = clock_now(), request.form
    try:
        unit = found_place(
            plain(form.get("area", ""), 80),
            plain(form.get("name", ""), 80),
            plain(form.get("slug", ""), 60).casefold(),
            plain(form.get("time_zone", ""), 60),
            at,
        )
    except Refusal as refusal:
        return _page(undo(refusal)), 422
    if form.get("is_support") == "1":
        person = db.session.get_one(Person, me().person_id)
        give_role(person, Role.SUPPORT, unit.id, at=at, by_id=person.id)
    return redirect(url_for("desk.people", unit_slug=unit.slug), 303)


def _page(reasons: tuple[Reason, ...] = ()) -> str:
    return render_template(
        "desk/operator.html", units=units(), operators=operators(clock_now()), reasons=reasons,
        typed=request.form if reasons else {},
    )  # fmt: skip
