"""Neighbourhoods made for measuring: a roll, an open vote whose owners are signed in, and a finished vote of any size.

Draft, notice, count and result go through the site's own services on a clock that replays the past.
Roll and ballots are written in bulk. Each ballot in bulk has its salted commitment as a leaf of the
record, so that the log can be verified to the last entry all the same.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import func, select, update

from participation.accounts.models import Person, SignIn
from participation.accounts.visitor import hash_token
from participation.database import Base, db, transaction
from participation.kernel.clock import SettableClock
from participation.record.commitment import canonical, commit, new_salt
from participation.record.merkle import Frontier, leaf_hash
from participation.record.models import LogEntry, LogNode
from participation.record.services import hold_log
from participation.roll.models import Area, Building, Home, HomeFact, Owner, OwnerMember, Stairwell, Titleholder, Unit
from participation.roll.services import found_unit
from participation.votes.electors import Weight
from participation.votes.models import Ballot, Elector, Vote, VoteCount
from participation.votes.services import closing, drafting, noticing
from participation.votes.services.boxing import ballot_content, new_receipt
from participation.votes.standing import Channel

BATCH = 5000
CHOICES = ("yes", "yes", "yes", "no", "abstain", "follow")


class Voter(NamedTuple):
    """A signed-in owner whose casting is unlocked, and the session cookie that says so."""

    elector_id: int
    cookie: str


def make_unit(slug: str, homes: int, at: datetime) -> Unit:
    """A neighbourhood in which each home has an owner of its own, who has a phone. A building holds 1000 homes."""
    area = Area(slug=f"area-{slug}", name="测量片区")
    db.session.add(area)
    db.session.flush()
    unit = found_unit(slug, f"测量小区 {slug}", area, at)
    buildings = [Building(unit_id=unit.id, name=f"{n + 1}号楼", position=n + 1) for n in range(-(-homes // 1000))]
    db.session.add_all(buildings)
    db.session.flush()
    stairwells = [Stairwell(building_id=building.id, name="", position=1) for building in buildings]
    db.session.add_all(stairwells)
    db.session.flush()
    for start in range(0, homes, BATCH):
        _add_homes(unit, buildings, stairwells, range(start, min(start + BATCH, homes)), at)
    return unit


def _add_homes(
    unit: Unit, buildings: list[Building], stairwells: list[Stairwell], numbers: range, at: datetime
) -> None:
    """The homes with these numbers and the people behind them: the same rows as an import leaves, without its reading."""
    first = {table: 1 + (db.session.scalar(select(func.max(table.id))) or 0) for table in (Person, Titleholder, Owner, Home)}
    people, holders, owners, members, places, facts = [], [], [], [], [], []
    for at_number, n in enumerate(numbers):
        person, holder, owner, home = (first[table] + at_number for table in (Person, Titleholder, Owner, Home))
        building, room = buildings[n // 1000], f"{n % 1000 // 10 + 1}{n % 10 + 1:02d}"
        name = f"业主{n:06d}"
        people.append({"id": person, "name": name, "created_at": at, "large_text": False})
        holders.append(
            {"id": holder, "unit_id": unit.id, "name": name, "id_last_four": f"{n % 10000:04d}", "is_developer": False,
             "person_id": person}
        )  # fmt: skip
        owners.append({"id": owner, "unit_id": unit.id, "key": str(holder)})
        members.append({"owner_id": owner, "titleholder_id": holder})
        places.append(
            {"id": home, "unit_id": unit.id, "building_id": building.id, "stairwell_id": stairwells[n // 1000].id,
             "number": room, "floor": room[:-2], "label": f"{building.name} {room}"}
        )  # fmt: skip
        facts.append(
            {"unit_id": unit.id, "home_id": home, "effective_at": at, "area": 4000 + n * 37 % 9000,
             "area_basis": "registry", "kind": "dwelling", "title": "registered", "owner_id": owner}
        )  # fmt: skip
    for table, rows in (
        (Person, people), (Titleholder, holders), (Owner, owners), (OwnerMember, members), (Home, places), (HomeFact, facts),
    ):  # fmt: skip
        _store(table, rows)


def _store(table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Many rows at once, without an object for each."""
    db.session.connection().execute(table.__table__.insert(), rows)


def announce(unit_id: int, opens: datetime, days: int) -> Vote:
    """A vote with two questions, announced sixteen days before it opens."""
    clock = SettableClock(opens - timedelta(days=16))
    vote = drafting.draft_vote(unit_id, "加装太阳能路灯与调整停车位", None, clock.now())
    drafting.put_question(vote, "是否同意使用公共收益 9.6 万元加装 48 盏太阳能路灯?", "other", "cn.278.ordinary")
    drafting.put_question(vote, "是否同意将 6 号楼北侧绿地边缘改为 22 个停车位?", "common_parts", "cn.278.special")
    drafting.change_draft(vote, explanation="两件事一次表决。", opens_at=opens, closes_at=opens + timedelta(days=days))
    noticing.publish_notice(vote.id, None, clock)
    return vote


