"""Doubts about homes: those that look alike, and parking spaces that may not count."""

from __future__ import annotations

import re

from participation.kernel.sentences import say
from participation.roll.importing.columns import RollColumns
from participation.roll.importing.findings import Doubt, Findings, shown
from participation.roll.importing.homes import HomeIdentity, RollHome

_BUILDING_WORDS = re.compile(r"号楼|號樓|号栋|号|號|栋|棟|幢|座|楼|樓|동|building|block|bldg|tower|no\.|#")
_NUMBER_WORDS = re.compile(r"(?:室|号|號|房|호|실)$")


class PlaceDoubts:
    """Sees each home once, in order, and reports to `findings`."""

    def __init__(self, columns: RollColumns, findings: Findings):
        self._columns = columns
        self._findings = findings
        self._buildings: dict[str, dict[str, str]] = {}  # without "号楼" and the like -> identity -> as written
        self._homes: dict[HomeIdentity, tuple[HomeIdentity, int]] = {}  # likewise, with the first line

    def see(self, home: RollHome) -> None:
        building, stairwell, number = home.identity
        loose = _BUILDING_WORDS.sub("", building) or building
        self._see_building(home, loose, building)
        first, line = self._homes.setdefault(
            (loose, stairwell, _NUMBER_WORDS.sub("", number)), (home.identity, home.lines[0])
        )
        if first != home.identity:
            reason = say("This may be the home of line %(line)s, written differently; both are counted.", line=line)
            self._tell(
                home, "number", home.number, Doubt("home_alike", reason, say("Write the home's number in one way."))
            )
        if home.kind == "parking" and home.area_basis != "registry":
            reason = say("A parking space counts only if it can be registered as a property of its own.")
            remedy = say("Leave it out of the roll unless it is registered or can be.")
            self._tell(home, "kind", home.label, Doubt("parking_registrable", reason, remedy))

    def _see_building(self, home: RollHome, loose: str, building: str) -> None:
        alike = self._buildings.setdefault(loose, {})
        if alike and building not in alike:
            reason = say(
                "“%(one)s” and “%(other)s” may be the same building; they are kept apart.",
                one=shown(next(iter(alike.values()))),
                other=shown(home.building),
            )
            self._tell(
                home,
                "building",
                home.building,
                Doubt("building_alike", reason, say("Write the building's name in one way.")),
            )
        alike.setdefault(building, home.building)

    def _tell(self, home: RollHome, field: str, value: str, doubt: Doubt) -> None:
        self._findings.doubt(home.lines[0], self._columns.header(field), shown(value), doubt)
