"""The ballot: choose, look at it once more, cast. Until the last step nothing leaves the voter's hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, flash, g, get_template_attribute, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts.access import require_unlocked
from participation.accounts.visitor import clock_now
from participation.kernel.refusal import Refusal
from participation.roll.models import Unit
from participation.votes.access import casting_refusal, head_refusal, vote_or_404, vote_row_or_404
from participation.votes.blueprint import blueprint
from participation.votes.forms import (
    BallotForm,
    Choices,
    in_hand,
    keep_in_hand,
    let_go,
    new_key,
    read_ballot,
    read_choices,
)
from participation.votes.heads import MyHead, my_heads
from participation.votes.models import Vote
from participation.votes.paper import Paper, paper_of
from participation.votes.secret.views import to_secret_ballot
from participation.votes.services.agreeing import withdraw_statement
from participation.votes.services.casting import cast, checked_choices, state_as_co_owner
from participation.web.access import DEVICE, access
from participation.web.stamped import stamped_page


@blueprint.get("/votes/<int:vote_id>/ballot")
@access(DEVICE)
def ballot(vote_id: int) -> Any:
    vote, unit = vote_row_or_404(vote_id)
    if vote.secret:
        return to_secret_ballot(vote)
    paper, heads = paper_of(vote), my_heads(vote.id, g.visitor.person_id)
    refusal = casting_refusal(vote, heads, clock_now())
    if refusal is not None:
        return _cannot(vote, unit, heads, refusal)
    head = _wanted(heads, request.args.get("elector"))
    if head is None:
        return render_template("votes/choose_head.html", vote=vote, unit=unit, paper=paper, heads=heads)
    refusal = head_refusal(head, paper.may_change)
    if refusal is not None:
        return _cannot(vote, unit, heads, refusal, head)
    locked = require_unlocked(g.visitor)
    if locked is not None:
        return locked
    choices = _chosen(vote, head)
    if choices is None and head.authority is None and head.cast_for is None:
        return _blank_paper(vote, unit, paper, head)
    return _paper_page(vote, unit, paper, head, BallotForm(head.elector.id, choices or {}, new_key()))


@blueprint.post("/votes/<int:vote_id>/ballot/review")
@access(DEVICE)
def review_ballot(vote_id: int) -> Any:
    """Take the filled-in ballot in hand and lead on to its review.

    No page on the way to the receipt is the answer to a form, so "back" never asks whether to send it again.
    """
    vote, unit = vote_row_or_404(vote_id)
    paper = paper_of(vote)
    _head, filled, stop = _looked_through(vote, unit, paper, read_ballot(paper, request.form))
    if stop is not None:
        return stop
    keep_in_hand(vote.id, filled)
    return redirect(url_for(".ballot_in_hand", vote_id=vote.id), 303)


@blueprint.get("/votes/<int:vote_id>/ballot/review")
@access(DEVICE)
def ballot_in_hand(vote_id: int) -> Any:
    """Show the ballot that is in hand once more, before it is cast; also on the way back from the PIN."""
    vote, unit = vote_row_or_404(vote_id)
    filled, paper = in_hand(vote.id), paper_of(vote)
    if filled is None:
        return redirect(url_for(".ballot", vote_id=vote.id))
    head, filled, stop = _looked_through(vote, unit, paper, filled)
    return stop or require_unlocked(g.visitor) or render_template("votes/review.html", vote=vote, unit=unit, paper=paper, head=head, filled=filled)


@blueprint.post("/votes/<int:vote_id>/ballots")
@access(DEVICE)
def cast_ballot(vote_id: int) -> Any:
    vote, unit = vote_row_or_404(vote_id)
    paper = paper_of(vote)
    filled = read_ballot(paper, request.form)
    locked = _ask_pin_again(vote, filled)
    if locked is not None:
        return locked
    clock = current_app.extensions["clock"]
    try:
        done = cast(vote.id, filled.elector_id, g.visitor.person_id, filled.choices, filled.key, clock)
    except Refusal as refusal:
        heads = my_heads(vote.id, g.visitor.person_id)
        head = next((h for h in heads if h.elector.id == filled.elector_id), None)
        if head is None or not all(reason.field for reason in refusal.reasons):
            return _cannot(vote, unit, heads, refusal, head)
        return _paper_page(vote, unit, paper, head, filled, refusal), 422
    let_go()
    return redirect(url_for(".receipt", receipt=done.ballot.receipt), 303)


@blueprint.get("/votes/<int:vote_id>/co-owner-statement")
@access(DEVICE)
def co_owner_statement(vote_id: int) -> Any:
    """Another owner of the home has voted: say whether you would have voted the same."""
    vote, unit = vote_or_404(vote_id)
    heads = my_heads(vote.id, g.visitor.person_id)
    refusal = casting_refusal(vote, heads, clock_now())
    head = _wanted([h for h in heads if h.may_contradict], request.args.get("elector"))
    if refusal is not None or head is None:
        return redirect(url_for(".vote", vote_id=vote.id))
    return _statement_page(vote, unit, head, {})


@blueprint.post("/votes/<int:vote_id>/co-owner-statements")
@access(DEVICE)
def make_co_owner_statement(vote_id: int) -> Any:
    vote, unit = vote_or_404(vote_id)
    paper = paper_of(vote)
    filled = read_ballot(paper, request.form)
    clock = current_app.extensions["clock"]
    try:
        state_as_co_owner(vote.id, filled.elector_id, g.visitor.person_id, filled.choices, clock)
    except Refusal as refusal:
        heads = my_heads(vote.id, g.visitor.person_id)
        head = next((h for h in heads if h.elector.id == filled.elector_id), None)
        if head is None or not head.may_contradict or not all(reason.field for reason in refusal.reasons):
            return _cannot(vote, unit, heads, refusal, head)
        return _statement_page(vote, unit, head, read_choices(paper, request.form), refusal), 422
    return redirect(url_for(".vote", vote_id=vote.id, _anchor="mine"), 303)


@blueprint.post("/votes/<int:vote_id>/co-owner-statements/withdrawal")
@access(DEVICE)
def withdraw_co_owner_statement(vote_id: int) -> Any:
    """Agree with the other owner's ballot after all."""
    vote, unit = vote_or_404(vote_id)
    elector = request.form.get("elector", type=int)
    try:
        withdraw_statement(vote.id, elector or 0, g.visitor.person_id, current_app.extensions["clock"])
    except Refusal as refusal:
        heads = my_heads(vote.id, g.visitor.person_id)
        return _cannot(vote, unit, heads, refusal, next((h for h in heads if h.elector.id == elector), None))
    flash(gettext("You agree after all. It is on record, and your home counts as its ballot says."), "success")
    return redirect(url_for(".vote", vote_id=vote.id, _anchor="mine"), 303)