def open_vote(app: Flask, slug: str, owners: int) -> tuple[int, list[Voter]]:
    """An open vote in a neighbourhood of its own: its id, and every owner signed in with casting unlocked."""
    now = datetime.now(UTC)
    with app.app_context():
        with transaction():
            unit = make_unit(slug, owners, now - timedelta(days=60))
            vote = announce(unit.id, now - timedelta(days=2), 20)
        with transaction():
            return vote.id, list(_sign_in_everybody(app, vote.id, now))


def _sign_in_everybody(app: Flask, vote_id: int, now: datetime) -> Iterator[Voter]:
    signed = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    rows, voters = [], []
    for elector_id, person_id in db.session.execute(
        select(Elector.id, Titleholder.person_id)
        .join(OwnerMember, OwnerMember.owner_id == Elector.owner_id)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Elector.vote_id == vote_id)
        .order_by(Elector.number)
    ):
        token = f"benchmark-{vote_id}-{elector_id:010d}"
        rows.append(
            {"token_hash": hash_token(token), "person_id": person_id, "kind": "device", "user_agent": "bench",
             "created_at": now, "last_seen_at": now, "unlocked_until": now + timedelta(hours=1)}
        )  # fmt: skip
        # The cookie as the last page of the letter leaves it: the sign-in's token, and the secret of the CSRF check.
        kept = {"_user_id": token, "_fresh": True, "_permanent": True, "csrf_token": secrets.token_hex(20)}
        voters.append(Voter(elector_id, signed.dumps(kept)))
    _store(SignIn, rows)
    return iter(voters)


def finished_vote(app: Flask, slug: str, owners: int) -> int:
    """A vote with a posted final result in which every one of `owners` has cast a ballot; returns its id."""
    now = datetime.now(UTC)
    chance = random.Random(owners)
    opens = now - timedelta(days=40)
    with app.app_context():
        with transaction():
            unit = make_unit(slug, owners, now - timedelta(days=70))
            vote = announce(unit.id, opens, 15)
        with transaction():
            cast_in_bulk(vote, opens + timedelta(hours=1), chance)
        clock = SettableClock(opens + timedelta(days=16))
        with transaction():
            closing.count_preliminarily(vote.id, None, clock)
        clock.advance(days=8)
        with transaction():
            closing.finalise(vote.id, None, clock)
        return vote.id


def cast_in_bulk(vote: Vote, at: datetime, chance: random.Random) -> None:
    """One ballot per elector, as `casting.cast` would have stored it: commitment, leaf, nodes, ballot, kept counts."""
    log = hold_log(vote.unit_id)
    questions = [str(question.id) for question in vote.questions]
    electors = db.session.execute(
        select(Elector.id, Elector.number, Elector.area, Titleholder.person_id)
        .join(OwnerMember, OwnerMember.owner_id == Elector.owner_id)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Elector.vote_id == vote.id)
        .order_by(Elector.number)
    ).all()
    for start in range(0, len(electors), BATCH):
        entries, nodes, ballots = [], [], []
        frontier = Frontier.from_bytes(log.frontier)
        for elector in electors[start : start + BATCH]:
            at += timedelta(seconds=1)
            choices = {question: chance.choice(CHOICES) for question in questions}
            salt, index = new_salt(), frontier.size
            content = ballot_content(vote.id, elector.number, 1, Weight(1, elector.area), choices, Channel.PHONE, at)
            sealed = {"vote": vote.id, "commitment": commit(salt, canonical(content)).hex()}
            payload = canonical({"kind": "ballot", **sealed})
            frontier, made = frontier.append(leaf_hash(payload))
            nodes += [{"log_id": log.id, "level": n.level, "index": n.position, "hash": n.hash} for n in made]
            entries.append(
                {"log_id": log.id, "index": index, "vote_id": vote.id, "kind": "ballot", "at": at, "payload": payload.decode()}
            )
            ballots.append(
                {"vote_id": vote.id, "elector_id": elector.id, "turn": 1, "cast_by_id": elector.person_id,
                 "channel": str(Channel.PHONE), "received_at": at, "choices": choices, "idempotency_key": f"bulk-{elector.id}",
                 "receipt": new_receipt(), "salt": salt, "log_index": index}
            )  # fmt: skip
        _store(LogEntry, entries)
        _store(LogNode, nodes)
        _store(Ballot, ballots)
        log.size, log.frontier = frontier.size, frontier.to_bytes()
        db.session.flush()
    db.session.execute(
        update(VoteCount)
        .where(VoteCount.vote_id == vote.id)
        .values(part_heads=len(electors), part_area=sum(elector.area for elector in electors))
    )
