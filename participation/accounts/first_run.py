"""The first operator of an empty site comes in by a link that only the server's terminal shows.

Its hash lies in one private file of the instance folder, because there is nobody yet to
whom a row could belong.  Whoever can run commands on the server may always make a new one
while no operator has finished coming in.
"""

from __future__ import annotations

import hmac
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from flask import current_app

from participation.accounts.models import Grant, Person, Role
from participation.accounts.queries import has_second_factor, operators, person_by_login
from participation.accounts.services import add_person, new_token, note
from participation.accounts.visitor import clock_now, hash_token
from participation.database import db
from participation.web.addresses import public_address

FILE = "first-run"


def first_run_link() -> str | None:
    """The address of the guided first run, or None when the site has an operator. Each call replaces the last link."""
    if has_operator(clock_now()):
        return None
    token, path = new_token(), _file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(hash_token(token).hex())
    draft.replace(path)
    return public_address("staff.first_run", token=token)


def has_operator(at: datetime) -> bool:
    """Whether somebody can come in as operator: half-finished ones, without a second step, do not count."""
    return any(has_second_factor(person.id) for person in operators(at))


def is_first_run(token: str, at: datetime) -> bool:
    """Whether `token` is the link of this site's first run, and the site still waits for its operator."""
    with suppress(FileNotFoundError):
        kept = _file().read_text(encoding="ascii").strip()
        return hmac.compare_digest(kept, hash_token(token).hex()) and not has_operator(at)
    return False


def create_operator(name: str, login: str, at: datetime) -> Person | None:
    """The site's operator, still without passphrase. None when the sign-in name belongs to somebody else.

    An attempt that was left half-way is taken up again.
    """
    waiting = next(iter(operators(at)), None)
    namesake = person_by_login(login)
    if namesake is not None and namesake is not waiting:
        return None
    if waiting is not None:
        waiting.name, waiting.login = name, login
        db.session.flush()
        return waiting
    person = add_person(name, at, login=login)
    db.session.add(Grant(person_id=person.id, role=Role.OPERATOR.value, unit_id=None, begins_at=at))
    note("granted-operator", at, person_id=person.id, detail="first run")
    db.session.flush()
    return person


def end_first_run() -> None:
    """Forget the link."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    return Path(current_app.config["INSTANCE"]) / "keys" / FILE
