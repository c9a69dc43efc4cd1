"""Throwing a draft away: it was never public, so nothing of it is on the record."""

from __future__ import annotations

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Vote
from participation.votes.secret.drafting import forget_board
from participation.votes.services.attaching import detach


def discard_draft(vote: Vote) -> None:
    """Delete a draft with its questions and documents. An announced vote can only be cancelled, on record."""
    if vote.step != "draft":
        raise Refusal(
            Reason(
                "announced",
                say("This vote has been announced and cannot be deleted."),
                say("Cancel it; the cancellation and its reason stay on record."),
            )
        )
    forget_board(vote)
    for attachment in list(vote.attachments):
        detach(vote, attachment)
    for question in list(vote.questions):
        for candidate in question.candidates:
            db.session.delete(candidate)
        db.session.delete(question)
    db.session.flush()
    db.session.expire(vote, ["questions", "attachments"])
    db.session.delete(vote)
    db.session.flush()
