"""docs/record.md tells a stranger what every entry of the record says: each kind, each field."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from participation.database import db, transaction
from participation.record.models import LogEntry
from tests.journeys.world import Stage

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([a-z_-]+)`")


def documented() -> dict[str, set[str]]:
    """Kind -> its fields, from the rows of three cells."""
    section = PAGE.partition("### The kinds of entries")[2].partition("\n### ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {kind: set(CODE.findall(row[2])) for row in rows if len(row) == 3 for kind in CODE.findall(row[0])}


def written_kinds() -> Iterator[str]:
    """The kinds that stand in the code: append(log, KIND, ..), pen.append(KIND, ..), pen.seal(KIND, ..), record_step(held, KIND, ..)."""
    for path in sorted(ROOT.glob("participation/**/*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or len(call.args) < 2:
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if name in ("append", "seal", "record_step"):
                for argument in call.args[:2]:
                    either = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
                    yield from (a.value for a in either if isinstance(a, ast.Constant) and isinstance(a.value, str))


def test_every_kind_that_the_code_can_write_is_described() -> None:
    kinds = set(written_kinds())
    assert {"notice", "ballot", "roll-change", "hastened", "finalised", "co-owner-statement-withdrawn"} <= kinds
    assert kinds <= set(documented())


def test_every_entry_of_a_busy_neighbourhood_is_described_field_by_field(stage: Stage) -> None:
    kinds = documented()
    with stage.world.app.app_context(), transaction(write=False):
        payloads = [json.loads(text) for text in db.session.scalars(select(LogEntry.payload))]
    met = {payload["kind"] for payload in payloads}
    assert {"roll-import", "notice", "ballot", "correction", "final-result", "cancelled"} <= met
    assert met <= set(kinds), "kinds without a description"
    undescribed = {(p["kind"], field) for p in payloads for field in p if field != "kind" and field not in kinds[p["kind"]]}
    assert not undescribed
