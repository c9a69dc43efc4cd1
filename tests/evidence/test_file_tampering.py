"""The file itself: any changed byte, any part taken out, put in or exchanged is found, with and without a new seal."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from pathlib import Path

import pytest

from participation.votes.evidence.archive import SealedArchive
from tests.evidence.story import Story
from tests.evidence.support import codes, verify, write_evidence


@pytest.fixture(scope="module")
def files(story: Story, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    folder = tmp_path_factory.mktemp("files")
    return {auditor: write_evidence(story.app, story.vote, folder / f"{auditor}.zip", auditor=auditor) for auditor in (False, True)}


@pytest.mark.parametrize("auditor", [False, True])
def test_any_changed_byte_is_found(files, tmp_path, auditor):
    whole = files[auditor].read_bytes()
    chance = random.Random(7)
    ends = [0, 1, 2, 3, *range(len(whole) - 120, len(whole))]
    for at in [*ends, *chance.sample(range(len(whole)), 150)]:
        changed = bytearray(whole)
        changed[at] ^= 1 << chance.randrange(8)
        path = tmp_path / "changed.zip"
        path.write_bytes(changed)
        assert verify(path)[0] != 0, f"byte {at} of {len(whole)}"


@pytest.mark.parametrize("cut", [1, 71, 72, 500])
def test_a_file_that_was_cut_short_or_lengthened_is_found(files, tmp_path, cut):
    whole = files[True].read_bytes()
    for content in (whole[:-cut], whole + b"x" * cut, whole[cut:]):
        path = tmp_path / "cut.zip"
        path.write_bytes(content)
        assert verify(path)[0] != 0


def resealed(source: Path, target: Path, change) -> Path:
    """The same file with its members changed, sealed anew as if the site had written it."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with SealedArchive(target) as archive:
        for name, data in members.items():
            archive.put(name, data)
    return target


def lines(members, name, edit):
    rows = members[name].split(b"\n")[:-1]
    members[name] = b"".join(row + b"\n" for row in edit(rows))


def drop(at):
    return lambda rows: rows[:at] + rows[at + 1 :]


def swap(one, other):
    def edit(rows):
        rows = list(rows)
        rows[one], rows[other] = rows[other], rows[one]
        return rows

    return edit


def edit_json(members, name, edit):
    data = json.loads(members[name])
    edit(data)
    members[name] = json.dumps(data, ensure_ascii=False).encode()


FILE_CASES = {
    "an entry is left out": (lambda m: lines(m, "record.jsonl", drop(3)), "root_wrong"),
    "an entry is added at the end": (lambda m: lines(m, "record.jsonl", lambda rows: [*rows, rows[-1]]), "root_wrong"),
    "two entries change places": (lambda m: lines(m, "record.jsonl", swap(2, 3)), "root_wrong"),
    "an opening is left out": (lambda m: lines(m, "openings.jsonl", drop(1)), "unopened"),
    "an opening is there twice": (lambda m: lines(m, "openings.jsonl", lambda rows: [rows[0], *rows]), "opening_astray"),
    "openings change places": (lambda m: lines(m, "openings.jsonl", swap(0, 1)), "opening_astray"),
    "an opening is changed": (
        lambda m: lines(m, "openings.jsonl", lambda rows: [rows[0].replace(b'"yes"', b'"no"'), *rows[1:]]), "commitment_wrong"),
    "a line of the roll is left out": (lambda m: lines(m, "roll.jsonl", drop(2)), "roll_unopened"),
    "lines of the roll change places": (lambda m: lines(m, "roll.jsonl", swap(1, 2)), "roll_order"),
    "a seal of the roll is left out": (lambda m: lines(m, "roll-seals.txt", drop(2)), "fingerprint_wrong"),
    "the checkpoint is that of an earlier time": (
        lambda m: m.update({"checkpoint.txt": m[next(n for n in m if n.startswith("checkpoints/notice"))]}), "root_wrong"),
    "the checkpoint is changed": (
        lambda m: m.update({"checkpoint.txt": m["checkpoint.txt"].replace(b"\n", b"\n1", 1)}), "root_wrong"),
    "another title stands on the file": (lambda m: edit_json(m, "manifest.json", lambda d: d["vote"].update(title="X")), "shown_differs"),
    "the size on the file is another": (lambda m: edit_json(m, "manifest.json", lambda d: d.update(size=3)), "root_wrong"),
    "a result is shown otherwise": (
        lambda m: edit_json(m, "shown.json", lambda d: d["results"][0]["result"]["part"].update(heads=99)), "shown_differs"),
    "the results shown are left out": (lambda m: edit_json(m, "shown.json", lambda d: d.update(results=[])), "shown_differs"),
    "a part is missing": (lambda m: m.pop("shown.json"), "member_missing"),
    "a part is added": (lambda m: m.update({"extra.txt": b"hello"}), "member_extra"),
    "the file calls itself public": (lambda m: edit_json(m, "manifest.json", lambda d: d.update(kind="public")), "member_extra"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILE_CASES)
def test_is_found_although_the_file_was_sealed_anew(files, tmp_path, name):
    change, found = FILE_CASES[name]
    code, report = verify(resealed(files[True], tmp_path / "forged.zip", change))
    assert code == 1
    assert found in codes(report), [line["text"] for line in report["wrong"]]


def test_members_twice_under_one_name_are_found(files, tmp_path):
    path = tmp_path / "twice.zip"
    shutil.copy(files[False], path)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("shown.json", b"{}")
    assert verify(path)[0] != 0


def test_a_resealed_file_with_nothing_changed_still_holds(files, tmp_path):
    """So that the cases above are found for what they changed, not for the sealing itself."""
    assert verify(resealed(files[True], tmp_path / "same.zip", lambda members: None))[0] == 0
