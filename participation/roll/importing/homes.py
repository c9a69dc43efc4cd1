"""What an import yields: homes with their holders, who counts as one head, and the totals."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from participation.roll.importing.columns import RollColumns
from participation.roll.importing.findings import Finding

Kind = Literal["dwelling", "shop", "parking", "other"]
AreaBasis = Literal["registry", "survey", "contract", "unknown"]
Title = Literal["registered", "unsold", "sold_undelivered"]
HomeIdentity = tuple[str, str, str]
OwnerKey = frozenset[tuple[str, str]]

# All unsold and undelivered homes together are one head (SPC interpretation 9).
DEVELOPER_KEY: OwnerKey = frozenset({("developer", "")})


@dataclass(frozen=True, slots=True)
class RollHolder:
    """One registered owner of one home. `share` is (numerator, denominator) in lowest terms.

    `id_number` is there only where the file holds whole numbers; it is for the keyed hash and must not be stored.
    `is_voter` is None where the roll names nobody to vote for the home.
    """

    name: str
    id_last_four: str | None = None
    id_number: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    share: tuple[int, int] | None = None
    is_developer: bool = False
    is_corporate: bool = False
    is_voter: bool | None = None

    @property
    def person(self) -> tuple[str, str]:
        """Same name and same last four = same person."""
        return self.name, self.id_last_four or ""


@dataclass(frozen=True, slots=True)
class RollHome:
    """One home with all its holders. `area` in 1/100 m2; `lines` are the rows of the file that speak of it."""

    building: str
    stairwell: str
    floor: str
    number: str
    kind: Kind
    area: int
    area_basis: AreaBasis
    title: Title
    holders: tuple[RollHolder, ...]
    tenants: tuple[str, ...] = ()
    notes: str = ""
    lines: tuple[int, ...] = ()

    @property
    def identity(self) -> HomeIdentity:
        return home_identity(self.building, self.stairwell, self.number)

    @property
    def label(self) -> str:
        """As people say it: '3号楼 2单元 501'."""
        return " ".join(part for part in (self.building, self.stairwell, self.number) if part)


@lru_cache(maxsize=65_536)
def _same(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def home_identity(building: str, stairwell: str, number: str) -> HomeIdentity:
    """What makes two rows, or two imports, speak of the same home: letter case, width and spaces do not matter."""
    return _same(building), _same(stairwell), _same(number)


def owner_key(home: RollHome) -> OwnerKey:
    """The set of registered owners, which is one head; the developer's key for its unsold and undelivered homes."""
    if home.title != "registered" or all(holder.is_developer for holder in home.holders):
        return DEVELOPER_KEY
    return frozenset(holder.person for holder in home.holders)


@dataclass(frozen=True, slots=True)
class KindTotal:
    homes: int
    area: int  # 1/100 m2


@dataclass(frozen=True, slots=True)
class RollTotals:
    """Figures to compare with what the office says. `area` in 1/100 m2."""

    homes: int
    heads: int
    area: int
    by_kind: Mapping[str, KindTotal]
    by_basis: Mapping[str, int]  # homes
    by_title: Mapping[str, int]  # homes


def totals_of(homes: Iterable[RollHome]) -> RollTotals:
    """Count `homes`: a head per owner key, each home's area once."""
    heads: set[OwnerKey] = set()
    number: Counter[str] = Counter()
    areas: Counter[str] = Counter()
    bases: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    for home in homes:
        heads.add(owner_key(home))
        number[home.kind] += 1
        areas[home.kind] += home.area
        bases[home.area_basis] += 1
        titles[home.title] += 1
    by_kind = {
        kind: KindTotal(number[kind], areas[kind]) for kind in ("dwelling", "shop", "parking", "other") if number[kind]
    }
    return RollTotals(
        number.total(), len(heads), areas.total(), by_kind, dict(sorted(bases.items())), dict(sorted(titles.items()))
    )


@dataclass(frozen=True, slots=True)
class ParsedRoll:
    """A roll file, read: nothing is written anywhere yet.

    `refused` rows are left out of `homes`; `doubts` are about homes that are in. `rows_read` counts rows
    with data below the header, refused ones included, totals and repeated headers not.
    """

    filename: str
    homes: tuple[RollHome, ...]
    totals: RollTotals
    doubts: tuple[Finding, ...]
    refused: tuple[Finding, ...]
    mapping: RollColumns
    encoding: str | None
    sheet: str | None
    rows_read: int

    def owner_key(self, home: RollHome) -> OwnerKey:
        return owner_key(home)
