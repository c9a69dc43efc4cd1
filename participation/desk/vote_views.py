"""A vote at the desk: the draft with what is still missing, or the announced vote with its next step."""

from __future__ import annotations

from typing import Any

from flask import g, render_template

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.contradictions import contradicting_electors
from participation.desk.doors import READERS, clock, find_unit, find_vote, me
from participation.desk.due import next_step
from participation.desk.missing import missing_of
from participation.desk.places import places_of
from participation.desk.queries import distinct_standings, scope_totals, vote_line, vote_lines
from participation.desk.timeline import timeline_of
from participation.votes.models import Vote
from participation.votes.phases import Phase
from participation.votes.policy import policy_of, rule_of
from participation.votes.queries import corrections, latest_result, steps
from participation.votes.retention import erased_at
from participation.votes.rules import load_matter, rule_title
from participation.web.access import access, staff


@blueprint.get("/<unit_slug>/votes")
@access(staff(*READERS))
def votes(unit_slug: str) -> str:
    """Every vote there ever was, newest first."""
    unit = find_unit(unit_slug, *READERS)
    drafts_of = [unit.id] if me().has_role(Role.SUPPORT, unit.id) else []
    lines = vote_lines({unit.id: unit}, clock().now(), drafts_of=drafts_of, all_steps=True)
    return render_template("desk/votes/list.html", lines=lines)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>")
@access(staff(*READERS))
def vote(unit_slug: str, vote_id: int) -> str:
    found = find_vote(unit_slug, vote_id, *READERS)
    return _draft_page(found) if found.step == "draft" else _announced_page(found)


def question_cards(vote: Vote) -> list[dict[str, Any]]:
    """Each question with its rule and the names of both."""
    return [
        {"question": q, "rule": rule, "title": rule_title(rule), "matter": load_matter(q.matter)}
        for q in vote.questions
        for rule in (rule_of(q),)
    ]


def draft_context(vote: Vote) -> dict[str, Any]:
    """What the draft's page and the review before the notice both show."""
    now = clock().now()
    places = places_of(vote.unit_id)
    return {
        "vote": vote,
        "cards": question_cards(vote),
        "policy": policy_of(vote),
        "totals": scope_totals(vote, now),
        "scope_buildings": places.building_names(vote.scope),
        "scope_stairwell": places.stairwell_name(vote.stairwell_id),
        "missing": missing_of(vote, g.unit, now),
        "now": now,
    }


def _draft_page(vote: Vote) -> str:
    return render_template("desk/votes/draft.html", **draft_context(vote))


def _announced_page(vote: Vote) -> str:
    line = vote_line(vote, g.unit, clock().now())
    places = places_of(vote.unit_id)
    has_results = line.phase in (Phase.PRELIMINARY, Phase.ANSWERING, Phase.FINAL, Phase.ARCHIVED)
    assert line.count is not None
    return render_template(
        "desk/votes/announced.html",
        vote=vote,
        line=line,
        phase=line.phase,
        due=next_step(line),
        erased_at=erased_at(vote.id),
        cards=question_cards(vote),
        policy=policy_of(vote),
        count=line.count,
        standings=distinct_standings(vote, line.count),
        result=latest_result(vote.id) if has_results else None,
        timeline_steps=timeline_of(vote, line.phase, steps(vote.id)),
        is_extended=any(step.kind == "extension" for step in steps(vote.id)),
        corrections=len(corrections(vote.id)),
        contradictions=len(contradicting_electors(vote.id)) if g.may_watch else 0,
        scope_buildings=places.building_names(vote.scope),
        scope_stairwell=places.stairwell_name(vote.stairwell_id),
    )
