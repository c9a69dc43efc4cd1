"""What a second import would change: added, gone, changed owner, changed area. Pure, in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from participation.roll.importing.homes import HomeIdentity, OwnerKey, ParsedRoll, RollHome, owner_key

_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class HomeState:
    """What the roll says of one home at one time. `area` in 1/100 m2; `owner_key` as `homes.owner_key` makes it."""

    area: int
    kind: str
    title: str
    area_basis: str
    owner_key: OwnerKey


@dataclass(frozen=True, slots=True)
class Change:
    """One home before and after."""

    identity: HomeIdentity
    before: HomeState
    after: HomeState


@dataclass(frozen=True, slots=True)
class RollDifference:
    """Each tuple is in the order of buildings, stairwells and numbers, numbers as numbers.

    A home may be in `changed_owner` and in `changed_area`; in `changed_other` (kind, title, source of the area)
    only if it is in neither.
    """

    added: tuple[tuple[HomeIdentity, HomeState], ...]
    gone: tuple[tuple[HomeIdentity, HomeState], ...]
    changed_owner: tuple[Change, ...]
    changed_area: tuple[Change, ...]
    changed_other: tuple[Change, ...]
    unchanged_count: int

    @property
    def changed(self) -> int:
        """Homes changed in any way, each once."""
        return len({change.identity for change in (*self.changed_owner, *self.changed_area, *self.changed_other)})

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.gone or self.changed)


def state_of(home: RollHome) -> HomeState:
    """The comparable part of a home."""
    return HomeState(home.area, home.kind, home.title, home.area_basis, owner_key(home))


def difference(current: Mapping[HomeIdentity, HomeState], parsed: ParsedRoll) -> RollDifference:
    """From the roll as it stands to the roll of the file. `current` is keyed by `homes.home_identity`."""
    wanted = {home.identity: state_of(home) for home in parsed.homes}
    both = sorted(current.keys() & wanted.keys(), key=in_order)
    changes = [Change(identity, current[identity], wanted[identity]) for identity in both]
    owner = tuple(change for change in changes if change.before.owner_key != change.after.owner_key)
    area = tuple(change for change in changes if change.before.area != change.after.area)
    told = {change.identity for change in (*owner, *area)}
    other = tuple(change for change in changes if change.before != change.after and change.identity not in told)
    return RollDifference(
        added=tuple((identity, wanted[identity]) for identity in sorted(wanted.keys() - current.keys(), key=in_order)),
        gone=tuple((identity, current[identity]) for identity in sorted(current.keys() - wanted.keys(), key=in_order)),
        changed_owner=owner,
        changed_area=area,
        changed_other=other,
        unchanged_count=len(both) - len(told) - len(other),
    )


def in_order(identity: HomeIdentity) -> tuple[object, ...]:
    """A sort key under which 2号楼 comes before 10号楼. Every identity has its own place, so that the order is fixed."""
    parts = []
    for text in identity:
        # Even places are words, odd ones digits, so that like is compared with like.
        parts.append(tuple((int(piece), piece) if at % 2 else piece for at, piece in enumerate(_DIGITS.split(text))))
    return tuple(parts)
