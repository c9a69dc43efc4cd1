"""Counting what a page asks of the database, so that a list never asks once per row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from participation.database import db
from participation.prepared import Prepared, Rows, Values


@contextmanager
def count_queries(app: Flask) -> Iterator[list[str]]:
    """`with count_queries(app) as queries: client.get(...)`; then `len(queries)` and the statements themselves."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA", "SET TRANSACTION")):
            statements.append(statement)

    run = Prepared.run

    def run_noted(ready: Prepared, driver: Any, values: Values) -> Rows:
        statements.append(ready.sql)
        return run(ready, driver, values)

    with app.app_context():
        engine = db.engine
    Prepared.run = run_noted  # type: ignore[method-assign]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        Prepared.run = run  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", note)
