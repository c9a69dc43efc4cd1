"""The questions of a draft: pick the matter, the rule and its source fill in, write the question, name the candidates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, errors_by_field, find_draft, undo
from participation.desk.draft_views import to_vote
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Question, Vote
from participation.votes.own_rules import rule_for, rules_for
from participation.votes.policy import missing_measures, rule_of
from participation.votes.rules import MATTERS, Matter, Rule, load_matter, rule_title, rule_use
from participation.votes.services.drafting import (
    LONGEST_QUESTION,
    candidates_from_form,
    put_question,
    take_out_question,
)
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)
MOST_CANDIDATES = 30
SPARE_ROWS = 3


@dataclass
class QuestionForm:
    """What is in the form, typed or stored. The rule stands until another matter or rule is picked."""

    matter: Matter
    rule: Rule
    kind: str
    text: str = ""
    seats: str = ""
    consent: str = ""
    candidates: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The candidates and some empty rows."""
        filled = [pair for pair in self.candidates if any(part.strip() for part in pair)]
        return (filled + [("", "")] * SPARE_ROWS)[:MOST_CANDIDATES]


def _question(vote: Vote, question_id: int) -> Question:
    found = next((question for question in vote.questions if question.id == question_id), None)
    if found is None:
        abort(404)
    return found


def _picked(given: Any, otherwise: Question | None = None) -> tuple[Matter, Rule, str]:
    """Matter, rule and kind from the address or the form; what is not given follows from the question or the matter."""
    try:
        if "matter" in given or otherwise is None:
            matter = load_matter(given.get("matter", ""))
            rule = rule_for(g.unit.id, given.get("rule") or matter.rule)
            kind = given.get("kind") or matter.kinds[0]
        else:
            matter, rule, kind = load_matter(otherwise.matter), rule_of(otherwise), otherwise.kind
            kind = given.get("kind") or kind
    except Refusal:
        abort(404)
    if kind not in ("decision", "election") or (kind == "election" and "election" not in matter.kinds):
        abort(404)
    return matter, rule, kind


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/questions/matter")
@access(SUPPORT)
def choose_matter(unit_slug: str, vote_id: int) -> Any:
    """First the matter: `question` names the question it is for, otherwise it is for a new one."""
    vote = find_draft(unit_slug, vote_id)
    question_id = request.args.get("question", type=int)
    question = _question(vote, question_id) if question_id is not None else None
    matter = request.args.get("matter")
    if matter is None:
        return render_template("desk/votes/matter.html", vote=vote, question=question, matters=MATTERS, reasons=())
    if matter not in {known.key for known in MATTERS}:
        reason = Reason("no_matter", say("No matter is chosen."), say("Choose what the owners decide about."), "matter")
        return render_template(
            "desk/votes/matter.html", vote=vote, question=question, matters=MATTERS, reasons=(reason,)
        ), 422
    return redirect(_form_url(vote, question, matter=matter))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/questions/rules")
@access(SUPPORT)
def choose_rule(unit_slug: str, vote_id: int) -> str:
    """Any other rule, the neighbourhood's own first, with what the roll cannot measure marked."""
    vote = find_draft(unit_slug, vote_id)
    question_id = request.args.get("question", type=int)
    question = _question(vote, question_id) if question_id is not None else None
    rules = [
        (
            rule,
            rule_title(rule),
            rule_use(rule),
            missing_measures(rule),
            _form_url(vote, question, matter="other", rule=rule.key),
        )
        for rule in rules_for(g.unit.id)
    ]
    return render_template("desk/votes/rules.html", vote=vote, question=question, rules=rules)


def _form_url(vote: Vote, question: Question | None, **picked: str) -> str:
    place: dict[str, Any] = {"unit_slug": g.unit.slug, "vote_id": vote.id, **picked}
    if question is None:
        return url_for("desk.new_question", **place)
    return url_for("desk.question", **place, question_id=question.id)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/questions/new")
@access(SUPPORT)
def new_question(unit_slug: str, vote_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    if "matter" not in request.args:
        return redirect(url_for("desk.choose_matter", unit_slug=unit_slug, vote_id=vote_id))
    return _page(vote, None, QuestionForm(*_picked(request.args)))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/questions/<int:question_id>")
@access(SUPPORT)
def question(unit_slug: str, vote_id: int, question_id: int) -> str:
    vote = find_draft(unit_slug, vote_id)
    found = _question(vote, question_id)
    form = QuestionForm(
        *_picked(request.args, found), text=found.text, seats=str(found.seats or ""), consent=found.consent or "",
        candidates=[(c.name, c.statement) for c in found.candidates],
    )  # fmt: skip
    return _page(vote, found, form)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/questions")
@access(SUPPORT)
def add_question(unit_slug: str, vote_id: int) -> Any:
    return _save(find_draft(unit_slug, vote_id), None)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/questions/<int:question_id>")
@access(SUPPORT)
def save_question(unit_slug: str, vote_id: int, question_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    return _save(vote, _question(vote, question_id))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/questions/<int:question_id>/removal")
@access(SUPPORT)
def remove_question(unit_slug: str, vote_id: int, question_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    take_out_question(vote, _question(vote, question_id))
    return to_vote(vote_id, "questions")


def _save(vote: Vote, question: Question | None) -> Any:
    given = request.form
    form = QuestionForm(
        *_picked(given, question), text=given.get("text", "").replace("\r\n", "\n"), seats=given.get("seats", "").strip(),
        consent=given.get("consent", ""), candidates=candidates_from_form(given, MOST_CANDIDATES),
    )  # fmt: skip
    if "more" in given:
        return _page(vote, question, form)
    vote_id = vote.id
    try:
        put_question(
            vote, form.text, form.matter.key, form.rule.key, kind=form.kind, seats=_seats(form),
            candidates=form.candidates, consent=_consent(form), question=question,
        )  # fmt: skip
    except Refusal as refusal:
        return _page(vote, question, form, undo(refusal)), 422
    return to_vote(vote_id, "questions")


def _seats(form: QuestionForm) -> int | None:
    """Whole seats up to 99; anything else is no number of seats."""
    return int(form.seats) if form.kind == "election" and form.seats.isdecimal() and len(form.seats) <= 2 else None


def _consent(form: QuestionForm) -> str | None:
    return form.consent if form.rule.vetoes and form.consent in ("nobody", "given", "refused") else None


def _page(vote: Vote, question: Question | None, form: QuestionForm, reasons: tuple[Reason, ...] = ()) -> str:
    other_kinds = [kind for kind in form.matter.kinds if kind != form.kind]
    picked = {"matter": form.matter.key, "rule": form.rule.key}
    return render_template(
        "desk/votes/question.html", vote=vote, question=question, form=form, title=rule_title(form.rule), longest=LONGEST_QUESTION,
        lacking=missing_measures(form.rule), in_force=form.rule.in_force(clock().now().date()),
        other_kinds=[(kind, _form_url(vote, question, **picked, kind=kind)) for kind in other_kinds],
        reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip
