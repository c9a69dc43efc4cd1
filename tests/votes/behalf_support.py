"""Written authorities for tests: recorded through the service, with a picture that is a real one."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from participation.accounts.models import Person
from participation.database import db, transaction
from participation.votes.behalf import Behalf
from participation.votes.behalf_models import Authority
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, Elector
from participation.votes.services.authorities import FOLDER, Paper, record_authority
from participation.votes.services.casting import Cast, cast
from participation.votes.services.keeping import keep_picture
from participation.votes.services.revoking import revoke_as_owner


def png(shade: int = 0) -> bytes:
    """A whole picture of one pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixel = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def elector_id_of(app: Flask, vote_id: int, owner: Person) -> int:
    with app.app_context():
        return electors_of(owner.id, vote_id)[0].id


def give(
    app: Flask, vote_id: int, elector_id: int, holder: tuple[str, str], by: Person, *, kind: str = "proxy",
    from_at: datetime | None = None, until_at: datetime | None = None, every_vote: bool = False,
) -> Authority:  # fmt: skip
    """Record that `holder` (name, last four) may vote for the elector; guardians until a year from now."""
    clock = app.extensions["clock"]
    if kind != "proxy" and until_at is None:
        until_at = clock.now() + timedelta(days=365)
    paper = Paper(Behalf(kind), *holder, from_at or clock.now(), until_at, every_vote)
    with app.app_context(), transaction():
        picture = keep_picture(FOLDER, io.BytesIO(png()))
        return record_authority(vote_id, elector_id, paper, picture, by.id, clock)


def take_back(app: Flask, vote_id: int, authority_id: int, owner: Person) -> None:
    with app.app_context(), transaction():
        revoke_as_owner(vote_id, authority_id, owner.id, app.extensions["clock"])


def cast_as(app: Flask, vote: Any, person_id: int, elector_id: int, choice: str = "yes", key: str = "") -> Cast:
    """`person_id` casts for the elector, whoever that is."""
    with app.app_context(), transaction():
        choices = {str(question.id): choice for question in vote.questions}
        return cast(vote.id, elector_id, person_id, choices, key or f"key-{person_id}-{elector_id}-{choice}", app.extensions["clock"])


def standing(app: Flask, elector_id: int) -> Ballot | None:
    with app.app_context():
        return db.session.scalars(select(Ballot).where(Ballot.elector_id == elector_id).order_by(Ballot.turn.desc()).limit(1)).one_or_none()


def developer_of(app: Flask, vote_id: int) -> int:
    """The elector that is the developer."""
    from participation.roll.models import Owner

    with app.app_context():
        return db.session.scalars(
            select(Elector.id).join(Owner, Owner.id == Elector.owner_id).where(Elector.vote_id == vote_id, Owner.key == "developer")
        ).one()
