"""Letters in the hands of the tests' people."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from participation.database import db, transaction
from participation.roll.invitations import Sheet, issue_letters
from participation.roll.models import Home, Unit
from tests.support.client import ParsingClient

PIN = "2749"


def sheets_of(app: Flask, unit: Unit, *labels: str, **options: object) -> list[Sheet]:
    """Print the letters of these homes (all: none named)."""
    with app.app_context(), transaction():
        ids = db.session.scalars(select(Home.id).where(Home.label.in_(labels), Home.unit_id == unit.id)).all()
        at = app.extensions["clock"].now()
        return issue_letters(unit, by_id=None, at=at, home_ids=ids, **options)  # type: ignore[arg-type]


def code_of(app: Flask, unit: Unit, label: str, nth: int = 0) -> str:
    """The code of the nth person on a freshly printed sheet."""
    return sheets_of(app, unit, label)[0].codes[nth].token


def come_in(client: ParsingClient, code: str, last_four: str, pin: str = PIN) -> None:
    """The whole journey of a letter, as a person walks it."""
    client.see(f"/i/{code}")
    client.submit("/i/", last_four=last_four)
    if "/pin" in client.page.path:
        client.submit("/pin", pin=pin)
