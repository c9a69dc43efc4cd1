"""The database: typed base, safe SQLite settings, append-only tables, one transaction per request.

SQLite is the embedded default and PostgreSQL is where a city goes; the same models
serve both.  What must hold on each:

* SQLite: WAL, `synchronous=FULL` (an acknowledged ballot survives a power cut),
  foreign keys on, STRICT tables, and writers take the write lock when they begin
  (`BEGIN IMMEDIATE`), so that a check and the write that follows see one state.
* PostgreSQL: a writer that must not interleave locks the row it depends on
  (`record.services.append` locks the log's head).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CursorResult,
    Executable,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, registry

from participation.erasable import triggers
from participation.prepared import Rows, Values, prepared

# Python's own SQLite is often older than 3.51.3, which fixed a WAL corruption under several writers.
SAFE_SQLITE = (3, 51, 3)

WAIT_FOR_WRITER = 15  # seconds
WRITES = {"INSERT", "UPDATE", "DELETE", "REPLAC"}
_PASSED, _CHANGES = "passed the writers' gate", "changes before a reading unit of work"

writing: ContextVar[bool | None] = ContextVar("writing", default=None)
"""Whether the present unit of work may write. GET requests may not; None: no unit of work (migrations)."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Aware UTC in Python; TIMESTAMPTZ on PostgreSQL, sortable ISO text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Any) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must carry its time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


# STRICT tables know only INTEGER, TEXT, BLOB (and REAL, which we never use).
@compiles(BigInteger, "sqlite")
@compiles(Boolean, "sqlite")
def _integer(*_: Any, **__: Any) -> str:
    return "INTEGER"


@compiles(String, "sqlite")
def _text(*_: Any, **__: Any) -> str:
    return "TEXT"


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={int: BigInteger, str: Text, datetime: UtcDateTime, bytes: LargeBinary},
    )
    __table_args__ = {"sqlite_strict": True}


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})

APPEND_ONLY: list[str] = []


def append_only(cls: type[Base]) -> type[Base]:
    """Class decorator: the database itself refuses UPDATE and DELETE on this table.

    One thing may be taken away, and only as `participation/erasable.py` says: what the class names in `__erased__`.
    """
    table = cls.__table__
    APPEND_ONLY.append(table.name)
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_triggers(table.name, dialect):
            event.listen(table, "after_create", DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))
    return cls


def append_only_triggers(table: str, dialect: str) -> list[str]:
    """The statements that make `table` append-only; also used by migrations."""
    mapper = next(mapper for mapper in Base.registry.mappers if mapper.local_table.name == table)  # type: ignore[attr-defined]
    return triggers(mapper.class_, dialect)


def sqlite_module() -> Any:
    """The newest SQLite at hand: the built-in one if it is safe, else the one pysqlite3 bundles."""
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return sqlite3
    import pysqlite3.dbapi2 as bundled

    if bundled.sqlite_version_info < SAFE_SQLITE:
        raise RuntimeError(f"SQLite {bundled.sqlite_version} is too old; install pysqlite3 >= 0.6")
    return bundled


