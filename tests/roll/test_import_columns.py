"""Columns are recognised in three languages, told apart from their traps, and corrected by hand."""

from __future__ import annotations

import io

import pytest

from participation.kernel.refusal import Refusal
from participation.roll.importing import FIELDS, first_rows, inspect_columns, likely_first_line, read_roll
from participation.roll.importing.headers import recognise


def read(text: str, **options):
    return read_roll(io.BytesIO(text.encode()), filename="roll.csv", **options)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("楼栋", "building"),
        ("幢号", "building"),
        ("동", "building"),
        ("Building No.", "building"),
        ("单元", "stairwell"),
        ("梯号", "stairwell"),
        ("라인", "stairwell"),
        ("Stairwell", "stairwell"),
        ("所在楼层", "floor"),
        ("층", "floor"),
        ("房号", "number"),
        ("室号", "number"),
        ("호수", "number"),
        ("Room number", "number"),
        ("房屋用途", "kind"),
        ("용도", "kind"),
        ("专有部分面积（㎡）", "area"),
        ("建筑面积(平方米)", "area"),
        ("建筑面积 m²", "area"),
        ("전유면적(㎡)", "area"),
        ("Registered area [m2]", "area"),
        ("面积来源", "area_basis"),
        ("产权人", "owner"),
        ("소유자", "owner"),
        ("Owner(s)", "owner"),
        ("证件号码(后四位)", "identity"),
        ("身份证后4位", "identity"),
        ("주민번호 뒤 4자리", "identity"),
        ("ID last four", "identity"),
        ("联系电话", "phone"),
        ("연락처", "phone"),
        ("Mobile", "phone"),
        ("共有份额", "share"),
        ("지분", "share"),
        ("产权情况", "title"),
        ("Title status", "title"),
        ("表决人", "voter"),
        ("承租人", "tenant"),
        ("임차인", "tenant"),
        ("备注", "notes"),
        ("비고", "notes"),
        ("序号", "sequence"),
        ("연번", "sequence"),
        ("No.", "sequence"),
        ("　楼 栋　", "building"),
        ("ＯＷＮＥＲ", "owner"),
        ("门牌", "ambiguous"),
        ("Unit", "ambiguous"),
    ],
)
def test_the_usual_names_are_known(header, field):
    known = recognise(header)
    assert known is not None
    assert known[0] == field


@pytest.mark.parametrize(
    "header",
    [
        "套内面积",
        "套内建筑面积",
        "面积(套内)",
        "公摊面积",
        "使用面积",
        "土地面积",
        "总层数",
        "户主",
        "委托代理人",
        "대지지분",
        "공급면적",
        "Area (net)",
        "x" * 500,
    ],
)
def test_what_sounds_alike_but_is_another_thing_is_not_read(header):
    assert recognise(header) is None


def test_english_headers():
    roll = read(
        "No.,Building,Entrance,Floor,Room,Use,Exclusive area (m²),Basis,Owner name,ID last 4,Mobile,Share,Status,Remarks\n"
        "1,Tower A,East,3,0301,residential,84.97,land register,Ann Lee,042X,+86 199 0000 0001,100%,registered,\n"
        "2,Tower A,East,3,0302,retail,60,survey,Acme Co. Ltd,91ZB,,,sold, not delivered\n".replace(
            "sold, not", "sold not"
        )
    )
    first, second = roll.homes
    assert (first.building, first.stairwell, first.floor, first.number) == ("Tower A", "East", "3", "0301")
    assert (first.kind, first.area, first.area_basis, first.title) == ("dwelling", 8497, "registry", "registered")
    assert (first.holders[0].id_last_four, first.holders[0].phone) == ("042X", "+8619900000001")
    assert (second.kind, second.title, second.holders[0].is_corporate) == ("shop", "sold_undelivered", True)
    assert roll.mapping.unrecognised == ()


def test_korean_headers():
    roll = read(
        "연번,동,라인,층,호,용도,전유면적(㎡),소유자,주민번호뒤4자리,휴대폰,지분,비고\n1,101동,1라인,12층,1203,아파트,84.97㎡,김영희,1234,010-0000-1234,1/1,\n"
    )
    (home,) = roll.homes
    assert (home.label, home.floor, home.kind, home.area) == ("101동 1라인 1203", "12", "dwelling", 8497)
    assert home.holders[0].phone == "01000001234"


def test_the_exclusive_part_comes_before_the_building_area_and_is_a_doubt():
    roll = read("楼栋,房号,建筑面积,专有部分面积,业主\n1,101,99.00,80.00,王芳\n")
    assert roll.homes[0].area == 8000
    assert roll.mapping.header("area") == "专有部分面积"
    (doubt,) = [doubt for doubt in roll.doubts if doubt.code == "column_several"]
    assert "建筑面积" in str(doubt.reason)
    assert [column.header for column in roll.mapping.unrecognised] == ["建筑面积"]


def test_the_area_without_shared_parts_is_never_taken_for_the_area():
    roll = read("楼栋,房号,套内面积,建筑面积,业主\n1,101,70.00,80.00,王芳\n")
    assert roll.homes[0].area == 8000
    assert "column_inner_area" in {doubt.code for doubt in roll.doubts}
    with pytest.raises(Refusal) as refused:
        read("楼栋,房号,套内面积,业主\n1,101,70.00,王芳\n")
    assert [(reason.code, reason.field) for reason in refused.value.reasons] == [("column_missing", "area")]
    assert "套内面积" in str(refused.value)


