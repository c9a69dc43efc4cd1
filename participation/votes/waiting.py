"""Straight from the letter to the ballot, where exactly one waits: nobody should have to look for it."""

from __future__ import annotations

from flask import url_for

from participation.accounts.visitor import clock_now
from participation.votes.heads import MyHead, my_heads
from participation.votes.models import Vote
from participation.votes.phases import Phase
from participation.votes.queries import open_votes_for
from participation.votes.secret.queries import my_secret_heads
from participation.votes.services.steps import phase_now


def waiting_ballot(person_id: int) -> str | None:
    """The path of the one ballot this person can cast now; None if there is none, or more than one to choose from."""
    now = clock_now()
    waiting = [
        vote
        for vote, _ in open_votes_for(person_id, now)
        if phase_now(vote, now) is Phase.OPEN and any(head.standing == "free" for head in _heads(vote, person_id))
    ]
    return url_for("votes.ballot", vote_id=waiting[0].id) if len(waiting) == 1 else None


def _heads(vote: Vote, person_id: int) -> list[MyHead]:
    return my_secret_heads(vote.id, person_id) if vote.secret else my_heads(vote.id, person_id)
