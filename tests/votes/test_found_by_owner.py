"""A person's heads are found by the person: the evening's hottest statements never walk the roll of a vote."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from participation.database import db
from participation.votes import electors, heads
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import Hall

HOT = {"my_heads": heads._ROWS, "electors_of": electors._ELECTORS}


@pytest.mark.sqlite
@pytest.mark.parametrize("name", HOT)
def test_sqlite_looks_up_the_owner_and_no_other_line_of_the_roll(app: Flask, name: str) -> None:
    with app.app_context():
        compiled = HOT[name].compile(dialect=db.engine.dialect)
        values = [0] * len(compiled.positiontup)
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(values)).all()
    (way,) = [step.detail for step in plan if step.detail.startswith(("SEARCH electors ", "SCAN electors"))]
    assert "owner_id=?" in way, way


def test_heads_stand_in_the_order_of_the_roll_with_their_homes_in_order(
    app: Flask, make: Make, lane: Neighbourhood
) -> None:
    """Qian owns a home together with Bao, too, and one more alone."""
    lane.holders["Bao"] = make.titleholder(lane.unit, "Bao", "3031")
    make.home(lane.unit, "2-302", 7000, [lane.holders["Bao"], lane.holders["Qian"]])
    make.home(lane.unit, "2-303", 6000, [lane.holders["Qian"]])
    vote = Hall(app, lane).open()
    with app.app_context():
        found: Any = heads.my_heads(vote.id, lane.qian.id)
        numbers = [head.elector.number for head in found]
        assert len(numbers) == 2 and numbers == sorted(numbers)
        assert numbers == [elector.number for elector in electors.electors_of(lane.qian.id, vote.id)]
        assert ["2-303" in home.label for home in next(h for h in found if len(h.homes) > 1).homes][-1]
