"""Who may have which evidence: the public file is everybody's; the one that opens ballots an auditor's, on record."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db, transaction
from participation.record.models import LogEntry
from participation.roll.models import LookUp
from participation.votes.evidence import making
from tests.desk.steps import DESK, Bureau
from tests.evidence.support import codes, verify


@pytest.fixture
def bureau(app, lane, client) -> Bureau:
    return Bureau(app, lane, client)


@pytest.fixture
def counted(bureau) -> int:
    """A vote in which Wang, Li and Qian have cast, with its preliminary count."""
    vote = bureau.announced()
    bureau.clock.advance(days=17)
    for person in (bureau.lane.wang, bureau.lane.li, bureau.lane.qian):
        bureau.cast(person, vote, "yes")
    bureau.clock.advance(days=20)
    from participation.votes.services.closing import count_preliminarily

    with bureau.app.app_context(), transaction():
        count_preliminarily(vote, bureau.lane.lin.id, bureau.clock)
    return vote


def kinds(app) -> list[str]:
    with app.app_context(), transaction(write=False):
        return list(db.session.scalars(select(LogEntry.kind).order_by(LogEntry.index)))


def save(client, path, file):
    with client.get(path) as response:
        assert response.status_code == 200
        assert response.mimetype == "application/zip"
        file.write_bytes(response.get_data())
    return file


def test_a_stranger_downloads_and_verifies(counted, new_client, tmp_path):
    stranger = new_client()
    stranger.see(f"/votes/{counted}/result")
    page = stranger.see(f"/votes/{counted}/evidence")
    assert "It has not been handed out to anybody." in page.text("main")
    file = save(stranger, f"/votes/{counted}/evidence.zip", tmp_path / "public.zip")
    code, report = verify(file)
    assert (report["wrong"], code) == ([], 0)
    assert save(stranger, f"/votes/{counted}/evidence.zip", tmp_path / "again.zip").read_bytes() == file.read_bytes()


def test_nothing_before_the_count(bureau, new_client):
    vote = bureau.announced()
    for path in ("evidence", "evidence.zip"):
        new_client().see(f"/votes/{vote}/{path}", 404)
    bureau.sign_in(bureau.lane.he)
    bureau.client.see(f"{DESK}/votes/{vote}/evidence", 404)


def name_he(bureau, vote: int) -> None:
    bureau.sign_in()
    bureau.client.see(f"{DESK}/votes/{vote}/evidence")
    bureau.client.submit("/auditors", person=str(bureau.lane.he.id), purpose="count")


def test_a_named_auditor_takes_the_file_that_opens_the_ballots(app, bureau, counted, tmp_path):
    name_he(bureau, counted)
    bureau.sign_in(bureau.lane.he)
    bureau.client.see(f"{DESK}/votes/{counted}/evidence")
    response = bureau.client.submit(f"/votes/{counted}/evidence")
    assert response.status_code == 200
    file = save(bureau.client, f"{bureau.client.page.path}/file", tmp_path / "auditor.zip")
    code, report = verify(file)
    assert (report["wrong"], code) == ([], 0)
    assert "count" in codes(report, "checked")
    assert kinds(app)[-2:] == ["auditor-named", "evidence-handed-out"]
    with app.app_context(), transaction(write=False):
        assert db.session.scalars(select(LookUp.what)).all() == ["evidence"]
        payload = json.loads(db.session.scalars(select(LogEntry.payload).order_by(LogEntry.index.desc())).first())
    assert payload["purpose"] == "count"
    assert "He" not in payload.values()
    assert "To check the count for the owners" in bureau.client.see(f"/votes/{counted}/evidence").text("main")


def test_an_observer_who_was_not_named_gets_nothing(app, bureau, counted):
    bureau.sign_in(bureau.lane.he)
    page = bureau.client.see(f"{DESK}/votes/{counted}/evidence")
    assert not any(form.attrib["action"].endswith(f"/votes/{counted}/evidence") for form in page.select("main form"))
    assert bureau.client.send(f"{DESK}/votes/{counted}/evidence").status_code == 404
    assert "evidence-handed-out" not in kinds(app)


def test_the_support_centre_names_but_never_gets_the_file(app, bureau, counted):
    name_he(bureau, counted)
    assert bureau.client.send(f"{DESK}/votes/{counted}/evidence").status_code == 404
    bureau.sign_in(bureau.lane.he)
    bureau.client.see(f"{DESK}/votes/{counted}/evidence")
    bureau.client.submit(f"/votes/{counted}/evidence")
    where = bureau.client.page.path
    bureau.sign_in()
    assert bureau.client.get(where).status_code == bureau.client.get(f"{where}/file").status_code == 404


def test_nobody_names_themselves_or_a_person_who_does_not_observe(app, bureau, counted, make):
    make.grant(bureau.lane.lin, Role.OBSERVER, bureau.lane.unit)
    bureau.sign_in()
    bureau.client.see(f"{DESK}/votes/{counted}/evidence")
    assert bureau.client.submit("/auditors", person=str(bureau.lane.lin.id), purpose="count").status_code == 422
    assert "Nobody names themselves" in bureau.client.text()
    for person, purpose in ((bureau.lane.chen.id, "count"), (10**12, "count"), ("x", "count"), (bureau.lane.he.id, "fun")):
        answer = bureau.client.send(f"{DESK}/votes/{counted}/auditors", person=str(person), purpose=purpose)
        assert answer.status_code == 422
    assert "auditor-named" not in kinds(app)


def test_the_file_is_there_for_a_day_and_for_nobody_else(bureau, counted, make, outsiders):
    name_he(bureau, counted)
    bureau.sign_in(bureau.lane.he)
    bureau.client.see(f"{DESK}/votes/{counted}/evidence")
    bureau.client.submit(f"/votes/{counted}/evidence")
    where = bureau.client.page.path
    other = make.staff("Fei", Role.OBSERVER, bureau.lane.unit)
    for person in (other, outsiders.xu):
        bureau.sign_in(person)
        assert bureau.client.get(f"{where}/file").status_code == 404
    bureau.clock.at += timedelta(hours=25)
    bureau.sign_in(bureau.lane.he)
    assert bureau.client.get(where).status_code == 404


def test_a_large_file_is_written_beside_the_pages(counted, new_client, monkeypatch, app, tmp_path):
    monkeypatch.setattr(making, "AT_ONCE", 3)
    stranger = new_client()
    with stranger.get(f"/votes/{counted}/evidence.zip") as first:
        assert first.status_code == 303
    with app.app_context():
        folder = making._folder()
    for path in list(making._threads):
        assert making.wait(path, 30)
    assert [path.suffix for path in folder.iterdir()] == [".zip"]
    file = save(stranger, f"/votes/{counted}/evidence.zip", tmp_path / "public.zip")
    assert verify(file)[0] == 0


def test_the_command_line_writes_both_files_and_puts_one_on_record(app, counted, tmp_path):
    runner = app.test_cli_runner()
    public, private = tmp_path / "public.zip", tmp_path / "auditor.zip"
    done = runner.invoke(args=["evidence", "write", "--vote", str(counted), "--out", str(public)])
    assert done.exit_code == 0, done.output
    assert runner.invoke(args=["evidence", "write", "--vote", str(counted), "--out", str(private), "--auditor"]).exit_code == 2
    done = runner.invoke(
        args=["evidence", "write", "--vote", str(counted), "--out", str(private), "--auditor", "--purpose", "court"]
    )
    assert done.exit_code == 0, done.output
    assert verify(public)[0] == verify(private)[0] == 0
    assert kinds(app)[-1] == "evidence-handed-out"
    assert runner.invoke(args=["evidence", "write", "--vote", "99", "--out", str(public)]).exit_code == 2
