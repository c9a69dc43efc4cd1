"""Places, homes and who owns them, as dated facts.

A home keeps its identity for ever; what is true of it (area, kind, owner) is a
`HomeFact` with the instant from which it holds.  The roll of any past day is the
latest fact of each home up to that day; nothing is edited.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, append_only


class Area(Base):
    """片区: the larger territory with an area council."""

    __tablename__ = "areas"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Unit(Base):
    """单元: a neighbourhood with its own council, roll and record."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    area: Mapped[Area] = relationship(lazy="joined", innerjoin=True)


class Building(Base):
    __tablename__ = "buildings"
    __table_args__ = (UniqueConstraint("unit_id", "name"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str]
    position: Mapped[int]


class Stairwell(Base):
    """单元门 / 梯: `name` may be empty where a building has only one."""

    __tablename__ = "stairwells"
    __table_args__ = (UniqueConstraint("building_id", "name"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id"))
    name: Mapped[str]
    position: Mapped[int]


class Home(Base):
    """专有部分: what is owned (dwelling, shop, parking space, other)."""

    __tablename__ = "homes"
    __table_args__ = (UniqueConstraint("stairwell_id", "number"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id"), index=True)
    stairwell_id: Mapped[int] = mapped_column(ForeignKey("stairwells.id"))
    number: Mapped[str]
    floor: Mapped[str]
    label: Mapped[str]  # "3号楼 2单元 501", as people say it


class Titleholder(Base):
    """A person or company that the register names as an owner. Same name and same last four = same person.

    The whole identity number is never stored: only its last four characters and,
    where the roll gave the whole number, a keyed hash to tell namesakes apart.
    """

    __tablename__ = "titleholders"
    __table_args__ = (UniqueConstraint("unit_id", "name", "id_last_four"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str]
    id_last_four: Mapped[str]  # '' where the roll has none: no letter can be redeemed then
    id_hash: Mapped[bytes | None]
    phone: Mapped[str | None]
    is_developer: Mapped[bool] = mapped_column(default=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)


class Owner(Base):
    """One head: the *set* of titleholders of a home (an "owner key"). The developer is one head in total."""

    __tablename__ = "owners"
    __table_args__ = (UniqueConstraint("unit_id", "key"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    key: Mapped[str]  # the titleholders' ids in order, "12" or "12+57"; "developer" for the developer

    members: Mapped[list[OwnerMember]] = relationship(order_by="OwnerMember.titleholder_id", back_populates="owner")


class OwnerMember(Base):
    __tablename__ = "owner_members"
    __table_args__ = (Index(None, "titleholder_id"), {"sqlite_strict": True})

    owner_id: Mapped[int] = mapped_column(ForeignKey("owners.id"), primary_key=True)
    titleholder_id: Mapped[int] = mapped_column(ForeignKey("titleholders.id"), primary_key=True)

    owner: Mapped[Owner] = relationship(back_populates="members")
    titleholder: Mapped[Titleholder] = relationship(lazy="joined", innerjoin=True)


@append_only
class RollImport(Base):
    """One commit of a roll file: who, when, which file (by hash), and what it changed in figures."""

    __tablename__ = "roll_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    effective_at: Mapped[datetime]
    committed_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    filename: Mapped[str]
    sha256: Mapped[str]
    homes: Mapped[int]
    heads: Mapped[int]
    area: Mapped[int]  # 1/100 m2
    added: Mapped[int]
    gone: Mapped[int]
    changed: Mapped[int]


class RollUpload(Base):
    """A roll file that was handed in and is looked at before anything comes of it.

    The file itself and what was read from it lie in the instance folder (`upload_files.py`) until the upload is
    committed, discarded or a day old.  `state`: waiting (to be read), reading, read, refused (the file as a whole),
    committing, committed, discarded.  `attempt` counts reads and commits, so that work left behind by a stopped
    server can be begun again and can never end twice.
    """

    __tablename__ = "roll_uploads"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'reading', 'read', 'refused', 'committing', 'committed', 'discarded')", name="state"
        ),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)  # random: the folder that holds the file
    filename: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]  # bytes
    is_long: Mapped[bool]  # worked on in the background
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    uploaded_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="waiting")
    state_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(default=0)
    columns: Mapped[str | None]  # JSON, chosen by hand: field -> column index or ''; first_line -> line of the first home
    preview: Mapped[str | None]  # JSON: what was read, in figures (`preview.py`)
    based_on: Mapped[int | None]  # `services.roll_fingerprint` of the roll that the preview was compared with
    problem: Mapped[str | None]  # JSON: reasons why the last step was refused
    import_id: Mapped[int | None] = mapped_column(ForeignKey("roll_imports.id"))


@append_only
class HomeFact(Base):
    """What holds of a home from `effective_at` on. `owner_id` empty = the home is gone from the roll."""

    __tablename__ = "home_facts"
    __table_args__ = (
        Index(None, "home_id", "effective_at", "id"),
        Index(None, "unit_id", "effective_at"),
        CheckConstraint("area >= 0", name="area_not_negative"),
        CheckConstraint("kind IN ('dwelling', 'shop', 'parking', 'other')", name="kind"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    home_id: Mapped[int] = mapped_column(ForeignKey("homes.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("roll_imports.id"))
    effective_at: Mapped[datetime]
    area: Mapped[int]  # 1/100 m2
    area_basis: Mapped[str]  # registry, survey, contract, unknown (SPC interpretation 8)
    kind: Mapped[str]
    title: Mapped[str]  # registered, unsold, sold_undelivered (SPC interpretation 9)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("owners.id"), index=True)
    voter_id: Mapped[int | None] = mapped_column(ForeignKey("titleholders.id"))  # co-owner named to vote
    shares: Mapped[str | None]  # co-owners' shares as "titleholder id:p/q,...", where the roll gives them
    # A fact entered by hand says who and why; one that came with a file has its import.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str | None]


class HouseholdMember(Base):
    """Somebody who lives in a home without owning it: a tenant, a relative."""

    __tablename__ = "household_members"

    id: Mapped[int] = mapped_column(primary_key=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("homes.id"), index=True)
    name: Mapped[str]
    id_last_four: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)


class Invitation(Base):
    """A printed way in: one sheet per home, one code on it for each person entitled to it.

    Only the SHA-256 of the 160-bit token is stored.  Issuing a new sheet voids the old one.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("(titleholder_id IS NULL) <> (household_member_id IS NULL)", name="for_one_person"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("homes.id"), index=True)
    titleholder_id: Mapped[int | None] = mapped_column(ForeignKey("titleholders.id"), index=True)
    household_member_id: Mapped[int | None] = mapped_column(ForeignKey("household_members.id"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]


@append_only
class LookUp(Base):
    """Who looked at personal data of the roll, when, at what."""

    __tablename__ = "look_ups"
    __table_args__ = (Index(None, "unit_id", "at"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    what: Mapped[str]
    subject: Mapped[str]
