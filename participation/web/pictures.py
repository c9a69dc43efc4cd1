"""The geometry of the signature pictures: integers in, positions out. The templates draw; nothing here knows SVG or Flask.

Positions along a bar are whole numbers of 1/100 percent of its length ("steps", 0..10000).  They are for the eye only: no
decision is taken on them.  But the eye must not be told otherwise than the law, so the rounding always falls on
the side of the exact comparison: a bar that is 0.01 m2 short ends before its mark, one that is exactly there ends at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LENGTH = 10_000  # steps along a bar


def percent(steps: int) -> str:
    """6667 -> '66.67%', as an SVG length."""
    return f"{steps // 100}.{steps % 100:02d}%"


@dataclass(frozen=True, slots=True)
class Reading:
    """One test of a rule as the pictures read it; quantities in units of `measure` (areas in 1/100 m2).

    `needed` is the smallest numerator that holds, for "at most" tests (`is_ceiling`) the largest.
    `group` names the building (or other part) that the law asks by itself, else none.
    """

    name: str
    stage: str
    measure: str
    numerator_set: str
    denominator_set: str
    comparator: str
    p: int
    q: int
    numerator: int
    denominator: int
    holds: bool
    short_by: int
    needed: int
    group: str | None = None

    @property
    def is_ceiling(self) -> bool:
        return self.comparator in ("<", "<=")

    @property
    def is_strict(self) -> bool:
        return self.comparator in ("<", ">")

    @property
    def fraction(self) -> str:
        """As people write it: '2/3', and '95 %' where the law speaks of hundredths."""
        return f"{self.p} %" if self.q == 100 else f"{self.p}/{self.q}"

    @property
    def bar(self) -> Bar:
        return bar(self.numerator, self.denominator, self.p, self.q)


def read(test: Any) -> Reading:
    """A `Reading` of a test result: the object of `votes.verdict`, or the plain data kept in a published result."""
    if isinstance(test, Mapping):
        # A published test of one group is called "building.B.heads"; the others have two parts, "pass.heads".
        between = test["name"].partition(".")[2].rpartition(".")[0]
        return Reading(**{name: test[name] for name in Reading.__slots__ if name != "group"}, group=between or None)
    rule = test.test
    return Reading(
        test.name, rule.stage, test.measure, rule.numerator, rule.denominator, rule.comparator, rule.p, rule.q,
        test.numerator, test.denominator, test.holds, test.short_by, test.needed,
        None if test.group is None else test.group[1],
    )  # fmt: skip


def read_all(tests: Iterable[Any], stage: str | None = None) -> list[Reading]:
    """The readings of `tests`, of one stage ("quorum" or "pass") if given."""
    return [r for r in map(read, tests) if stage is None or r.stage == stage]


@dataclass(frozen=True, slots=True)
class Bar:
    """How far a bar is filled and where its mark stands, in steps."""

    fill: int
    mark: int

    @property
    def width(self) -> str:
        return percent(self.fill)

    @property
    def mark_at(self) -> str:
        return percent(self.mark)

    @property
    def anchor(self) -> str:
        """SVG text-anchor that keeps the mark's label inside the picture."""
        return "start" if self.mark < 1500 else "end" if self.mark > 8500 else "middle"


