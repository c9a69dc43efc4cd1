"""Writers of one process queue at a gate instead of sleeping; whoever leaves, however, lets the next one in."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from participation.accounts.models import Person
from participation.database import db, end_transaction, reading, transaction
from tests.support.people import Make

SOON = 5  # seconds; SQLite's own patience is three times as long


def rename(app: Flask, person_id: int, name: str) -> float:
    """Write in a thread of its own; how long it had to wait."""

    def write() -> float:
        began = time.monotonic()
        with app.app_context(), transaction():
            db.session.execute(update(Person).where(Person.id == person_id).values(name=name))
        return time.monotonic() - began

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(write).result(30)


def test_many_writers_at_once_all_write_and_none_is_lost(app: Flask, make: Make) -> None:
    person = make.person("")

    def add_letter(letter: str) -> None:
        for _ in range(10):
            with app.app_context(), transaction():
                row = db.session.scalars(select(Person).where(Person.id == person.id).with_for_update()).one()
                row.name += letter

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_letter, "ABCDEFGH"))
    with app.app_context(), transaction(write=False):
        assert sorted(db.session.get_one(Person, person.id).name) == sorted("ABCDEFGH" * 10)


def test_a_writer_that_fails_lets_the_next_one_in(app: Flask, make: Make) -> None:
    person = make.person("Wang")
    with suppress(ZeroDivisionError), app.app_context(), transaction():
        db.session.execute(update(Person).values(name="nobody"))
        raise ZeroDivisionError
    assert rename(app, person.id, "Wang the elder") < SOON


def test_a_writer_that_goes_away_to_hash_a_secret_lets_others_in_meanwhile(app: Flask, make: Make) -> None:
    person = make.person("Wang")
    with app.app_context(), transaction():
        db.session.execute(update(Person).where(Person.id == person.id).values(locale="ko"))
        end_transaction()  # as before every slow hash
        assert rename(app, person.id, "Wang the elder") < SOON
        db.session.execute(update(Person).where(Person.id == person.id).values(locale="en"))
    with app.app_context(), transaction(write=False):
        found = db.session.get_one(Person, person.id)
        assert (found.name, found.locale) == ("Wang the elder", "en")


def test_a_thread_that_dies_with_its_connection_lets_the_next_one_in(app: Flask, make: Make) -> None:
    person = make.person("Wang")

    def die() -> None:
        with suppress(ZeroDivisionError), app.app_context(), transaction():
            db.session.execute(update(Person).values(name="nobody"))
            db.session.connection().invalidate()
            raise ZeroDivisionError

    thread = threading.Thread(target=die)
    thread.start()
    thread.join(SOON)
    assert rename(app, person.id, "Wang the elder") < SOON


def test_readers_do_not_queue(app: Flask, make: Make) -> None:
    person = make.person("Wang")

    def read() -> str:
        with app.app_context(), transaction(write=False):
            return db.session.get_one(Person, person.id).name

    with app.app_context(), transaction(), ThreadPoolExecutor(1) as pool:
        db.session.execute(update(Person).where(Person.id == person.id).values(name="not yet"))
        assert pool.submit(read).result(SOON) == "Wang"


def test_what_is_read_before_a_unit_of_work_cannot_write(app: Flask, make: Make) -> None:
    make.person("Wang")
    with app.app_context():
        with reading():
            db.session.scalars(select(Person)).all()
        with pytest.raises(Exception, match=r"(?i)read.?only"), transaction(write=False, fresh=False):
            db.session.execute(update(Person).values(name="nobody"))


@pytest.mark.sqlite
def test_a_write_that_does_not_look_like_one_is_found_at_the_end_of_the_reading(app: Flask, make: Make) -> None:
    person = make.person("Wang")
    statement = text("WITH one AS (SELECT 1) UPDATE people SET name = 'nobody'")
    with app.app_context():
        with pytest.raises(DatabaseError, match="read-only"), transaction(write=False):
            db.session.execute(statement)
        with transaction(write=False):
            assert db.session.get_one(Person, person.id).name == "Wang"
