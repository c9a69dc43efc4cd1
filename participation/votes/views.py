"""The page of a vote: what is asked, by which rule, how far it is, and what this visitor can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, send_file, url_for
from flask_login import current_user

from participation.accounts.visitor import clock_now
from participation.database import db
from participation.votes.access import vote_or_404
from participation.votes.behalf_models import Authority
from participation.votes.behalf_queries import live_numbers, owners_authorities
from participation.votes.blueprint import blueprint
from participation.votes.electors import electors_of
from participation.votes.heads import MyHead, my_heads
from participation.votes.models import Attachment, Vote
from participation.votes.pages import confidence_words, correction_lines, scope_names, timeline_of, turnouts
from participation.votes.paper import paper_of
from participation.votes.phases import Phase
from participation.votes.queries import objections, steps, turnout
from participation.votes.rules import rule_title
from participation.votes.secret.about import about_secret
from participation.votes.secret.queries import my_secret_heads
from participation.votes.services.attaching import document_path
from participation.votes.services.steps import phase_now
from participation.votes.wording_data import test_words
from participation.web.access import PUBLIC, access

COUNTED = (Phase.PRELIMINARY, Phase.ANSWERING, Phase.FINAL, Phase.ARCHIVED)


@blueprint.get("/votes/<int:vote_id>")
@access(PUBLIC)
def vote(vote_id: int) -> str:
    vote, unit = vote_or_404(vote_id)
    phase, paper, count = phase_now(vote, clock_now()), paper_of(vote), turnout(vote)
    heads = _heads(vote.id, vote.secret)
    return render_template(
        "votes/vote.html",
        vote=vote, unit=unit, phase=phase, paper=paper, count=count,
        turnouts=turnouts(vote, count) if count and phase in (Phase.OPEN, Phase.CLOSED) else [],
        timeline=timeline_of(vote, phase, steps(vote.id), paper.objection_days),
        corrections=correction_lines(vote.id), scope=scope_names(vote),
        objections=objections(vote.id) if phase in COUNTED else [],
        heads=heads, given=_given_away(vote, heads), behalf=live_numbers(vote, clock_now()), papers=_papers(vote), rule_title=rule_title, confidence_words=confidence_words,
        test_words=test_words, about=about_secret(vote),
    )  # fmt: skip


@blueprint.get("/votes/<int:vote_id>/turnout")
@access(PUBLIC)
def vote_turnout(vote_id: int) -> str:
    """How far are we? The same picture alone: fetched again by an open page, or shown on a wall."""
    vote, unit = vote_or_404(vote_id)
    phase, count = phase_now(vote, clock_now()), turnout(vote)
    if count is None or phase is Phase.CANCELLED:
        abort(404)
    return render_template(
        "votes/turnout.html", vote=vote, unit=unit, phase=phase, count=count, turnouts=turnouts(vote, count)
    )


@blueprint.get("/votes/<int:vote_id>/documents/<int:document_id>")
@access(PUBLIC)
def document(vote_id: int, document_id: int) -> Any:
    """A document of the vote, always as a download: a stranger's file is never opened inside the site."""
    vote, _ = vote_or_404(vote_id)
    found = db.session.get(Attachment, document_id)
    if found is None or found.vote_id != vote.id:
        abort(404)
    path = document_path(found.sha256)
    if not path.is_file():
        abort(404)
    response = send_file(
        path, mimetype=found.media_type, as_attachment=True, download_name=found.filename, etag=found.sha256
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _papers(vote: Vote) -> list[dict[str, Any]]:
    """The documents as the list of papers wants them."""
    return [
        {"filename": a.filename, "size": a.size, "url": url_for(".document", vote_id=vote.id, document_id=a.id)}
        for a in vote.attachments
    ]


def _heads(vote_id: int, secret: bool) -> list[MyHead] | None:
    """This visitor's heads; None for people without a phone of their own here (strangers, staff)."""
    if not current_user.is_authenticated or current_user.is_staff:
        return None
    return (my_secret_heads if secret else my_heads)(vote_id, current_user.person_id)


def _given_away(vote: Vote, heads: list[MyHead] | None) -> Sequence[Authority]:
    """The authorities that this visitor, as an owner, has given for this vote; their ends are one tap away.

    One with which a ballot was cast for good is told of with the ballot.
    """
    if not heads or all(head.authority is not None for head in heads):
        return ()
    owners = [elector.owner_id for elector in electors_of(current_user.person_id, vote.id)]
    given = owners_authorities(vote.id, owners, clock_now())
    if paper_of(vote).may_change:
        return given
    used = {head.cast_for.authority_id for head in heads if head.cast_for is not None}
    return [authority for authority in given if authority.id not in used]
