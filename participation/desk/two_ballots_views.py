"""The list of owners with two ballots, for the support centre and for those who watch it."""

from __future__ import annotations

from flask import g, render_template

from participation.desk.blueprint import blueprint
from participation.desk.doors import WATCHERS, clock, find_announced, me
from participation.desk.two_ballots import two_ballots_of
from participation.kernel.sentences import say
from participation.roll.lookups import name_look_up, note_look_up
from participation.votes.paper import paper_of
from participation.web.access import access, staff

name_look_up("two_ballots", say("Homes with two ballots"))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/two-ballots")
@access(staff(*WATCHERS))
def two_ballots(unit_slug: str, vote_id: int) -> str:
    """Which of an owner's ballots stands, and why; never what was chosen."""
    vote = find_announced(unit_slug, vote_id, *WATCHERS)
    found = two_ballots_of(vote.id)
    page = render_template("desk/votes/two_ballots.html", vote=vote, found=found, may_change=paper_of(vote).may_change)
    if found:
        note_look_up(g.unit.id, me().person_id, "two_ballots", vote.title, clock().now())
    return page