def test_a_word_of_two_meanings_is_decided_by_the_other_columns():
    stairwell = read("楼栋,门牌,房号,面积,业主\n1,2单元,101,80,王芳\n")
    assert (stairwell.homes[0].stairwell, stairwell.homes[0].number) == ("2单元", "101")
    number = read("楼栋,单元,门牌号,面积,业主\n1,2单元,101,80,王芳\n")
    assert (number.homes[0].stairwell, number.homes[0].number) == ("2单元", "101")
    assert "column_guessed" in {doubt.code for doubt in number.doubts}


def test_a_header_may_be_two_rows_high():
    roll = read("楼栋,房号,面积,业主信息,,\n,,,姓名,身份证后四位,电话\n1,101,80,王芳,1234,19900000001\n")
    assert roll.mapping.header_line == 2
    assert roll.homes[0].holders[0].id_last_four == "1234"
    assert roll.rows_read == 1


def test_missing_columns_are_named_together_with_those_that_were_found():
    with pytest.raises(Refusal) as refused:
        read("楼栋,房号,楼层,颜色\n1,101,1,红\n")
    assert [reason.field for reason in refused.value.reasons] == ["area", "owner"]
    assert "楼栋, 房号, 楼层, 颜色" in str(refused.value)
    assert all(reason.remedy for reason in refused.value.reasons)


def test_the_columns_can_be_looked_at_even_where_some_are_missing():
    columns = inspect_columns(io.BytesIO("楼栋,房号,楼层,颜色\n1,101,1,红\n".encode()))
    assert columns.missing == ("area", "owner")
    assert [column.header for column in columns.unrecognised] == ["颜色"]
    assert [column.header for column in columns.headers] == ["楼栋", "房号", "楼层", "颜色"]


ODD = "甲,乙,丙,丁,戊\n1号楼,101,80.5,王芳,1234\n1号楼,102,70,李雷,5678\n"


@pytest.mark.parametrize(
    "columns",
    [
        {"building": "甲", "number": "乙", "area": "丙", "owner": "丁", "identity": "戊"},
        {"building": 0, "number": 1, "area": 2, "owner": 3, "identity": 4},
        {"building": "0", "number": "1", "area": "2", "owner": "3", "identity": "4"},
        {"building": " 甲　", "number": 1, "area": "丙", "owner": 3, "identity": "戊", "notes": ""},
    ],
)
def test_columns_are_corrected_by_header_or_by_place(columns):
    roll = read(ODD, columns=columns)
    assert [(home.number, home.area, home.holders[0].id_last_four) for home in roll.homes][-2:] == [
        ("101", 8050, "1234"),
        ("102", 7000, "5678"),
    ]
    assert roll.mapping.index("owner") == 3


def test_a_file_without_any_header_is_read_by_places():
    columns = {"building": 0, "number": 1, "area": 2, "owner": 3, "identity": 4}
    roll = read("1号楼,101,80.5,王芳,1234\n1号楼,102,-70,李雷,5678\n", columns=columns)
    assert [home.number for home in roll.homes] == ["101"]
    assert roll.mapping.header_line is None
    assert [(finding.line, finding.column) for finding in roll.refused] == [(2, "C")]


def test_with_the_line_of_the_first_home_nothing_above_it_is_a_row():
    columns = {"building": 0, "number": 1, "area": 2, "owner": 3, "identity": 4}
    roll = read("Roll 2026\n" + ODD, columns=columns, first_line=3)
    assert [home.number for home in roll.homes] == ["101", "102"]
    assert (roll.refused, roll.rows_read, roll.mapping.header_line) == ((), 2, None)
    with pytest.raises(Refusal) as refused:
        read(ODD, columns={"building": 0, "owner": 3}, first_line=2)
    assert [reason.field for reason in refused.value.reasons] == ["number", "area"]


def test_the_first_rows_are_shown_harmlessly_and_the_first_home_is_guessed():
    rows = first_rows(io.BytesIO(("某某小区2026,,,,\n\n" + ODD + "=cmd|x,<b>,,110101199003077571,\n").encode()))
    assert [row.line for row in rows] == [1, 3, 4, 5, 6]
    assert rows[-1].cells[:4] == ("'=cmd|x", "‹b›", "", "…7571")
    assert likely_first_line(rows) == 4


def test_a_correction_wins_over_what_was_recognised():
    text = "楼栋,房号,建筑面积,套内面积,业主,产权人\n1,101,80,70,王芳,李雷\n"
    roll = read(text, columns={"area": "套内面积", "owner": "产权人"})
    assert roll.homes[0].area == 7000
    assert roll.homes[0].holders[0].name == "李雷"


def test_a_recognised_column_can_be_left_out():
    text = "楼栋,房号,面积,业主,电话\n1,101,80,王芳,19900000001\n"
    assert read(text).homes[0].holders[0].phone == "19900000001"
    assert read(text, columns={"phone": ""}).homes[0].holders[0].phone is None


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"colour": "甲"}, "field_unknown"),
        ({"area": "没有"}, "column_unknown"),
        ({"area": 99}, "column_unknown"),
        ({"area": -1}, "column_unknown"),
    ],
)
def test_a_correction_that_names_nothing_is_refused(columns, code):
    with pytest.raises(Refusal) as refused:
        read("楼栋,房号,面积,业主\n1,101,80,王芳\n", columns=columns)
    assert code in refused.value.codes


def test_every_field_has_at_least_one_name_in_each_language():
    def has(field: str, first: str, last: str) -> bool:
        from participation.roll.importing.headers import _FIELD_OF

        return any(f == field and any(first <= c <= last for c in name) for name, (f, _) in _FIELD_OF.items())

    for field in FIELDS:
        assert has(field, "一", "鿿"), field
        assert has(field, "가", "힣"), field
        assert has(field, "a", "z"), field
