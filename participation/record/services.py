"""Appending to the record, and reading it with proofs.

`append` runs in the caller's transaction: the fact and its entry are stored together or not at all.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from participation.database import db, fetch
from participation.record import keys
from participation.record.checkpoint import Checkpoint, sign_checkpoint
from participation.record.commitment import canonical
from participation.record.merkle import Frontier, ReadNode, inclusion_proof, leaf_hash, root_at
from participation.record.models import Log, LogEntry, LogNode
from participation.record.signed_note import Signer

_HOLD = (
    select(Log)
    .where(Log.unit_id == bindparam("unit_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_HOLD_HEAD = select(Log.id, Log.size, Log.frontier).where(Log.unit_id == bindparam("unit_id")).with_for_update()
_NODE = select(LogNode.hash).where(
    LogNode.log_id == bindparam("log_id"), LogNode.level == bindparam("level"), LogNode.index == bindparam("index")
)
_INSERT_ENTRY, _INSERT_NODE = insert(LogEntry.__table__), insert(LogNode.__table__)  # type: ignore[arg-type]
_GROW = (
    update(Log.__table__)  # type: ignore[arg-type]
    .where(Log.id == bindparam("held_id"), Log.size == bindparam("held_size"))
    .values(size=bindparam("size"), frontier=bindparam("frontier"))
)


class LogHead(NamedTuple):
    """How far a log has come: its size in entries, and the frontier from which the next append follows."""

    id: int
    size: int
    frontier: bytes


class Inclusion(NamedTuple):
    """Everything a stranger needs to see that an entry is under a signed checkpoint."""

    index: int
    leaf: bytes
    proof: list[bytes]
    checkpoint: Checkpoint
    note: str


def start_log(unit_id: int, unit_slug: str) -> Log:
    """The (empty) log of a new neighbourhood; its origin names the site and the neighbourhood."""
    host = urlsplit(current_app.config["PUBLIC_URL"]).netloc
    log = Log(unit_id=unit_id, origin=f"{host}/{unit_slug}", size=0, frontier=Frontier.empty().to_bytes())
    db.session.add(log)
    db.session.flush()
    signer(log)
    return log


def hold_log(unit_id: int) -> Log:
    """Lock the head of a neighbourhood's log until the transaction ends.

    Whoever holds it is alone in deciding what comes next in the record: a cast and
    a closing take turns here, on both databases.
    """
    return db.session.scalars(_HOLD, {"unit_id": unit_id}).one()


def hold_head(unit_id: int) -> LogHead:
    """`hold_log` for those who need nothing but to append."""
    return LogHead(*fetch(_HOLD_HEAD, {"unit_id": unit_id}).one())


def append(log: Log, kind: str, payload: dict[str, Any], at: datetime, vote_id: int | None = None) -> int:
    """Append one entry to a held log and return its index. `payload` must be free of personal data."""
    db.session.flush()  # what the entry speaks of comes before it
    head = append_to(LogHead(log.id, log.size, log.frontier), kind, payload, at, vote_id)
    set_committed_value(log, "size", head.size)
    set_committed_value(log, "frontier", head.frontier)
    return head.size - 1


def append_to(head: LogHead, kind: str, payload: dict[str, Any], at: datetime, vote_id: int | None = None) -> LogHead:
    """Append one entry to a log whose head is held (`hold_head`); returns its new head: the entry is its last."""
    text = canonical({"kind": kind, **payload})
    index, leaf = head.size, leaf_hash(text)
    frontier, nodes = Frontier.from_bytes(head.frontier).append(leaf)
    fetch(
        _INSERT_ENTRY,
        {"log_id": head.id, "index": index, "vote_id": vote_id, "kind": kind, "at": at, "payload": text.decode()},
    )
    fetch(
        _INSERT_NODE,
        [{"log_id": head.id, "level": node.level, "index": node.position, "hash": node.hash} for node in nodes],
    )
    # The size in the condition is a second guard: two appends can never take the same place.
    grown = LogHead(head.id, frontier.size, frontier.to_bytes())
    moved = {"held_id": head.id, "held_size": index, "size": grown.size, "frontier": grown.frontier}
    if fetch(_GROW, moved).rowcount != 1:
        raise RuntimeError("the log moved while it was held")
    return grown


def signer(log: Log) -> Signer:
    """The site's signing key under this log's name; kept in the instance folder and never in the database.

    Only an empty log may get a new key: a lost key must be noticed, not silently replaced.
    """
    signers = current_app.extensions.setdefault("record_signers", {})
    if log.origin not in signers:
        find = keys.load_key if log.size else keys.load_or_create_key
        signers[log.origin] = find(Path(current_app.config["INSTANCE"]) / "keys", log.origin)
    return signers[log.origin]


def log_of(unit_id: int) -> Log:
    return db.session.scalars(select(Log).where(Log.unit_id == unit_id)).one()


def checkpoint(log: Log) -> tuple[Checkpoint, str]:
    """The log as it stands, and the signed note that says so (Ed25519 is deterministic: nothing to store)."""
    present = Checkpoint(log.origin, log.size, Frontier.from_bytes(log.frontier).root())
    return present, sign_checkpoint(present, signer(log))


def checkpoint_at(log: Log, size: int) -> tuple[Checkpoint, str]:
    """The checkpoint of an earlier size, recomputed from the stored nodes."""
    earlier = Checkpoint(log.origin, size, root_at(size, node_reader(log.id)))
    return earlier, sign_checkpoint(earlier, signer(log))


def prove(log: Log, index: int) -> Inclusion:
    """Proof that entry `index` is in the log as it stands."""
    read = node_reader(log.id)
    present, note = checkpoint(log)
    return Inclusion(index, read(0, index), inclusion_proof(index, log.size, read), present, note)


def entry(log: Log, index: int) -> LogEntry:
    return db.session.scalars(select(LogEntry).where(LogEntry.log_id == log.id, LogEntry.index == index)).one()


def node_reader(log_id: int) -> ReadNode:
    """Reads the stored nodes of a log, each once. NoResultFound for a node that is not there."""

    @cache
    def read(level: int, index: int) -> bytes:
        return fetch(_NODE, {"log_id": log_id, "level": level, "index": index}).scalar_one()

    return read
