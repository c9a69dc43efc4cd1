"""The sample rolls import to the figures of the published notices, the handed-over sheet to the same roll."""

from __future__ import annotations

from pathlib import Path

import pytest

from participation.roll.importing import DEVELOPER_KEY, owner_key, read_roll

ROLLS = Path(__file__).parent.parent / "data" / "rolls"


def read(name: str):
    return read_roll(ROLLS / name, filename=name)


@pytest.mark.parametrize(
    ("name", "homes", "heads", "area"),
    [
        ("heart-garden-8.csv", 144, 144, 12_769_76),
        ("tower-280.csv", 300, 280, 24_838_57),
        ("estate-403.csv", 420, 403, 66_783_97),
        ("old-estate-36.csv", 2160, 2099, 188_640_29),
        ("estate-403-as-handed-over.xlsx", 420, 403, 66_783_97),
    ],
)
def test_each_roll_has_the_figures_of_its_notice(name, homes, heads, area):
    roll = read(name)
    assert (roll.totals.homes, roll.totals.heads, roll.totals.area) == (homes, heads, area)
    assert roll.refused == ()
    assert len(roll.homes) == homes
    assert sum(home.area for home in roll.homes) == area
    assert sum(kind.area for kind in roll.totals.by_kind.values()) == area


@pytest.mark.parametrize("name", ["heart-garden-8.csv", "tower-280.csv", "estate-403.csv", "old-estate-36.csv"])
def test_a_clean_file_raises_no_doubt_about_its_columns(name):
    roll = read(name)
    assert roll.encoding == "UTF-8"
    assert roll.mapping.unrecognised == ()
    assert roll.mapping.missing == ()
    assert not [doubt for doubt in roll.doubts if doubt.code.startswith("column")]


def test_the_developer_is_one_head_for_unsold_and_undelivered_homes():
    roll = read("tower-280.csv")
    by_developer = [home for home in roll.homes if owner_key(home) == DEVELOPER_KEY]
    assert len(by_developer) == 6
    assert {home.title for home in by_developer} == {"unsold", "sold_undelivered"}
    assert all(holder.is_developer for home in by_developer for holder in home.holders)
    assert roll.owner_key(by_developer[0]) is DEVELOPER_KEY


def test_the_handed_over_sheet_is_the_same_roll_home_by_home():
    clean = {home.identity: home for home in read("estate-403.csv").homes}
    handed = read("estate-403-as-handed-over.xlsx")
    assert {home.identity for home in handed.homes} == clean.keys()
    for home in handed.homes:
        same = clean[home.identity]
        assert [(h.name, h.id_last_four) for h in home.holders] == [(h.name, h.id_last_four) for h in same.holders]
        assert owner_key(home) == owner_key(same)
        assert (home.area, home.area_basis, home.kind, home.title) == (
            same.area,
            same.area_basis,
            same.kind,
            same.title,
        )
        assert (home.building, home.stairwell, home.number) == (same.building, same.stairwell, same.number)
        assert home.floor == same.floor
        assert home.holders[0].phone == same.holders[0].phone


def test_the_handed_over_sheet_says_how_it_was_read():
    roll = read("estate-403-as-handed-over.xlsx")
    assert roll.sheet == "业主信息"
    assert roll.mapping.header_line == 3
    assert roll.mapping.header("stairwell") == "门牌"
    assert roll.mapping.header("area") == "建筑面积(㎡)"
    assert "column_guessed" in {doubt.code for doubt in roll.doubts}
    # Its total row agrees, and one telephone stands for two owners here and there.
    assert {doubt.code for doubt in roll.doubts} == {"column_guessed", "phone_count"}
    assert roll.rows_read == 420


def test_the_file_with_errors_keeps_exactly_the_valid_rows():
    roll = read("estate-403-with-errors.csv")
    assert roll.encoding == "GB 18030"
    assert [home.number for home in roll.homes] == ["101", "203", "403"]
    assert roll.totals.area == 159_54 + 172_59 + 159_83
    assert roll.rows_read == 12


def test_every_bad_row_has_one_finding_with_line_column_value_reason_and_remedy():
    roll = read("estate-403-with-errors.csv")
    assert [(f.line, f.column, f.code) for f in roll.refused] == [
        (3, "专有部分面积", "area_negative"),
        (4, "专有部分面积", "area_not_a_number"),
        (5, "业主姓名", "owner_missing"),
        (7, "房号", "row_duplicate"),
        (8, "份额", "share_out_of_range"),
        (9, "证件号后四位", "identity_not_four"),
        (10, "专有部分面积", "area_too_large"),
        (11, "业主姓名", "cell_formula"),
        (12, "房号", "cell_markup"),
    ]
    values = {finding.line: finding.value for finding in roll.refused}
    assert values[3] == "-3.2"
    assert values[4] == "约八十"
    assert values[9] == "…2345"  # never more than four characters of an identity number
    assert values[11].startswith("'=")
    assert "<" not in values[12]
    for finding in roll.refused:
        assert str(finding.reason)
        assert str(finding.remedy)
