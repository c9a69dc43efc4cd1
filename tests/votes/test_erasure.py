"""After the retention time what is personal of a vote goes for good, and nothing else can ever go."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DatabaseError

from participation.database import Base, transaction
from participation.erasable import erased_columns, loses_rows
from participation.kernel.refusal import Refusal
from participation.record.merkle import Frontier, leaf_hash, root_of
from participation.record.models import LogEntry
from participation.record.services import append, hold_log, log_of
from participation.votes.erasure_models import Erasure
from participation.votes.models import Ballot, Vote
from participation.votes.retention import retention_of, years_after
from participation.votes.services.correcting import correct_area
from participation.votes.services.erasing import erase_vote, sweep
from participation.votes.services.noticing import cancel
from participation.votes.services.objecting import answer_objection, object_to_count
from tests.desk.steps import DESK
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.votes.pages_support import Hall, words

OBJECTION = "The ballot of the corner house was counted wrongly, say the neighbours"


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def finished(app: Flask, hall: Hall) -> Vote:
    """A vote with ballots, a co-owner's statement, a correction and an objection, ended."""
    lane, vote = hall.lane, hall.open()
    for name, choice in (("wang", "yes"), ("qian", "no"), ("deng", "yes"), ("li", "yes")):
        hall.cast(vote, getattr(lane, name), choice)
    with app.app_context(), transaction():
        correct_area(vote.id, lane.homes["1-101"].id, 8600, "Register of 2025", lane.lin.id, hall.clock)
    hall.count(vote)
    with app.app_context(), transaction():
        objection = object_to_count(vote.id, lane.qian.id, OBJECTION, hall.clock)
        answer_objection(objection.id, False, "The count was right.", lane.lin.id, hall.clock)
    hall.finish(vote)
    return vote


def wait_until_due(hall: Hall, years: int = 5) -> None:
    hall.clock.at = years_after(hall.clock.at, years) + timedelta(seconds=1)


def erase(app: Flask, vote: Vote) -> dict[str, int]:
    with app.app_context(), transaction():
        return erase_vote(vote.id, None, app.extensions["clock"])


def rows(app: Flask, statement: str) -> list[Any]:
    with app.app_context(), transaction(write=False) as session:
        return list(session.execute(text(statement)).all())


def attempt(app: Flask, statement: str, **values: Any) -> None:
    with app.app_context(), transaction() as session:
        session.execute(text(statement), values)


def test_what_is_personal_goes_and_the_rest_stays(app: Flask, hall: Hall) -> None:
    vote = finished(app, hall)
    other = finished(app, hall)
    before = rows(app, f"SELECT id, elector_id, turn, channel, receipt, log_index FROM ballots WHERE vote_id = {vote.id} ORDER BY id")
    results = rows(app, "SELECT id, data FROM results ORDER BY id")
    wait_until_due(hall)
    counts = erase(app, vote)
    assert counts["ballots"] == 4
    assert counts["electors"] == 5
    assert counts["objections"] == 1
    assert counts["roll_lines"] == 5
    for choices, salt, cast_by in rows(app, f"SELECT choices, salt, cast_by_id FROM ballots WHERE vote_id = {vote.id}"):
        assert (choices, bytes(salt), cast_by) == ("{}", b"", None)
    for owner, voter, salt in rows(app, f"SELECT owner_id, voter_id, salt FROM electors WHERE vote_id = {vote.id}"):
        assert (owner, voter, bytes(salt)) == (None, None, b"")
    assert set(rows(app, f"SELECT elector_id FROM elector_homes WHERE vote_id = {vote.id}")) == {(None,)}
    assert rows(app, f"SELECT id, elector_id, turn, channel, receipt, log_index FROM ballots WHERE vote_id = {vote.id} ORDER BY id") == before
    assert rows(app, "SELECT id, data FROM results ORDER BY id") == results
    kept = rows(app, f"SELECT choices, salt, cast_by_id FROM ballots WHERE vote_id = {other.id}")
    assert len(kept) == 4
    assert all(choices != "{}" and len(bytes(salt)) == 32 and cast_by for choices, salt, cast_by in kept)
    assert rows(app, f"SELECT text FROM objections WHERE vote_id = {other.id}") == [(OBJECTION,)]


