"""`flask evidence`: the evidence of a vote as a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from participation.accounts.visitor import clock_now
from participation.database import db, transaction
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.cli import refuse
from participation.votes.evidence.bundle import write_bundle
from participation.votes.models import Vote
from participation.votes.services.handing_out import PURPOSES, hand_out


@click.group()
def evidence() -> None:
    """Evidence of a vote: everything with which a stranger confirms the result (verifier/verify_record.py)."""


@evidence.command()
@click.option("--vote", "vote_id", type=int, required=True, metavar="N", help="Number of the vote in its address (/votes/N).")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="Where to write it (a .zip).")
@click.option("--auditor", is_flag=True, help="With what opens the ballots and the roll. Handing it out is put on record.")
@click.option("--purpose", type=click.Choice(list(PURPOSES)), help="With --auditor: what it is for.")
@with_appcontext
def write(vote_id: int, out: Path, auditor: bool, purpose: str | None) -> None:
    """Write the evidence of a counted vote to FILE."""
    from flask import current_app

    try:
        if auditor:
            if purpose is None:
                raise click.UsageError("--auditor needs --purpose")
            with transaction():
                _vote(vote_id)
                hand_out(vote_id, None, purpose, current_app.extensions["clock"])
        with transaction(write=False):
            extent = write_bundle(_vote(vote_id), out, auditor=auditor, progress=_progress)
    except Refusal as refusal:
        refuse(refusal)
    click.echo(f"{out}: {extent.size} entries of the record, at {clock_now():%Y-%m-%d %H:%M} UTC.")
    if auditor:
        click.echo("It opens every ballot. Keep it as carefully as the ballots themselves.")


def _vote(vote_id: int) -> Vote:
    vote = db.session.get(Vote, vote_id)
    if vote is None:
        raise Refusal(Reason("no_vote", say("There is no such vote.")))
    return vote


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done >= of else ""
        click.echo(f"\rWriting {done:,} of {of:,} lines{end}", err=True, nl=False)
