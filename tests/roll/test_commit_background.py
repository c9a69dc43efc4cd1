"""Long files are worked on in the background; a restart, a second tap or a busy upload never writes twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from participation.database import db, transaction
from participation.extensions import ROOT
from participation.kernel.refusal import Refusal
from participation.roll import services, upload_files, uploads, work
from participation.roll.models import RollUpload
from participation.setup import upgrade_database
from tests.roll.office import Office, row, rows_csv
from tests.support.race import race
from tests.support.sites import make_site

ROLL = rows_csv(*(row(f"{n}", f"主{chr(0x4E00 + n)}", four=f"{n:04d}") for n in range(100, 400)))


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as long."""
    monkeypatch.setattr(uploads, "LONG_LINES", 10)


def finish(office: Office) -> None:
    assert work.wait(office.upload().key, 60)


def silence(office: Office) -> None:
    """The server has stopped: no sign of life for a while."""
    with office.app.app_context():
        path = upload_files.folder(office.upload().key) / "progress"
        path.touch()
        past = time.time() - 2 * work.SILENT_SECONDS
        os.utime(path, (past, past))


def set_state(office: Office, state: str) -> None:
    with office.app.app_context(), transaction():
        db.session.get_one(RollUpload, office.upload().id).state = state


def test_a_long_file_is_read_and_written_in_the_background(office: Office, long: None, monkeypatch: pytest.MonkeyPatch):
    gate = threading.Event()
    read_roll = uploads.read_roll

    def slowly(*args, **kwargs):
        gate.wait(30)
        return read_roll(*args, **kwargs)

    monkeypatch.setattr(uploads, "read_roll", slowly)
    path = office.hand_in(ROLL)
    assert "You can leave this page; the work goes on." in office.client.text()
    (bar,) = office.client.page.select("progress")
    assert "Rows: it is just beginning" in office.client.text()
    assert not bar.attrib, "nothing is known yet of how far it is"
    for sign, words in (((1000, None), "Rows: 1,000 so far"), ((1000, 2160), "Rows: 1,000 of 2,160")):
        with monkeypatch.context() as now:
            now.setattr(upload_files, "read_progress", lambda key, sign=sign: (*sign, 0.0))
            office.client.see(path + "/progress")
        assert words in office.client.text()
    office.client.see(path + "/progress")
    assert office.client.page.one('div[id="going"]').attrib["data-refresh-url"] == path + "/progress"
    office.client.see(f"{office.desk}/roll")
    assert "being worked on" in office.client.text()
    gate.set()
    finish(office)
    office.client.see(path + "/progress")
    assert "It is done." in office.client.text()
    office.client.see(path)
    assert "300homes300people (heads)" in office.client.text()
    office.client.submit("/commit")
    finish(office)
    office.client.see(path)
    assert office.client.page.heading == "The roll is in force"
    assert office.totals()[0] == 300


def test_reading_cut_off_by_a_restart_can_be_begun_again(office: Office):
    path = office.hand_in(ROLL)
    set_state(office, "reading")
    office.client.see(path)
    assert "You can leave this page" in office.client.text(), "a fresh sign of life: nobody may begin again"
    assert office.client.send(path + "/columns").status_code == 422
    silence(office)
    office.client.see(path)
    assert "The work was interrupted" in office.client.text()
    office.client.submit("/columns")
    assert "300homes" in office.client.text()