def test_the_record_says_so_and_goes_on_to_verify(app: Flask, client: ParsingClient, hall: Hall) -> None:
    vote = finished(app, hall)
    wait_until_due(hall)
    erase(app, vote)
    with app.app_context(), transaction(write=False) as session:
        log = log_of(vote.unit_id)
        entries = session.scalars(select(LogEntry).where(LogEntry.log_id == log.id).order_by(LogEntry.index)).all()
        assert root_of([leaf_hash(e.payload.encode()) for e in entries]) == Frontier.from_bytes(log.frontier).root()
        said = json.loads(entries[-1].payload)
    assert said["kind"] == "erased"
    assert (said["vote"], said["years"]) == (vote.id, 5)
    assert {"ballots", "electors", "objections"} <= set(said["what"])
    client.see(f"/votes/{vote.id}/record")
    assert "Personal contents erased after the retention time of 5 years" in words(client)


def test_the_pages_of_an_erased_vote(app: Flask, client: ParsingClient, hall: Hall) -> None:
    vote = finished(app, hall)
    with app.app_context(), transaction(write=False) as session:
        receipt = session.scalars(select(Ballot.receipt).where(Ballot.vote_id == vote.id)).first()
    client.see(f"/votes/{vote.id}/result")
    figures = words(client)
    wait_until_due(hall)
    erase(app, vote)
    client.see(f"/votes/{vote.id}/result")
    assert words(client) == figures
    client.see(f"/receipts/{receipt}")
    assert "The contents were erased on" in words(client)
    assert "The record does not agree with this receipt" not in words(client)
    assert "opening" not in client.get(f"/receipts/{receipt}/proof.json").get_json()
    client.see(f"/votes/{vote.id}/participation")
    assert "The contents were erased on" in words(client)
    client.see(f"/votes/{vote.id}")
    assert OBJECTION not in words(client)
    assert "The text was erased after the retention time." in words(client)
    for sheet in ("notice", "preliminary", "final", "result"):
        client.see(f"/votes/{vote.id}/print/{sheet}")
    client.sign_in(hall.lane.wang)
    for path in ("/", f"/votes/{vote.id}", f"/receipts/{receipt}"):
        client.see(path)
        assert "What I chose" not in words(client)
    client.sign_in(hall.lane.lin, "staff")
    client.see(f"{DESK}/votes/{vote.id}")
    assert "The contents were erased on" in words(client)
    client.see(f"{DESK}/votes/{vote.id}/turnout", 409)
    assert "this page has nothing left to show" in client.text()
    client.see(f"{DESK}/retention")
    assert "erased on" in words(client)


def test_the_desk_lists_what_is_due_and_when(app: Flask, client: ParsingClient, hall: Hall) -> None:
    client.sign_in(hall.lane.lin, "staff")
    client.see(f"{DESK}/retention")
    assert "Nothing to keep yet" in words(client)
    vote = finished(app, hall)
    client.sign_in(hall.lane.lin, "staff")
    client.see(f"{DESK}/retention")
    assert "kept for 5 years" in words(client)
    assert "Due now" not in words(client)
    wait_until_due(hall)
    client.sign_in(hall.lane.lin, "staff")
    client.see(f"{DESK}/retention")
    assert "Due now" in words(client)
    assert f"flask retention erase --vote {vote.id}" in words(client)
    client.sign_in(hall.lane.he, "staff")
    client.see(f"{DESK}/retention", 404)


def test_the_command_lists_erases_and_refuses(app: Flask, hall: Hall) -> None:
    vote = finished(app, hall)
    runner = app.test_cli_runner()
    assert "due on" in runner.invoke(args=["retention", "due"]).output
    early = runner.invoke(args=["retention", "erase", "--vote", str(vote.id)])
    assert early.exit_code == 2
    assert "kept for 5 years" in early.stderr
    assert runner.invoke(args=["retention", "erase", "--vote", "404"]).exit_code == 2
    wait_until_due(hall)
    assert "DUE since" in runner.invoke(args=["retention", "due"]).output
    done = runner.invoke(args=["retention", "erase", "--vote", str(vote.id)])
    assert (done.exit_code, "goes on to verify" in done.output) == (0, True), done.output
    assert "erased 20" in runner.invoke(args=["retention", "due"]).output
    again = runner.invoke(args=["retention", "erase", "--vote", str(vote.id)])
    assert (again.exit_code, "erased already" in again.stderr) == (2, True)
    assert runner.invoke(args=["retention", "sweep"]).exit_code == 0


