"""Freezing the roll: the copy against which a vote counts, sealed by a fingerprint in the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select

from participation.database import db
from participation.kernel.quantities import format_hundredths
from participation.record.commitment import canonical, commit, fingerprint, new_salt
from participation.roll.models import Building, Home
from participation.roll.queries import members_of, roll_at
from participation.votes.models import Elector, ElectorHome, Vote, VoteCount
from participation.votes.roll_models import RollLine

BATCH = 1000


@dataclass
class Head:
    """One owner with all the homes that count in this vote. Areas in 1/100 m2."""

    owner_id: int
    homes: list[tuple[Home, int]] = field(default_factory=list)
    named_voters: set[int | None] = field(default_factory=set)

    @property
    def area(self) -> int:
        return sum(area for _, area in self.homes)

    @property
    def voter_id(self) -> int | None:
        """The co-owner named for every one of the homes; nobody where the homes name different people."""
        return next(iter(self.named_voters)) if len(self.named_voters) == 1 else None


def heads_in_scope(vote: Vote, at: datetime) -> list[Head]:
    """The owners of the homes in the vote's scope as the roll stands at `at`, in the order of the roll."""
    heads: dict[int, Head] = {}
    query = roll_at(vote.unit_id, at, buildings=vote.scope, stairwell_id=vote.stairwell_id)
    for home, area, _kind, _title, owner_id, voter_id in db.session.execute(query):
        head = heads.setdefault(owner_id, Head(owner_id))
        head.homes.append((home, area))
        head.named_voters.add(voter_id)
    return list(heads.values())


def freeze_roll(vote: Vote, at: datetime) -> VoteCount:
    """Copy the roll as it stands at `at` into the vote's electors and set its fingerprint.

    One head per owner however many homes (SPC interpretation 9); areas are summed.
    """
    heads = heads_in_scope(vote, at)
    count = VoteCount(vote_id=vote.id, roll_heads=len(heads), roll_area=sum(head.area for head in heads))
    db.session.add(count)
    vote.roll_fingerprint = fingerprint(_store(vote, heads)).hex()
    db.session.flush()
    return count


def _store(vote: Vote, heads: Sequence[Head]) -> Iterator[bytes]:
    """Insert electors, their homes and the sealed lines in batches; yield each line's commitment in order."""
    number = 0
    buildings = dict(db.session.execute(select(Building.id, Building.name).where(Building.unit_id == vote.unit_id)).all())
    for start in range(0, len(heads), BATCH):
        batch = heads[start : start + BATCH]
        names = members_of([head.owner_id for head in batch])
        electors, lines = [], []
        for head in batch:
            number += 1
            salt = new_salt()
            electors.append(
                {"vote_id": vote.id, "number": number, "owner_id": head.owner_id, "heads": 1, "area": head.area,
                 "voter_id": head.voter_id, "salt": salt}
            )  # fmt: skip
            line = canonical(roll_line(number, head, [holder.name for holder in names[head.owner_id]], buildings))
            seal = commit(salt, line)
            lines.append((head.owner_id, number, line.decode(), seal))
            yield seal
        db.session.execute(insert(Elector), electors)
        ids = dict(
            db.session.execute(
                select(Elector.owner_id, Elector.id).where(
                    Elector.vote_id == vote.id, Elector.number > number - len(batch), Elector.number <= number
                )
            ).all()
        )
        db.session.execute(
            insert(ElectorHome),
            [
                {"vote_id": vote.id, "home_id": home.id, "elector_id": ids[head.owner_id],
                 "building_id": home.building_id, "label": home.label, "area": area}
                for head in batch for home, area in head.homes
            ],
        )  # fmt: skip
        db.session.execute(
            insert(RollLine),
            [
                {"elector_id": ids[owner_id], "vote_id": vote.id, "number": place, "line": line, "seal": seal}
                for owner_id, place, line, seal in lines
            ],
        )  # fmt: skip


def roll_line(number: int, head: Head, names: Sequence[str], buildings: Mapping[int, str]) -> dict[str, object]:
    """What one line of the frozen roll says; its salted commitment is a leaf of the fingerprint."""
    return {
        "elector": number,
        "owners": sorted(names),
        "heads": 1,
        "area": format_hundredths(head.area),
        "homes": [
            {"home": home.label, "building": buildings[home.building_id], "area": format_hundredths(area)}
            for home, area in head.homes
        ],
    }
