"""Commands of the house. Each room brings its own group; this file only hangs them up."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    from participation.accounts.cli import staff
    from participation.demo.cli import demo
    from participation.roll.cli import roll
    from participation.setup import init
    from participation.votes.cli import rules
    from participation.votes.evidence.cli import evidence
    from participation.votes.own_rules_cli import add
    from participation.votes.retention_cli import retention
    from participation.votes.secret.board_cli import board

    rules.add_command(add)
    for command in (board, demo, evidence, init, retention, roll, rules, staff):
        app.cli.add_command(command)