def test_a_vote_that_goes_on_is_never_erased(app: Flask, hall: Hall) -> None:
    vote = hall.open()
    hall.cast(vote, hall.lane.wang)
    hall.clock.advance(days=4000)
    with pytest.raises(Refusal) as refused:
        erase(app, vote)
    assert refused.value.codes == ("not_ended",)


def test_a_cancelled_vote_is_erased_five_years_after_its_cancellation(app: Flask, hall: Hall) -> None:
    vote = hall.open()
    hall.cast(vote, hall.lane.wang)
    hall.clock.advance(days=1)
    with app.app_context(), transaction():
        cancel(vote.id, "The offer was withdrawn.", hall.lane.lin.id, hall.clock)
    at = hall.clock.at
    hall.clock.at = years_after(at, 5) - timedelta(seconds=1)
    with pytest.raises(Refusal):
        erase(app, vote)
    hall.clock.at = years_after(at, 5)
    assert erase(app, vote)["ballots"] == 1


TRIES = [
    "UPDATE ballots SET choices = '{}', salt = {none}",
    "UPDATE ballots SET choices = '{}', salt = {none}, cast_by_id = NULL, assisted_by_id = NULL",
    "UPDATE electors SET owner_id = NULL, voter_id = NULL, salt = {none}",
    "UPDATE elector_homes SET elector_id = NULL",
    "UPDATE objections SET text = '', salt = {none}, by_id = NULL",
    "DELETE FROM roll_lines",
    "DELETE FROM co_owner_statements",
    "DELETE FROM ballots",
]


def _sql(app: Flask, statement: str) -> str:
    return statement.replace("{none}", "x''" if "sqlite" in app.config["SQLALCHEMY_DATABASE_URI"] else "CAST('' AS bytea)")


@pytest.mark.parametrize("statement", TRIES)
def test_before_its_time_the_database_itself_erases_nothing(app: Flask, hall: Hall, statement: str) -> None:
    vote = finished(app, hall)
    with app.app_context(), transaction() as session:  # a statement of a co-owner, so that every table has a row
        session.execute(
            text(
                "INSERT INTO co_owner_statements (vote_id, elector_id, by_id, turn, choices, at, salt, log_index) "
                "SELECT vote_id, elector_id, cast_by_id, 1, choices, received_at, salt, 0 FROM ballots WHERE vote_id = :vote"
            ),
            {"vote": vote.id},
        )
    wait_until_due(hall)
    with pytest.raises(DatabaseError, match="append-only"):
        attempt(app, _sql(app, statement))


AFTER = [
    "UPDATE ballots SET choices = '{\"1\":\"no\"}' WHERE vote_id = :vote",
    "UPDATE ballots SET salt = {none}, choices = '{}', turn = 2 WHERE vote_id = :vote",
    "UPDATE ballots SET salt = {none}, choices = '{}', elector_id = elector_id + 1 WHERE vote_id = :vote",
    "UPDATE ballots SET salt = {none}, choices = '{}', cast_by_id = :lin WHERE vote_id = :vote",
    "DELETE FROM ballots WHERE vote_id = :vote",
    "DELETE FROM electors WHERE vote_id = :vote",
    "UPDATE electors SET owner_id = (SELECT MIN(id) FROM owners) WHERE vote_id = :vote",
    "UPDATE electors SET salt = {none}, area = area + 1 WHERE vote_id = :vote",
    "UPDATE results SET data = '{}' WHERE vote_id = :vote",
    "UPDATE log_entries SET payload = '{}' WHERE vote_id = :vote",
    "UPDATE ballots SET choices = '{}', salt = {none}, cast_by_id = NULL WHERE vote_id = :other",
    "DELETE FROM roll_lines WHERE vote_id = :other",
    "UPDATE objections SET text = '', salt = {none}, by_id = NULL WHERE vote_id = :other",
    "DELETE FROM erasures",
    "UPDATE erasures SET vote_id = :other",
]


@pytest.mark.parametrize("statement", AFTER)
def test_after_an_erasure_nothing_else_has_become_possible(app: Flask, hall: Hall, statement: str) -> None:
    vote, other = finished(app, hall), finished(app, hall)
    wait_until_due(hall)
    erase(app, vote)
    wanted = {"vote": vote.id, "other": other.id, "lin": hall.lane.lin.id}
    statement = _sql(app, statement)
    with pytest.raises(DatabaseError, match="append-only"):
        attempt(app, statement, **{name: value for name, value in wanted.items() if f":{name}" in statement})


