"""How many doors were visited: sums by building, for everybody."""

from __future__ import annotations

from flask import render_template

from participation.votes.access import vote_or_404
from participation.votes.blueprint import blueprint
from participation.votes.visit_queries import visits_by_building
from participation.web.access import PUBLIC, access


@blueprint.get("/votes/<int:vote_id>/visits")
@access(PUBLIC)
def visits(vote_id: int) -> str:
    vote, unit = vote_or_404(vote_id)
    return render_template("votes/visits.html", vote=vote, unit=unit, buildings=visits_by_building(vote))
