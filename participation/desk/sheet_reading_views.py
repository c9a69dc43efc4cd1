"""Keying in: one sheet a page, read by two persons who never see each other's reading; a third settles."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts.models import Person, Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, errors_by_field, find_announced, me, undo
from participation.desk.paper_queries import differing, next_for, return_of_code, sheet_code, waiting_for
from participation.desk.paper_views import return_or_404
from participation.kernel.refusal import Reason, Refusal
from participation.votes.counting import BLANK
from participation.votes.models import Vote
from participation.votes.paper import Paper, paper_of
from participation.votes.phases import Phase
from participation.votes.services.reading import Reading, read_sheet, readings_of, settle
from participation.votes.services.returns import sheet_of_code
from participation.votes.services.steps import phase_now, wrong_phase
from participation.votes.sheet_choices import FLAWS, outcome_words
from participation.votes.sheet_codes import grouped
from participation.votes.sheet_models import SheetOutcome, SheetReading, SheetReturn
from participation.web.access import access, staff
from participation.web.language import said

SUPPORT = staff(Role.SUPPORT)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/readings")
@access(SUPPORT)
def reading(unit_slug: str, vote_id: int) -> Any:
    """The next sheet for this person; or the one in hand, by its code; or that there is none."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    place: dict[str, Any] = {"unit_slug": unit_slug, "vote_id": vote_id}
    typed, found = request.args.get("code", ""), None
    reasons: tuple[Reason, ...] = ()
    if typed.strip():
        try:
            sheet = sheet_of_code(vote_id, typed)
        except Refusal as refusal:
            reasons = undo(refusal)
        else:
            found = return_of_code(vote_id, sheet.code)
            if found is None:
                return redirect(url_for("desk.receiving", code=sheet.code, **place))
    else:
        found = next_for(vote_id, me().person_id)
    if found is not None:
        return redirect(url_for("desk.sheet_reading", return_id=found.id, **place))
    phase = phase_now(vote, clock().now())
    if phase not in (Phase.OPEN, Phase.CLOSED):
        reasons = reasons or (wrong_phase(phase),)
    return render_template("desk/paper/no_sheet.html", vote=vote, typed=typed, reasons=reasons, differing=len(differing(vote_id)))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/returns/<int:return_id>/reading")
@access(SUPPORT)
def sheet_reading(unit_slug: str, vote_id: int, return_id: int) -> Any:
    """The form for one sheet: what the sheet says, empty; whether somebody else has read it is not shown."""
    found = return_or_404(unit_slug, vote_id, return_id)
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    before = readings_of(return_id)
    outcome = db.session.get(SheetOutcome, return_id)
    if outcome is not None or any(one.by_id == me().person_id for one in before) or len(before) > 1:
        return _done_page(vote, found, outcome, len(before))
    return _form(vote, found, {})


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/paper/returns/<int:return_id>/readings")
@access(SUPPORT)
def store_reading(unit_slug: str, vote_id: int, return_id: int) -> Any:
    found = return_or_404(unit_slug, vote_id, return_id)
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    paper, code = paper_of(vote), _code(found)
    choices, flaw = read_form(paper, request.form), request.form.get("flaw") or None
    try:
        made = read_sheet(return_id, me().person_id, choices, flaw, clock())
    except Refusal as refusal:
        reasons = undo(refusal)
        if all(reason.field for reason in reasons):
            return _form(vote, found, choices, reasons), 422
        return _done_page(vote, found, db.session.get(SheetOutcome, return_id), len(readings_of(return_id)), reasons), 409
    flash(_saved(made, code), "success")
    return redirect(url_for("desk.reading", unit_slug=unit_slug, vote_id=vote_id), 303)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/differences")
