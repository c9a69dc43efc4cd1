"""A vote with ballots by every channel, papers and proxies: every table loses what it says, with its pictures."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from participation.database import Base, db, transaction
from participation.erasable import erased_columns, loses_rows
from participation.kernel.clock import SettableClock
from participation.votes.behalf_models import Authority
from participation.votes.models import Vote
from participation.votes.retention import years_after
from participation.votes.services.erasing import PICTURES, erase_vote, forget_orphans
from participation.votes.services.keeping import keep_picture
from participation.votes.sheet_models import SheetReturn
from tests.evidence.story import Story
from tests.evidence.support import verify, write_evidence
from tests.support.people import Neighbourhood
from tests.votes.behalf_support import give, png
from tests.votes.pages_support import Hall

MAY_BE_EMPTY_HERE = {"recorded_calls", "visits", "secret_marks", "secret_ballots", "co_owner_withdrawals", "authority_revocations"}


def _classes() -> dict[str, Any]:
    return {
        mapper.local_table.name: mapper.class_  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if erased_columns(mapper.class_) or loses_rows(mapper.class_)
    }


def test_every_table_loses_what_it_says(app: Flask, tmp_path: Path) -> None:
    story = Story(app, tmp_path)
    clock: SettableClock = app.extensions["clock"]
    with app.app_context(), transaction() as session:
        before = {name: session.execute(text(f"SELECT * FROM {name}")).all() for name in _classes()}
    missing = {name for name, rows in before.items() if not rows} - MAY_BE_EMPTY_HERE
    assert not missing, f"the story tells nothing of {sorted(missing)}"
    evidence = Path(app.config["INSTANCE"]) / "evidence"
    evidence.mkdir(exist_ok=True)
    left_behind, of_another = evidence / f"auditor-{story.vote}-7.zip", evidence / f"auditor-{story.vote}0-7.zip"
    for file in (left_behind, of_another):
        file.write_bytes(b"what opens the ballots")
    clock.at = years_after(clock.at, 5)
    with app.app_context(), transaction():
        erase_vote(story.vote, None, clock)
    assert (left_behind.exists(), of_another.exists()) == (False, True)
    with app.app_context(), transaction(write=False) as session:
        for name, cls in _classes().items():
            if loses_rows(cls):
                assert session.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one() == 0, name
                continue
            rows = session.execute(select(*(cls.__table__.c[column] for column in erased_columns(cls)))).all()
            assert len(rows) == len(before[name]), name
            for row in rows:
                for value, wanted in zip(row, erased_columns(cls).values(), strict=True):
                    assert value in (None, wanted, {}), name
        for name in ("station_tickets", "secret_envelopes"):
            assert session.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one() == 0
    code, report = verify(write_evidence(app, story.vote, tmp_path / "erased.zip", auditor=False))
    assert code == 0, report


def _keep(app: Flask, folder: str, shade: int) -> str:
    with app.app_context():
        return keep_picture(folder, io.BytesIO(png(shade))).sha256


def test_pictures_go_with_their_rows_and_others_stay(app: Flask, lane: Neighbourhood) -> None:
    hall = Hall(app, lane)
    votes = [hall.open() for _ in range(2)]
    folder = Path(app.config["INSTANCE"]) / "sheets"
    only, both = _keep(app, "sheets", 1), _keep(app, "sheets", 2)
    orphan, fresh = _keep(app, "sheets", 3), _keep(app, "sheets", 4)
    hall.cast(votes[0], lane.wang)
    hall.count(votes[0])
    hall.finish(votes[0])
    with app.app_context(), transaction() as session:
        elector = {vote.id: session.execute(text(f"SELECT MIN(id) FROM electors WHERE vote_id = {vote.id}")).scalar_one() for vote in votes}
        for n, (vote, picture) in enumerate(((votes[0], only), (votes[0], both), (votes[1], both))):
            session.add(SheetReturn(
                vote_id=vote.id, elector_id=elector[vote.id], channel="paper", received_at=hall.clock.now(), recorded_at=hall.clock.now(),
                recorded_by_id=lane.lin.id, picture=picture, media_type="image/png", idempotency_key=f"k{n}", salt=bytes(32), log_index=n,
            ))  # fmt: skip
    hall.clock.at = years_after(hall.clock.at, 5)
    with pytest.raises(ZeroDivisionError):
        _erase_and_fail(app, votes[0])
    assert (folder / only).exists()  # rolled back: nothing went
    with app.app_context(), transaction():
        erase_vote(votes[0].id, None, hall.clock)
    assert not (folder / only).exists()
    assert (folder / both).exists()
    os.utime(folder / orphan, (0, 0))
    with app.app_context(), transaction(write=False):
        assert forget_orphans() == 1
    assert not (folder / orphan).exists()
    assert (folder / fresh).exists()  # perhaps its row is being written
    assert (folder / both).exists()


def _erase_and_fail(app: Flask, vote: Vote) -> None:
    with app.app_context(), transaction():
        erase_vote(vote.id, None, app.extensions["clock"])
        _ = 1 // 0


def test_a_guardian_goes_with_the_last_vote_of_his_time_and_not_before(app: Flask, lane: Neighbourhood) -> None:
    hall = Hall(app, lane)
    first = hall.open()
    with app.app_context(), transaction(write=False) as session:
        elector = session.execute(text(f"SELECT MIN(id) FROM electors WHERE vote_id = {first.id}")).scalar_one()
    ends = hall.clock.now() + timedelta(days=90)
    guardian = give(app, first.id, elector, ("Gu An", "1234"), lane.lin, kind="guardian", until_at=ends, every_vote=True)
    lasting = give(
        app, first.id, elector, ("Lasting", "5678"), lane.lin, kind="guardian", until_at=hall.clock.now() + timedelta(days=36500), every_vote=True
    )
    hall.count(first)
    hall.finish(first)
    second = hall.open()  # within the guardian's time
    hall.count(second)
    hall.finish(second)
    hall.clock.at = years_after(hall.clock.at, 5)
    names = {}
    for vote in (first, second):
        with app.app_context(), transaction():
            erase_vote(vote.id, None, hall.clock)
        with app.app_context(), transaction(write=False):
            names[vote.id] = {a.id: a.holder_name for a in db.session.scalars(select(Authority))}
    assert names[first.id] == {guardian.id: "Gu An", lasting.id: "Lasting"}
    assert names[second.id] == {guardian.id: "", lasting.id: "Lasting"}
    with pytest.raises(DatabaseError, match="append-only"), app.app_context(), transaction() as session:
        session.execute(text("UPDATE authorities SET holder_name = 'Somebody'"))


def test_every_folder_of_pictures_is_known() -> None:
    """Whoever keeps pictures in another folder must add it here, or erasure forgets them."""
    root = Path(__file__).resolve().parents[2] / "participation"
    folders = {
        line.split('"')[1]
        for file in root.rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if line.startswith("FOLDER = ")
    }
    # The hopper's keys go with the box, the documents are public, the demonstration's board is nobody's.
    assert folders - {"hopper", "documents", "demo-board"} == set(PICTURES)
