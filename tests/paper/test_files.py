"""Two independently filled spreadsheets: read with guards, previewed, entered as one reading each."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from sqlalchemy import func, select

from participation.kernel.refusal import Refusal
from participation.votes.sheet_codes import grouped, new_code
from participation.votes.sheet_files import MOST_ROWS, header_of, read_sheet_file
from participation.votes.sheet_models import SheetReading, SheetReturn
from tests.votes.pages_support import words

SHANGHAI = ZoneInfo("Asia/Shanghai")


def a_paper(*kinds: str) -> SimpleNamespace:
    """The paper of a vote: decisions, or elections for two seats among three."""
    people = tuple(SimpleNamespace(id=70 + n, name=name) for n, name in enumerate(("Wang", "Liu", "He"), 1))
    return SimpleNamespace(questions=tuple(
        SimpleNamespace(id=40 + n, position=n, is_election=kind == "election", seats=2, candidates=people,
                        choices=("yes", "no", "abstain", "follow"))
        for n, kind in enumerate(kinds, 1)
    ))  # fmt: skip


def csv_of(paper, *rows: str) -> bytes:
    return "\r\n".join([",".join(header_of(paper)), *rows]).encode()


def book_of(paper, *rows) -> bytes:
    book = openpyxl.Workbook()
    for row in (header_of(paper), *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ONE = a_paper("decision")


def test_the_lines_of_both_kinds_of_file_are_read_alike():
    code, other = new_code(), new_code()
    at = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)
    text = csv_of(ONE, f"{grouped(code)},2026-04-01 09:30,yes,,", f"{other.lower()},2026/04/01 09:30,,unsigned,", ",,,,")
    book = book_of(ONE, [grouped(code), datetime(2026, 4, 1, 9, 30), "同意", None, None], [other, "2026-04-01 09:30", None, "未签名"])
    for data in (text, book):
        found = read_sheet_file(data, ONE, SHANGHAI)
        assert found.refused == ()
        assert [(row.code, row.received_at, row.choices, row.flaw) for row in found.rows] == [
            (code, at, {"41": "yes"}, None), (other, at, None, "unsigned"),
        ]  # fmt: skip


def test_an_election_is_filled_in_by_number_or_name_or_none_or_blank():
    paper = a_paper("decision", "election")
    codes = [new_code() for _ in range(5)]
    answers = ("1; 3", "liu", "none", "blank", "1;2;3")
    found = read_sheet_file(csv_of(paper, *(f"{c},2026-04-01 09:30,no,{a},," for c, a in zip(codes, answers, strict=True))), paper, SHANGHAI)
    assert [row.choices["42"] for row in found.rows] == [[71, 73], [72], [], "blank"]
    assert [finding.code for finding in found.refused] == ["choice.too_many"]


def test_lines_in_which_only_the_code_stands_are_left_out():
    code = new_code()
    assert read_sheet_file(csv_of(ONE, f"{code},,,,"), ONE, SHANGHAI) == read_sheet_file(csv_of(ONE), ONE, SHANGHAI)


@pytest.mark.parametrize(("cells", "column", "code"), [
    (["=CODE()", "2026-04-01 09:30", "yes", "", ""], "A", "cell_formula"),
    (["{}", "=NOW()", "yes", "", ""], "B", "cell_formula"),
    (["{}", "2026-04-01 09:30", "=IF(1,\"yes\",\"no\")", "", ""], "C", "cell_formula"),
    (["{}", "2026-04-01 09:30", "yes", "=1", ""], "D", "cell_formula"),
    (["{}", "2026-04-01 09:30", "<script>", "", ""], "C", "cell_markup"),
    (["{}", "2026-04-01 09:30", "perhaps", "", ""], "C", "answer_unknown"),
    (["{}", "2026-04-01 09:30", "", "", ""], "C", "answer_missing"),
    (["{}", "yesterday", "yes", "", ""], "B", "time_unreadable"),
    (["{}", "2026-04-01", "yes", "", ""], "B", "time_unreadable"),
    (["{}", "", "yes", "", ""], "B", "time_unreadable"),
    (["{}", "2026-04-01 09:30", "", "coffee", ""], "D", "flaw_unknown"),
    (["{}", "2026-04-01 09:30", "yes", "", "photo.jpg"], "E", "picture_in_file"),
    (["2345", "2026-04-01 09:30", "yes", "", ""], "A", "code_unreadable"),
    (["{}", "2026-04-01 09:30", "yes\u202eon", "", ""], "C", "cell_control"),
])  # fmt: skip
def test_a_cell_that_cannot_be_accepted_is_told_with_line_column_value_reason_and_remedy(cells, column, code):
    given = [cell.replace("{}", new_code()) for cell in cells]
    found = read_sheet_file(book_of(ONE, given), ONE, SHANGHAI)
    assert found.rows == ()
    finding = next(f for f in found.refused if f.code == code)
    assert (finding.line, finding.column) == (2, column) and str(finding.reason) and str(finding.remedy)
    assert not finding.value.startswith("=") and "<" not in finding.value


@pytest.mark.parametrize(("data", "code"), [
    (b"", "file_empty"), (b"  \r\n", "file_empty"), (b"hello,world\r\n1,2\r\n", "no_header"),
    (b"code,received at\r\n", "column_missing"), (b"code,code,received at,question 1\r\n", "column_twice"),
    (b"PK\x03\x04 not really a zip", "workbook_unreadable"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "file_old_or_encrypted"),
    (b'code,received at,question 1\r\n"never closed', "text_quotes"), (b"code,\xff\xff\x80,x\r\n", "encoding_unknown"),
    (b"code,received at,question 1\r\n" + b"," * 300 + b"x\r\n", "too_many_columns"), (b"x" * 200_000, "line_too_long"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_as_a_whole_is_refused_with_its_remedy(data, code):
    with pytest.raises(Refusal) as caught:
        read_sheet_file(data, ONE, SHANGHAI)
    assert caught.value.codes == (code,) and caught.value.reasons[0].remedy


def archive(**parts: bytes) -> bytes:
    """A zip that calls itself a workbook, with these further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **parts}.items():
            made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(("parts", "code"), [
    ({"xl/worksheets/sheet1.xml": b"<a>" + b" " * 30_000_000 + b"</a>"}, "workbook_bomb"),
    ({"xl/vbaProject.bin": b"program"}, "workbook_macros"),
    ({"xl/worksheets/sheet1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "workbook_entities"),
    ({"EncryptedPackage": b"secret"}, "file_old_or_encrypted"),
    ({"xl/worksheets/sheet1.xml": b"not xml"}, "workbook_unreadable"),
])  # fmt: skip
def test_a_hostile_workbook_is_refused_before_it_is_unpacked(parts, code):
    with pytest.raises(Refusal) as caught:
        read_sheet_file(archive(**parts), ONE, SHANGHAI)
    assert caught.value.codes == (code,)


def test_more_lines_than_a_person_reads_and_a_code_twice_are_refused():
    code = new_code()
    found = read_sheet_file(csv_of(ONE, *[f"{code},2026-04-01 09:30,yes,,"] * 2), ONE, SHANGHAI)
    assert len(found.rows) == 1 and [f.code for f in found.refused] == ["code_twice"]
    many = csv_of(ONE, *(f"{new_code()},2026-04-01 09:30,yes,," for _ in range(MOST_ROWS + 1)))
    with pytest.raises(Refusal) as caught:
        read_sheet_file(many, ONE, SHANGHAI)
    assert caught.value.codes == ("too_many_lines",)


# Through the pages


def filled(counter, client, **answers) -> bytes:
    """The template as this person has filled it in: owner's name -> answer, or flaw=..."""
    rows = client.get(f"{counter.path}/files/template.csv").get_data().decode("utf-8-sig").splitlines()
    at = counter.clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    by_code = {counter.code(counter.lane.people[name]): answer for name, answer in answers.items()}
    lines = [rows[0]]
    for line in rows[1:]:
        code = line.split(",")[0]
        answer = by_code.get(code)
        lines.append(line if answer is None else f"{code},{at},,{answer[1:]}," if answer.startswith("!") else f"{code},{at},{answer},,")
    return "\r\n".join(lines).encode()


def upload(counter, client, data: bytes, name: str = "mine.csv"):
    client.see(f"{counter.path}/files/new")
    return client.submit("/paper/files", file=(io.BytesIO(data), name))


def stored(counter, model) -> int:
    with counter.paper.work() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_two_files_are_two_readings_and_what_differs_goes_to_the_queue(counter):
    counter.print_all()
    counter.clock.advance(minutes=5)
    lin, mei = counter.client, counter.visit(counter.mei)
    first = filled(counter, lin, Wang="yes", Qian="no", Deng="!unsigned", Li="blank")
    second = filled(counter, mei, Wang="yes", Qian="abstain", Deng="!unsigned", Li="blank")
    upload(counter, lin, first)
    assert "4 sheets can be entered" in words(lin) and "Nothing is written yet" in words(lin)
    assert stored(counter, SheetReturn) == stored(counter, SheetReading) == 0
    lin.submit("/files/entry")
    assert "4 sheets are entered as read by you" in lin.page.text()
    assert stored(counter, SheetReturn) == stored(counter, SheetReading) == 4
    upload(counter, mei, second)
    assert re.search(r"\b0 of them newly recorded", words(mei)) and "differ" not in words(mei).lower(), "the preview tells nothing of the other's reading"
    mei.submit("/files/entry")
    figures = words(mei)
    assert re.search(r"counted\s+1", figures) and re.search(r"not signed\s+1", figures) and re.search(r"no valid answer on it\s+1", figures)
    assert re.search(r"read differently, waits for the third person\s+1", figures)
    tao = counter.visit(counter.tao)
    tao.see(f"{counter.path}/differences")
    settle = next(link for link in tao.page.links() if link.endswith("/settlement"))
    tao.see(settle)
    assert "mine.csv" in words(tao)
    tao.submit("/settlements", **{counter.field: "no"})
    assert counter.paper.ballots(counter.vote_id, counter.lane.qian.id)[0].choices == {counter.field[9:]: "no"}


def test_one_person_uploading_twice_reads_once_and_lines_that_cannot_be_entered_say_why(counter):
    counter.print_all()
    counter.clock.advance(minutes=5)
    data = filled(counter, counter.client, Wang="yes")
    upload(counter, counter.client, data)
    counter.client.submit("/files/entry")
    changed = data.replace(b",yes,", b",no,")
    upload(counter, counter.client, changed)
    assert "You have read this sheet already" in words(counter.client) and "No line can be entered" in words(counter.client)
    mei = counter.visit(counter.mei)
    earlier = data.replace(counter.clock.now().astimezone(SHANGHAI).strftime("%H:%M").encode(), b"00:01")
    before = stored(counter, SheetReading)
    upload(counter, mei, earlier)
    assert "another time of receipt" in words(mei) or "before the vote opened" in words(mei)
    assert stored(counter, SheetReading) == before == 1


def test_a_late_line_is_shown_before_it_is_entered(counter):
    counter.print_all()
    vote = counter.bureau.vote(counter.vote_id)
    counter.bureau.wait(seconds=(vote.closes_at - counter.clock.now()).total_seconds() + 120)
    upload(counter, counter.client, filled(counter, counter.client, Wang="yes"))
    assert "These will not count" in words(counter.client)
    counter.client.submit("/files/entry")
    assert re.search(r"received at or after the closing\s+1", words(counter.client))


def test_a_preview_is_entered_by_whom_it_was_shown_to_alone(counter):
    counter.print_all()
    counter.clock.advance(minutes=5)
    upload(counter, counter.client, filled(counter, counter.client, Wang="yes"))
    token = counter.client.page.one('input[name="token"]').attrib["value"]
    mei = counter.visit(counter.mei)
    for sent in (token, token[:-2] + "xx", ""):
        answer = mei.send(f"{counter.path}/files/entry", token=sent)
        assert answer.status_code == 422 and "too old, or not yours" in words(mei)
    assert stored(counter, SheetReading) == 0


def test_the_template_is_also_a_workbook_that_reads_back_empty(counter):
    counter.print_all()
    data = counter.client.get(f"{counter.path}/files/template.xlsx").get_data()
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:3] == ("code", "received at", "question 1") and len(rows) == 6
    answer = upload(counter, counter.client, data, "template.xlsx")
    assert answer.status_code == 200 and "No line can be entered" in words(counter.client)


def test_a_long_file_is_tried_out_and_entered_stack_by_stack(counter, monkeypatch):
    monkeypatch.setattr("participation.desk.sheet_file_views.STACK", 2)
    counter.print_all()
    counter.clock.advance(minutes=5)
    data = filled(counter, counter.client, Wang="yes", Qian="no", Deng="!torn", Li="blank")
    upload(counter, counter.client, data)
    assert "4 sheets can be entered" in words(counter.client) and stored(counter, SheetReturn) == 0
    counter.client.submit("/files/entry")
    assert stored(counter, SheetReading) == 4
