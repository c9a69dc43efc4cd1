"""One-page posters of each step: notice, preliminary count, final result; and the result with every number."""

from __future__ import annotations

import json
from typing import Any

from flask import abort, current_app, render_template, url_for

from participation.accounts.visitor import clock_now
from participation.kernel.quantities import parse_hundredths
from participation.record.services import entry, log_of
from participation.roll.models import Unit
from participation.votes.access import vote_or_404
from participation.votes.blueprint import blueprint
from participation.votes.models import Vote
from participation.votes.pages import confidence_words, scope_names
from participation.votes.paper import paper_of
from participation.votes.queries import results, steps
from participation.votes.result_pages import latest_of, question_results, roll_line
from participation.votes.rules import rule_title
from participation.votes.services.steps import phase_now
from participation.votes.wording_data import test_words
from participation.web.access import PUBLIC, access
from participation.web.qr import qr_svg


@blueprint.get("/votes/<int:vote_id>/print/notice")
@access(PUBLIC)
def print_notice(vote_id: int) -> Any:
    vote, unit = vote_or_404(vote_id)
    made = steps(vote.id)
    notice = next((step for step in made if step.kind == "notice"), None)
    if notice is None or notice.log_index is None:
        abort(404)
    cancelled = next((step for step in made if step.kind == "cancelled"), None)
    extension = next((step for step in made if step.kind == "extension"), None)
    return _sheet(
        "print/notice.html", vote, unit, url_for(".vote", vote_id=vote.id),
        roll=_noticed_roll(vote, notice.log_index), extension=extension, cancelled=cancelled,
    )  # fmt: skip


@blueprint.get("/votes/<int:vote_id>/print/preliminary")
@access(PUBLIC)
def print_preliminary(vote_id: int) -> Any:
    return _poster(vote_id, "preliminary")


@blueprint.get("/votes/<int:vote_id>/print/final")
@access(PUBLIC)
def print_final(vote_id: int) -> Any:
    return _poster(vote_id, "final")


@blueprint.get("/votes/<int:vote_id>/print/result")
@access(PUBLIC)
def print_result(vote_id: int) -> Any:
    return _poster(vote_id, None, "print/result.html")


def _poster(vote_id: int, stage: str | None, template: str = "print/poster.html") -> Any:
    """A poster of the latest count (of a stage). A poster of a count that was never posted does not exist."""
    vote, unit = vote_or_404(vote_id)
    posted = results(vote.id)
    result = latest_of(posted, stage) if stage else (posted[-1] if posted else None)
    if result is None:
        abort(404)
    return _sheet(
        template, vote, unit, url_for(".result", vote_id=vote.id),
        result=result, questions=question_results(paper_of(vote), result), roll=roll_line(vote, result),
    )  # fmt: skip


def _sheet(template: str, vote: Vote, unit: Unit, path: str, **more: Any) -> str:
    address, paper = current_app.config["PUBLIC_URL"] + path, paper_of(vote)
    return render_template(
        template, vote=vote, unit=unit, phase=phase_now(vote, clock_now()), paper=paper,
        rules=list({question.rule.key: question.rule for question in paper.questions}.values()),
        scope=scope_names(vote), address=address, code=qr_svg(address, "Q"), small_code=qr_svg(address, "M", 84),
        rule_title=rule_title, confidence_words=confidence_words, test_words=test_words, **more,
    )  # fmt: skip


def _noticed_roll(vote: Vote, log_index: int) -> dict[str, int]:
    """Heads and area (1/100 m2) of the frozen roll as the notice announced them, from the record itself."""
    roll = json.loads(entry(log_of(vote.unit_id), log_index).payload)["roll"]
    return {"heads": roll["heads"], "area": parse_hundredths(roll["area"])}
