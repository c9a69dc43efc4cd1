"""Making a site for a test: its own folder, its own database, a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache

from participation import create_app
from participation.database import db
from participation.kernel.clock import SettableClock
from tests.support.client import ParsingClient

# A Tuesday morning in the neighbourhood: 09:00 in Shanghai.
START = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


def make_site(
    database_url: str,
    instance: Path,
    *,
    at: datetime = START,
    templates: BytecodeCache | None = None,
    environ: dict[str, str] | None = None,
    **config: Any,
) -> Flask:
    """The real site over this database; only the clock and the client are the tests' own."""
    settings = {"DATABASE_URL": database_url, "PARTICIPATION_INSTANCE": str(instance), "SECRET_KEY": "for tests only"}
    app = create_app({"TESTING": True, **config}, {**settings, **(environ or {})})
    app.extensions["clock"] = SettableClock(at)
    app.test_client_class = ParsingClient
    if templates is not None:
        app.jinja_env.bytecode_cache = templates
    return app


def close_site(app: Flask) -> None:
    """Give back what the site holds of the database, so that it can be dropped."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def build_schema(database_url: str, instance: Path) -> None:
    """All tables and triggers, as `flask init` makes them."""
    from participation.setup import upgrade_database

    app = make_site(database_url, instance)
    upgrade_database(app)
    close_site(app)
