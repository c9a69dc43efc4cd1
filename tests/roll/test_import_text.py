"""Text files: the same roll in every encoding and with every separator."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.kernel.refusal import Refusal
from participation.roll.importing import read_roll

ROLL = """楼栋,单元,楼层,房号,类型,专有部分面积,面积依据,业主姓名,证件号后四位,手机号,份额,产权状态,备注
1号楼,1单元,1,101,住宅,89.42,不动产登记,韩刚安,1531,19900006791,1/1,已登记,
1号楼,1单元,1,102,商铺,110.8,测绘,赵福晨,506X,,1/2,已登记,
1号楼,1单元,1,102,商铺,110.8,测绘,李红,3470,19900005184,1/2,已登记,
1号楼,2单元,1,101,住宅,52,买卖合同,开发商,0000,,1/1,未出售,空置
"""


def read(data: bytes, **options):
    return read_roll(io.BytesIO(data), filename="roll.csv", **options)


def expected():
    return read(ROLL.encode())


def test_the_reference_reads_as_written():
    roll = expected()
    assert [(h.label, h.kind, h.area, h.area_basis, h.title) for h in roll.homes] == [
        ("1号楼 1单元 101", "dwelling", 8942, "registry", "registered"),
        ("1号楼 1单元 102", "shop", 11080, "survey", "registered"),
        ("1号楼 2单元 101", "dwelling", 5200, "contract", "unsold"),
    ]
    assert [(h.name, h.id_last_four, h.phone, h.share) for h in roll.homes[1].holders] == [
        ("赵福晨", "506X", None, (1, 2)),
        ("李红", "3470", "19900005184", (1, 2)),
    ]
    assert roll.homes[1].lines == (3, 4)
    assert roll.homes[2].notes == "空置"
    assert roll.totals.heads == 3
    assert (roll.refused, roll.doubts) == ((), ())


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb18030", "GB 18030"),
        ("gbk", "GB 18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_gives_the_same_roll(encoding, told, newline):
    roll = read(ROLL.replace("\n", newline).encode(encoding))
    assert roll.homes == expected().homes
    assert roll.encoding == told


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_every_separator_gives_the_same_roll(delimiter):
    assert read(ROLL.replace(",", delimiter).encode("utf-8-sig")).homes == expected().homes


def test_a_korean_file_of_older_programs_is_not_taken_for_chinese():
    text = "동,호,전유면적,소유자,주민번호 뒤 4자리\n101동,1203,84.97,김영희,1234\n"
    roll = read(text.encode("cp949"))
    assert roll.encoding == "CP949"
    assert roll.homes[0].holders[0].name == "김영희"


def test_commas_in_quotes_belong_to_the_cell():
    roll = read(b'Building,Room,Area,Owner,ID last four\nA,1,"1,234.50","Smith, John",0042\n')
    assert roll.homes[0].area == 123_450
    assert [holder.name for holder in roll.homes[0].holders] == ["Smith, John"]


def test_lines_are_those_of_the_file_even_after_a_cell_of_two_lines():
    text = 'Building,Room,Area,Owner,Notes\nA,1,80,Ann Lee,"first\nsecond"\nA,2,-1,Bo Lee,\n'
    roll = read(text.encode())
    assert roll.homes[0].lines == (2,)
    assert roll.refused[0].line == 4


def test_a_quotation_mark_that_is_not_closed_swallows_nothing():
    text = 'Building,Room,Area,Owner\nA,1,80,"Ann Lee\nA,2,80,Bo Lee\n'
    with pytest.raises(Refusal) as refused:
        read(text.encode())
    assert refused.value.codes == ("text_quotes",)
    assert "Line 2" in str(refused.value)
    assert refused.value.reasons[0].remedy


def test_title_rows_empty_rows_totals_and_repeated_headers_are_no_homes():
    text = (
        "宏图社区业主名册,,,\n制表日期:2026/11/02,,单位:平方米,\n,,,\n"
        "楼号,房号,建筑面积(㎡),产权人\n1,101,80.00,王芳\n1,102,70.5,李雷\n小计,,150.50,\n\n"
        "楼号,房号,建筑面积(㎡),产权人\n2,101,90,高明\n合计:3户,,240.50,\n"
    )
    roll = read(text.encode())
    assert [home.number for home in roll.homes] == ["101", "102", "101"]
    assert roll.mapping.header_line == 4
    assert roll.rows_read == 3
    assert not [doubt for doubt in roll.doubts if doubt.code.startswith("total")]


def test_a_total_that_disagrees_is_a_doubt_with_both_figures():
    text = "楼号,房号,面积,产权人\n1,101,80.00,王芳\n1,102,70.50,李雷\n合计,,150.51,\n"
    (doubt,) = [doubt for doubt in read(text.encode()).doubts if doubt.code == "total_differs"]
    assert (doubt.line, doubt.column, doubt.value) == (4, "面积", "150.51")
    assert "150.51" in str(doubt.reason)
    assert "150.50" in str(doubt.reason)


def test_each_building_may_have_its_own_total():
    text = "楼号,房号,面积,产权人\n1,101,80,王芳\n合计,,80,\n2,101,90,高明\n合计,,90,\n总计,,170,\n"
    assert not [doubt for doubt in read(text.encode()).doubts if doubt.code.startswith("total")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t\n", "file_empty"),
        (b"\xff\xfe\x00", "encoding_unknown"),
        (b"\xef\xbb\xbf\xff", "encoding_unknown"),
        ("今天天气很好,我们去公园\n".encode(), "header_missing"),
        ("楼栋,房号,面积,业主\n".encode(), "no_rows"),
        ("楼栋,房号,面积,业主\n合计,,10,\n".encode(), "no_rows"),
        (b"a" * 200_000, "line_too_long"),
        (b"Building,Room,Area,Owner\nA,1,80," + b"x" * 150_000 + b"\n", "line_too_long"),
        (b"Building,Room,Area,Owner\n" + b"x," * 201 + b"\n", "too_many_columns"),
    ],
)
def test_a_file_that_is_no_roll_is_refused_with_the_reason(data, code):
    with pytest.raises(Refusal) as refused:
        read(data)
    assert refused.value.codes == (code,)
    assert all(reason.remedy for reason in refused.value.reasons)


def test_progress_is_told_every_thousand_rows():
    rows = "".join(f"A,{n},80,Owner {chr(65 + n % 26)}\n" for n in range(2500))
    told: list[tuple[int, int | None]] = []
    read(("Building,Room,Area,Owner\n" + rows).encode(), progress=lambda *at: told.append(at))
    assert told == [(1000, 2501), (2000, 2501)]


@given(st.permutations(ROLL.splitlines()[1:]))
def test_the_order_of_rows_does_not_change_the_roll(rows):
    roll = read("\n".join([ROLL.splitlines()[0], *rows]).encode())
    assert roll.totals == expected().totals
    assert {(h.identity, roll.owner_key(h)) for h in roll.homes} == {
        (h.identity, expected().owner_key(h)) for h in expected().homes
    }