def engine_options(url: str) -> dict[str, Any]:
    """Options for `create_engine`, by the kind of database."""
    if url.startswith("sqlite"):
        # As many as threads and more: a connection made for one request would be half of its cost. The last one used
        # comes first: it has the pages and the statements at hand that the next request needs.
        return {"module": sqlite_module(), "pool_size": 16, "pool_use_lifo": True, "connect_args": {"timeout": WAIT_FOR_WRITER, "isolation_level": None}}
    return {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def prepare_engine(engine: Any) -> None:
    """Attach the SQLite pragmas and the `BEGIN` that suits the unit of work."""
    sqlite = engine.dialect.name == "sqlite"

    def pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # busy_timeout first: switching to WAL itself may have to wait for another process.  Without recursive_triggers
        # an INSERT OR REPLACE would take a row's place and ask no trigger about the row that was there.
        for pragma in (
            "busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY",
            "recursive_triggers=ON",
        ):  # fmt: skip
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Any) -> None:
        read_only = writing.get() is False
        if not sqlite:
            connection.connection.dbapi_connection.read_only = read_only  # said with the driver's own BEGIN
            return
        # Not `PRAGMA query_only`: each turn of it makes SQLite forget every statement that it has prepared.
        connection.info[_CHANGES] = connection.connection.driver_connection.total_changes if read_only else None
        if not writing.get():
            connection.connection.driver_connection.execute("BEGIN DEFERRED")  # waits for nobody, so it cannot fail
            return
        if not connection.info.get(_PASSED):
            connection.info[_PASSED] = gate.acquire(timeout=WAIT_FOR_WRITER)
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    # Who waits for SQLite's own lock sleeps longer and longer between two looks at it, while nobody works.  So the
    # writers of one process queue here first and go on at once; between processes SQLite's lock decides as ever.
    gate = threading.Lock()

    def before_statement(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement[:6].upper() in WRITES:
            _refuse_while_reading(connection, statement)

    def commit(connection: Any) -> None:
        # Whatever the statement looked like: if it changed a row, it ends here and is rolled back.
        before = connection.info.get(_CHANGES)
        if before is not None and connection.connection.driver_connection.total_changes != before:
            raise DatabaseError("COMMIT", None, RuntimeError("a read-only unit of work tried to write"))

    def leave(_connection: Any, record: Any) -> None:
        if record.info.pop(_PASSED, False):
            gate.release()

    event.listen(engine, "begin", begin)
    if sqlite:
        event.listen(engine, "connect", pragmas)
        event.listen(engine, "before_cursor_execute", before_statement)
        event.listen(engine, "commit", commit)
        event.listen(engine, "checkin", leave)


def _refuse_while_reading(connection: Any, statement: str) -> None:
    if connection.info.get(_CHANGES) is not None:
        raise DatabaseError(statement, None, RuntimeError("a read-only unit of work tried to write"))


@event.listens_for(Session, "before_flush")
def _get_never_writes(session: Session, *_: Any) -> None:
    if not writing.get() and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a read-only unit of work tried to write")


def fetch(statement: Executable, values: Values) -> Rows | CursorResult[Any]:
    """Run a statement on this unit of work's own connection: plain rows, no objects, nothing flushed before.

    For the few statements that every cast and every ballot page runs: made once, at import, with `bindparam`,
    they cost a tenth of a query that is put together anew and loads objects (docs/scaling.md).
    """
    connection = db.session.connection()
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values)
    ready = prepared(statement, connection.dialect, values)
    if ready.writes:
        _refuse_while_reading(connection, ready.sql)
    return ready.run(connection.connection.driver_connection, values)


def glance(statement: Executable, values: Values) -> Any:
    """`fetch` for one look before a unit of work begins: no transaction is opened for it and ended again."""
    if db.engine.dialect.name != "sqlite" or db.session().in_transaction():
        return fetch(statement, values)
    connection = db.engine.raw_connection()
    try:
        return prepared(statement, db.engine.dialect, values).run(connection.driver_connection, values)
    finally:
        connection.close()


@contextmanager
def transaction(*, write: bool = True, fresh: bool = True) -> Iterator[Any]:
    """One unit of work on `db.session`: committed when the block ends, rolled back when it raises.

    A reading one that need not be `fresh` goes on with what is already being read: so a page
    sees one state, from who is asking to what is shown.
    """
    if fresh or write or writing.get():
        end_transaction()
    token = writing.set(write)
    try:
        yield db.session
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        writing.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """What begins here only reads, unless a unit of work is going on already: then its own word holds."""
    token = writing.set(False) if writing.get() is None else None
    try:
        yield
    finally:
        if token is not None:
            writing.reset(token)


def end_transaction() -> None:
    """End whatever read transaction is open, so that the next one can begin as a writer."""
    if db.session.registry.has() and db.session().in_transaction():
        db.session.commit()
