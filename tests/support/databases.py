"""A fresh database for every test, copied from a template that is built once per run.

SQLite (the default): a file is copied.  PostgreSQL (`TEST_DATABASE_URL`, the address of any
database of a server on which databases may be made): `CREATE DATABASE ... TEMPLATE ...`.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import create_engine, make_url, text

from participation.config import _with_driver

Build = Callable[[str], None]


class Databases(Protocol):
    """`fresh()` is the address of a new database with all tables and no rows; `drop` ends its life."""

    kind: str

    def fresh(self) -> str: ...

    def empty(self) -> str: ...

    def drop(self, url: str) -> None: ...

    def close(self) -> None: ...


def server_url() -> str | None:
    """The PostgreSQL server of this run, if any."""
    found = os.environ.get("TEST_DATABASE_URL")
    return _with_driver(found) if found else None


def make_databases(folder: Path, worker: str, build: Build) -> Databases:
    url = server_url()
    return PostgresDatabases(url, worker, build) if url else SqliteDatabases(folder, build)


class SqliteDatabases:
    kind = "sqlite"

    def __init__(self, folder: Path, build: Build):
        self.folder = folder
        self.build = build
        self.template: Path | None = None
        self.numbers = itertools.count(1)

    def empty(self) -> str:
        return f"sqlite:///{self.folder / f'{next(self.numbers)}.db'}"

    def fresh(self) -> str:
        if self.template is None:
            url = self.empty()
            self.build(url)
            self.template = Path(make_url(url).database or "")
        url = self.empty()
        shutil.copyfile(self.template, make_url(url).database or "")
        return url

    def drop(self, url: str) -> None:
        path = make_url(url).database or ""
        for ending in ("", "-wal", "-shm"):
            Path(path + ending).unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresDatabases:
    kind = "postgresql"

    def __init__(self, url: str, worker: str, build: Build):
        self.url = make_url(url)
        self.prefix = f"participation_{os.getpid()}_{worker}".replace("-", "_")
        self.build = build
        self.template: str | None = None
        self.numbers = itertools.count(1)
        self.alive: set[str] = set()
        self.admin: Any = create_engine(self.url, isolation_level="AUTOCOMMIT", pool_size=1)

    def _do(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(statement))

    def _create(self, ending: str) -> str:
        name = f"{self.prefix}_{next(self.numbers)}"
        self._do(f"CREATE DATABASE {name} {ending}")
        self.alive.add(name)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def empty(self) -> str:
        return self._create("TEMPLATE template0 ENCODING 'UTF8'")

    def fresh(self) -> str:
        if self.template is None:
            url = self.empty()
            self.build(url)
            self.template = make_url(url).database
        return self._create(f"TEMPLATE {self.template}")

    def drop(self, url: str) -> None:
        name = make_url(url).database or ""
        self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.alive.discard(name)

    def close(self) -> None:
        for name in sorted(self.alive):
            self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.admin.dispose()
