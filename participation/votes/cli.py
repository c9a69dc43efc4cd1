"""`flask rules`: the rules from the command line. Needs no database."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import click

from participation.kernel.refusal import Refusal
from participation.votes.case import LARGEST_FILE, CaseError, check_case, read_case
from participation.votes.presets import all_rules, load_rule
from participation.votes.rule import Rule
from participation.votes.rule_data import rule_to_data

REFUSED = 2


@click.group()
def rules() -> None:
    """Rules of voting: check a case, list and show the rules that ship."""


@rules.command()
@click.argument("case", type=click.File("rb"), metavar="CASE.json")
def check(case: Any) -> None:
    """Decide CASE.json (- reads standard input) and print the verdict as JSON.

    Exit 0 for every verdict, whatever its outcome; exit 2 with the reasons on standard error for a case that is
    refused.
    """
    try:
        # One byte more than allowed is enough to know that a file is too large.
        verdict = check_case(read_case(case.read(LARGEST_FILE + 1)))
    except CaseError as refusal:
        refuse(refusal)
    _print_json(verdict)


@rules.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_rules(as_json: bool) -> None:
    """List the rules that ship."""
    if as_json:
        _print_json([rule_to_data(rule) for rule in all_rules()])
        return
    for rule in all_rules():
        click.echo(f"{rule.key:20} {rule.confidence}  {rule.title}")


@rules.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(key: str, as_json: bool) -> None:
    """Show one rule with its source and tests."""
    try:
        rule = load_rule(key)
    except Refusal as refusal:
        refuse(refusal)
    if as_json:
        _print_json(rule_to_data(rule))
        return
    click.echo("\n".join(_lines(rule)))


def _lines(rule: Rule) -> list[str]:
    lines = [
        f"{rule.key}: {rule.title}",
        f"  {rule.use}",
        f"  source      {rule.source}",
        f"  in force    {rule.valid_from or '...'} to {rule.valid_to or '...'}",
        f"  confidence  {rule.confidence} (V read in the law, M from memory, D own choice); check with local counsel",
    ]
    for test in rule.tests:
        sets = f"{test.numerator}/{test.denominator}"
        lines.append(f"  {test.stage:11} {test.measure:10} {sets:12} {test.comparator:2} {test.fraction}")
    for group in rule.subgroups:
        for test in group.tests:
            sets = f"{test.numerator}/{test.denominator}"
            skip = f" (skipped up to {group.skip_up_to} heads)" if group.skip_up_to else ""
            lines.append(f"  each {group.by:6} {test.measure:10} {sets:12} {test.comparator:2} {test.fraction}{skip}")
    lines += [f"  consent     {veto}" for veto in rule.vetoes]
    if rule.fallback:
        lines.append(f"  second vote {rule.fallback.rule} after {', '.join(rule.fallback.after)}")
    return lines + [f"  note        {note}" for note in rule.notes]


def _print_json(data: Any) -> None:
    # Bytes, so that the locale of a bare machine cannot garble or refuse a name.
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    sys.stdout.buffer.write(text.encode())


def refuse(refusal: Refusal) -> NoReturn:
    """Print the reasons with their remedies on standard error and end with exit code 2."""
    for reason in refusal.reasons:
        remedy = f" {reason.remedy}" if reason.remedy else ""
        click.echo(f"Refused: {reason.message}{remedy}", err=True)
    sys.exit(REFUSED)


if __name__ == "__main__":
    rules()
