"""Workbooks: exact numbers, merged cells, several sheets, and what a spreadsheet program does to cells."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest

from participation.kernel.refusal import Refusal
from participation.roll.importing import inspect_columns, read_roll

HEADER = ["楼栋", "单元", "房号", "面积", "业主", "身份证后四位", "份额"]


def workbook(*rows, merge=(), **sheets) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名册"
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    for title, more in sheets.items():
        other = book.create_sheet(title)
        for row in more:
            other.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, **options):
    return read_roll(io.BytesIO(data), filename="roll.xlsx", **options)


def sheet_xml(rows: str, extra: str = "") -> bytes:
    """A workbook whose first sheet is written by hand."""
    source = io.BytesIO(workbook(HEADER))
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = (
                    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                    f"<sheetData>{rows}</sheetData>{extra}</worksheet>"
                ).encode()
            new.writestr(name, data)
    return out.getvalue()


def text_row(line: int, *cells: str) -> str:
    inside = "".join(
        f'<c r="{chr(65 + i)}{line}" t="inlineStr"><is><t>{cell}</t></is></c>' for i, cell in enumerate(cells)
    )
    return f'<row r="{line}">{inside}</row>'


def test_numbers_are_read_exactly():
    roll = read(
        workbook(
            HEADER,
            ["1号楼", "1单元", 101, 159.54, "王芳", "0022", 0.5],
            ["1号楼", "1单元", 101.0, 159.54, "李雷", "1234", 0.5],
        )
    )
    (home,) = roll.homes
    assert (home.number, home.area) == ("101", 15954)
    assert [holder.share for holder in home.holders] == [(1, 2), (1, 2)]
    assert roll.sheet == "名册"
    assert roll.encoding is None


def test_a_number_with_a_binary_tail_is_the_two_decimals_that_were_meant():
    assert read(workbook(HEADER, ["1", "1", 101, 110.34000000000001, "王芳", "0022"])).homes[0].area == 11034
    assert read(workbook(HEADER, ["1", "1", 101, 0.1 + 0.2, "王芳", "0022"])).homes[0].area == 30
    roll = read(workbook(HEADER, ["1", "1", 101, 110.345, "王芳", "0022"]))
    assert [finding.code for finding in roll.refused] == ["area_decimals"]


def test_lost_leading_zeros_are_put_back_with_a_doubt():
    roll = read(workbook(HEADER, ["1", "1", 101, 80, "王芳", 22]))
    assert roll.homes[0].holders[0].id_last_four == "0022"
    assert [(doubt.line, doubt.column, doubt.code) for doubt in roll.doubts if doubt.line > 1] == [
        (2, "身份证后四位", "identity_zeros")
    ]


def test_an_identity_number_kept_as_a_number_has_lost_its_end():
    roll = read(workbook(HEADER, ["1", "1", 101, 80, "王芳", 110105194912310028]))
    assert [finding.code for finding in roll.refused] == ["identity_rounded"]
    assert "110105" not in roll.refused[0].value


@pytest.mark.parametrize("column", range(7))
def test_a_formula_is_never_computed_and_its_cached_value_never_read(column):
    cells = ["1号楼", "1单元", "102", "80", "李雷", "1234", "1/1"]
    row = "".join(
        f'<c r="{chr(65 + i)}3" t="str"><f>1+1</f><v>{cell}</v></c>'
        if i == column
        else f'<c r="{chr(65 + i)}3" t="inlineStr"><is><t>{cell}</t></is></c>'
        for i, cell in enumerate(cells)
    )
    good = text_row(2, "1号楼", "1单元", "101", "80", "王芳", "0022", "1/1")
    roll = read(sheet_xml(f'{text_row(1, *HEADER)}{good}<row r="3">{row}</row>'))
    assert [home.number for home in roll.homes] == ["101"]
    assert [(finding.line, finding.column, finding.code) for finding in roll.refused] == [
        (3, HEADER[column], "cell_formula")
    ]
    assert roll.refused[0].value.startswith("'=")


def test_dates_errors_and_formula_texts_are_refused():
    roll = read(
        workbook(
            HEADER,
            ["1", "1", datetime.date(2026, 3, 1), 80, "王芳", "0001"],  # 3-1, once
            ["1", "1", 102, 80, "王芳", "0002", datetime.datetime(2026, 1, 2)],  # 1/2, once
            ["1", "1", 103, "#REF!", "王芳", "0003"],
            ["1", "1", 104, 80, '=HYPERLINK("http://127.0.0.1/","x")', "0004"],
            ["1", "1", 105, 80, "@SUM(A1)", "0005"],
        )
    )
    assert [(finding.line, finding.code) for finding in roll.refused] == [
        (2, "cell_date"),
        (3, "cell_date"),
        (4, "cell_error"),
        (5, "cell_formula"),
        (6, "cell_formula"),
    ]
    assert roll.homes == ()


def test_a_total_that_is_a_formula_is_told_but_not_read():
    roll = read(workbook(HEADER, ["1", "1", 101, 80, "王芳", "0022"], ["合计", None, None, "=SUM(D2:D2)"]))
    assert len(roll.homes) == 1
    assert "total_unread" in {doubt.code for doubt in roll.doubts}


def test_merged_buildings_and_stairwells_are_carried_down():
    roll = read(
        workbook(
            ["名册", None, None, None, None],
            HEADER,
            ["1号楼", "1单元", 101, 80, "王芳", "0001"],
            [None, None, 102, 80, "李雷", "0002"],
            [None, "2单元", 101, 80, "高明", "0003"],
            ["2号楼", "1单元", 101, 80, "赵云", "0004"],
            merge=["A1:G1", "A3:A5", "B3:B4"],
        )
    )
    assert [home.label for home in roll.homes] == [
        "1号楼 1单元 101",
        "1号楼 1单元 102",
        "1号楼 2单元 101",
        "2号楼 1单元 101",
    ]
    assert roll.refused == ()


def test_a_blank_building_that_is_not_merged_is_refused():
    roll = read(workbook(HEADER, ["1号楼", "1单元", 101, 80, "王芳", "0001"], [None, "1单元", 102, 80, "李雷", "0002"]))
    assert [(finding.line, finding.code) for finding in roll.refused] == [(3, "building_missing")]


def test_a_home_merged_over_the_rows_of_its_owners():
    roll = read(
        workbook(
            HEADER,
            ["1号楼", "1单元", 101, 80, "王芳", "0001", "'1/2"],
            [None, None, None, None, "李雷", "0002", "'1/2"],
            merge=["A2:A3", "B2:B3", "C2:C3", "D2:D3"],
        )
    )
    (home,) = roll.homes
    assert (home.area, [holder.name for holder in home.holders]) == (8000, ["王芳", "李雷"])


def test_one_area_merged_over_several_homes_is_nobodys_area():
    roll = read(
        workbook(HEADER, ["1", "1", 101, 160, "王芳", "0001"], ["1", "1", 102, None, "李雷", "0002"], merge=["D2:D3"])
    )
    assert [(finding.line, finding.code) for finding in roll.refused] == [(3, "area_merged")]


def test_rows_merged_in_every_cell_are_one_row():
    roll = read(
        workbook(
            HEADER, ["1", "1", 101, 80, "王芳", "0001"], [None], merge=[f"{letter}2:{letter}3" for letter in "ABCDEF"]
        )
    )
    assert roll.rows_read == 1
    assert roll.refused == ()


def test_the_sheet_with_the_roll_is_found_and_others_are_told():
    data = workbook(
        ["说明"],
        ["请填写"],
        一期=[HEADER, ["1", "1", 101, 80, "王芳", "0001"]],
        二期=[HEADER, ["2", "1", 101, 80, "李雷", "0002"]],
    )
    roll = read(data)
    assert roll.sheet == "一期"
    assert [doubt.value for doubt in roll.doubts if doubt.code == "other_sheets"] == ["二期"]


def test_lines_are_those_that_the_spreadsheet_program_shows():
    roll = read(
        sheet_xml(
            text_row(2, *HEADER)
            + text_row(7, "1", "1", "101", "-5", "王芳", "0001")
            + text_row(9, "1", "1", "102", "80", "李雷", "0002")
        )
    )
    assert roll.refused[0].line == 7
    assert roll.homes[0].lines == (9,)


def test_a_sheet_that_lies_about_its_extent_is_read_to_the_end():
    data = sheet_xml(
        text_row(1, *HEADER)
        + text_row(2, "1", "1", "101", "80", "王芳", "0001")
        + text_row(3, "1", "1", "102", "80", "李雷", "0002")
    )
    source, out = io.BytesIO(data), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<sheetData>", b'<dimension ref="A1:B2"/><sheetData>'))
    assert len(read(out.getvalue()).homes) == 2


def test_columns_of_a_workbook_can_be_looked_at_and_corrected():
    data = workbook(["甲", "乙", "丙", "丁"], ["1号楼", 101, 80.5, "王芳"])
    columns = {"building": "甲", "number": "乙", "area": "丙", "owner": "丁"}
    assert inspect_columns(io.BytesIO(data), columns=columns).missing == ()
    assert read(data, columns=columns).homes[0].area == 8050


def test_a_workbook_without_a_roll_is_refused():
    with pytest.raises(Refusal) as refused:
        read(workbook(["说明"], ["请填写"]))
    assert refused.value.codes == ("header_missing",)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_extensions_of_newer_programs_are_no_obstacle():
    extra = '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst>'
    assert (
        len(read(sheet_xml(text_row(1, *HEADER) + text_row(2, "1", "1", "101", "80", "王芳", "0001"), extra)).homes)
        == 1
    )
