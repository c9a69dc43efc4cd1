"""The floor: the least that Flask and SQLite can do. What the site takes beyond this is the price of its promises.

    POST /insert   one durable row: WAL, synchronous=FULL, BEGIN IMMEDIATE, the SQLite that the site uses
    GET  /page     a Jinja page of about 6 KB

No sign-in, no session, no CSRF check, no headers, no record.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from flask import Flask, redirect, render_template, request

from participation.database import sqlite_module

PRAGMAS = ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY")


def make_floor(database: Path, port: int) -> Flask:
    """The bare application over a database file of its own."""
    app = Flask("benchmarks.floor", template_folder="templates", static_folder=None)
    app.config["PORT"] = port
    here = threading.local()

    def opened() -> Any:
        made = sqlite_module().connect(str(database), isolation_level=None)
        for pragma in PRAGMAS:
            made.execute(f"PRAGMA {pragma}")
        return made

    def connection() -> Any:
        if not hasattr(here, "connection"):
            here.connection = opened()
        return here.connection

    # Closed again: the server may fork, and a connection must not be taken along.
    first = opened()
    first.execute("CREATE TABLE IF NOT EXISTS facts (id INTEGER PRIMARY KEY, who TEXT NOT NULL, what TEXT NOT NULL) STRICT")
    first.close()

    @app.post("/insert")
    def insert() -> Any:
        database = connection()
        database.execute("BEGIN IMMEDIATE")
        try:
            database.execute("INSERT INTO facts (who, what) VALUES (?, ?)", (request.form["elector"], request.form["key"]))
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise
        return redirect("/page", 303)

    @app.get("/page")
    def show() -> str:
        rows = [{"number": n, "label": f"Line {n}", "text": "Something that was decided here, in a few words. " * 2} for n in range(41)]
        return render_template("floor.html", title="A page of six kilobytes", rows=rows)

    return app