@access(SUPPORT)
def differences(unit_slug: str, vote_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    return render_template("desk/paper/differences.html", vote=vote, lines=differing(vote_id), me=me().person_id, grouped=grouped)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/returns/<int:return_id>/settlement")
@access(SUPPORT)
def settlement(unit_slug: str, vote_id: int, return_id: int) -> Any:
    """Both readings beside the picture, for the third person."""
    found = return_or_404(unit_slug, vote_id, return_id)
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    before, outcome = readings_of(return_id), db.session.get(SheetOutcome, return_id)
    if outcome is not None:
        return _done_page(vote, found, outcome, len(before))
    if len(before) < 2 or any(one.by_id == me().person_id for one in before):
        abort(404)  # who is one of the two, or may still become one, does not see what the other read
    return _settle_page(vote, found, before, {})


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/paper/returns/<int:return_id>/settlements")
@access(SUPPORT)
def store_settlement(unit_slug: str, vote_id: int, return_id: int) -> Any:
    found = return_or_404(unit_slug, vote_id, return_id)
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    code, choices, flaw = _code(found), read_form(paper_of(vote), request.form), request.form.get("flaw") or None
    try:
        made = settle(return_id, me().person_id, choices, flaw, clock())
    except Refusal as refusal:
        reasons, before = undo(refusal), readings_of(return_id)
        if all(reason.field for reason in reasons):
            return _settle_page(vote, found, before, choices, reasons), 422
        return _done_page(vote, found, db.session.get(SheetOutcome, return_id), len(before), reasons), 409
    flash(_saved(made, code), "success")
    return redirect(url_for("desk.differences", unit_slug=unit_slug, vote_id=vote_id), 303)


def read_form(paper: Paper, form: Any) -> dict[str, Any]:
    """What the form says of each question; nothing for a question of which it says nothing.

    In an election the boxes are candidates, "none of the candidates" and "no valid answer"; two of these kinds at
    once say nothing.
    """
    found: dict[str, Any] = {}
    for question in paper.questions:
        given = form.getlist(question.field)
        if not question.is_election:
            found[str(question.id)] = given[0] if len(given) == 1 else None
        elif given == [BLANK]:
            found[str(question.id)] = BLANK
        elif given == ["none"]:
            found[str(question.id)] = []
        elif given and all(one.isdecimal() and len(one) < 16 for one in given):
            found[str(question.id)] = [int(one) for one in given]
    return found


def _code(found: SheetReturn) -> str:
    code = sheet_code(found)
    return grouped(code) if code else gettext("Recorded call %(number)s", number=found.id)


def _saved(made: Reading, code: str) -> str:
    """What to say afterwards. After a first or second reading it is the same, so that nobody learns of the other's."""
    if made.reading.settles and made.outcome is not None:
        return gettext("%(code)s is settled: %(what)s.", code=code, what=said(outcome_words(made.outcome.kind)))
    return gettext("%(code)s is saved.", code=code)


def _form(vote: Vote, found: SheetReturn, choices: dict[str, Any], reasons: Any = ()) -> str:
    return render_template(
        "desk/paper/reading.html", vote=vote, found=found, code=_code(found), paper=paper_of(vote), choices=choices,
        flaws=FLAWS, outcome_words=outcome_words, waiting=waiting_for(vote.id, me().person_id), reasons=reasons,
        errors=errors_by_field(tuple(reasons)), blank=BLANK,
    )  # fmt: skip


def _settle_page(
    vote: Vote, found: SheetReturn, before: list[SheetReading], choices: dict[str, Any], reasons: Any = ()
) -> str:
    names = [db.session.get_one(Person, one.by_id).name for one in before[:2]]
    return render_template(
        "desk/paper/settlement.html", vote=vote, found=found, code=_code(found), paper=paper_of(vote), choices=choices,
        flaws=FLAWS, outcome_words=outcome_words, readings=list(zip(names, before[:2], strict=True)), reasons=reasons,
        errors=errors_by_field(tuple(reasons)), blank=BLANK,
    )  # fmt: skip


def _done_page(vote: Vote, found: SheetReturn, outcome: SheetOutcome | None, readings: int, reasons: Any = ()) -> str:
    """This person has nothing to read here: done, settled by somebody else, or read by this person already."""
    return render_template(
        "desk/paper/done.html", vote=vote, unit=g.unit, found=found, code=_code(found), outcome=outcome, readings=readings,
        outcome_words=outcome_words, reasons=reasons, waiting=waiting_for(vote.id, me().person_id),
    )  # fmt: skip
