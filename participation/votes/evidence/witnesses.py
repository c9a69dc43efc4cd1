"""What witnesses have signed of the record: people other than the site's operator."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from participation.database import db
from participation.record.models import Log
from participation.record.witness_models import Witness, WitnessSignature

NEWEST = 20  # checkpoints: witnesses may sign every hour, and the newest one says all that older ones say


def witness_keys(log: Log) -> str:
    """The keys of all witnesses there ever were, a line each."""
    keys = db.session.scalars(select(Witness.vkey).where(Witness.log_id == log.id).order_by(Witness.id))
    return "".join(f"{key}\n" for key in keys)


def witnessed(log: Log, size: int) -> Iterator[tuple[int, str]]:
    """(size, signature lines) of the newest co-signed checkpoints up to `size`, smallest first."""
    signed = WitnessSignature
    sizes = db.session.scalars(
        select(signed.size).where(signed.log_id == log.id, signed.size <= size).distinct().order_by(signed.size.desc()).limit(NEWEST)
    ).all()
    for at in reversed(sizes):
        rows = db.session.execute(
            select(signed.witness_id, signed.line)
            .where(signed.log_id == log.id, signed.size == at)
            .order_by(signed.signed_at, signed.id)
        )
        yield at, "".join(f"{line}\n" for line in {row.witness_id: row.line for row in rows}.values())
