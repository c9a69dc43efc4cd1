"""What a newcomer finds: votes in every state, ballots by every way, and for each piece of work something left to do."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from participation.accounts.models import Person, Role
from participation.accounts.visitor import clock_now
from participation.database import db
from participation.demo import board, people
from participation.demo.links import links
from participation.votes.behalf_queries import held_by
from participation.votes.models import Ballot, DoubleBallot, Vote
from participation.votes.phases import Phase
from participation.votes.queries import turnout
from participation.votes.secret.board_key import board_secret, read_board_key
from participation.votes.secret.shares import combine, read_share
from participation.votes.secret_models import SecretBoard, SecretMark
from participation.votes.services.steps import phase_now
from participation.votes.sheet_models import SheetOutcome, SheetReading, SheetReturn
from participation.votes.visit_models import Visit
from tests.evidence.support import verify, write_evidence

FINAL, ELECTION, OPEN, ANNOUNCED, SECRET = 1, 2, 3, 4, 5
ALL_WAYS = {"phone", "paper", "polling_point", "doorstep", "recorded_phone"}


def test_the_votes_stand_in_five_states(inside: Any) -> None:
    votes = {vote.number: vote for vote in db.session.scalars(select(Vote))}
    phases = {number: phase_now(vote, clock_now()) for number, vote in votes.items()}
    assert phases == {
        FINAL: Phase.FINAL, ELECTION: Phase.PRELIMINARY, OPEN: Phase.OPEN, ANNOUNCED: Phase.NOTICE, SECRET: Phase.OPEN,
    }  # fmt: skip
    assert votes[SECRET].secret
    assert not any(vote.secret for number, vote in votes.items() if number != SECRET)


def test_ballots_came_by_every_way_and_each_owner_counts_once(inside: Any) -> None:
    for vote_id, ways in ((FINAL, ALL_WAYS), (ELECTION, ALL_WAYS - {"recorded_phone"}), (OPEN, ALL_WAYS - {"recorded_phone"})):
        found = db.session.execute(select(Ballot.channel, func.count()).where(Ballot.vote_id == vote_id).group_by(Ballot.channel)).all()
        assert {channel for channel, _ in found} == ways
        electors = db.session.scalar(select(func.count(func.distinct(Ballot.elector_id))).where(Ballot.vote_id == vote_id))
        assert turnout(db.session.get_one(Vote, vote_id)).part_heads == electors


def test_owners_voted_through_others_and_some_handed_in_two_ballots(inside: Any) -> None:
    through = dict(db.session.execute(
        select(Ballot.vote_id, func.count()).where(Ballot.authority_id.is_not(None)).group_by(Ballot.vote_id)
    ).all())  # fmt: skip
    assert through == {FINAL: 3, ELECTION: 2}
    for double in db.session.scalars(select(DoubleBallot)):
        stands, replaced = db.session.get_one(Ballot, double.stands_id), db.session.get_one(Ballot, double.replaced_id)
        assert (stands.channel, replaced.channel) == ("paper", "phone")
        assert stands.received_at < replaced.received_at  # the first one stands, although it was noted later
    assert set(db.session.scalars(select(DoubleBallot.vote_id))) == {FINAL, ELECTION, OPEN}


def test_every_sheet_that_counts_was_read_alike_by_two(inside: Any) -> None:
    counted = db.session.scalars(select(SheetOutcome.return_id).where(SheetOutcome.kind == "counted")).all()
    assert counted
    for return_id in counted:
        first, second = db.session.scalars(select(SheetReading).where(SheetReading.return_id == return_id)).all()
        assert first.by_id != second.by_id
        assert first.choices == second.choices
    kinds = set(db.session.scalars(select(SheetOutcome.kind).where(SheetOutcome.vote_id == FINAL)))
    assert kinds == {"counted", "unsigned", "late"}


def test_the_open_vote_leaves_work_for_each_of_the_three(inside: Any) -> None:
    waiting = select(SheetReturn.id).where(SheetReturn.vote_id == OPEN, ~select(SheetOutcome).where(SheetOutcome.return_id == SheetReturn.id).exists())
    readings = sorted(
        db.session.scalar(select(func.count()).where(SheetReading.return_id == return_id)) or 0
        for return_id in db.session.scalars(waiting)
    )
    assert readings == [1, 2]  # one waits for its second reader, one for the third person
    lin = db.session.scalars(select(Person.id).where(Person.login == people.handle("support"))).one()
    assert not set(db.session.scalars(select(SheetReading.by_id).where(SheetReading.return_id.in_(waiting)))) & {lin}
    outcomes = set(db.session.scalars(select(Visit.outcome).where(Visit.vote_id == OPEN)))
    assert {"absent", "answered", "voted_here"} <= outcomes
    holder = db.session.scalars(select(Person.id).where(Person.login == people.handle("owner-of-several-homes"))).one()
    assert [held.vote_id for held in held_by(holder, clock_now())] == [OPEN]


def test_the_residents_of_the_links_have_not_voted_where_they_still_can(inside: Any) -> None:
    for person_id in people.spared_persons(1):
        assert not db.session.scalars(select(Ballot.id).where(Ballot.vote_id == OPEN, Ballot.cast_by_id == person_id)).all()
    marked = set(db.session.scalars(select(SecretMark.cast_by_id)))
    assert marked
    assert not marked & set(people.spared_persons(1))


def test_any_two_shares_beside_the_site_open_the_boards_key(inside: Flask) -> None:
    folder = Path(inside.config["INSTANCE"]) / board.FOLDER
    key = read_board_key((folder / "board-key.txt").read_text(encoding="utf-8"))
    assert db.session.get_one(SecretBoard, SECRET).key == key.line
    pages = [folder / f"share-{n}.txt" for n in (1, 2, 3)]
    shares = [read_share("\n".join(page.read_text(encoding="utf-8").splitlines()[-4:])) for page in pages]
    assert board_secret(combine(shares[1:])).public == key
    assert {stat.S_IMODE(page.stat().st_mode) for page in pages} == {0o600}
    assert all("FOR TRYING ONLY" in page.read_text(encoding="utf-8") for page in pages)
    assert str(folder) in board.where()


def test_a_link_for_everybody_and_each_leads_in(loaded: Flask) -> None:
    with loaded.test_request_context():
        found = {link.role: link for link in links()}
    assert list(found) == [*people.STAFF, *people.RESIDENTS]
    for role in ("third-support", "observer", "owner"):
        client = loaded.test_client()
        client.see("/demo/" + found[role].url.rsplit("/", 1)[-1])
        client.submit("/demo/")
    assert people.STAFF["third-support"][0] == Role.SUPPORT


def test_the_pages_of_the_work_left_open(loaded: Flask) -> None:
    client = loaded.test_client()
    with loaded.test_request_context():
        way_in = next(link.url for link in links() if link.role == "support")
    client.see("/demo/" + way_in.rsplit("/", 1)[-1])
    client.submit("/demo/")
    for page in ("", "/paper", "/paper/readings", "/paper/differences", "/station", "/authorities", "/principals", "/two-ballots"):
        client.see(f"/desk/old-estate-36/votes/{OPEN}{page}")
    for page in (f"/votes/{FINAL}/result", f"/votes/{FINAL}/record", f"/votes/{SECRET}", "/units/old-estate-36/record"):
        client.see(page)


def test_a_stranger_confirms_the_final_result(loaded: Flask, tmp_path: Path) -> None:
    for auditor in (False, True):
        code, report = verify(write_evidence(loaded, FINAL, tmp_path / f"{auditor}.zip", auditor=auditor))
        assert (code, report["wrong"]) == (0, [])
