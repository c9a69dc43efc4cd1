"""`flask retention`: what is due for erasure, and erasing it."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from participation.accounts.visitor import clock_now
from participation.database import db, transaction
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.models import Unit
from participation.votes.cli import refuse
from participation.votes.models import Vote
from participation.votes.retention import Retention, retentions
from participation.votes.services.erasing import erase_vote, forget_orphans, sweep


@click.group()
def retention() -> None:
    """Personal contents of old votes: what is due for erasure, and erasing it."""


@retention.command()
@with_appcontext
def due() -> None:
    """List the votes that have ended, with the day from which their contents are to be erased."""
    with transaction(write=False):
        now, names = clock_now(), {unit.id: unit.slug for unit in db.session.query(Unit)}
        for kept in retentions():
            click.echo(f"vote {kept.vote.id:6}  {names[kept.vote.unit_id]:24} {_state(kept, now)}  {kept.vote.title}")


def _state(kept: Retention, now: object) -> str:
    if kept.erased_at is not None:
        return f"erased {kept.erased_at:%Y-%m-%d}"
    return f"{'DUE since' if kept.is_due(now) else 'due on'} {kept.due_at:%Y-%m-%d}"  # type: ignore[arg-type]


@retention.command()
@click.option("--vote", "vote_id", type=int, required=True, help="The number that `flask retention due` shows.")
@with_appcontext
def erase(vote_id: int) -> None:
    """Erase the personal contents of a vote for good. Exit 2 with the reason where it is not due."""
    try:
        with transaction():
            if db.session.get(Vote, vote_id) is None:
                raise Refusal(Reason("no_vote", say("There is no such vote."), say("`flask retention due` lists them.")))
            counts = erase_vote(vote_id, None, current_app.extensions["clock"])
    except Refusal as refusal:
        refuse(refusal)
    for table, count in counts.items():
        click.echo(f"{count:8}  {table}")
    with transaction(write=False):
        forget_orphans()
    if sweep():
        click.echo("Erased. The record says so, and goes on to verify.")
    else:
        click.echo(
            "Erased, but the database was in use, so that old bytes may still be in its file.\n"
            "Stop the site for a moment and run: flask retention sweep"
        )


@retention.command("sweep")
@with_appcontext
def sweep_files() -> None:
    """Remove erased bytes from the database's own files, and pictures that nothing speaks of any more."""
    with transaction(write=False):
        forget_orphans()
    if not sweep():
        raise click.ClickException("The database is in use. Stop the site for a moment and try again.")
    click.echo("Swept.")