def bar(part: int, whole: int, p: int, q: int) -> Bar:
    """The bar of `part` in `whole` with its mark at p/q.

    fill < mark exactly when part/whole < p/q, and fill = mark exactly when they are equal
    (except that a mark at the very end leaves no room beyond it). An empty whole gives an empty bar.
    """
    if part < 0 or whole < 0 or q <= 0 or p < 0:
        raise ValueError(f"no such bar: {part} of {whole}, mark {p}/{q}")
    mark = min(LENGTH, -(-LENGTH * p // q))
    if not whole:
        return Bar(0, mark)
    fill = min(LENGTH, LENGTH * part // whole)
    left, right = part * q, whole * p
    if left < right:
        fill = min(fill, max(0, mark - 1))
    elif left == right:
        fill = mark
    else:
        fill = min(LENGTH, max(fill, mark + 1))
    return Bar(fill, mark)


@dataclass(frozen=True, slots=True)
class Segment:
    """One choice's stretch of a bar, in steps."""

    choice: str
    amount: int
    start: int
    length: int
    mark: int  # where the bar's mark stands

    @property
    def x(self) -> str:
        return percent(self.start)

    @property
    def width(self) -> str:
        return percent(self.length)

    @property
    def _free(self) -> tuple[int, int]:
        """The longest stretch that the mark does not cut: (start, length)."""
        end = self.start + self.length
        if not self.start < self.mark < end:
            return self.start, self.length
        before, after = self.mark - self.start, end - self.mark
        return (self.start, before) if before >= after else (self.mark, after)

    @property
    def sign_at(self) -> str:
        """The middle of the free stretch, for the choice's sign."""
        start, length = self._free
        return percent(start + length // 2)

    @property
    def has_room(self) -> bool:
        """Is there room for a sign beside the mark? (On the narrowest phone the sign takes 9 % of the bar.)"""
        return self._free[1] >= 1000


def split(reading: Reading, choices: Mapping[str, Mapping[str, int]]) -> list[Segment]:
    """The choices laid end to end along the base of `reading`: yes, no, abstain; what is left of the bar took no part.

    `choices` maps a choice to its quantities by measure, after "follow the majority" was resolved. Silence that
    the law counts as yes lies with yes. Where abstentions are outside the base (yes + no) they are not drawn.
    The end of yes agrees with the mark of `reading.bar` whenever yes is what the test counts.
    """
    amounts = {c: choices.get(c, {}).get(reading.measure, 0) for c in ("yes", "no", "abstain", "silence")}
    amounts["yes"] += amounts.pop("silence")
    whole, begun, segments = reading.denominator, 0, []
    end = 0
    for choice in ("yes", "no", "abstain"):
        amount = amounts[choice]
        if choice == "abstain" and reading.denominator_set == "CAST":
            continue
        begun += amount
        start, end = end, 0 if not whole else min(LENGTH, LENGTH * begun // whole)
        if choice == "yes" and reading.numerator_set == "YES":
            end = reading.bar.fill
        end = max(start, end)
        segments.append(Segment(choice, amount, start, end - start, reading.bar.mark))
    return segments


@dataclass(frozen=True, slots=True)
class Floor:
    """One row of the building grid; `None` where this floor has no such room."""

    name: str
    cells: tuple[Any | None, ...]


def floors(homes: Iterable[Any]) -> list[Floor]:
    """The homes of one stairwell (objects with `floor` and `room`, texts or numbers) as rows from the top down.

    A room's column is its number without the floor in front of it, so that 301 stands above 201 even where 202 is
    missing; homes whose number says nothing of the floor are laid side by side in the order of their numbers.
    """
    rows: dict[str, list[Any]] = {}
    for home in homes:
        rows.setdefault(str(home.floor), []).append(home)
    names = sorted(rows, key=_height, reverse=True)
    by_place = {name: {_place(h): h for h in rows[name]} for name in names}
    if any(len(by_place[name]) < len(rows[name]) for name in names) or any("" in row for row in by_place.values()):
        # Two homes on one place, or a number that is only the floor: no columns can be told.
        by_place = {name: dict(enumerate(sorted(rows[name], key=lambda h: natural(h.room)))) for name in names}
    places: Sequence[Any] = sorted({p for row in by_place.values() for p in row}, key=natural)
    return [Floor(name, tuple(by_place[name].get(place) for place in places)) for name in names]


def natural(value: Any) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts '2' before '10' and leaves other texts in alphabetical order."""
    parts: list[str] = []
    for char in str(value):
        if parts and char.isdecimal() == parts[-1][-1].isdecimal():
            parts[-1] += char
        else:
            parts.append(char)
    return tuple((0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts)


def _place(home: Any) -> str:
    room, floor = str(home.room), str(home.floor)
    return room[len(floor) :] if room.startswith(floor) else room


def _height(floor: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    """Storeys by number; basements (B1, -1, 地下1) below them, deeper ones lower; unnamed floors last."""
    digits = "".join(c for c in floor if c.isdecimal())
    if not digits:
        return (-1000, natural(floor))
    below = floor.startswith(("-", "B", "b")) or "地下" in floor or "지하" in floor
    return (-int(digits) if below else int(digits), natural(floor))
