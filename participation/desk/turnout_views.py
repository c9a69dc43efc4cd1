"""How far are we, building by building. Homes one by one are for those who run and watch the vote, and are logged."""

from __future__ import annotations

from flask import abort, g, render_template

from participation.desk.blueprint import blueprint
from participation.desk.contradictions import contradictions
from participation.desk.doors import READERS, WATCHERS, clock, find_announced, me
from participation.desk.queries import distinct_standings, vote_line
from participation.desk.turnout import building_grid, building_sums
from participation.roll.lookups import note_look_up
from participation.web.access import access, staff


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/turnout")
@access(staff(*READERS))
def turnout(unit_slug: str, vote_id: int) -> str:
    """Sums only: nobody's home can be told from them."""
    vote = find_announced(unit_slug, vote_id, *READERS)
    line = vote_line(vote, g.unit, clock().now())
    assert line.count is not None
    return render_template(
        "desk/votes/turnout.html", vote=vote, line=line, count=line.count, standings=distinct_standings(vote, line.count),
        sums=building_sums(vote.id), may_see_homes=g.may_watch,
    )  # fmt: skip


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/turnout/<int:building_id>")
@access(staff(*WATCHERS))
def turnout_building(unit_slug: str, vote_id: int, building_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, *WATCHERS)
    sums = building_sums(vote.id)
    at = next((n for n, building in enumerate(sums) if building.id == building_id), None)
    if at is None:
        abort(404)
    page = render_template(
        "desk/votes/turnout_building.html", vote=vote, building=sums[at], grids=building_grid(vote.id, building_id),
        before=sums[at - 1] if at else None, after=sums[at + 1] if at + 1 < len(sums) else None,
    )  # fmt: skip
    note_look_up(g.unit.id, me().person_id, "turnout", f"{vote.title}: {sums[at].name}", clock().now())
    return page


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/contradictions")
@access(staff(*WATCHERS))
def contradicting(unit_slug: str, vote_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, *WATCHERS)
    page = render_template("desk/votes/contradictions.html", vote=vote, found=contradictions(vote.id))
    note_look_up(g.unit.id, me().person_id, "contradictions", vote.title, clock().now())
    return page
