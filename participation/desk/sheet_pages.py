"""What stands on the printed sheets of a run: whose homes, the code, and the picture of the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select

from participation.database import db
from participation.desk.turnout import CARRIER, corrected_homes
from participation.roll.masking import masked
from participation.roll.queries import members_of
from participation.votes.models import Elector, ElectorHome, RollCorrection
from participation.votes.sheet_codes import grouped
from participation.votes.sheet_models import Sheet
from participation.web.qr import qr_svg

PER_PAGE = 100
HOMES_ON_FRONT = 6  # an owner of more homes finds the whole list on a second page


class PrintedHome(NamedTuple):
    label: str
    area: int  # 1/100 m2, corrections included


@dataclass(frozen=True)
class SheetPage:
    """One owner's sheet. `area` is of all homes together, in 1/100 m2; names are masked."""

    code: str
    picture: Any
    number: int
    names: tuple[str, ...]
    homes: tuple[PrintedHome, ...]

    @property
    def area(self) -> int:
        return sum(home.area for home in self.homes)

    @property
    def has_annex(self) -> bool:
        return len(self.homes) > HOMES_ON_FRONT


@dataclass(frozen=True)
class PrintedRun:
    pages: tuple[SheetPage, ...]
    valid: int  # sheets of the run that are still valid
    voided: int  # sheets of the run of which newer ones were printed
    log_index: int


def printed_run(vote_id: int, run: str, page: int) -> PrintedRun | None:
    """One page of a run, in the order of the roll; sheets that have been replaced meanwhile are left out."""
    newest = select(func.max(Sheet.id)).where(Sheet.vote_id == vote_id).group_by(Sheet.elector_id)
    of_run = (Sheet.vote_id == vote_id, Sheet.run == run)
    total, log_index = db.session.execute(select(func.count(), func.max(Sheet.log_index)).where(*of_run)).one()
    if not total:
        return None
    valid = db.session.scalar(select(func.count()).where(*of_run, Sheet.id.in_(newest))) or 0
    rows = db.session.execute(
        select(Sheet.code, Elector.id, Elector.number, Elector.owner_id)
        .join(Elector, Elector.id == Sheet.elector_id)
        .where(*of_run, Sheet.id.in_(newest))
        .order_by(Elector.number)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    homes = _homes(vote_id, [row.id for row in rows])
    names = members_of([row.owner_id for row in rows])
    # Drawn without the cache of `qr_svg`: these codes shall live on paper and in their table only.
    draw = qr_svg.__wrapped__
    pages = tuple(
        SheetPage(
            grouped(row.code), draw(row.code, "Q"), row.number,
            tuple(masked(holder.name) for holder in names.get(row.owner_id, ())), tuple(homes.get(row.id, ())),
        )
        for row in rows
    )  # fmt: skip
    return PrintedRun(pages, valid, total - valid, log_index)


def _homes(vote_id: int, elector_ids: list[int]) -> dict[int, list[PrintedHome]]:
    """The homes that count for each elector now, with their areas now: one query."""
    corrected = corrected_homes(vote_id)
    area = ElectorHome.area + func.coalesce(corrected.c.delta, 0)
    found: dict[int, list[PrintedHome]] = {}
    for elector_id, label, size in db.session.execute(
        select(CARRIER, ElectorHome.label, area)
        .outerjoin(corrected, corrected.c.home_id == ElectorHome.home_id)
        .outerjoin(RollCorrection, RollCorrection.id == corrected.c.latest)
        .where(ElectorHome.vote_id == vote_id, CARRIER.in_(elector_ids), (corrected.c.home_id.is_(None)) | (area > 0))
        .order_by(ElectorHome.home_id)
    ):
        found.setdefault(elector_id, []).append(PrintedHome(label, int(size)))
    return found
