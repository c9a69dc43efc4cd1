"""Who may vote, for what weight: the frozen roll plus the public corrections since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from participation.database import db
from participation.roll.models import Titleholder
from participation.roll.queries import members_of, owners_of_person
from participation.votes.models import Elector, ElectorHome, RollCorrection


class Weight(NamedTuple):
    """What an elector counts for now: heads (0 or 1) and area in 1/100 m2."""

    heads: int
    area: int


THEIRS = (Elector.vote_id == bindparam("vote")) & Elector.owner_id.in_(owners_of_person(bindparam("person")))
"""The heads for which `person` can act in `vote`; both are bound when the statement runs."""
_ELECTORS = select(Elector).where(THEIRS)  # sorted afterwards: to find them in order, SQLite walks the whole roll


def weight_of(elector: Elector) -> Weight:
    """The frozen figures plus every correction."""
    heads, area = db.session.execute(
        select(
            func.coalesce(func.sum(RollCorrection.heads_delta), 0), func.coalesce(func.sum(RollCorrection.area_delta), 0)
        ).where(RollCorrection.elector_id == elector.id)
    ).one()
    return Weight(elector.heads + int(heads), elector.area + int(area))


def electors_of(person_id: int, vote_id: int) -> Sequence[Elector]:
    """The heads for which this person can act in this vote, as on the roll. Usually one: all one's homes are one head."""
    found = db.session.scalars(_ELECTORS, {"vote": vote_id, "person": person_id})
    return sorted(found, key=lambda elector: elector.number)


def homes_of(elector_id: int) -> Sequence[ElectorHome]:
    return db.session.scalars(
        select(ElectorHome).where(ElectorHome.elector_id == elector_id).order_by(ElectorHome.home_id)
    ).all()


def members(elector: Elector) -> list[Titleholder]:
    """The co-owners who share this head."""
    return members_of([elector.owner_id]).get(elector.owner_id, [])
