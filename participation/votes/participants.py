"""Which rooms took part, building by building. Published is the least: room, area, voted or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.roll.models import Building
from participation.roll.queries import members_of
from participation.votes.models import Ballot, Elector, ElectorHome, RollCorrection, Vote
from participation.votes.secret_models import marked

PER_PAGE = 120


@dataclass(frozen=True, slots=True)
class Room:
    """A home on the voting roll. `names` and `choices` only where the law asks for a vote by name."""

    label: str
    area: int  # 1/100 m2, corrections included
    voted: bool
    names: str = ""
    choices: dict[str, Any] | None = None


def buildings_in(vote: Vote) -> Sequence[Building]:
    """The buildings in which this vote's homes lie."""
    query = select(Building).where(Building.unit_id == vote.unit_id).order_by(Building.position)
    if vote.scope:
        query = query.where(Building.id.in_(vote.scope))
    elif vote.stairwell_id is not None:
        query = query.where(Building.id.in_(select(ElectorHome.building_id).where(ElectorHome.vote_id == vote.id)))
    return db.session.scalars(query).all()


def rooms_of(vote: Vote, building_id: int, page: int, *, by_name: bool) -> tuple[list[Room], int]:
    """One page of a building's rooms in the order of the roll, and how many there are in the building."""
    here = (ElectorHome.vote_id == vote.id, ElectorHome.building_id == building_id)
    total = db.session.scalar(select(func.count()).select_from(ElectorHome).where(*here)) or 0
    first = (
        select(Ballot.id)
        .where(Ballot.vote_id == vote.id, Ballot.elector_id == ElectorHome.elector_id, Ballot.turn == 1)
        .exists()
    )
    rows = db.session.execute(
        select(ElectorHome, (first | marked(ElectorHome.elector_id)).label("voted"))
        .where(*here)
        .order_by(ElectorHome.home_id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    deltas = _deltas(vote.id, [home.home_id for home, _ in rows])
    named = _named(vote.id, {home.elector_id for home, _ in rows}) if by_name else {}
    rooms = []
    for home, voted in rows:
        names, choices = named.get(home.elector_id, ("", None))
        rooms.append(Room(home.label, home.area + deltas.get(home.home_id, 0), bool(voted), names, choices))
    return rooms, total


def _deltas(vote_id: int, home_ids: Sequence[int]) -> dict[int | None, int]:
    rows = db.session.execute(
        select(RollCorrection.home_id, func.sum(RollCorrection.area_delta))
        .where(RollCorrection.vote_id == vote_id, RollCorrection.home_id.in_(home_ids))
        .group_by(RollCorrection.home_id)
    )
    return {home_id: int(delta) for home_id, delta in rows}


def _named(vote_id: int, elector_ids: set[int]) -> dict[int, tuple[str, dict[str, Any] | None]]:
    """Names and the ballot that stands, for rules that publish both."""
    owners = dict(
        db.session.execute(select(Elector.id, Elector.owner_id).where(Elector.id.in_(elector_ids))).all()
    )
    names = members_of(list(owners.values()))
    choices: dict[int, dict[str, Any]] = {}
    for elector_id, chosen in db.session.execute(
        select(Ballot.elector_id, Ballot.choices)
        .where(Ballot.vote_id == vote_id, Ballot.elector_id.in_(elector_ids))
        .order_by(Ballot.elector_id, Ballot.turn)
    ):
        choices[elector_id] = chosen
    return {
        elector_id: (", ".join(holder.name for holder in names.get(owner_id, [])), choices.get(elector_id))
        for elector_id, owner_id in owners.items()
    }
