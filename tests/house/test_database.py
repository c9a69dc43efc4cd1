"""What must hold of the database itself, on SQLite and on PostgreSQL alike unless a test says otherwise."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from participation import database
from participation.accounts.models import AccountEvent, Person
from participation.database import APPEND_ONLY, SAFE_SQLITE, Base, db, transaction
from participation.web.access import PUBLIC, access
from tests.conftest import MakeSite
from tests.support.people import Make, Neighbourhood


def pragma(app: Flask, name: str) -> Any:
    with app.app_context(), db.engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 15000)]
)
def test_sqlite_is_set_for_safety(app: Flask, name: str, value: Any) -> None:
    assert pragma(app, name) == value


@pytest.mark.sqlite
def test_sqlite_is_new_enough(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert tuple(map(int, version.split("."))) >= SAFE_SQLITE == (3, 51, 3)


def test_an_old_sqlite_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert database.sqlite_module() is not sqlite3
    monkeypatch.setattr(sqlite3, "sqlite_version_info", SAFE_SQLITE)
    assert database.sqlite_module() is sqlite3


@pytest.mark.sqlite
def test_every_table_is_strict(app: Flask) -> None:
    with app.app_context():
        rows = db.session.execute(text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")).all()
    loose = {name for name, strict in rows if not strict and not name.startswith("sqlite_")}
    assert loose <= {"alembic_version"}
    assert len(rows) > len(Base.metadata.tables)


@pytest.mark.sqlite
def test_sqlite_refuses_text_where_a_number_belongs(app: Flask) -> None:
    with pytest.raises(DatabaseError, match="cannot store TEXT"), app.app_context(), transaction() as session:
        session.execute(text("INSERT INTO tries (subject, failures) VALUES ('x', 'many')"))


def test_the_tables_of_facts_are_append_only() -> None:
    """The list is a decision: ballots, their votes' steps, the frozen roll, results, the log, look-ups."""
    assert set(APPEND_ONLY) >= {
        "ballots", "vote_steps", "electors", "elector_homes", "results", "objections", "objection_answers",
        "co_owner_statements", "log_entries", "log_nodes", "home_facts", "roll_imports", "look_ups", "account_events",
    }  # fmt: skip


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_each_append_only_table_has_its_triggers(app: Flask, table: str) -> None:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            question = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
            wanted = {f"{table}_no_update", f"{table}_no_delete"}
        else:
            question = "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal"
            wanted = {f"{table}_no_change", f"{table}_no_truncate"}
        if table == "erasures":
            wanted.add("erasures_only_when")
        assert set(db.session.scalars(text(question), {"table": table})) == wanted


@pytest.mark.parametrize("statement", ["UPDATE account_events SET detail = 'other'", "DELETE FROM account_events"])
def test_the_database_refuses_to_change_a_fact(app: Flask, make: Make, statement: str) -> None:
    make.add(AccountEvent(at=make.now, kind="signed_in", detail="first"))
    with pytest.raises(DatabaseError, match="append-only"), app.app_context(), transaction() as session:
        session.execute(text(statement))
    with app.app_context():
        assert db.session.scalars(text("SELECT detail FROM account_events")).all() == ["first"]


@pytest.mark.postgres
def test_postgresql_refuses_to_truncate_facts(app: Flask, make: Make) -> None:
    make.add(AccountEvent(at=make.now, kind="signed_in", detail="first"))
    with pytest.raises(DatabaseError, match="append-only"), app.app_context(), transaction() as session:
        session.execute(text("TRUNCATE account_events"))


@pytest.mark.parametrize("table", ["home_facts"])
def test_facts_of_the_roll_refuse_too(app: Flask, lane: Neighbourhood, table: str) -> None:
    """On tables that hold rows (an UPDATE of no row fires no trigger)."""
    with app.app_context():
        assert db.session.scalars(text(f"SELECT COUNT(*) FROM {table}")).one() > 0
    with pytest.raises(DatabaseError, match="append-only"), app.app_context(), transaction() as session:
        session.execute(text(f"DELETE FROM {table}"))


def test_a_row_that_points_to_nothing_is_refused(app: Flask, make: Make) -> None:
    with pytest.raises(DatabaseError, match=r"(?i)foreign key"):
        make.add(AccountEvent(at=make.now, kind="signed_in", person_id=404404, detail=""))


def test_an_instant_comes_back_as_it_went_in(app: Flask, make: Make) -> None:
    person = make.person("Wang")
    with app.app_context():
        found = db.session.get_one(Person, person.id)
        assert found.created_at == make.now
        assert found.created_at.utcoffset() is not None


def test_an_instant_without_its_zone_is_refused(app: Flask, make: Make) -> None:
    with pytest.raises(Exception, match="must carry its time zone"):
        make.add(Person(name="Wang", created_at=make.now.replace(tzinfo=None)))


def write_half(app: Flask, make: Make) -> None:
    with app.app_context(), transaction() as session:
        session.add(Person(name="Half", created_at=make.now))
        session.flush()
        _ = 1 // 0


def test_what_fails_half_way_leaves_nothing(app: Flask, make: Make) -> None:
    with pytest.raises(ZeroDivisionError):
        write_half(app, make)
    with app.app_context():
        assert db.session.scalars(text("SELECT COUNT(*) FROM people")).one() == 0


def test_get_never_writes(make_app: MakeSite) -> None:
    app = make_app()

    @app.get("/writes-on-get")
    @access(PUBLIC)
    def writes() -> str:
        db.session.add(Person(name="Ghost", created_at=app.extensions["clock"].now()))
        db.session.flush()
        return "written"

    with pytest.raises(RuntimeError, match="read-only unit of work"):
        app.test_client().get("/writes-on-get")
    with app.app_context():
        assert db.session.scalars(text("SELECT COUNT(*) FROM people")).one() == 0


def test_a_post_that_fails_writes_nothing(make_app: MakeSite) -> None:
    app = make_app(WTF_CSRF_ENABLED=False)

    @app.post("/fails-after-writing")
    @access(PUBLIC)
    def fails() -> str:
        db.session.add(Person(name="Ghost", created_at=app.extensions["clock"].now()))
        db.session.flush()
        raise LookupError("after the write")

    with pytest.raises(LookupError):
        app.test_client().post("/fails-after-writing")
    with app.app_context():
        assert db.session.scalars(text("SELECT COUNT(*) FROM people")).one() == 0


def test_the_tables_are_those_of_the_models(app: Flask) -> None:
    with app.app_context():
        tables = set(inspect(db.engine).get_table_names())
    assert tables - {"alembic_version"} == set(Base.metadata.tables)


def test_no_column_holds_inexact_numbers() -> None:
    inexact = {"FLOAT", "REAL", "DOUBLE", "NUMERIC", "DECIMAL"}
    for table in Base.metadata.tables.values():
        assert not {column.name for column in table.columns if str(column.type).split("(")[0].upper() in inexact}


def test_a_reading_unit_of_work_is_read_only_for_plain_statements_too(app):
    """The guard before a flush sees objects only; the database itself must refuse the rest."""
    with app.app_context():
        with pytest.raises(DatabaseError), transaction(write=False):
            db.session.execute(text("DELETE FROM people"))
        with transaction():
            db.session.execute(text("DELETE FROM people"))
