"""Closing the box: the moment from which nobody can tell whose a sealed ballot was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from sqlalchemy import delete, event, func, insert, select, text, update

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Vote
from participation.votes.phases import Phase
from participation.votes.secret import hopper
from participation.votes.secret.casting import place_of
from participation.votes.secret.queries import announced_board, box_of, marks
from participation.votes.secret.sealing import digest, root_of
from participation.votes.secret_models import SecretBallot, SecretBox, SecretEnvelope
from participation.votes.services.steps import Held, hold, record_step, require


def close_box(vote_id: int, by_id: int | None, clock: Clock) -> SecretBox:
    """Open the envelopes, drop the sealed ballots into the box in the order of their hashes, destroy the hopper key.

    All in the caller's one transaction; the key goes when it has been committed.  Closing a closed box returns it,
    and destroys a key that an interrupted closing has left behind.
    """
    held = hold(vote_id, clock)
    vote = held.vote
    if not vote.secret:
        raise Refusal(Reason("not_secret", say("This vote is not a secret election."), say("Count its ballots on the page of the vote.")))
    standing = box_of(vote_id)
    if standing is not None:
        after_commit(lambda: hopper.destroy_key(_instance(), vote_id))
        return standing
    require(held, Phase.CLOSED)
    box = _drop(held, _open_envelopes(vote), by_id)
    _remove_envelopes(vote_id)
    after_commit(lambda: hopper.destroy_key(_instance(), vote_id))
    return box


def discard_envelopes(vote: Vote) -> None:
    """Of a cancelled election: nobody will ever open them, so nothing of them is kept."""
    _remove_envelopes(vote.id)
    after_commit(lambda: hopper.destroy_key(_instance(), vote.id))


def _open_envelopes(vote: Vote) -> list[bytes]:
    """The sealed ballots, ascending by hash. Refusal where an envelope is missing, too many, or was changed."""
    rows = db.session.execute(
        select(SecretEnvelope.elector_id, SecretEnvelope.blob).where(SecretEnvelope.vote_id == vote.id)
    ).all()
    if len(rows) != marks(vote.id):
        raise Refusal(Reason("envelopes_missing", say("%(marks)s owners are marked as having voted, but there are %(envelopes)s envelopes.", marks=marks(vote.id), envelopes=len(rows)), say("Do not go on. Tell the operator and the observers: the database was changed.")))
    if not rows:
        return []
    key = hopper.load_key(_instance(), vote.id)
    try:
        sealed = [hopper.open_envelope(key, row.blob, place_of(vote, row.elector_id)).sealed for row in rows]
    except ValueError as problem:
        raise Refusal(Reason("envelope_changed", say("An envelope was changed since its ballot was cast."), say("Do not go on. Tell the operator and the observers: the database was changed."))) from problem
    return sorted(sealed, key=digest)


def _drop(held: Held, sealed: list[bytes], by_id: int | None) -> SecretBox:
    vote_id, board = held.vote.id, announced_board(held.vote)
    root = root_of([digest(ballot) for ballot in sealed])
    if sealed:
        db.session.execute(
            insert(SecretBallot),
            [{"vote_id": vote_id, "position": place, "sealed": ballot} for place, ballot in enumerate(sealed)],
        )
    step = record_step(
        held, "secret-box", by_id, public={"ballots": len(sealed), "root": root, "board_key": board.key.fingerprint}
    )
    assert step.log_index is not None
    box = SecretBox(vote_id=vote_id, ballots=len(sealed), root=root, at=held.now, log_index=step.log_index)
    db.session.add(box)
    db.session.flush()
    return box


def _remove_envelopes(vote_id: int) -> None:
    """Overwrite, then delete: what matters is the key, but nothing is left lying about that needs not."""
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(text("PRAGMA secure_delete = ON"))
    mine = SecretEnvelope.vote_id == vote_id
    zero = func.zeroblob(func.length(SecretEnvelope.blob)) if db.session.get_bind().dialect.name == "sqlite" else b""
    without_objects = {"synchronize_session": False}
    db.session.execute(update(SecretEnvelope).where(mine).values(blob=zero), execution_options=without_objects)
    db.session.execute(delete(SecretEnvelope).where(mine), execution_options=without_objects)
    db.session.expire_all()


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` when the present transaction has been committed; never if it is rolled back."""
    session = db.session()
    waiting = {"armed": True}

    def committed(_session: Any) -> None:
        if waiting["armed"]:
            waiting["armed"] = False
            action()

    def rolled_back(_session: Any) -> None:
        waiting["armed"] = False

    event.listen(session, "after_commit", committed)
    event.listen(session, "after_rollback", rolled_back)


def _instance() -> Any:
    return current_app.config["INSTANCE"]
