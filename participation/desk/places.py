"""Buildings and stairwells of a neighbourhood, and the scope of a vote read from its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.models import Building, Stairwell


@dataclass(frozen=True)
class Places:
    """`stairwells`: (id, building's name, stairwell's name), both lists in the order of the roll."""

    buildings: tuple[tuple[int, str], ...]
    stairwells: tuple[tuple[int, str, str], ...]

    def building_names(self, ids: list[int]) -> list[str]:
        return [name for id_, name in self.buildings if id_ in ids]

    def stairwell_name(self, id_: int | None) -> str:
        return next((" / ".join(filter(None, names)) for found, *names in self.stairwells if found == id_), "")


def places_of(unit_id: int) -> Places:
    rows = db.session.execute(
        select(Building.id, Building.name, Stairwell.id, Stairwell.name)
        .outerjoin(Stairwell, Stairwell.building_id == Building.id)
        .where(Building.unit_id == unit_id)
        .order_by(Building.position, Building.id, Stairwell.position, Stairwell.id)
    ).all()
    return Places(
        tuple({building_id: name for building_id, name, _, _ in rows}.items()),
        tuple((stair_id, name, stair or "") for _, name, stair_id, stair in rows if stair_id is not None),
    )


def read_scope(form: Any, places: Places) -> tuple[list[int], int | None]:
    """(building ids, stairwell id) from fields kind, building, stairwell. Only places of this neighbourhood count."""
    kind = form.get("kind")
    if kind == "all":
        return [], None
    if kind == "buildings":
        wanted = set(form.getlist("building"))
        chosen = [id_ for id_, _ in places.buildings if str(id_) in wanted]
        if chosen:
            return chosen, None
        raise Refusal(
            Reason(
                "no_building", say("No building is ticked."), say("Tick the buildings whose owners decide."), "building"
            )
        )
    if kind == "stairwell":
        for id_, _, _ in places.stairwells:
            if str(id_) == form.get("stairwell"):
                return [], id_
        raise Refusal(
            Reason(
                "no_stairwell",
                say("No stairwell is chosen."),
                say("Choose the stairwell whose owners decide."),
                "stairwell",
            )
        )
    raise Refusal(
        Reason(
            "no_scope",
            say("It is not said who decides."),
            say("Choose the whole neighbourhood, buildings or one stairwell."),
            "kind",
        )
    )
