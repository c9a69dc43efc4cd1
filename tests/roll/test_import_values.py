"""Areas, shares, identity numbers, telephones and names from cells as people write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.kernel.quantities import format_hundredths
from participation.roll.importing.cells import NumberText, check_cell, folded
from participation.roll.importing.findings import CellProblem, shown
from participation.roll.importing.identity import parse_identity, parse_phone
from participation.roll.importing.measures import parse_area, parse_share
from participation.roll.importing.people import split_names


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("173.2", 17320),
        ("173.2㎡", 17320),
        ("173.20 平方米", 17320),
        ("173.20平米", 17320),
        ("173.2 m²", 17320),
        ("173.2 m2", 17320),
        ("84.97제곱미터", 8497),
        ("1,234.50", 123450),
        ("１９６.８８", 19688),
        ("１９６．８８", 19688),
        ("　93.79　", 9379),
        ("80", 8000),
        ("080.5", 8050),
        ("173.200", 17320),
        ("+80", 8000),
        ("100000", 10_000_000),
        (NumberText("159.54"), 15954),
        (NumberText("110.34000000000001"), 11034),
        (NumberText("110.33999999999999"), 11034),
        (NumberText("99.99999999999999"), 10000),
        (NumberText("0.01"), 1),
    ],
)
def test_areas_as_people_write_them(text, hundredths):
    assert parse_area(text) == hundredths


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "area_missing"),
        ("约八十", "area_not_a_number"),
        ("80左右", "area_not_a_number"),
        ("80+20", "area_not_a_number"),
        ("1.5E+2", "area_not_a_number"),
        ("12,34", "area_not_a_number"),
        ("1.234,50", "area_not_a_number"),
        ("80.", "area_not_a_number"),
        ("8 0", "area_not_a_number"),
        ("٣٠", "area_not_a_number"),
        ("NaN", "area_not_a_number"),
        ("Infinity", "area_not_a_number"),
        ("33평", "area_unit"),
        ("800 sq ft", "area_unit"),
        ("-3.2", "area_negative"),
        ("0", "area_zero"),
        ("0.00", "area_zero"),
        ("-0", "area_zero"),
        ("173.205", "area_decimals"),
        ("110.34000000000001", "area_decimals"),  # as text, somebody wrote it so
        (NumberText("110.345"), "area_decimals"),
        (NumberText("110.340000002"), "area_decimals"),
        ("100000.01", "area_too_large"),
        ("999999999999", "area_too_large"),
        ("9" * 150, "area_too_large"),
    ],
)
def test_areas_that_are_refused(text, code):
    with pytest.raises(CellProblem) as problem:
        parse_area(text)
    assert problem.value.code == code


@given(st.integers(1, 10_000_000))
def test_every_area_reads_back_as_the_record_writes_it(hundredths):
    text = format_hundredths(hundredths)
    assert parse_area(text) == hundredths
    assert parse_area(f" {text}㎡") == hundredths
    assert parse_area(NumberText(repr(hundredths / 100))) == hundredths


@given(st.integers(1, 9_999_999), st.integers(1, 40))
def test_a_sum_of_stored_numbers_is_read_to_the_hundredth(hundredths, parts):
    # What a spreadsheet shows for a sum that it computed with binary numbers.
    stored = sum([hundredths / 100 / parts] * parts)
    assert parse_area(NumberText(repr(stored))) == hundredths


@pytest.mark.parametrize(
    ("text", "share"),
    [("1/1", (1, 1)), ("1/2", (1, 2)), ("2/4", (1, 2)), ("1 / 3", (1, 3)), ("50%", (1, 2)), ("33.33%", (3333, 10000)), ("0.25", (1, 4)),
     ("100%", (1, 1)), ("1", (1, 1)), ("单独所有", (1, 1)), ("共同共有", None), ("", None)],
)  # fmt: skip
def test_shares(text, share):
    assert parse_share(text) == share


@pytest.mark.parametrize(
    ("text", "code"),
    [("2/1", "share_out_of_range"), ("0/2", "share_out_of_range"), ("1/0", "share_out_of_range"), ("0", "share_out_of_range"),
     ("101%", "share_out_of_range"), ("50", "share_out_of_range"), ("half", "share_unreadable"), ("1/2/3", "share_unreadable"), ("-1/2", "share_unreadable")],
)  # fmt: skip
def test_shares_that_are_refused(text, code):
    with pytest.raises(CellProblem) as problem:
        parse_share(text)
    assert problem.value.code == code


def test_the_last_four_and_whole_numbers():
    def last_four(text: str, **more: bool) -> str | None:
        identity, _ = parse_identity(text, **{"is_corporate": False, **more})
        return identity.last_four if identity else None

    assert last_four("0022") == "0022"
    assert last_four("１２３x") == "123X"
    assert last_four("'0455") == "0455"
    assert last_four("11010519491231002X") == "002X"  # the worked example of GB 11643
    assert last_four("110105 19491231 002x") == "002X"
    assert last_four("900101-1234567") == "4567"
    assert last_four("E12345678") == "5678"
    assert last_four("110105491231002") == "1002"
    assert last_four("**************1234") == "1234"
    assert last_four("91310000MA1FL0A23X", is_corporate=True) == "A23X"
    assert last_four("") is None
    assert last_four("无") is None


def test_a_number_cell_gets_its_leading_zeros_back_with_a_doubt():
    identity, doubt = parse_identity("22", is_corporate=False, is_number=True)
    assert identity.last_four == "0022"
    assert doubt.code == "identity_zeros"
    with pytest.raises(CellProblem):
        parse_identity("22", is_corporate=False)  # in a text file nobody knows what was lost


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [("12345", False, "identity_not_four"), ("12a4", False, "identity_not_four"), ("110105194912310021", False, "identity_checksum"),
     ("110105199902310021", False, "identity_checksum"), ("110105194912310000", True, "identity_rounded"), ("900101-1******", False, "identity_not_four")],
)  # fmt: skip
def test_identity_numbers_that_are_refused(text, number, code):
    with pytest.raises(CellProblem) as problem:
        parse_identity(text, is_corporate=False, is_number=number)
    assert problem.value.code == code
    assert text not in str(problem.value)


def test_a_whole_number_is_never_printed():
    identity, _ = parse_identity("11010519491231002X", is_corporate=False)
    assert identity.number == "11010519491231002X"
    assert "1949" not in repr(identity)


def test_phones():
    assert parse_phone("199-0000-5868") == "19900005868"
    assert parse_phone("+82 (0)10 0000 1234") == "+8201000001234"
    assert parse_phone("-") is None
    with pytest.raises(ValueError, match="telephone"):
        parse_phone("ask his wife")


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("王芳", ("王芳",)),
        (" 张　三 ", ("张三",)),
        ("杨凯 / 尹琳", ("杨凯", "尹琳")),
        ("杨凯、尹琳，高明;李雷；赵云", ("杨凯", "尹琳", "高明", "李雷", "赵云")),
        ("杨凯\n尹琳", ("杨凯", "尹琳")),
        ("Ann Lee / Bo Lee", ("Ann Lee", "Bo Lee")),
        ("Acme Trading Co., Ltd.", ("Acme Trading Co., Ltd.",)),
        ("阿不都•热合曼", ("阿不都·热合曼",)),
        ("王\u200b芳", ("王芳",)),
        ("无", ()),
        ("、", ()),
    ],
)
def test_names(cell, names):
    assert split_names(cell, 0) == names


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("=1+1", "cell_formula"),
        ("＝1+1", "cell_formula"),
        ("  =cmd|' /C calc'!A0", "cell_formula"),
        ("@SUM(A1)", "cell_formula"),
        ("+A1", "cell_formula"),
        ("-A1+B2", "cell_formula"),
        ("<script>", "cell_markup"),
        ("a ＞ b", "cell_markup"),
        ("王\x00芳", "cell_control"),
        ("王\x1b[31m芳", "cell_control"),
        ("王\u202e芳", "cell_control"),
        ("长" * 201, "cell_too_long"),
    ],
)
def test_cells_that_are_never_read(cell, code):
    with pytest.raises(CellProblem) as problem:
        check_cell(cell)
    assert problem.value.code == code


@pytest.mark.parametrize("cell", ["-", "--", "+86 199 0000 0001", "-1-2", "a=b", "王芳(妻)", "3-1-2", "", "A&B"])
def test_cells_that_only_look_odd_are_read(cell):
    check_cell(cell)


@given(st.text(max_size=400))
def test_what_a_finding_shows_is_harmless(text):
    for value in (shown(text), shown(text, identity=True)):
        assert len(value) <= 60
        assert all(character.isprintable() for character in value)
        assert "<" not in value
        assert ">" not in value
        assert unicodedata.normalize("NFKC", value)[:1] not in ("=", "@")


@given(st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_a_finding_never_shows_a_whole_identity_number(number):
    for cell in (
        number,
        f"王芳 {number}",
        f"{number}、{number}",
        number.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ):
        for value in (shown(cell), shown(cell, identity=True)):
            assert number not in folded(value)
            assert number[:-4] not in folded(value)
