"""Who looked at personal data: the log, for the support centre and for those who watch it."""

from __future__ import annotations

from flask import abort, render_template, request

from participation.desk.blueprint import blueprint
from participation.desk.doors import WATCHERS, find_unit
from participation.kernel.sentences import say
from participation.roll.lookups import look_ups, name_look_up
from participation.web.access import access, staff

PER_PAGE = 50

name_look_up("turnout", say("Who has voted, home by home"))
name_look_up("contradictions", say("Homes whose co-owners disagree"))
name_look_up("objection", say("An objection and who made it"))
name_look_up("correction", say("A home, to correct the voting roll"))


@blueprint.get("/<unit_slug>/look-ups")
@access(staff(*WATCHERS))
def look_up_log(unit_slug: str) -> str:
    unit = find_unit(unit_slug, *WATCHERS)
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= 100_000:
        abort(404)
    lines, pages = look_ups(unit.id, page, PER_PAGE)
    if page > pages:
        abort(404)
    return render_template("desk/look_ups.html", lines=lines, page=page, pages=pages)
