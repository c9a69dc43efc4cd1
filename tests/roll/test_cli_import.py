"""`flask roll`: preview, commit, totals of any day; reasons and exit codes."""

from __future__ import annotations

import json

import pytest

from participation.kernel.quantities import format_hundredths
from tests.roll.office import FIGURES, ROLLS, Office, row, rows_csv


@pytest.mark.parametrize("name", FIGURES)
def test_each_sample_roll_is_previewed_and_committed_with_its_figures(office: Office, name: str):
    homes, heads, area = FIGURES[name]
    preview = office.run("roll", "import", str(ROLLS / name), "--unit", "jade", "--json")
    assert preview.exit_code == 0
    data = json.loads(preview.stdout)
    assert (data["totals"]["homes"], data["totals"]["heads"], data["totals"]["area"]) == (homes, heads, format_hundredths(area))
    assert data["refused"] == []
    assert data["committed"] is None
    assert data["difference"]["added"] == homes
    assert office.facts() == 0, "a preview writes nothing"
    done = office.run("roll", "import", str(ROLLS / name), "--unit", "jade", "--commit")
    assert done.exit_code == 0
    assert f"{homes:,} homes, {heads:,} heads" in done.stdout
    assert office.totals() == (homes, heads, area)


def test_the_json_has_the_documented_shape(office: Office):
    data = json.loads(office.run("roll", "import", str(ROLLS / "estate-403.csv"), "--unit", "jade", "--json").stdout)
    assert list(data) == [
        "ok", "reasons", "unit", "file", "columns", "unrecognised_columns", "totals", "doubts", "refused", "difference", "committed",
    ]  # fmt: skip
    assert data["columns"]["owner"] == {"index": 7, "header": "业主姓名"}
    assert data["totals"]["by_kind"] == {"dwelling": {"homes": 408, "area": "64827.56"}, "shop": {"homes": 12, "area": "1956.41"}}
    assert set(data["difference"]) == {"added", "gone", "changed_owner", "changed_area", "changed_other", "unchanged", "homes"}
    assert data["difference"]["homes"]["added"][0] == {
        "home": "1号楼 1单元 101", "before": None,
        "after": {"area": "159.54", "kind": "dwelling", "title": "registered", "area_basis": "registry", "owners": ["邱**"]},
    }  # fmt: skip


def test_rows_with_errors_are_told_one_by_one_and_need_an_extra_yes(office: Office):
    path = str(ROLLS / "estate-403-with-errors.csv")
    data = json.loads(office.run("roll", "import", path, "--unit", "jade", "--json").stdout)
    assert [(r["line"], r["code"]) for r in data["refused"]] == [
        (3, "area_negative"), (4, "area_not_a_number"), (5, "owner_missing"), (7, "row_duplicate"), (8, "share_out_of_range"),
        (9, "identity_not_four"), (10, "area_too_large"), (11, "cell_formula"), (12, "cell_markup"),
    ]  # fmt: skip
    assert all(r["column"] and r["reason"] and r["remedy"] for r in data["refused"])
    text = office.run("roll", "import", path, "--unit", "jade", "--commit")
    assert text.exit_code == 1
    assert "line 3, 专有部分面积: '-3.2': The area is negative. Write the registered area in m²." in text.stdout
    assert "add --without-refused" in text.stderr
    refused = office.run("roll", "import", path, "--unit", "jade", "--commit", "--json")
    data = json.loads(refused.stdout)
    assert (refused.exit_code, data["ok"], data["reasons"][0]["code"]) == (1, False, "rows_refused")
    assert len(data["refused"]) == 9, "the preview is told beside the refusal"
    assert office.facts() == 0
    done = office.run("roll", "import", path, "--unit", "jade", "--commit", "--without-refused", "--json")
    assert (done.exit_code, json.loads(done.stdout)["committed"]["homes"]) == (0, 3)
    assert office.totals() == (3, 3, 491_96)


def test_refused_rows_never_take_homes_off_the_roll(office: Office, tmp_path):
    office.run("roll", "import", str(ROLLS / "estate-403.csv"), "--unit", "jade", "--commit")
    path = str(ROLLS / "estate-403-with-errors.csv")
    done = office.run("roll", "import", path, "--unit", "jade", "--commit", "--without-refused")
    assert done.exit_code == 1
    assert "417 homes would go from the roll" in done.stderr
    assert office.totals()[0] == 420