def test_a_commit_cut_off_by_a_restart_has_written_nothing_and_can_be_begun_again(office: Office, monkeypatch: pytest.MonkeyPatch):
    path = office.hand_in(ROLL)

    def power_cut(*_, **__):
        raise SystemExit("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr(services, "append", power_cut)
        with pytest.raises(SystemExit):
            office.client.submit("/commit")
    assert office.upload().state == "committing"
    assert office.facts() == 0
    silence(office)
    office.client.see(path)
    office.client.submit("/columns")
    office.client.submit("/commit")
    assert office.client.page.heading == "The roll is in force"
    assert office.facts() == 300


def test_work_that_was_taken_over_cannot_end_a_second_time(office: Office):
    office.hand_in(ROLL)
    upload = office.upload()
    with office.app.app_context():
        with transaction():
            first = uploads.begin(db.session.get_one(RollUpload, upload.id), "committing", office.clock.now())
        silence(office)
        with transaction():
            second = uploads.begin(db.session.get_one(RollUpload, upload.id), "committing", office.clock.now())
        assert second == first + 1
        uploads.commit(upload.id, first, None, lambda *_: None)
        assert office.facts() == 0
        assert office.upload().state == "committing"
        uploads.commit(upload.id, second, None, lambda *_: None)
    assert office.facts() == 300
    assert office.upload().state == "committed"


def test_a_fault_of_ours_is_told_and_nothing_is_written(office: Office, monkeypatch: pytest.MonkeyPatch):
    office.hand_in(ROLL)
    with monkeypatch.context() as patch:
        patch.setattr(services, "totals_at", lambda *_: (0, 0, 0))
        office.client.submit("/commit")
    assert "Something went wrong on our side; nothing has been written." in office.client.text()
    assert office.facts() == 0
    office.client.submit("/commit")
    assert office.client.page.heading == "The roll is in force"


def test_an_upload_that_is_being_written_cannot_be_thrown_away(office: Office):
    office.hand_in(ROLL)
    set_state(office, "committing")
    with office.app.app_context(), transaction(), pytest.raises(Refusal) as refused:
        uploads.discard(db.session.get_one(RollUpload, office.upload().id), office.clock.now())
    assert refused.value.codes == ("upload_busy",)


def commit_once(app, upload_id: int, token: str) -> int:
    client = app.test_client()
    client.carry(token)
    return client.send(f"/desk/jade/roll/imports/{upload_id}/commit").status_code


def test_two_members_of_staff_who_commit_at_once_write_one_import(office: Office):
    office.hand_in(ROLL)
    upload = office.upload()
    answers = race(office.app, commit_once, [(upload.id, office.client.token)] * 3)
    assert sorted(set(answers)) in ([303], [303, 422])
    assert office.facts() == 300
    assert office.upload().state == "committed"


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_hundred_thousand_homes_go_through_the_command_line(tmp_path):
    file, instance = tmp_path / "city.csv", tmp_path / "instance"
    with file.open("w", encoding="utf-8-sig") as out:
        out.write(rows_csv().decode())
        for n in range(100_000):
            building, rest = divmod(n, 200)
            out.write(row(f"{rest + 100}", f"王{chr(0x4E00 + n % 5000)}{n // 5000}号", four=f"{n % 10_000:04d}", building=f"{building + 1}号楼", area=f"{60 + n % 90}.{n % 100:02d}") + "\n")
    app = make_site(f"sqlite:///{tmp_path / 'city.db'}", instance)
    upgrade_database(app)
    environment = {**os.environ, "PARTICIPATION_INSTANCE": str(instance), "DATABASE_URL": f"sqlite:///{tmp_path / 'city.db'}"}
    measured = (
        "import atexit, resource, sys\n"
        "atexit.register(lambda: sys.stderr.write('PEAK %d\\n' % resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))\n"
        "sys.argv[0] = 'flask'\n"
        "from flask.cli import main; main()\n"
    )

    def flask(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", measured, "--app", "app", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, cwd=ROOT)

    assert flask("roll", "unit", "add", "city", "--name", "City").returncode == 0
    began = os.times()
    done = flask("roll", "import", str(file), "--unit", "city", "--commit")
    ended = os.times()
    assert done.returncode == 0, done.stderr[-2000:]
    assert "100,000 homes, 100,000 heads" in done.stdout
    assert "Reading: 50,000 of about 100,001" in done.stderr
    assert "Writing: 100,000" in done.stderr
    # The processor's time, so that a busy machine cannot make it fail.
    assert ended.children_user + ended.children_system - began.children_user - began.children_system < 90
    peak_megabytes = int(done.stderr.rsplit("PEAK ", 1)[1]) // 1024
    assert peak_megabytes < 700

