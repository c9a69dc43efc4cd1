"""`flask staff`: help for staff who cannot come in, from the server's terminal."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from participation.accounts import way_in
from participation.accounts.forms import read_login
from participation.accounts.queries import person_by_login
from participation.accounts.visitor import clock_now
from participation.database import transaction


@click.group()
def staff() -> None:
    """Help staff who cannot come in."""


@staff.command()
@click.argument("login")
@with_appcontext
def link(login: str) -> None:
    """Print a new sign-in link for LOGIN: for the last operator who lost the second step."""
    with transaction():
        person = person_by_login(read_login(login))
        if person is None:
            raise click.ClickException(f"nobody signs in as {login}")
        token = way_in.issue_way_in(person.id, clock_now(), by_id=None)
    click.echo(way_in.address(person.id, token))