def _looked_through(vote: Any, unit: Any, paper: Paper, filled: BallotForm) -> tuple[MyHead | None, BallotForm, Any]:
    """Whose ballot it is, the ballot with its choices in their one form, and the page that says why it cannot be cast.

    The head may be None, where there is such a page; the page is None where nothing stands in the way.
    """
    heads = my_heads(vote.id, g.visitor.person_id)
    head = next((h for h in heads if h.elector.id == filled.elector_id), None)
    refusal = casting_refusal(vote, heads, clock_now()) or (
        head_refusal(head, paper.may_change or _same(head, filled)) if head else casting_refusal(vote, [], clock_now())
    )
    if refusal is not None or head is None:
        return head, filled, _cannot(vote, unit, heads, refusal, head)
    try:
        return head, filled._replace(choices=checked_choices(vote, filled.choices)), None
    except Refusal as missing:
        return head, filled, (_paper_page(vote, unit, paper, head, filled, missing), 422)


def _chosen(vote: Any, head: MyHead) -> Choices | None:
    """What is ticked when the paper is shown: the ballot in hand, else the one in the box; None on a blank paper."""
    kept = in_hand(vote.id)
    if kept is not None and kept.elector_id == head.elector.id:
        return kept.choices
    # What somebody else chose for the owner is no beginning for the owner's own ballot.
    return head.ballot.choices if head.ballot and not head.cast_for else None


def _same(head: MyHead, filled: BallotForm) -> bool:
    """Whether this very ballot is already in the box: its review may be seen again, and gives the same receipt."""
    return head.ballot is not None and head.ballot.idempotency_key == filled.key


def _ask_pin_again(vote: Vote, filled: BallotForm) -> Any:
    """The way to the PIN, with the filled-in ballot kept for the way back; None while casting is unlocked."""
    locked = require_unlocked(g.visitor, url_for(".ballot_in_hand", vote_id=vote.id))
    if locked is not None:
        keep_in_hand(vote.id, filled)
    return locked


def _wanted(heads: list[MyHead], elector: str | None) -> MyHead | None:
    """The head that was asked for, or the only one."""
    if elector is None:
        return heads[0] if len(heads) == 1 else None
    return next((head for head in heads if str(head.elector.id) == elector), None)


def _paper_page(
    vote: Vote, unit: Unit, paper: Paper, head: MyHead, filled: BallotForm, refusal: Refusal | None = None
) -> str:
    reasons = refusal.reasons if refusal else ()
    return render_template(
        "votes/ballot.html", vote=vote, unit=unit, paper=paper, standing=head.ballot, homes=_my_homes(head), head=head,
        filled=filled, reasons=reasons,
    )  # fmt: skip


def _blank_paper(vote: Vote, unit: Unit, paper: Paper, head: MyHead) -> Response:
    """The page on which nothing is chosen yet: the same for everybody but for the head it is for."""

    def context(own: Mapping[str, Any]) -> dict[str, Any]:
        filled = BallotForm(own["elector"], {}, own["key"])
        return {"vote": vote, "unit": unit, "paper": paper, "homes": own["homes"], "filled": filled, "reasons": ()}

    own = {"elector": str(head.elector.id), "key": new_key(), "homes": _my_homes(head)}
    return stamped_page("votes/ballot.html", (vote.id, vote.roll_fingerprint, vote.closes_at, unit.name), own, context)


def _my_homes(head: MyHead) -> str:
    """The homes of the ballot and what they weigh; of another owner's with the name of whom it is cast for."""
    if head.authority is not None:
        return get_template_attribute("votes/behalf.html", "in_whose_name")(head)
    told = get_template_attribute("votes/own_paper.html", "own_paper")(head, "open") if head.papers else ""
    return told + get_template_attribute("votes/parts.html", "my_homes")(head)


def _statement_page(
    vote: Vote, unit: Unit, head: MyHead, choices: dict[str, Any], refusal: Refusal | None = None
) -> str:
    return render_template(
        "votes/co_owner.html", vote=vote, unit=unit, paper=paper_of(vote), head=head,
        filled=BallotForm(head.elector.id, choices, new_key()), reasons=refusal.reasons if refusal else (),
    )  # fmt: skip


def _cannot(
    vote: Vote, unit: Unit, heads: list[MyHead], refusal: Refusal, head: MyHead | None = None
) -> tuple[str, int]:
    """Why this cannot be cast, what to do, and the receipt if there is one."""
    page = render_template(
        "votes/cannot.html", vote=vote, unit=unit, heads=heads, head=head, reasons=refusal.reasons
    )
    return page, 409