def _entry(app: Flask, vote: Vote, kind: str = "erased") -> int:
    with app.app_context(), transaction():
        return append(hold_log(vote.unit_id), kind, {"vote": vote.id}, app.extensions["clock"].now(), vote.id)


@pytest.mark.parametrize("lie", ["too early", "not ended", "not on record", "another entry", "a shortened rule", "no time"])
def test_the_database_takes_no_erasure_before_its_time(app: Flask, hall: Hall, lie: str) -> None:
    vote = hall.open() if lie == "not ended" else finished(app, hall)
    ended = hall.clock.at
    wait_until_due(hall)
    at = ended + timedelta(days=365) if lie in ("too early", "a shortened rule") else hall.clock.at
    index = 10**6 if lie == "not on record" else _entry(app, vote, "archived" if lie == "another entry" else "erased")
    if lie == "a shortened rule":
        hall.amend_rule(vote, retention_years=0)
    row = Erasure(vote_id=vote.id, at=None if lie == "no time" else at, by_id=None, log_index=index)
    with pytest.raises(DatabaseError, match=r"takes no such row|NOT NULL|null value"), app.app_context(), transaction() as session:
        session.add(row)
    assert rows(app, "SELECT * FROM erasures") == []


def test_the_retention_is_the_longest_of_the_questions_and_starts_with_the_end(app: Flask, hall: Hall) -> None:
    vote = finished(app, hall)
    with app.app_context(), transaction(write=False) as session:
        kept = retention_of(session.get_one(Vote, vote.id))
        assert kept is not None
        assert (kept.years, kept.ended_at, kept.erased_at) == (5, hall.clock.at, None)
        assert kept.due_at == kept.ended_at.replace(year=kept.ended_at.year + 5)


@pytest.mark.sqlite
def test_no_erased_byte_stays_in_the_files(app: Flask, hall: Hall) -> None:
    vote = finished(app, hall)
    with app.app_context(), transaction(write=False) as session:
        salts = [bytes(salt) for salt in session.scalars(text(f"SELECT salt FROM ballots WHERE vote_id = {vote.id}"))]
        salts += [bytes(salt) for salt in session.scalars(text(f"SELECT salt FROM electors WHERE vote_id = {vote.id}"))]
        line = session.scalars(text("SELECT line FROM roll_lines")).first()
    path = Path(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database or "")

    def files() -> bytes:
        return b"".join(Path(f"{path}{ending}").read_bytes() for ending in ("", "-wal") if Path(f"{path}{ending}").exists())

    assert all(salt in files() for salt in salts)
    assert OBJECTION.encode() in files()
    wait_until_due(hall)
    erase(app, vote)
    with app.app_context():
        assert sweep()
    left = files()
    assert not any(salt in left for salt in salts)
    assert OBJECTION.encode() not in left
    assert str(line).encode() not in left


def test_every_table_with_salts_says_what_it_loses() -> None:
    """A salt is there to keep something closed: whoever adds a table with one must say how it is erased."""
    silent = {
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if "salt" in mapper.local_table.columns and not loses_rows(mapper.class_) and "salt" not in erased_columns(mapper.class_)
    }
    assert silent == set()


def test_what_co_owners_said_and_took_back_goes_too(app: Flask, hall: Hall) -> None:
    """Rows that point to each other go in an order that leaves nothing pointing into nothing."""
    vote = finished(app, hall)
    with app.app_context(), transaction() as session:
        session.execute(
            text(
                "INSERT INTO co_owner_statements (vote_id, elector_id, by_id, turn, choices, at, salt, log_index) "
                "SELECT vote_id, elector_id, cast_by_id, 1, choices, received_at, salt, 0 FROM ballots WHERE vote_id = :vote"
            ),
            {"vote": vote.id},
        )
        session.execute(
            text(
                "INSERT INTO co_owner_withdrawals (vote_id, statement_id, at, salt, log_index) "
                "SELECT vote_id, id, at, salt, 0 FROM co_owner_statements"
            )
        )
    wait_until_due(hall)
    counts = erase(app, vote)
    assert (counts["co_owner_statements"], counts["co_owner_withdrawals"]) == (4, 4)
    assert rows(app, "SELECT id FROM co_owner_statements UNION ALL SELECT id FROM co_owner_withdrawals") == []
