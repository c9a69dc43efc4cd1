"""`flask rules add`: give a neighbourhood a rule of its own."""

from __future__ import annotations

import json
from typing import Any

import click
from flask.cli import with_appcontext

from participation.accounts.visitor import clock_now
from participation.database import transaction
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.queries import unit_by_slug
from participation.votes.cli import refuse
from participation.votes.own_rules import add_rule


@click.command("add")
@click.argument("rule", type=click.File("rb"), metavar="RULE.json")
@click.option("--unit", "slug", required=True, help="The neighbourhood's short name.")
@with_appcontext
def add(rule: Any, slug: str) -> None:
    """Add RULE.json (docs/rules.md tells its form) to a neighbourhood's own rules. Exit 2 with the reasons if refused."""
    try:
        data = _read(rule.read())
        with transaction():
            unit = unit_by_slug(slug)
            if unit is None:
                raise click.UsageError(f"There is no neighbourhood {slug!r}; `flask roll unit add` makes one.")
            added = add_rule(unit.id, data, clock_now())
    except Refusal as refusal:
        refuse(refusal)
    click.echo(f"{added.key}: {added.title}")


def _read(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refusal(
            Reason("not_json", say("The file is not JSON in UTF-8."), say("docs/rules.md shows how a rule is written."))
        ) from None
