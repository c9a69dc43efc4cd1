"""Statements of the hot paths answer as SQLAlchemy's own way would, and stand under the same guards."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError, MultipleResultsFound, NoResultFound

from participation.accounts.models import Person
from participation.database import db, fetch, glance, transaction
from participation.roll.models import Area
from participation.votes.models import Vote
from tests.support.people import Make
from tests.support.queries import count_queries

BY_NAME = select(Person.id, Person.name, Person.large_text, Person.created_at).where(Person.name == bindparam("name"))
ALL = select(Person.name).order_by(Person.id)
RENAME = update(Person.__table__).where(Person.name == bindparam("old")).values(name=bindparam("new"))
ADD = insert(Person.__table__)
ADD_AREA = insert(Area.__table__).returning(Area.id)
OF_TWO_TABLES = select(Person.id, Area.id, func.abs(1).label("both")).join(Area, Area.id == Person.id).limit(1)


@pytest.fixture
def people(make: Make) -> list[Person]:
    return [make.person(name) for name in ("Wang", "Qian", "Qian")]


def test_the_rows_are_those_of_sqlalchemy_types_included(app: Flask, people: list[Person]) -> None:
    with app.app_context(), transaction(write=False):
        row = fetch(BY_NAME, {"name": "Wang"}).one()
        assert tuple(row) == tuple(db.session.execute(BY_NAME, {"name": "Wang"}).one())
        assert (row.name, row.large_text, row.created_at) == ("Wang", False, people[0].created_at)
        assert row.created_at.utcoffset() is not None
        assert [row.name for row in fetch(ALL, {})] == ["Wang", "Qian", "Qian"]


def test_one_row_is_one_row(app: Flask, people: list[Person]) -> None:
    with app.app_context(), transaction(write=False):
        assert fetch(BY_NAME, {"name": "nobody"}).one_or_none() is None
        assert fetch(BY_NAME, {"name": "nobody"}).first() is None
        assert fetch(BY_NAME, {"name": "Qian"}).first().id == people[1].id
        assert fetch(BY_NAME, {"name": "Wang"}).scalar_one() == people[0].id
        with pytest.raises(NoResultFound):
            fetch(BY_NAME, {"name": "nobody"}).one()
        for ask in ("one", "one_or_none", "scalar_one"):
            with pytest.raises(MultipleResultsFound):
                getattr(fetch(BY_NAME, {"name": "Qian"}), ask)()


def test_columns_of_the_same_name_stay_apart(app: Flask, people: list[Person], make: Make) -> None:
    area = make.add(Area(slug="west", name="West"))
    with app.app_context(), transaction(write=False):
        row = fetch(OF_TWO_TABLES, {}).one()
        assert (row[0], row[1], row.both) == (area.id, area.id, 1)


def test_changes_are_counted_and_many_rows_go_in_at_once(app: Flask, people: list[Person], make: Make) -> None:
    with app.app_context(), transaction():
        assert fetch(RENAME, {"old": "Qian", "new": "Qian the younger"}).rowcount == 2
        assert fetch(RENAME, {"old": "nobody", "new": "somebody"}).rowcount == 0
        assert fetch(ADD_AREA, {"slug": "east", "name": "East"}).scalar_one() == 1
        fetch(ADD, [{"name": name, "created_at": make.now, "large_text": False} for name in ("Bao", "Fang")])
    with app.app_context(), transaction(write=False):
        assert [row.name for row in fetch(ALL, {})] == ["Wang", "Qian the younger", "Qian the younger", "Bao", "Fang"]


def test_a_reading_unit_of_work_stays_one(app: Flask, people: list[Person]) -> None:
    with app.app_context():
        with pytest.raises(DatabaseError, match="read-only"), transaction(write=False):
            fetch(RENAME, {"old": "Wang", "new": "nobody"})
        with transaction(write=False):
            assert fetch(BY_NAME, {"name": "Wang"}).first()


@pytest.mark.sqlite
def test_what_the_database_refuses_is_told_without_the_values(app: Flask, make: Make) -> None:
    make.add(Area(slug="west", name="West"))
    with app.app_context(), pytest.raises(IntegrityError) as told, transaction():
        fetch(ADD_AREA, {"slug": "west", "name": "a secret"})
    assert "a secret" not in str(told.value)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("statement", "values", "error"),
    [
        (BY_NAME, {}, KeyError),
        (select(Person.id).where(Person.id.in_([1, 2])), {}, ValueError),
        (insert(Vote.__table__), {"unit_id": 1, "number": 1, "title": "Pipes"}, ValueError),
    ],
    ids=["a value is missing", "a list", "a column that would be filled in by Python"],
)
def test_what_cannot_be_prepared_is_refused(app: Flask, statement: Any, values: dict[str, Any], error: type) -> None:
    with app.app_context(), pytest.raises(error), transaction():
        fetch(statement, values)


def test_a_prepared_statement_is_counted_like_any_other(app: Flask, people: list[Person]) -> None:
    with count_queries(app) as queries, app.app_context(), transaction(write=False):
        fetch(ALL, {})
        db.session.execute(text("SELECT 1"))
    assert len(queries) == 2


def test_a_glance_begins_nothing_and_sees_what_the_present_unit_of_work_has_written(
    app: Flask, people: list[Person]
) -> None:
    with app.app_context():
        assert glance(BY_NAME, {"name": "Wang"}).scalar_one() == people[0].id
        assert db.engine.dialect.name != "sqlite" or not db.session().in_transaction()
        with transaction():
            fetch(RENAME, {"old": "Wang", "new": "Wang the elder"})
            assert glance(BY_NAME, {"name": "Wang the elder"}).scalar_one() == people[0].id