def test_a_file_without_a_header_is_read_by_places(office: Office, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("甲,乙,丙,丁\n1号楼,101,80.5,王芳\n")
    args = ("roll", "import", str(path), "--unit", "jade", "--first-line", "2", "--json")
    refused = json.loads(office.run(*args, "--column", "building=0").stdout)
    assert [reason["field"] for reason in refused["reasons"]] == ["number", "area", "owner"]
    columns = [part for field in ("building=0", "number=1", "area=2", "owner=3") for part in ("--column", field)]
    data = json.loads(office.run(*args, *columns).stdout)
    assert (data["totals"]["homes"], data["totals"]["area"], data["refused"]) == (1, "80.50", [])


def test_a_long_list_of_changed_homes_ends_with_how_many_more_there_are(office: Office, tmp_path):
    office.run("roll", "import", str(ROLLS / "estate-403.csv"), "--unit", "jade", "--commit")
    one, few = tmp_path / "one.csv", tmp_path / "few.csv"
    lines = (ROLLS / "estate-403.csv").read_text("utf-8-sig").splitlines(keepends=True)
    one.write_text("".join(lines[:2]))
    few.write_text("".join(lines[:-20]))
    told = office.run("roll", "import", str(one), "--unit", "jade").stdout.splitlines()
    begin = told.index("  419 homes gone")
    assert [line.startswith("    1号楼 ") for line in told[begin + 1 : begin + 21]] == [True] * 20
    assert told[begin + 21 :][:2] == ["    and 399 more", "  1 homes unchanged"]
    data = json.loads(office.run("roll", "import", str(one), "--unit", "jade", "--json").stdout)
    assert len(data["difference"]["homes"]["gone"]) == 419, "a program is told of all"
    assert " more" not in office.run("roll", "import", str(few), "--unit", "jade").stdout


def test_the_handed_over_sheet_after_the_clean_file_changes_nothing(office: Office):
    office.run("roll", "import", str(ROLLS / "estate-403.csv"), "--unit", "jade", "--commit")
    facts = office.facts()
    args = ("roll", "import", str(ROLLS / "estate-403-as-handed-over.xlsx"), "--unit", "jade")
    assert "no difference" in office.run(*args).stdout
    assert office.run(*args, "--commit").exit_code == 0
    assert office.facts() == facts


def test_a_sale_is_a_dated_fact_and_the_roll_of_any_day_can_be_shown(office: Office, tmp_path):
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_bytes(rows_csv(row("101", "王芳"), row("102", "王芳")))
    second.write_bytes(rows_csv(row("101", "王芳"), row("102", "李雷", four="2222", area="81.5")))
    office.run("roll", "import", str(first), "--unit", "jade", "--commit")
    office.clock.advance(days=3)
    preview = office.run("roll", "import", str(second), "--unit", "jade")
    assert "1 homes with another owner\n    1号楼 1单元 102: 王* -> 李*" in preview.stdout
    assert "1 homes with another area\n    1号楼 1单元 102: 80.00 m2 -> 81.50 m2" in preview.stdout
    office.run("roll", "import", str(second), "--unit", "jade", "--commit")
    shown = [json.loads(office.run("roll", "show", "--unit", "jade", "--json", *at).stdout)["totals"] for at in ((), ("--at", "2026-03-12"), ("--at", "2026-03-09"))]
    assert [(t["homes"], t["heads"], t["area"]) for t in shown] == [(2, 2, "161.50"), (2, 1, "160.00"), (0, 0, "0.00")]
    assert "2 homes, 2 heads, 161.50 m2" in office.run("roll", "show", "--unit", "jade").stdout


def test_a_column_can_be_named_by_hand(office: Office, tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes(rows_csv(row("101", "王芳")).replace("业主姓名".encode(), "甲方".encode()))
    refused = office.run("roll", "import", str(path), "--unit", "jade")
    assert refused.exit_code == 1
    assert "No column for the owner's name was recognised" in refused.stderr
    assert "Choose the column by hand" in refused.stderr
    named = office.run("roll", "import", str(path), "--unit", "jade", "--column", "owner=甲方")
    assert (named.exit_code, named.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["import"], 2),
        (["import", "x.csv"], 2),
        (["import", "x.csv", "--unit", "jade", "--column", "nonsense=x"], 2),
        (["import", "x.csv", "--unit", "jade", "--column", "owner"], 2),
        (["import", "no-such-file.csv", "--unit", "jade"], 1),
        (["show", "--unit", "jade", "--at", "yesterday"], 2),
        (["show", "--unit", "nowhere"], 1),
    ],
)
def test_usage_errors_exit_with_2_and_refusals_with_1(office: Office, arguments: list[str], code: int):
    result = office.run("roll", *arguments)
    assert result.exit_code == code
    assert result.stderr


def test_an_unknown_neighbourhood_is_refused_with_the_way_to_found_it(office: Office):
    path = str(ROLLS / "heart-garden-8.csv")
    result = office.run("roll", "import", path, "--unit", "heart-garden", "--json")
    reason = json.loads(result.stdout)["reasons"][0]
    assert (result.exit_code, reason["code"]) == (1, "unit_unknown")
    assert "flask roll unit add" in reason["remedy"]
    founded = office.run("roll", "unit", "add", "heart-garden", "--name", "Heart Garden 8", "--time-zone", "Asia/Seoul")
    assert founded.exit_code == 0
    assert office.run("roll", "import", path, "--unit", "heart-garden", "--commit").exit_code == 0
    again = office.run("roll", "unit", "add", "heart-garden", "--name", "Heart Garden 8", "--json")
    assert (again.exit_code, json.loads(again.stdout)["reasons"][0]["code"]) == (1, "slug-taken")


def test_a_file_without_a_single_home_is_refused(office: Office, tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes(rows_csv(row("101", "")))
    result = office.run("roll", "import", str(path), "--unit", "jade", "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["reasons"][0]["code"], len(data["refused"])) == (1, "empty_roll", 1)


def test_nothing_hostile_reaches_the_terminal(office: Office, tmp_path):
    path = tmp_path / "\x1b]0;owned\x07.csv"
    path.write_bytes(rows_csv(row("101", "王\x1b[31m芳"), row("102", "<img src=x>"), row("103", "王芳", four="110101199003077513")))
    for arguments in ((), ("--json",)):
        result = office.run("roll", "import", str(path), "--unit", "jade", *arguments)
        for raw in ("\x1b", "<img", "19900307"):
            assert raw not in result.stdout + result.stderr


def test_without_tables_the_remedy_is_told(make_app, databases):
    app = make_app(database_url=databases.empty())
    result = app.test_cli_runner().invoke(args=["roll", "show", "--unit", "x"])
    assert result.exit_code == 1
    assert "Run: flask init" in result.stderr
