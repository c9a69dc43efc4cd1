"""`flask init`: bring the database up to date and say how the first operator gets in."""

from __future__ import annotations

from collections.abc import Iterable

import click
from flask import Flask
from flask.cli import with_appcontext

from participation import tables  # noqa: F401  (the metadata must be complete)
from participation.database import db, writing
from participation.extensions import ROOT


@click.command()
@click.option("--quiet", is_flag=True, help="Do not print the link of the first run (a demonstration brings its people).")
@with_appcontext
def init(quiet: bool) -> None:
    """Create or upgrade the database; on an empty site, print the link of the guided first run."""
    from flask import current_app

    from participation.accounts.first_run import first_run_link

    upgrade_database(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo("The database is up to date.")
    link = None if quiet else first_run_link()
    if link:
        click.echo(f"Nobody operates this site yet. Open this link to set it up; the next init makes another one:\n  {link}")


def upgrade_database(app: Flask) -> None:
    """Run the migrations that this database has not seen yet. Safe to repeat, and safe for two starts at once."""
    from flask_migrate import upgrade

    token = writing.set(True)
    try:
        with app.app_context():
            if _written(ROOT.glob("migrations/versions/*.py")):
                upgrade(directory=str(ROOT / "migrations"))
            else:
                db.create_all()
    finally:
        writing.reset(token)


def _written(files: Iterable[object]) -> bool:
    return any(True for _ in files)
