"""From the spreadsheet to the roll in the browser: nothing is written before the user says so."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from participation.database import db, transaction
from participation.roll import upload_files
from participation.roll.models import HouseholdMember, Owner, RollImport, Titleholder
from participation.web.filters import area as area_text
from tests.roll.office import FIGURES, HEADER, Office, row, rows_csv
from tests.support.page import text_of

FIRST = rows_csv(row("101", "王芳"), row("102", "李雷", four="2222"), row("201", "王芳"), row("202", "高明", four="4444", area="90.50"))


@pytest.mark.parametrize("name", FIGURES)
def test_each_sample_roll_comes_into_force_with_the_figures_of_its_notice(office: Office, name: str):
    homes, heads, area = FIGURES[name]
    office.hand_in_sample(name)
    with office.app.test_request_context("/", headers={"Accept-Language": "en"}):
        shown = area_text(area)
    assert f"{homes:,}homes{heads:,}people (heads){shown}floor area" in office.client.text()
    assert "Nothing has been written yet" in office.client.text()
    assert office.facts() == 0
    office.client.submit("/commit")
    assert office.client.page.heading == "The roll is in force"
    assert office.totals() == (homes, heads, area)


def test_the_handed_over_sheet_after_the_clean_file_shows_no_difference(office: Office):
    office.hand_in_sample("estate-403.csv")
    office.client.submit("/commit")
    office.hand_in_sample("estate-403-as-handed-over.xlsx")
    assert "None: the roll says of all 420 homes what the file says." in office.client.text()


def test_rows_with_errors_are_told_one_by_one_and_nothing_is_stored(office: Office):
    office.hand_in_sample("estate-403-with-errors.csv")
    table = next(t for t in office.client.page.select("table") if text_of(t[0]) == "9 refused rows")
    told = [[text_of(cell) for cell in line] for line in table.find("tbody")]
    assert [line[0] for line in told] == ["3", "4", "5", "7", "8", "9", "10", "11", "12"]
    assert told[0] == ["3", "专有部分面积 -3.2", "The area is negative. Write the registered area in m²."]
    assert all(len(line) == 3 and all(line) for line in told)
    assert "<b>301" not in office.client.page.source
    assert office.facts() == 0


def test_refused_rows_need_an_explicit_yes(office: Office):
    office.hand_in_sample("estate-403-with-errors.csv")
    answer = office.client.submit("/commit")
    assert answer.status_code == 422
    assert "9 rows of the file are refused; nothing has been imported." in office.client.text()
    assert office.facts() == 0
    office.client.submit("/commit", without_refused="1")
    assert office.client.page.heading == "The roll is in force"
    assert office.totals() == (3, 3, 491_96)


def test_while_rows_are_refused_no_home_goes_from_the_roll(office: Office):
    office.put_into_force(FIRST)
    office.hand_in(rows_csv(row("101", "王芳"), row("102", "李雷", area="-1")))
    assert not [form for form in office.client.page.forms() if form.action.endswith("/commit")]
    assert "The refused rows may speak of these homes" in office.client.text()
    office.client.send(office.client.page.path + "/commit", without_refused="1")
    assert office.totals() == (4, 3, 330_50)


def test_refused_rows_can_be_taken_home_as_a_table_without_formulas(office: Office):
    path = office.hand_in_sample("estate-403-with-errors.csv")
    answer = office.client.get(path + "/lists/refused/download")
    text = answer.get_data().decode("utf-8-sig")
    assert answer.mimetype == "text/csv"
    lines = text.splitlines()
    assert len(lines) == 10
    assert lines[1].startswith("3,专有部分面积,'-3.2,The area is negative.")
    cells = [cell.strip('"') for line in lines for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_second_file_is_shown_as_a_difference_and_yesterday_still_reads_as_yesterday(office: Office):
    office.put_into_force(FIRST)
    yesterday = office.clock.now()
    office.tomorrow()
    second = rows_csv(
        row("101", "赵敏", four="5555"), row("102", "李雷", four="2222", area="81.00"), row("201", "王芳"), row("301", "孙丽", four="6666")
    )
    office.hand_in(second)
    text = office.client.text()
    for words in ("1 × New homes", "1 × Homes that go from the roll", "1 × Homes with another owner", "1 × Homes with another area"):
        assert words in text
    assert "王*赵*" in text
    assert "80.00\xa0m²81.00\xa0m²" in text
    office.client.submit("/commit")
    assert office.totals() == (4, 4, 321_00)
    assert office.totals(yesterday) == (4, 3, 330_50)
    office.client.see(f"{office.desk}/roll?day=2026-03-10")
    assert "330.50" in office.client.text()
    since = {text_of(term): text_of(value) for term, value in office.client.page.select("dl div")}
    assert since == {
        "Homes new since then": "1", "Homes gone since then": "1", "Homes with another owner": "1", "Homes with another area": "1",
    }  # fmt: skip


def test_a_home_that_was_gone_comes_back_as_the_same_home(office: Office):
    office.put_into_force(FIRST)
    office.tomorrow()
    office.put_into_force(rows_csv(row("101", "王芳"), row("102", "李雷", four="2222"), row("201", "王芳")))
    assert office.totals() == (3, 2, 240_00)
    office.tomorrow()
    office.put_into_force(FIRST)
    assert office.totals() == (4, 3, 330_50)
    office.client.see(f"{office.desk}/roll")
    office.client.submit("/search", words="202")
    links = [href for href in office.client.page.links() if "/roll/homes/" in href]
    assert len(links) == 1
    office.client.see(links[0])
    assert "gone from the roll" in office.client.text()
    assert len(office.client.page.select("table tbody tr")) == 3


def test_the_voter_named_by_hand_survives_a_file_that_is_silent_about_it(office: Office):
    office.put_into_force(rows_csv(row("101", "王芳"), row("101", "李雷", four="2222")))
    office.client.see(f"{office.desk}/roll")
    office.client.submit("/search", words="101")
    home = next(href for href in office.client.page.links() if "/roll/homes/" in href)
    office.client.see(home + "/voter")
    second = office.client.page.select('input[name="voter"]')[2].attrib["value"]
    office.client.submit("/voter", voter=second, reason="Letter of both owners")
    assert "named to vote" in office.client.text()
    office.tomorrow()
    office.put_into_force(rows_csv(row("101", "王芳", area="81.00"), row("101", "李雷", four="2222", area="81.00")))
    office.client.see(home)
    assert office.client.text().count("named to vote") == 3, "today's, the import's and the hand's fact, not the first"


def test_columns_can_be_corrected_by_hand(office: Office):
    header = HEADER.replace("业主姓名", "甲方").replace("专有部分面积", "大小")
    office.hand_in(rows_csv(row("101", "王芳"), header=header))
    assert "This file could not be read" in office.client.text()
    headers = [option.text for option in office.client.page.select('select[name="column-owner"] option')]
    office.client.submit("/columns", **{"column-owner": str(headers.index("甲方") - 1), "column-area": str(headers.index("大小") - 1)})
    assert "1homes1people (heads)80.00" in office.client.text()
    office.client.submit("/commit")
    assert office.totals() == (1, 1, 80_00)


def test_a_file_whose_header_says_nothing_is_read_by_choosing_its_columns_by_eye(office: Office):
    titles = "某某小区名册,,,,", "甲,乙,丙,丁,戊"
    office.hand_in(rows_csv("1号楼,101,80.5,王芳,110101199003077571", "1号楼,102,70,李雷,5678", header="\n".join(titles)))
    assert "This file could not be read" in office.client.text()
    page = office.client.page
    (table,) = page.select("table")
    assert [[text_of(cell) for cell in line] for line in table.find("tbody")][1:3] == [
        ["2", "甲", "乙", "丙", "丁", "戊"], ["3", "1号楼", "101", "80.5", "王芳", "…7571"],
    ]  # fmt: skip
    assert page.select('select[name="first_line"] option[selected]')[0].attrib["value"] == "3"
    assert "C: 丙, 80.5, 70" in [option.text for option in page.select('select[name="column-area"] option')]
    chosen = {"building": "0", "number": "1", "area": "2", "identity": "4"}
    office.client.submit("/columns", **{f"column-{field}": index for field, index in chosen.items()})
    assert "No column for the owner's name was recognised." in office.client.text()
    assert office.client.page.select('select[name="column-area"] option[selected]')[0].attrib["value"] == "2", "the choice stays"
    office.client.submit("/columns", **{"column-owner": "3"})
    assert "2homes2people (heads)150.50" in office.client.text()
    assert not [c for c in office.client.page.select("table caption") if "refused" in text_of(c)], "the titles are no homes"
    assert office.client.page.select('select[name="first_line"] option[selected]')[0].attrib["value"] == "3"
    office.client.submit("/commit")
    assert office.totals() == (2, 2, 150_50)


def test_a_table_narrower_than_a_roll_offers_no_columns(office: Office):
    office.hand_in("甲,乙,丙\n1,2,3\n".encode())
    assert "This file could not be read" in office.client.text()
    assert not [form for form in office.client.page.forms() if form.action.endswith("/columns")]


def test_nothing_hostile_is_echoed(office: Office):
    attack = '<script>alert(1)</script>'
    office.hand_in(rows_csv(row("101", attack), row("102", "'=cmd|x"), row("103", "王芳", four="110101199003077513")), f"{attack}.csv")
    assert attack not in office.client.page.source
    assert "19900307" not in office.client.page.source
    office.client.see(f"{office.desk}/roll")
    assert attack not in office.client.page.source


def test_what_is_no_roll_is_refused_with_a_remedy(office: Office):
    for content, words in ((b"", "The file is empty"), (b"\x00\x01\x02 nothing", "could not be read"), (b"PK\x03\x04broken", "could not be read")):
        office.client.see(f"{office.desk}/roll/imports/new")
        office.client.submit("/roll/imports", roll=(io.BytesIO(content), "x.csv"))
        assert words in office.client.text()
    office.client.see(f"{office.desk}/roll/imports/new")
    answer = office.client.submit("/roll/imports")
    assert answer.status_code == 422
    assert "No file is chosen" in office.client.text()


def test_a_preview_of_a_roll_that_has_changed_meanwhile_does_not_come_into_force(office: Office):
    office.put_into_force(FIRST)
    path = office.hand_in(rows_csv(row("101", "王芳")))
    stale = office.client.csrf_token()
    other = office.new_client()
    other.sign_in(office.lin, "staff")
    other.see(f"{office.desk}/roll/homes/new")
    other.submit("/roll/homes", building="2号楼", number="101", area="50", owners="孙丽 6666", reason="New annex")
    answer = office.client.post(path + "/commit", data={"csrf_token": stale})
    assert answer.status_code == 422
    assert "The roll has changed since this preview was made" in office.client.text()
    assert office.totals() == (5, 4, 380_50)
    office.client.send(path + "/columns", follow=True)
    assert "4 × Homes that go from the roll" in office.client.text()
    office.client.submit("/commit")
    assert office.totals() == (1, 1, 80_00)


def test_two_taps_import_once(office: Office):
    path = office.hand_in(FIRST)
    token = office.client.csrf_token()
    for _ in range(2):
        office.client.post(path + "/commit", data={"csrf_token": token}, follow_redirects=True)
        assert office.client.page.heading == "The roll is in force"
    with office.app.app_context(), transaction(write=False):
        assert db.session.scalar(select(func.count()).select_from(RollImport)) == 1


def test_the_file_is_deleted_after_the_commit_and_after_it_is_thrown_away(office: Office):
    for which in ("/commit", "/removal"):
        office.hand_in(FIRST)
        key = office.upload().key
        with office.app.app_context():
            folder = upload_files.folder(key)
        assert (folder / "roll").stat().st_mode & 0o777 == 0o600
        office.client.submit(which)
        assert not folder.exists()
    assert office.client.page.heading == "The roll"


def test_a_file_that_was_forgotten_is_deleted_after_a_day(office: Office):
    path = office.hand_in(FIRST)
    office.clock.advance(hours=25)
    office.client.sign_in(office.lin, "staff")
    office.client.see(path, 404)
    office.client.see(f"{office.desk}/roll")
    assert office.upload().state == "discarded"
    with office.app.app_context():
        assert upload_files.kept_keys() == []


def test_identity_numbers_are_never_stored_whole(office: Office):
    office.put_into_force(rows_csv(row("101", "王芳", four="110101199003077571")))
    with office.app.app_context(), transaction(write=False):
        holder = db.session.scalars(select(Titleholder)).one()
    assert holder.id_last_four == "7571"
    assert holder.id_hash is not None and len(holder.id_hash) == 32
    assert b"19900307" not in holder.id_hash


def test_a_buyer_before_the_handover_does_not_get_the_developers_ballot(office: Office):
    office.put_into_force(rows_csv(row("101", "王芳", title="已售未交付"), row("102", "翡翠置业有限公司", four="", title="未出售")))
    assert office.totals() == (2, 1, 160_00)
    with office.app.app_context(), transaction(write=False):
        owner = db.session.scalars(select(Owner)).one()
        assert [member.titleholder.name for member in owner.members] == ["翡翠置业有限公司"]


def test_tenants_named_in_a_later_file_are_entered_once(office: Office):
    header = HEADER + ",承租人"
    office.put_into_force(FIRST)
    for _ in range(2):
        office.tomorrow()
        office.put_into_force(rows_csv(*(line + ",周周" if ",101," in line else line + "," for line in FIRST.decode().split("\n")[1:-1]), header=header))
    with office.app.app_context(), transaction(write=False):
        assert [m.name for m in db.session.scalars(select(HouseholdMember))] == ["周周"]


def test_after_the_import_the_page_says_what_comes_next(office: Office):
    office.put_into_force(FIRST)
    assert "/desk/jade/letters" in office.client.page.links()
    assert "/desk/jade/votes/new" in office.client.page.links()
