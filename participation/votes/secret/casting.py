"""Casting a secret ballot: sealed to the board's key before it is stored, and marked without a trace of what it says.

Until closing the last ballot counts.  The voter gets a tracker and the opening of the entry in the record; the site
keeps neither where it could be read without the hopper key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import bindparam, select, update

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical, commit, new_salt
from participation.roll.models import Unit
from participation.votes.electors import THEIRS, Weight, members, weight_of
from participation.votes.models import Elector, Vote, VoteCount
from participation.votes.paper import paper_of
from participation.votes.phases import Phase
from participation.votes.secret import hopper
from participation.votes.secret.hopper import Envelope
from participation.votes.secret.queries import announced_board, box_of, election_data
from participation.votes.secret.sealing import digest, seal, tracker
from participation.votes.secret_models import SecretEnvelope, SecretMark
from participation.votes.services.boxing import Pen
from participation.votes.services.casting import (
    already_cast,
    another_is_named,
    checked_choices,
    co_owner_has_cast,
    not_an_elector,
    removed_from_roll,
)
from participation.votes.services.steps import Held, hold, require, wrong_phase

_ELECTOR = select(Elector).where(Elector.id == bindparam("elector"), THEIRS)


@dataclass(frozen=True, slots=True)
class SecretCast:
    """What the voter takes away. `salt` and `digest` open the entry `index` of the record: proof that it went in."""

    tracker: str
    digest: str  # SHA-256 of the sealed ballot, hex
    salt: str  # hex
    index: int
    is_new: bool
    replaced: bool


def cast_secret(
    vote_id: int, elector_id: int, person_id: int, choices: Mapping[str, Any], idempotency_key: str, clock: Clock
) -> SecretCast:
    """Seal and store this person's ballot for an elector; a repeated request gets the same tracker.

    Raises Refusal with reasons and remedies, as `casting.cast` does.
    """
    held = hold(vote_id, clock)
    vote = held.vote
    if not vote.secret:
        raise Refusal(Reason("not_secret", say("This vote is not a secret election."), say("Vote on the page of the vote.")))
    elector = db.session.scalars(_ELECTOR, {"elector": elector_id, "vote": vote_id, "person": person_id}).one_or_none()
    if elector is None:
        raise Refusal(not_an_elector())
    mark = db.session.get(SecretMark, elector_id)
    before = _envelope_of(vote, elector_id) if mark is not None and mark.cast_by_id == person_id else None
    if before is not None and before.request == hopper.request_hash(idempotency_key):
        return _taken_away(before, is_new=False, replaced=False)
    require(held, Phase.OPEN)
    if box_of(vote_id) is not None:
        raise Refusal(wrong_phase(Phase.CLOSED))  # a clock that lags behind reopens nothing
    wanted = checked_choices(vote, choices)
    if mark is not None and mark.cast_by_id != person_id:
        raise Refusal(co_owner_has_cast())
    if mark is not None and not paper_of(vote).may_change:
        raise Refusal(already_cast())
    _named_voter_only(elector, person_id)
    weight = weight_of(elector)
    if weight.heads < 1:
        raise Refusal(removed_from_roll())
    envelope = _seal(held, wanted, idempotency_key, before)
    _store(vote, elector_id, envelope)
    if mark is None:
        _mark(held, elector_id, person_id, weight)
    return _taken_away(envelope, is_new=True, replaced=mark is not None)


def _seal(held: Held, choices: Mapping[str, Any], idempotency_key: str, before: Envelope | None) -> Envelope:
    """Seal the choices and put a commitment to the sealed ballot on record, with the entry that it replaces."""
    board = announced_board(held.vote)
    sealed = seal(choices, election_data(held.vote, held.log.origin, board.key), board.key)
    salt = new_salt()
    commitment = commit(salt, canonical(commitment_content(held.vote.id, digest(sealed).hex()))).hex()
    index = Pen(held).append("secret-ballot", {"commitment": commitment, **({"replaces": before.index} if before else {})})
    return Envelope(hopper.request_hash(idempotency_key), salt, index, sealed)


def commitment_content(vote_id: int, sealed_digest: str) -> dict[str, Any]:
    """What the commitment of a `secret-ballot` entry opens to, with the salt that only the voter has."""
    return {"vote": vote_id, "sealed": sealed_digest}


def _store(vote: Vote, elector_id: int, envelope: Envelope) -> None:
    blob = hopper.close_envelope(_hopper_key(vote), envelope, place_of(vote, elector_id))
    row = db.session.get(SecretEnvelope, elector_id, populate_existing=True)
    if row is None:
        db.session.add(SecretEnvelope(elector_id=elector_id, vote_id=vote.id, blob=blob))
    else:
        row.blob = blob
    db.session.flush()


def _mark(held: Held, elector_id: int, person_id: int, weight: Weight) -> None:
    zone = ZoneInfo(db.session.get_one(Unit, held.vote.unit_id).time_zone)
    day = held.now.astimezone(zone).date().isoformat()
    db.session.add(SecretMark(elector_id=elector_id, vote_id=held.vote.id, cast_by_id=person_id, day=day))
    db.session.flush()
    db.session.execute(
        update(VoteCount)
        .where(VoteCount.vote_id == held.vote.id)
        .values(part_heads=VoteCount.part_heads + weight.heads, part_area=VoteCount.part_area + weight.area),
        execution_options={"synchronize_session": False},
    )


def _envelope_of(vote: Vote, elector_id: int) -> Envelope | None:
    """The elector's envelope, opened; None once the box is closed."""
    row = db.session.get(SecretEnvelope, elector_id, populate_existing=True)
    return hopper.open_envelope(_hopper_key(vote), row.blob, place_of(vote, elector_id)) if row is not None else None


def _hopper_key(vote: Vote) -> bytes:
    return hopper.load_key(current_app.config["INSTANCE"], vote.id)


def place_of(vote: Vote, elector_id: int) -> dict[str, Any]:
    """Where an envelope belongs; its roll's fingerprint keeps a restored database from meeting another vote's key."""
    return {"vote": vote.id, "elector": elector_id, "roll": vote.roll_fingerprint}


def _taken_away(envelope: Envelope, *, is_new: bool, replaced: bool) -> SecretCast:
    return SecretCast(
        tracker(envelope.sealed), digest(envelope.sealed).hex(), envelope.salt.hex(), envelope.index, is_new, replaced
    )


def _named_voter_only(elector: Elector, person_id: int) -> None:
    """Owners of one home name one voter: then only that one casts."""
    if elector.voter_id is None:
        return
    named = next((holder for holder in members(elector) if holder.id == elector.voter_id), None)
    if named is not None and named.person_id != person_id:
        raise Refusal(another_is_named(named.name))
