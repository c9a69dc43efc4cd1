"""Everything that the server keeps is searched for a link between an elector and what was chosen.

The database file, its write-ahead log, a copy made while the vote was open, and every line of the log, with the
loudest logging there is: searched as bytes, before and after the box is closed.
"""

from __future__ import annotations

import base64
import itertools
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from participation.database import db
from participation.record.commitment import canonical
from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.secret import hopper
from participation.votes.secret.casting import SecretCast, place_of
from participation.votes.secret.codes import grouped
from participation.votes.secret.queries import sealed_ballots
from participation.votes.secret.sealing import digest, tracker
from participation.votes.secret_models import SecretEnvelope
from tests.support.estates import Estate
from tests.votes.secret_support import Booth, choices

pytestmark = pytest.mark.sqlite  # what is searched are the files of the embedded database

OWNERS = 14
WISHES = [list(names) for n in range(4) for names in itertools.combinations(("Bai", "Cai", "Dai"), n)]


class Searched:
    """An election in which every owner has voted, some twice, and all that the server has kept of it."""

    def __init__(self, app: Flask, estate: Estate, tmp_path: Path):
        self.app, self.estate, self.folder = app, estate, tmp_path
        self.booth = Booth(app, estate.unit)
        self.vote = self.booth.open(seats=3)
        self.casts: list[tuple[int, SecretCast]] = []  # (elector id, what the voter took away)
        self.sealed: dict[int, bytes] = {}  # elector id -> the last sealed ballot
        self.replaced: list[bytes] = []

    def vote_all(self) -> None:
        for number, person in enumerate(self.estate.owners):
            for wish in (WISHES[(number + 3) % len(WISHES)], WISHES[number % len(WISHES)])[number % 3 == 0 :]:
                done = self.booth.cast(self.vote, person, wish)
                with self.app.app_context():
                    elector = electors_of(person, self.vote.id)[0].id
                self.casts.append((elector, done))
                if elector in self.sealed:
                    self.replaced.append(self.sealed[elector])
                self.sealed[elector] = self.open_envelope(elector).sealed

    @property
    def key(self) -> bytes:
        return hopper.load_key(self.app.config["INSTANCE"], self.vote.id)

    def open_envelope(self, elector: int) -> hopper.Envelope:
        with self.app.app_context():
            row = db.session.get_one(SecretEnvelope, elector)
            vote = db.session.get_one(Vote, self.vote.id)
            return hopper.open_envelope(self.key, row.blob, place_of(vote, elector))

    def kept(self) -> dict[str, bytes]:
        """The files of the database as they are now."""
        path = Path(self.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
        return {file.name: file.read_bytes() for file in path.parent.glob(path.name + "*")}

    def copy(self) -> bytes:
        """A backup as an operator makes it while the site runs."""
        target = self.folder / "backup.db"
        with self.app.app_context():
            connection = db.engine.raw_connection()
            connection.driver_connection.execute("VACUUM INTO ?", (str(target),))  # type: ignore[union-attr]
            connection.close()
        return target.read_bytes()


class Ear(logging.Handler):
    """Hears every line of every logger, as loud as they can speak."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()}")

    def heard(self) -> dict[str, bytes]:
        return {"log": "\n".join(self.lines).encode("utf-8", "backslashreplace")}


@pytest.fixture
def searched(app: Flask, make: Any, tmp_path: Path, ear: Ear) -> Searched:
    found = Searched(app, Estate(app, make, [1] * OWNERS), tmp_path)
    found.vote_all()
    return found


@pytest.fixture
def ear(app: Flask) -> Iterator[Ear]:
    ear, root = Ear(), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    # Whatever configured logging before in this process (migrations do) may have silenced loggers that were there.
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    silenced = [logger for logger in loggers if logger.disabled]
    for logger in silenced:
        logger.disabled = False
    with app.app_context():
        db.engine.echo = "debug"  # every statement with its values
    yield ear
    for logger in silenced:
        logger.disabled = True
    with app.app_context():
        db.engine.echo = False
    root.setLevel(level)
    root.removeHandler(ear)


def spellings(secret: bytes) -> list[bytes]:
    """A value as it could stand in a file or a log: raw, hex, base 64, as Python prints bytes."""
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret), repr(secret)[2:-1].encode()]


def where(haystacks: dict[str, bytes], needles: list[bytes]) -> list[tuple[str, bytes]]:
    return [(name, needle[:24]) for name, hay in haystacks.items() for needle in needles if needle in hay]


def test_the_search_finds_what_is_there(searched: Searched, ear: Ear) -> None:
    """A search that cannot find would prove nothing: what is meant to be kept is found by the same means."""
    with searched.app.app_context():
        blob = db.session.get_one(SecretEnvelope, searched.casts[0][0]).blob
    everything = searched.kept() | {"backup": searched.copy()}
    # A row may be split over pages of the file, so a part of it is looked for.
    assert {name for name, _ in where(everything, [blob[:24]])} >= {"backup"}
    assert where(everything, [b"secret-ballot"])
    assert where(ear.heard(), [b"INSERT INTO secret_marks"])
    assert where(ear.heard(), [b"secret_envelopes"])


def test_while_the_vote_is_open_nothing_kept_tells_what_was_chosen(searched: Searched, ear: Ear) -> None:
    everything = searched.kept() | {"backup": searched.copy()} | ear.heard()
    needles: list[bytes] = []
    for _, done in searched.casts:
        needles += [done.tracker.encode(), grouped(done.tracker).encode()]
        needles += spellings(bytes.fromhex(done.digest)) + spellings(bytes.fromhex(done.salt))
    for sealed in [*searched.sealed.values(), *searched.replaced]:
        needles += [*spellings(sealed[:24]), *spellings(sealed[-24:])]
    for wish in WISHES:
        ballot = choices(searched.vote, wish)
        needles += [canonical(ballot), str(ballot).encode()]
    needles += spellings(searched.key)
    assert where(everything, needles) == []


def test_after_closing_the_ballots_are_there_and_nothing_leads_to_their_voters(
    searched: Searched, ear: Ear
) -> None:
    key, envelopes = searched.key, []
    with searched.app.app_context():
        envelopes = list(db.session.scalars(select(SecretEnvelope.blob)))
    searched.booth.close(searched.vote)
    everything = searched.kept() | {"backup": searched.copy()} | ear.heard()
    assert len(where({"backup": everything["backup"]}, [s[:24] for s in searched.sealed.values()])) == OWNERS
    needles = spellings(key)
    for _, done in searched.casts:
        needles += [*spellings(bytes.fromhex(done.salt)), done.tracker.encode(), grouped(done.tracker).encode()]
    for sealed in searched.replaced:
        needles += [*spellings(sealed[:24]), *spellings(sealed[-24:])]
    assert where(everything, needles) == []
    assert where({"backup": everything["backup"]}, [blob[:24] for blob in envelopes]) == [], "the envelopes are gone"
    instance = searched.app.config["INSTANCE"]
    files = {str(path): path.read_bytes() for path in Path(instance).rglob("*") if path.is_file()}
    assert where(files, spellings(key)) == [], "the hopper key is nowhere in the instance folder"


def test_the_order_of_rows_and_entries_tells_nothing(searched: Searched) -> None:
    searched.booth.close(searched.vote)
    with searched.app.app_context():
        box = list(sealed_ballots(searched.vote.id))
        by_row = list(db.session.execute(db.text("SELECT sealed FROM secret_ballots ORDER BY rowid")).scalars())
        marks = list(db.session.execute(db.text("SELECT elector_id FROM secret_marks ORDER BY rowid")).scalars())
    assert box == by_row == sorted(box, key=digest)
    assert marks == sorted(marks), "in the order of the roll, not of the casts"
    cast_order = [done.tracker for elector, done in searched.casts if searched.sealed[elector] in box and tracker(searched.sealed[elector]) == done.tracker]
    assert sorted(cast_order) == sorted(tracker(s) for s in box)
    assert cast_order != [tracker(s) for s in box]


def test_the_tables_have_no_column_in_which_a_link_could_stand(searched: Searched) -> None:
    with searched.app.app_context():
        tables = inspect(db.engine)
        columns = {name: {c["name"] for c in tables.get_columns(name)} for name in tables.get_table_names() if name.startswith("secret_")}
    assert columns == {
        "secret_boards": {"vote_id", "key", "members"},
        "secret_marks": {"elector_id", "vote_id", "cast_by_id", "day"},
        "secret_envelopes": {"elector_id", "vote_id", "blob"},
        "secret_boxes": {"vote_id", "ballots", "root", "at", "log_index"},
        "secret_ballots": {"vote_id", "position", "sealed"},
        "secret_openings": {"vote_id", "data", "at", "by_id", "log_index"},
    }


def test_a_copy_made_before_closing_and_all_that_is_public_after_still_tell_nothing(searched: Searched) -> None:
    """The board's own key does not open an envelope either: only the hopper key does, and it is gone."""
    with searched.app.app_context():
        old = dict(db.session.execute(select(SecretEnvelope.elector_id, SecretEnvelope.blob)).all())
    lengths = {len(blob) for blob in old.values()}
    assert len(lengths) == 1, "the length of an envelope says nothing"
    searched.booth.close(searched.vote)
    with searched.app.app_context():
        box = list(sealed_ballots(searched.vote.id))
    for blob in old.values():
        for sealed in box:
            assert sealed[:16] not in blob
            assert digest(sealed)[:16] not in blob


def test_rooms_marks_and_box_agree_in_number_and_in_nothing_else(searched: Searched) -> None:
    data = searched.booth.count(searched.vote)
    assert data["part"]["heads"] == OWNERS == data["secret"]["ballots"]
    text = str(data)
    for _, done in searched.casts:
        assert done.tracker not in text
        assert done.digest not in text
