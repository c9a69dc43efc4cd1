"""The pages of a secret election: ballot, review, tracker, and after closing the list of the box.

Unlike an open ballot, a filled-in one is never kept in the browser's cookie: it goes from page to page in the form
alone, and the page with the tracker is the answer to the cast itself, so that nothing has to be remembered for it.
"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, g, make_response, redirect, render_template, request, url_for

from participation.accounts.access import require_unlocked
from participation.accounts.visitor import clock_now
from participation.kernel.refusal import Refusal
from participation.votes.access import casting_refusal, head_refusal, vote_or_404
from participation.votes.blueprint import blueprint
from participation.votes.forms import BallotForm, new_key, read_ballot
from participation.votes.heads import MyHead
from participation.votes.models import Vote
from participation.votes.paper import paper_of
from participation.votes.queries import turnout
from participation.votes.secret.about import about_secret
from participation.votes.secret.casting import cast_secret
from participation.votes.secret.codes import grouped
from participation.votes.secret.export import box_list, trackers
from participation.votes.secret.queries import TINY, box_of, is_kept, my_secret_heads
from participation.votes.services.casting import checked_choices
from participation.web.access import DEVICE, PUBLIC, access

PER_PAGE = 300  # trackers


@blueprint.get("/votes/<int:vote_id>/secret-ballot")
@access(DEVICE)
def secret_ballot(vote_id: int) -> Any:
    vote, unit = _election_or_404(vote_id)
    heads = my_secret_heads(vote.id, g.visitor.person_id)
    refusal = casting_refusal(vote, heads, clock_now())
    if refusal is not None:
        return _cannot(vote, unit, heads, refusal)
    head = _wanted(heads, request.args.get("elector"))
    if head is None:
        return render_template("votes/secret/choose_head.html", vote=vote, unit=unit, paper=paper_of(vote), heads=heads)
    refusal = head_refusal(head, paper_of(vote).may_change)
    if refusal is not None:
        return _cannot(vote, unit, heads, refusal)
    return require_unlocked(g.visitor) or _paper_page(vote, unit, head, BallotForm(head.elector.id, {}, new_key()))


@blueprint.post("/votes/<int:vote_id>/secret-ballot/review")
@access(DEVICE)
def review_secret_ballot(vote_id: int) -> Any:
    vote, unit = _election_or_404(vote_id)
    filled = read_ballot(paper_of(vote), request.form)
    locked = require_unlocked(g.visitor, url_for(".secret_ballot", vote_id=vote.id))
    if locked is not None:
        return locked
    heads = my_secret_heads(vote.id, g.visitor.person_id)
    head = next((h for h in heads if h.elector.id == filled.elector_id), None)
    refusal = casting_refusal(vote, heads if head else [], clock_now())
    if refusal is None and head is not None:
        refusal = head_refusal(head, paper_of(vote).may_change)
    if refusal is not None or head is None:
        return _cannot(vote, unit, heads, refusal)
    try:
        filled = filled._replace(choices=checked_choices(vote, filled.choices))
    except Refusal as missing:
        return _paper_page(vote, unit, head, filled, missing), 422
    return render_template(
        "votes/secret/review.html", vote=vote, unit=unit, paper=paper_of(vote), head=head, filled=filled,
        current_path=url_for(".secret_ballot", vote_id=vote.id),  # where a change of the language leads: not to a form's answer
    )  # fmt: skip


@blueprint.get("/votes/<int:vote_id>/secret-ballot/review")
@access(DEVICE)
def secret_ballot_again(vote_id: int) -> Any:
    """Whoever comes to the review by its address has no ballot in hand: nothing is kept."""
    vote, _ = _election_or_404(vote_id)
    return redirect(url_for(".secret_ballot", vote_id=vote.id))


@blueprint.get("/votes/<int:vote_id>/secret-ballots")
@access(DEVICE)
def secret_ballot_done(vote_id: int) -> Any:
    """Whoever comes to the tracker by its address: it was shown once."""
    vote, _ = _election_or_404(vote_id)
    return redirect(url_for(".vote", vote_id=vote.id))


@blueprint.post("/votes/<int:vote_id>/secret-ballots")
@access(DEVICE)
def cast_secret_ballot(vote_id: int) -> Any:
    """Cast, and answer with the tracker: the one time it is shown. Sending the same page again shows it again."""
    vote, unit = _election_or_404(vote_id)
    filled = read_ballot(paper_of(vote), request.form)
    locked = require_unlocked(g.visitor, url_for(".secret_ballot", vote_id=vote.id))
    if locked is not None:
        return locked
    try:
        done = cast_secret(
            vote.id, filled.elector_id, g.visitor.person_id, filled.choices, filled.key, current_app.extensions["clock"]
        )
    except Refusal as refusal:
        heads = my_secret_heads(vote.id, g.visitor.person_id)
        head = next((h for h in heads if h.elector.id == filled.elector_id), None)
        if head is None or not all(reason.field for reason in refusal.reasons):
            return _cannot(vote, unit, heads, refusal)
        return _paper_page(vote, unit, head, filled, refusal), 422
    page = make_response(render_template(
        "votes/secret/tracker.html", vote=vote, unit=unit, done=done, tracker=grouped(done.tracker),
        may_change=paper_of(vote).may_change, current_path=url_for(".vote", vote_id=vote.id),
    ))  # fmt: skip
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get("/votes/<int:vote_id>/box")
@access(PUBLIC)
def secret_box(vote_id: int) -> Any:
    """After closing: the tracker of every ballot in the box, in the order of the alphabet. No look-up is asked for,
    so none can be recorded."""
    vote, unit = _election_or_404(vote_id)
    box = box_of(vote.id)
    if box is None:
        abort(404)
    found = trackers(vote.id)
    pages = max(1, -(-len(found) // PER_PAGE))
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= pages:
        abort(404)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    firsts = [(number + 1, found[number * PER_PAGE][:4]) for number in range(pages)] if found else []
    return render_template(
        "votes/secret/box.html", vote=vote, unit=unit, about=about_secret(vote), trackers=shown, page=page, pages=pages,
        firsts=firsts,
    )  # fmt: skip


@blueprint.get("/votes/<int:vote_id>/box.json")
@access(PUBLIC)
def secret_box_list(vote_id: int) -> Response:
    """The hashes of all ballots in the box, from which everybody can compute its root again."""
    vote, _ = _election_or_404(vote_id)
    if not is_kept(box_of(vote.id)):
        abort(404)
    return Response(box_list(vote), mimetype="application/json")


def _election_or_404(vote_id: int) -> tuple[Vote, Any]:
    vote, unit = vote_or_404(vote_id)
    if not vote.secret:
        abort(404)
    return vote, unit


def _wanted(heads: list[MyHead], elector: str | None) -> MyHead | None:
    if elector is None:
        return heads[0] if len(heads) == 1 else None
    return next((head for head in heads if str(head.elector.id) == elector), None)


def _paper_page(vote: Vote, unit: Any, head: MyHead, filled: BallotForm, refusal: Refusal | None = None) -> str:
    count = turnout(vote)
    heads = count.roll_heads if count else 0
    return render_template(
        "votes/secret/ballot.html", vote=vote, unit=unit, paper=paper_of(vote), head=head, filled=filled,
        reasons=refusal.reasons if refusal else (), about=about_secret(vote), tiny=heads if heads < TINY else None,
    )  # fmt: skip


def _cannot(vote: Vote, unit: Any, heads: list[MyHead], refusal: Refusal | None) -> tuple[str, int]:
    reasons = refusal.reasons if refusal else ()
    return render_template("votes/secret/cannot.html", vote=vote, unit=unit, heads=heads, reasons=reasons), 409


def to_secret_ballot(vote: Any) -> Any:
    """From the address of an ordinary ballot to the one of this election."""
    return redirect(url_for("votes.secret_ballot", vote_id=vote.id, elector=request.args.get("elector")))
