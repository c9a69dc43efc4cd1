"""The desk itself: what is due today in every neighbourhood granted, and one neighbourhood at a glance."""

from __future__ import annotations

from flask import render_template

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import READERS, clock, find_unit, me
from participation.desk.due import in_order, next_step
from participation.desk.queries import units_by_id, vote_lines
from participation.roll.queries import totals_at
from participation.web.access import STAFF, access, staff


@blueprint.get("")
@access(STAFF)
def index() -> str:
    """Every member of staff lands here; whoever holds no role in a neighbourhood is told what will appear."""
    now = clock().now()
    units = units_by_id(me().units_as(*READERS))
    lines = vote_lines(units, now, drafts_of=me().units_as(Role.SUPPORT))
    dues = in_order([due for line in lines if (due := next_step(line)) is not None])
    return render_template(
        "desk/index.html",
        units=list(units.values()),
        dues=dues,
        lines=lines,
        writable=set(me().units_as(Role.SUPPORT)),
        watchable=set(me().units_as(Role.SUPPORT, Role.OBSERVER)),
        now=now,
    )


@blueprint.get("/<unit_slug>")
@access(staff(*READERS))
def unit(unit_slug: str) -> str:
    unit = find_unit(unit_slug, *READERS)
    now = clock().now()
    is_support = me().has_role(Role.SUPPORT, unit.id)
    lines = vote_lines({unit.id: unit}, now, drafts_of=[unit.id] if is_support else [])
    homes, heads, area = totals_at(unit.id, now)
    return render_template(
        "desk/unit.html",
        homes=homes,
        heads=heads,
        area=area,
        dues=in_order([due for line in lines if (due := next_step(line)) is not None]),
        lines=lines,
        now=now,
    )
