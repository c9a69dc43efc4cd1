"""`flask board` on a machine of its own: no database, no configuration, no network."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from participation.votes.secret.board_cli import board
from participation.votes.secret.board_key import board_secret, read_board_key
from participation.votes.secret.shares import combine, read_share
from tests.support.people import Neighbourhood
from tests.votes.secret_support import Booth

ROOT = Path(__file__).parents[2]


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(board, [str(argument) for argument in arguments])


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """The folder in which the board has made its key."""
    folder = tmp_path / "board"
    assert run("new-key", "--name", "Election board of Lane 12", "--out", folder).exit_code == 0
    return folder


def test_a_new_key_is_one_public_line_and_three_pages(office: Path) -> None:
    assert sorted(path.name for path in office.iterdir()) == ["board-key.txt", "share-1.txt", "share-2.txt", "share-3.txt"]
    public = (office / "board-key.txt").read_text()
    key = read_board_key(public)
    for number in (1, 2, 3):
        page = office / f"share-{number}.txt"
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        text = page.read_text()
        assert f"SHARE {number} OF 3" in text
        assert key.fingerprint in text
        assert key.line not in text
        codes = [line for line in text.splitlines() if line.count("-") == 3 and len(line) == 19]
        assert len(codes) == 4
        assert not any(code in public for code in codes)


def test_two_keys_are_never_the_same_and_no_share_is_ever_overwritten(office: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_text() for path in office.iterdir()}
    again = run("new-key", "--name", "Again", "--out", office)
    assert again.exit_code == 1
    assert "is not empty" in again.stderr
    assert {path.name: path.read_text() for path in office.iterdir()} == before
    run("new-key", "--name", "Another", "--out", tmp_path / "other")
    assert (tmp_path / "other" / "board-key.txt").read_text() != before["board-key.txt"]


def test_any_two_pages_belong_to_the_key_and_one_does_not_suffice(office: Path) -> None:
    for pair in ((1, 2), (2, 3), (3, 1)):
        done = run("check", office / "board-key.txt", *(a for n in pair for a in ("--share", office / f"share-{n}.txt")))
        assert done.exit_code == 0, done.output
    alone = run("check", office / "board-key.txt", "--share", office / "share-1.txt", "--share", office / "share-1.txt")
    assert alone.exit_code == 1
    assert "Two different shares are needed" in alone.stderr


def test_shares_typed_from_paper_are_taken_too_and_a_slip_names_its_line(office: Path) -> None:
    codes = [line for line in (office / "share-1.txt").read_text().splitlines() if line.count("-") == 3 and len(line) == 19]
    typed = " ".join(codes).lower()
    assert run("check", office / "board-key.txt", "--share", typed, "--share", office / "share-2.txt").exit_code == 0
    slipped = typed[:-1] + ("a" if typed[-1] != "a" else "b")
    done = run("check", office / "board-key.txt", "--share", slipped, "--share", office / "share-2.txt")
    assert done.exit_code == 1
    assert "Line 4 of the share was not copied correctly." in done.stderr


@pytest.fixture
def booth(app: Flask, lane: Neighbourhood, office: Path) -> Booth:
    """An election whose board made its key in `office`."""
    booth = Booth(app, lane.unit)
    booth.secret = combine([read_share("\n".join(_codes(office / f"share-{n}.txt"))) for n in (1, 3)])
    booth.board = board_secret(booth.secret)
    return booth


def _codes(page: Path) -> list[str]:
    return [line for line in page.read_text().splitlines() if line.count("-") == 3 and len(line) == 19]


@pytest.fixture
def box(booth: Booth, lane: Neighbourhood, tmp_path: Path) -> Path:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai", "Cai"])
    booth.cast(vote, lane.qian, ["Bai"])
    booth.cast(vote, lane.li, [])
    booth.close(vote)
    path = tmp_path / "box.json"
    path.write_bytes(booth.box(vote))
    return path


def open_with(office: Path, box: Path, out: Path, *members: int) -> Result:
    return run("open", box, *(a for n in members for a in ("--share", office / f"share-{n}.txt")), "--out", out)


def test_any_two_members_open_the_box_and_get_the_same_file(office: Path, box: Path, tmp_path: Path) -> None:
    files = []
    for pair in ((1, 2), (2, 3), (3, 1)):
        out = tmp_path / f"result-{pair[0]}{pair[1]}.json"
        done = open_with(office, box, out, *pair)
        assert done.exit_code == 0, done.output
        assert "     2  Bai" in done.stdout
        assert "     1  Cai" in done.stdout
        assert "     1  ballots without any name" in done.stdout
        assert json.loads(box.read_text())["root"] in done.stdout
        files.append(out.read_bytes())
    assert len(set(files)) == 1


def test_one_member_alone_or_another_boards_pages_open_nothing(office: Path, box: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    assert "Two different shares are needed" in open_with(office, box, out, 2).stderr
    run("new-key", "--name", "Another board", "--out", tmp_path / "other")
    assert "belong to another key" in open_with(tmp_path / "other", box, out, 1, 2).stderr
    mixed = run("open", box, "--share", office / "share-1.txt", "--share", tmp_path / "other" / "share-2.txt", "--out", out)
    assert "belong to different keys" in mixed.stderr
    assert not out.exists()


def test_a_changed_box_is_not_opened(office: Path, box: Path, tmp_path: Path) -> None:
    data = json.loads(box.read_text())
    data["ballots"].pop()
    box.write_text(json.dumps(data))
    done = open_with(office, box, tmp_path / "result.json", 1, 2)
    assert done.exit_code == 1
    assert "This box has been changed." in done.stderr
    assert not (tmp_path / "result.json").exists()


def test_an_earlier_result_is_never_overwritten(office: Path, box: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    out.write_text("kept")
    assert open_with(office, box, out, 1, 2).exit_code == 1
    assert out.read_text() == "kept"


def test_the_command_runs_in_an_empty_folder_without_database_or_configuration(tmp_path: Path) -> None:
    """As a process of its own, with an environment in which the site could not start."""
    home = tmp_path / "laptop"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1",
        "PUBLIC_URL": "not an address", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "participation.votes.secret.board_cli", "new-key", "--name", "B", "--out", "key"],
        cwd=home, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [path.name for path in home.iterdir()] == ["key"], "nothing but the key's own folder was made"
    checked = subprocess.run(
        [sys.executable, "-m", "participation.votes.secret.board_cli", "check", "key/board-key.txt", "--share",
         "key/share-2.txt", "--share", "key/share-3.txt"],
        cwd=home, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
