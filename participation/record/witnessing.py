"""Naming witnesses, taking their cosignatures, and showing which checkpoint was witnessed last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.checkpoint import Checkpoint, open_checkpoint
from participation.record.cosignature import Cosignature, WitnessKey, split_note
from participation.record.merkle import root_at
from participation.record.models import Log
from participation.record.services import append, checkpoint_at, hold_log, node_reader, signer
from participation.record.signed_note import NoteError
from participation.record.witness_models import Witness, WitnessEnd, WitnessSignature

MOST_WITNESSES = 20  # that may sign at the same time: their lines stand on every checkpoint
MOST_A_DAY = 100  # cosignatures of one witness: each is a row that stays for ever
CLOCKS_APART = timedelta(minutes=10)
LONGEST_KEY = 300


class Watch(NamedTuple):
    """A witness of a log, when it ended (None: it still watches), and its newest cosignature if there is one."""

    witness: Witness
    ended_at: datetime | None
    newest: WitnessSignature | None


def name_witness(unit_id: int, vkey: str, by_id: int | None, clock: Clock) -> Witness:
    """Take somebody's public key as that of a witness, on record. Refused: no such key, the log's own, one known already."""
    log = hold_log(unit_id)
    key = _read_key(log, vkey.strip())
    present = [watch for watch in watches(log.id) if watch.ended_at is None]
    for watch in present:
        known = WitnessKey.from_vkey(watch.witness.vkey)
        if known.public_key == key.public_key or known.name == key.name:
            raise Refusal(Reason(
                "witness-known",
                say("A witness with this name or this key has been named already."),
                say("Every witness has a key of its own: make a new one with another name."), "vkey",
            ))  # fmt: skip
    if any(watch.witness.vkey == key.vkey for watch in watches(log.id)):
        raise Refusal(Reason(
            "witness-ended", say("This key belonged to a witness that has ended."), say("Let the witness make a new key."), "vkey"
        ))  # fmt: skip
    if len(present) >= MOST_WITNESSES:
        raise Refusal(Reason(
            "witnesses-many", say("There are %(most)s witnesses already.", most=MOST_WITNESSES), say("End one of them first."), "vkey"
        ))  # fmt: skip
    at = clock.now()
    index = append(log, "witness-named", {"name": key.name, "key": key.vkey, "at": _iso(at)}, at)
    witness = Witness(log_id=log.id, name=key.name, vkey=key.vkey, at=at, by_id=by_id, log_index=index)
    db.session.add(witness)
    db.session.flush()
    return witness


def end_witness(unit_id: int, witness_id: int, by_id: int | None, clock: Clock) -> WitnessEnd:
    """Take no more cosignatures from this witness, on record. What it signed stands."""
    log, at = hold_log(unit_id), clock.now()
    watch = next((watch for watch in watches(log.id) if watch.witness.id == witness_id), None)
    if watch is None:
        raise Refusal(Reason("no-witness", say("There is no such witness."), say("Choose one from the list.")))
    if watch.ended_at is not None:
        raise Refusal(Reason("witness-over", say("This witness has ended already."), say("Nothing more to do.")))
    index = append(log, "witness-ended", {"name": watch.witness.name, "key": watch.witness.vkey, "at": _iso(at)}, at)
    ended = WitnessEnd(witness_id=witness_id, at=at, by_id=by_id, log_index=index)
    db.session.add(ended)
    db.session.flush()
    return ended


def take_cosignatures(log: Log, note: str, now: datetime) -> list[WitnessSignature]:
    """Store the cosignatures of named witnesses under a checkpoint of this log; those stored already are skipped.

    The checkpoint must be the log's own (its signature holds) and tell the log's own root at that size.  Raises
    NoteError for a note that is malformed, wrongly signed, of another log or root, or without any named witness.
    """
    present, _ = open_checkpoint(note, signer(log).verifier)
    if present.size > log.size or root_at(present.size, node_reader(log.id)) != present.root:
        # Our own key signed what our own tree does not hold: whoever sees this answer should keep the note.
        raise NoteError(f"this record has no checkpoint of {present.size} entries with this root: keep your note as evidence")
    found = _cosignatures(log, note, present, now)
    stored = []
    for witness, said in found:
        signed_at = datetime.fromtimestamp(said.at, UTC)
        if _is_stored(witness.id, present.size, signed_at):
            continue
        if _taken_since(witness.id, now - timedelta(days=1)) >= MOST_A_DAY:
            raise NoteError(f"{witness.name} has sent {MOST_A_DAY} cosignatures within a day: come back tomorrow")
        stored.append(WitnessSignature(
            log_id=log.id, witness_id=witness.id, size=present.size, root=present.root, signed_at=signed_at,
            taken_at=now, line=said.line,
        ))  # fmt: skip
    db.session.add_all(stored)
    db.session.flush()
    return stored


def watches(log_id: int) -> list[Watch]:
    """Every witness there ever was, in the order of their naming."""
    rows = db.session.execute(
        select(Witness, WitnessEnd.at)
        .outerjoin(WitnessEnd, WitnessEnd.witness_id == Witness.id)
        .where(Witness.log_id == log_id)
        .order_by(Witness.id)
    ).all()
    return [Watch(witness, ended_at, _newest_of(witness.id)) for witness, ended_at in rows]


def newest_witnessed(log: Log) -> tuple[int, Sequence[str]] | None:
    """The largest size that a witness has signed, and the signature lines there: the newest of each witness."""
    size = db.session.scalar(
        select(WitnessSignature.size).where(WitnessSignature.log_id == log.id).order_by(WitnessSignature.size.desc()).limit(1)
    )
    if size is None:
        return None
    rows = db.session.execute(
        select(WitnessSignature.witness_id, WitnessSignature.line)
        .where(WitnessSignature.log_id == log.id, WitnessSignature.size == size)
        .order_by(WitnessSignature.signed_at, WitnessSignature.id)
    )
    return size, list({row.witness_id: row.line for row in rows}.values())


def witnessed_note(log: Log) -> str | None:
    """The newest witnessed checkpoint as a note: signed by the log, then by its witnesses."""
    found = newest_witnessed(log)
    if found is None:
        return None
    size, lines = found
    return checkpoint_at(log, size)[1] + "".join(f"{line}\n" for line in lines)


def _read_key(log: Log, vkey: str) -> WitnessKey:
    try:
        key = WitnessKey.from_vkey(vkey) if len(vkey) <= LONGEST_KEY else None
    except (NoteError, ValueError):
        key = None
    if key is None:
        raise Refusal(Reason(
            "witness-key",
            say("This is not the key of a witness."),
            say("Ask for the line that witness.py has printed: a name, a plus sign, eight letters and digits, a plus sign, and the key."),
            "vkey",
        ))  # fmt: skip
    own = signer(log).verifier
    if key.name == own.name or key.public_key == own.public_key:
        raise Refusal(Reason(
            "witness-itself",
            say("A record cannot be its own witness."),
            say("A witness is somebody else, with a key that this site does not have."), "vkey",
        ))  # fmt: skip
    return key


def _cosignatures(log: Log, note: str, present: Checkpoint, now: datetime) -> list[tuple[Witness, Cosignature]]:
    """The cosignatures of present witnesses in the note, verified."""
    text, lines = split_note(note)
    found = []
    for witness in _present(log.id):
        key = WitnessKey.from_vkey(witness.vkey)
        for line in lines:
            said = key.read(line, text)
            if said is None:
                continue
            if abs(datetime.fromtimestamp(min(said.at, 2**33), UTC) - now) > CLOCKS_APART:
                raise NoteError("the cosignature is not of now: set your clock, look again and send it at once")
            found.append((witness, said))
    if not found:
        raise NoteError(f"no witness of {present.origin} has signed this checkpoint")
    return found


def _present(log_id: int) -> Sequence[Witness]:
    return db.session.scalars(
        select(Witness)
        .outerjoin(WitnessEnd, WitnessEnd.witness_id == Witness.id)
        .where(Witness.log_id == log_id, WitnessEnd.witness_id.is_(None))
        .order_by(Witness.id)
    ).all()


def _newest_of(witness_id: int) -> WitnessSignature | None:
    return db.session.scalars(
        select(WitnessSignature)
        .where(WitnessSignature.witness_id == witness_id)
        .order_by(WitnessSignature.size.desc(), WitnessSignature.signed_at.desc())
        .limit(1)
    ).one_or_none()


def _is_stored(witness_id: int, size: int, signed_at: datetime) -> bool:
    return (
        db.session.scalar(
            select(WitnessSignature.id).where(
                WitnessSignature.witness_id == witness_id,
                WitnessSignature.size == size,
                WitnessSignature.signed_at == signed_at,
            )
        )
        is not None
    )


def _taken_since(witness_id: int, since: datetime) -> int:
    """How many cosignatures of a witness came in since then; stops counting at the limit."""
    return len(
        db.session.scalars(
            select(WitnessSignature.id)
            .where(WitnessSignature.witness_id == witness_id, WitnessSignature.taken_at > since)
            .limit(MOST_A_DAY)
        ).all()
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
