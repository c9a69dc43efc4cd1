"""Hostile and damaged files: refused with a reason, never executed, never unpacked, never echoed raw."""

from __future__ import annotations

import io
import random
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from participation.kernel.refusal import Refusal
from participation.roll.importing import ParsedRoll, limits, read_roll
from participation.roll.importing.archive import merged_ranges, open_archive

ROLLS = Path(__file__).parent.parent / "data" / "rolls"
SHEET = "xl/worksheets/sheet1.xml"


def read(data: bytes) -> ParsedRoll:
    return read_roll(io.BytesIO(data), filename="roll.xlsx")


def refusal(data: bytes) -> tuple[str, ...]:
    with pytest.raises(Refusal) as refused:
        read(data)
    assert all(reason.remedy for reason in refused.value.reasons)
    return refused.value.codes


@cache  # openpyxl writes the time into it, and a failing example must stay the same
def small() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["楼栋", "房号", "面积", "业主"])
    book.active.append(["1号楼", "101", 80, "王芳"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rebuilt(change, more: dict[str, bytes] | None = None, compression=zipfile.ZIP_DEFLATED) -> bytes:
    """The small workbook with every part passed through `change(name, data)`, and with `more` parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small())) as old, zipfile.ZipFile(out, "w", compression) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def same(name: str, data: bytes) -> bytes:
    return data


def test_the_small_workbook_itself_is_fine():
    assert len(read(rebuilt(same)).homes) == 1


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = rebuilt(lambda name, data: data + b" " * 60_000_000 if name == SHEET else data)
    assert len(bomb) < 200_000
    assert refusal(bomb) == ("workbook_bomb",)


def test_many_swollen_parts_are_refused_by_their_sum(monkeypatch):
    monkeypatch.setattr(limits, "ARCHIVE_BYTES", 1_000_000)
    noise = random.Random(1).randbytes(300_000)  # does not compress: the ratio alone would not tell
    assert refusal(rebuilt(same, {f"xl/media/{n}.png": noise for n in range(4)})) == ("workbook_bomb",)


def test_thousands_of_parts_are_refused():
    assert refusal(rebuilt(same, {f"xl/p{n}.xml": b"<a/>" for n in range(limits.ARCHIVE_ENTRIES)})) == (
        "workbook_bomb",
    )


def test_a_part_that_is_larger_than_it_says_is_refused():
    lie = bytearray(rebuilt(lambda name, data: data + b" " * 900_000 if name == SHEET else data))
    with zipfile.ZipFile(io.BytesIO(bytes(lie))) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert lie.count(size) >= 2
    assert refusal(bytes(lie).replace(size, (2000).to_bytes(4, "little"))) == ("workbook_unreadable",)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><l>&d;</l>'
)


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_wherever_they_are_declared(part, encoding):
    text = LAUGHS.replace('"1.0"', f'"1.0" encoding="{encoding}"').encode(encoding)
    assert refusal(rebuilt(lambda name, data: text if name == part else data)) == ("workbook_entities",)


def test_entities_are_refused_in_a_part_of_any_name():
    assert refusal(rebuilt(same, {"xl/worksheets/sheet9.dat": LAUGHS.encode()})) == ("workbook_entities",)


def test_an_entity_that_names_a_file_is_refused():
    text = b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert refusal(rebuilt(lambda name, data: text + data.split(b"?>")[-1] if name == SHEET else data)) == (
        "workbook_entities",
    )


def test_macros_are_refused():
    assert refusal(rebuilt(same, {"xl/vbaProject.bin": b"x"})) == ("workbook_macros",)


def test_links_to_other_files_are_not_followed():
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    assert len(read(rebuilt(same, {"xl/externalLinks/externalLink1.xml": link})).homes) == 1


def test_old_and_encrypted_workbooks_are_refused_with_the_way_out():
    with pytest.raises(Refusal) as refused:
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert refused.value.codes == ("file_old_or_encrypted",)
    assert ".xlsx" in str(refused.value.reasons[0].remedy)


def test_a_zip_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refusal(out.getvalue()) == ("workbook_unreadable",)
    assert refusal(b"PK\x05\x06" + bytes(18)) == ("workbook_unreadable",)


def test_two_parts_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = rebuilt(same, {SHEET: b"<a/>"})
    assert refusal(data) == ("workbook_unreadable",)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(share):
    data = (ROLLS / "estate-403-as-handed-over.xlsx").read_bytes()
    assert refusal(data[: int(len(data) * share)]) == ("workbook_unreadable",)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
        '<row r="x"/>',
        '<row r="2"><c r="A2" t="inlineStr"><is><t>again</t></is></c></row>',
        '<row r="4"/><row spans="1:2" r="3"/>',
        '<row r="8"/><row/><row r="9"/>',
        '<row r="2"><c r="A2" t="s"><v>999</v></c></row>',
        '<row r="2"><c r="ZZZZZ2"><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>abc</v></c></row>',
        f'<row r="2"><c r="A2"><v>{"9" * 5000}</v></c></row>',
        '<row r="2"><c r="A2" s="77777"><v>1</v></c></row><row',
    ],
)
def test_a_sheet_that_makes_no_sense_is_refused(rows):
    data = rebuilt(
        lambda name, data: data.replace(b"</sheetData>", rows.encode() + b"</sheetData>") if name == SHEET else data
    )
    assert refusal(data) == ("workbook_unreadable",)


def test_a_sheet_wider_than_any_roll_is_refused():
    row = '<row r="3"><c r="GS3" t="inlineStr"><is><t>x</t></is></c></row>'
    data = rebuilt(
        lambda name, data: data.replace(b"</sheetData>", row.encode() + b"</sheetData>") if name == SHEET else data
    )
    assert refusal(data) == ("too_many_columns",)


def test_too_large_a_file_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    assert refusal(b"x" * 1001) == ("file_too_large",)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "ROWS", 10)
    assert refusal(b"Building,Room,Area,Owner\n" + b"A,1,80,Ann\n" * 10) == ("too_many_rows",)


def test_too_many_findings_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "FINDINGS", 10)
    assert refusal(b"Building,Room,Area,Owner\n" + b"A,1,-80,Ann\n" * 11) == ("too_many_findings",)


HOSTILE = [
    "=HYPERLINK(\"http://127.0.0.1/\")", "＝cmd|'/C calc'!A0", "@SUM(1)", "+A1", "-A1", "<script>alert(1)</script>", "王\x00芳", "王\x1b[2J芳",
    "\u202e芳王", "%s%n%(name)s{0}", "'; DROP TABLE homes;--", "长" * 5000, "9" * 400, "\ud7ff\uffff",
]  # fmt: skip


@pytest.mark.parametrize("cell", HOSTILE)
@pytest.mark.parametrize("column", range(8))
def test_a_hostile_cell_anywhere_harms_nothing_but_its_row(cell, column):
    good = ["1号楼", "1单元", "101", "80", "王芳", "1234", "19900000001", "备注"]
    bad = ["1号楼", "1单元", "102", "80", "李雷", "5678", "19900000002", "备注"]
    bad[column] = '"' + cell.replace('"', '""') + '"'
    text = "\n".join(["楼栋,单元,房号,面积,业主,证件号,电话,备注", ",".join(good), ",".join(bad)])
    roll = read(text.encode())
    assert roll.homes[0].number == "101"
    for finding in (*roll.refused, *roll.doubts):
        for shown in (finding.value, str(finding.reason), str(finding.remedy)):
            assert not {"<", ">", "\x00", "\x1b", "\u202e"}.intersection(shown)
            assert shown[:1] not in ("=", "＝", "@", "+")
        assert len(finding.value) <= 60
    for home in roll.homes:
        for shown in (
            home.building,
            home.stairwell,
            home.number,
            home.notes,
            *(holder.name for holder in home.holders),
        ):
            assert not {"<", ">", "\x00", "\x1b", "\u202e"}.intersection(shown)
            assert shown[:1] not in ("=", "@")


def reads_or_refuses(data: bytes) -> None:
    """Nothing but a ParsedRoll or a Refusal comes out; both can be printed."""
    try:
        roll = read(data)
    except Refusal as refused:
        told = [str(sentence) for reason in refused.reasons for sentence in (reason.message, reason.remedy)]
    else:
        told = [str(sentence) for f in (*roll.refused, *roll.doubts) for sentence in (f.reason, f.remedy)]
        told.append(str(roll.totals.homes) if roll.totals.homes == len(roll.homes) else "")
    assert told
    assert all(told)


@given(st.binary(max_size=600))
def test_random_bytes_are_read_or_refused(data):
    reads_or_refuses(data)


@given(st.text(max_size=300))
def test_random_text_below_a_header_is_read_or_refused(text):
    reads_or_refuses(("楼栋,房号,面积,业主,证件号,份额\n1,101,80,王芳,1234,1/1\n" + text).encode())


CELLS = st.one_of(
    st.sampled_from(["1号楼", "101", "80", "王芳", "1234", "1/2", "", "合计", "、", "=1"]), st.text(max_size=12)
)


@given(st.lists(st.lists(CELLS, max_size=8), max_size=12))
def test_random_cells_are_read_or_refused(rows):
    lines = ['"' + '","'.join(cell.replace('"', '""') for cell in row) + '"' for row in rows]
    reads_or_refuses("\n".join(["楼栋,单元,房号,面积,业主,证件号,份额,表决人", *lines]).encode())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_workbook_with_flipped_bytes_is_read_or_refused(data):
    damaged = bytearray(small())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    reads_or_refuses(bytes(damaged))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_sheet_with_damaged_xml_is_read_or_refused(data):
    def damage(name: str, part: bytes) -> bytes:
        if name != data_part:
            return part
        changed = bytearray(part)
        for _ in range(data.draw(st.integers(1, 4))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        return bytes(changed)

    data_part = data.draw(
        st.sampled_from(
            [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
        )
    )
    reads_or_refuses(rebuilt(damage))


@pytest.mark.parametrize("padding", range(0, 120, 7))
def test_merged_cells_are_found_wherever_the_reader_pauses(padding, monkeypatch):
    monkeypatch.setattr("participation.roll.importing.archive._STEP", 1000)
    ranges = "".join(f'<mergeCell ref="A{10 * n + 1}:A{10 * n + 9}"/>' for n in range(200))
    rows = "".join(f'<row spans="1:13" r="{n}"/>' for n in range(3, 2000))

    def change(name: str, data: bytes) -> bytes:
        extra = f"{rows}</sheetData>{' ' * padding}<mergeCells>{ranges}</mergeCells>"
        return data.replace(b"</sheetData>", extra.encode()) if name == SHEET else data

    with open_archive(rebuilt(change)) as archive:
        assert list(merged_ranges(archive, SHEET)) == [("A", 10 * n + 1, "A", 10 * n + 9) for n in range(200)]
