"""The result with every number, as a page and as data; and which rooms took part."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, render_template, request, url_for

from participation.accounts.visitor import clock_now
from participation.kernel.quantities import format_hundredths
from participation.roll.models import Unit
from participation.votes.access import vote_or_404
from participation.votes.blueprint import blueprint
from participation.votes.models import Result, Vote
from participation.votes.pages import correction_lines
from participation.votes.paper import paper_of
from participation.votes.participants import PER_PAGE, buildings_in, rooms_of
from participation.votes.phases import Phase
from participation.votes.queries import results
from participation.votes.result_pages import changes, latest_of, published_checkpoint, question_results, roll_line
from participation.votes.retention import erased_at
from participation.votes.services.steps import phase_now
from participation.votes.sheet_choices import outcome_words
from participation.votes.sheet_queries import outcomes_of
from participation.web.access import PUBLIC, access

ENDED = (Phase.CLOSED, Phase.PRELIMINARY, Phase.ANSWERING, Phase.FINAL, Phase.ARCHIVED)


@blueprint.get("/votes/<int:vote_id>/result")
@access(PUBLIC)
def result(vote_id: int) -> Any:
    vote, unit, posted = _posted_or_404(vote_id)
    latest, paper = posted[-1], paper_of(vote)
    return render_template(
        "votes/result.html",
        vote=vote, unit=unit, phase=phase_now(vote, clock_now()), paper=paper, result=latest,
        questions=question_results(paper, latest), roll=roll_line(vote, latest), corrections=correction_lines(vote.id),
        changes=changes(paper, latest_of(posted, "preliminary"), latest),
        checkpoint=published_checkpoint(vote, latest.log_index), sheets=outcomes_of(vote.id), outcome_words=outcome_words,
    )  # fmt: skip


@blueprint.get("/votes/<int:vote_id>/result.json")
@access(PUBLIC)
def result_data(vote_id: int) -> Response:
    """Every count that was posted, as it was posted; areas in 1/100 m2, as in the record."""
    vote, unit, posted = _posted_or_404(vote_id)
    data = {
        "format": "participation/result/v1",
        "neighbourhood": {"slug": unit.slug, "name": unit.name},
        "vote": {
            "id": vote.id, "number": vote.number, "title": vote.title, "rehearsal": vote.rehearsal,
            "opens_at": _iso(vote.opens_at), "closes_at": _iso(vote.closes_at), "roll_fingerprint": vote.roll_fingerprint,
            "questions": [
                {"question": q.id, "text": q.text, "kind": q.kind,
                 "candidates": [{"candidate": c.id, "name": c.name} for c in q.candidates]}
                for q in paper_of(vote).questions
            ],
        },
        "units": {"heads": "1", "area": "1/100 m2"},
        "results": [
            {"stage": r.stage, "at": _iso(r.at), "entry": r.log_index,
             "checkpoint": published_checkpoint(vote, r.log_index), "result": r.data}
            for r in posted
        ],
        "corrections": [
            {"home": line.label, "kind": line.correction.kind, "heads": line.correction.heads_delta,
             "area": format_hundredths(line.correction.area_delta), "reason": line.correction.reason,
             "at": _iso(line.correction.at), "entry": line.correction.log_index}
            for line in correction_lines(vote.id)
        ],
    }  # fmt: skip
    return Response(json.dumps(data, ensure_ascii=False, indent=1), mimetype="application/json")


@blueprint.get("/votes/<int:vote_id>/participation")
@access(PUBLIC)
def participation(vote_id: int) -> Any:
    """Which rooms took part: room, area, voted or not; after closing only, so that nobody is pressed at the door."""
    vote, unit = vote_or_404(vote_id)
    phase, paper = phase_now(vote, clock_now()), paper_of(vote)
    if phase not in ENDED:
        abort(404)
    gone = erased_at(vote.id)
    if gone is not None:
        return render_template("votes/erased.html", vote=vote, unit=unit, at=gone)
    buildings = buildings_in(vote)
    wanted = request.args.get("building", type=int)
    building = next((b for b in buildings if b.id == wanted), buildings[0] if buildings and wanted is None else None)
    if building is None:
        abort(404)
    page = max(1, request.args.get("page", 1, type=int))
    by_name = paper.publishes_choice and phase is not Phase.CLOSED
    rooms, total = rooms_of(vote, building.id, page, by_name=by_name)
    pages = max(1, -(-total // PER_PAGE))
    if page > pages:
        abort(404)

    def turn(to: int) -> str | None:
        return url_for(".participation", vote_id=vote.id, building=building.id, page=to) if 1 <= to <= pages else None

    return render_template(
        "votes/participation.html",
        vote=vote, unit=unit, paper=paper, buildings=buildings, building=building, rooms=rooms, by_name=by_name,
        page=page, pages=pages, previous=turn(page - 1), next=turn(page + 1),
    )  # fmt: skip


def _posted_or_404(vote_id: int) -> tuple[Vote, Unit, list[Result]]:
    vote, unit = vote_or_404(vote_id)
    posted = list(results(vote.id))
    if not posted:
        abort(404)
    return vote, unit, posted


def _iso(instant: Any) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None
