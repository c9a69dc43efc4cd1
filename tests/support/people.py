"""Named people in a small neighbourhood, as rows. Everybody here is invented.

`make.neighbourhood()` is Lane 12: two stairwells, six homes, five heads.

    Wang    owns two homes (1-101, 1-102): one head, 170.50 m2
    Li, Sun own 1-201 together: one head; Li is named to vote
    Qian    owns the shop 1-S1
    the developer still holds 2-102: one head
    Zhao    rents 2-101 from Deng
    Chen plans, Lin runs the support centre, He observes, Yu operates the site

`make.outsiders()` is Lane 99 with Zhou (owner) and Xu (its support centre): those who must be refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from participation.accounts.models import Grant, Person, Role
from participation.database import transaction
from participation.record.services import start_log
from participation.roll.models import (
    Area,
    Building,
    Home,
    HomeFact,
    HouseholdMember,
    Owner,
    OwnerMember,
    Stairwell,
    Titleholder,
    Unit,
)


@dataclass
class Neighbourhood:
    """One unit and its people; `homes` by label, `holders` (titleholders) and `people` by name."""

    unit: Unit
    homes: dict[str, Home] = field(default_factory=dict)
    holders: dict[str, Titleholder] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        """`lane.wang` is the person Wang."""
        people = self.__dict__.get("people", {})
        if name.capitalize() in people:
            return people[name.capitalize()]
        raise AttributeError(name)


class Make:
    """Makes rows in committed transactions of their own and returns them detached, to be read freely."""

    def __init__(self, app: Flask):
        self.app = app
        self.numbers = itertools.count(1)

    @property
    def now(self) -> datetime:
        return self.app.extensions["clock"].now()

    @contextmanager
    def unit_of_work(self) -> Iterator[Any]:
        with self.app.app_context(), transaction() as session:
            yield session

    def add(self, *rows: Any) -> Any:
        """Store these rows; returns the first."""
        with self.unit_of_work() as session:
            session.add_all(rows)
        return rows[0]

    def person(self, name: str, **columns: Any) -> Person:
        return self.add(Person(name=name, created_at=self.now, **columns))

    def unit(self, name: str, slug: str | None = None) -> Unit:
        """A neighbourhood in an area of its own, with its empty log."""
        number = next(self.numbers)
        slug = slug or f"unit-{number}"
        with self.unit_of_work() as session:
            area = Area(slug=f"area-of-{slug}", name="Riverside")
            session.add(area)
            session.flush()
            unit = Unit(area_id=area.id, slug=slug, name=name, created_at=self.now)
            session.add(unit)
            session.flush()
            start_log(unit.id, slug)
            unit.area  # noqa: B018  loaded now, readable later
        return unit

    def grant(self, person: Person, role: Role, unit: Unit | None, *, ends_at: datetime | None = None) -> Grant:
        return self.add(
            Grant(
                person_id=person.id,
                role=role.value,
                unit_id=unit.id if unit else None,
                begins_at=self.now - timedelta(days=1),
                ends_at=ends_at,
            )
        )

    def staff(self, name: str, role: Role, unit: Unit | None) -> Person:
        person = self.person(name, login=name.lower())
        self.grant(person, role, unit)
        return person

    def titleholder(
        self, unit: Unit, name: str, id_last_four: str = "", *, person: Person | None = None, developer: bool = False
    ) -> Titleholder:
        return self.add(
            Titleholder(
                unit_id=unit.id,
                name=name,
                id_last_four=id_last_four,
                is_developer=developer,
                person_id=person.id if person else None,
            )
        )

    def home(
        self,
        unit: Unit,
        place: str,
        area: int,
        holders: Sequence[Titleholder],
        *,
        kind: str = "dwelling",
        voter: Titleholder | None = None,
        title: str = "registered",
        at: datetime | None = None,
    ) -> Home:
        """A home at `place` ("stairwell-number" of building 1) owned by `holders` from `at`; `area` in 1/100 m2."""
        stair, _, number = place.partition("-")
        with self.unit_of_work() as session:
            building = session.scalars(select(Building).filter_by(unit_id=unit.id)).one_or_none()
            if building is None:
                building = Building(unit_id=unit.id, name="1", position=1)
                session.add(building)
                session.flush()
            stairwell = session.scalars(select(Stairwell).filter_by(building_id=building.id, name=stair)).one_or_none()
            if stairwell is None:
                stairwell = Stairwell(building_id=building.id, name=stair, position=len(stair))
                session.add(stairwell)
                session.flush()
            home = Home(
                unit_id=unit.id,
                building_id=building.id,
                stairwell_id=stairwell.id,
                number=number,
                floor=number[0] if number[0].isdigit() else "1",
                label=f"1-{place}",
            )
            session.add(home)
            session.flush()
            session.add(
                HomeFact(
                    unit_id=unit.id,
                    home_id=home.id,
                    effective_at=at or self.now - timedelta(days=30),
                    area=area,
                    area_basis="registry",
                    kind=kind,
                    title=title,
                    owner_id=self._owner(session, unit, holders).id,
                    voter_id=voter.id if voter else None,
                )
            )
        return home

    def own(self, unit: Unit, home: Home, area: int, holders: Sequence[Titleholder]) -> HomeFact:
        """From now on the home belongs to `holders`: a new fact, as after a sale."""
        with self.unit_of_work() as session:
            owner_id = self._owner(session, unit, holders).id
        return self.add(
            HomeFact(
                unit_id=unit.id,
                home_id=home.id,
                effective_at=self.now,
                area=area,
                area_basis="registry",
                kind="dwelling",
                title="registered",
                owner_id=owner_id,
            )
        )

    def own_as(self, unit: Unit, home: Home, area: int, person_id: int) -> HomeFact:
        """From now on the home belongs to this person alone."""
        with self.unit_of_work() as session:
            holder = session.scalars(select(Titleholder).filter_by(unit_id=unit.id, person_id=person_id)).one()
        return self.own(unit, home, area, [holder])

    def _owner(self, session: Any, unit: Unit, holders: Sequence[Titleholder]) -> Owner:
        """The head these titleholders form together: the same set is the same head."""
        developer = any(h.is_developer for h in holders)
        key = "developer" if developer else "+".join(str(i) for i in sorted(h.id for h in holders))
        owner = session.scalars(select(Owner).filter_by(unit_id=unit.id, key=key)).one_or_none()
        if owner is None:
            owner = Owner(unit_id=unit.id, key=key)
            session.add(owner)
            session.flush()
            session.add_all(OwnerMember(owner_id=owner.id, titleholder_id=h.id) for h in holders)
            session.flush()
        return owner

    def tenant(self, home: Home, person: Person, id_last_four: str = "7788") -> HouseholdMember:
        return self.add(
            HouseholdMember(
                home_id=home.id, name=person.name, id_last_four=id_last_four, since=self.now, person_id=person.id
            )
        )

    def neighbourhood(self) -> Neighbourhood:
        """Lane 12, as the head of this file tells it: 5 heads, 448.25 m2."""
        lane = Neighbourhood(self.unit("Lane 12", "lane-12"))
        for name, four in (("Wang", "101X"), ("Li", "2012"), ("Sun", "2013"), ("Qian", "5005"), ("Deng", "6006")):
            lane.people[name] = self.person(name)
            lane.holders[name] = self.titleholder(lane.unit, name, four, person=lane.people[name])
        lane.holders["Developer"] = self.titleholder(lane.unit, "Jade Homes Ltd", developer=True)
        for place, area, names, more in (
            ("1-101", 8525, ["Wang"], {}),
            ("1-102", 8525, ["Wang"], {}),
            ("1-201", 7000, ["Li", "Sun"], {"voter": lane.holders["Li"]}),
            ("1-S1", 4025, ["Qian"], {"kind": "shop"}),
            ("2-101", 9000, ["Deng"], {}),
            ("2-102", 7750, ["Developer"], {"title": "unsold"}),
        ):
            lane.homes[place] = self.home(lane.unit, place, area, [lane.holders[n] for n in names], **more)
        lane.people["Zhao"] = self.person("Zhao")
        self.tenant(lane.homes["2-101"], lane.people["Zhao"])
        for name, role in (("Chen", Role.PLANNER), ("Lin", Role.SUPPORT), ("He", Role.OBSERVER)):
            lane.people[name] = self.staff(name, role, lane.unit)
        lane.people["Yu"] = self.staff("Yu", Role.OPERATOR, None)
        return lane

    def outsiders(self) -> Neighbourhood:
        """Lane 99: Zhou owns its only home, Xu is its support centre. Neither may see anything of Lane 12."""
        lane = Neighbourhood(self.unit("Lane 99", "lane-99"))
        lane.people["Zhou"] = self.person("Zhou")
        lane.holders["Zhou"] = self.titleholder(lane.unit, "Zhou", "9909", person=lane.people["Zhou"])
        lane.homes["1-101"] = self.home(lane.unit, "1-101", 6000, [lane.holders["Zhou"]])
        lane.people["Xu"] = self.staff("Xu", Role.SUPPORT, lane.unit)
        return lane
