"""`flask init` makes exactly what the models say, twice over, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Inspector, inspect, text

from participation.database import Base, db
from participation.setup import upgrade_database
from tests.support.databases import Databases
from tests.support.sites import close_site, make_site

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


@pytest.fixture
def empty_site(databases: Databases, tmp_path: Path):  # type: ignore[no-untyped-def]
    url = databases.empty()
    app = make_site(url, tmp_path / "empty")
    yield app
    close_site(app)
    databases.drop(url)


def test_there_is_one_line_of_migrations() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    assert [script.revision for script in scripts.walk_revisions()][-1] == "0001"


def test_migrations_make_what_the_models_say(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_and_models_make_the_same_columns(app: Flask, empty_site: Flask) -> None:
    """Types, defaults and conditions too: the tables of the migrations beside tables made from the models."""
    with empty_site.app_context():
        db.create_all()
        from_models = _described(inspect(db.engine))
    with app.app_context():
        from_migrations = _described(inspect(db.engine))
    from_migrations.pop("alembic_version")
    assert from_migrations == from_models


def _described(inspector: Inspector) -> dict[str, object]:
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)],
            "key": sorted(inspector.get_pk_constraint(table)["constrained_columns"]),
            "unique": sorted(tuple(u["column_names"]) for u in inspector.get_unique_constraints(table)),
            "checks": sorted(c["sqltext"] for c in inspector.get_check_constraints(table)),
            "indexes": sorted((i["name"] or "", tuple(i["column_names"])) for i in inspector.get_indexes(table)),
            "foreign": sorted(
                (tuple(f["constrained_columns"]), f["referred_table"]) for f in inspector.get_foreign_keys(table)
            ),
        }
        for table in inspector.get_table_names()
    }


def test_init_can_be_repeated(empty_site: Flask) -> None:
    runner = empty_site.test_cli_runner()
    for _ in range(2):
        answer = runner.invoke(args=["init"])
        assert answer.exit_code == 0, answer.output
    with empty_site.app_context():
        assert db.session.scalars(text("SELECT version_num FROM alembic_version")).one() == _newest()
        assert db.session.scalars(text("SELECT COUNT(*) FROM people")).one() == 0


def _newest() -> str:
    return sorted(file.name.split("_")[0] for file in VERSIONS.glob("[0-9]*.py"))[-1]


def test_upgrading_keeps_what_is_there(app: Flask, make) -> None:  # type: ignore[no-untyped-def]
    person = make.person("Wang")
    upgrade_database(app)
    with app.app_context():
        assert db.session.scalars(text("SELECT name FROM people")).all() == [person.name]
