"""Keeping and erasing: which votes' personal contents must go, and when. Erasing itself is done from the command line."""

from __future__ import annotations

from flask import render_template

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, find_unit
from participation.votes.retention import retentions
from participation.web.access import access, staff


@blueprint.get("/<unit_slug>/retention")
@access(staff(Role.SUPPORT))
def retention(unit_slug: str) -> str:
    unit, now = find_unit(unit_slug, Role.SUPPORT), clock().now()
    return render_template("desk/retention.html", kept=retentions([unit.id]), now=now)
