"""One home at the desk: names behind a logged button, single facts by hand with a reason, and who may see what."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db, transaction
from participation.record.models import LogEntry
from participation.roll.models import HomeFact, LookUp
from tests.roll.office import Office, row, rows_csv
from tests.support.queries import count_queries

ROLL = rows_csv(row("101", "王芳芳"), row("102", "李雷", four="2222"), row("201", "王芳芳"), row("301", "高明", four="4444"), row("301", "孙丽", four="5555"))


@pytest.fixture
def rolled(office: Office) -> Office:
    """Jade Gardens with four homes: Wang's two, Li's, and one of Gao and Sun together."""
    office.put_into_force(ROLL)
    return office


def find(office: Office, words: str) -> str:
    """Search for one home; the address of its page."""
    office.client.see(f"{office.desk}/roll")
    office.client.submit("/search", words=words)
    found = [href for href in office.client.page.links() if "/roll/homes/" in href]
    assert len(found) == 1, office.client.text()
    return found[0]


def look_ups(office: Office) -> list[tuple[str, str]]:
    with office.app.app_context(), transaction(write=False):
        return [(line.what, line.subject) for line in db.session.scalars(select(LookUp).order_by(LookUp.id))]


def test_a_home_is_found_by_place_or_by_owner_and_both_are_logged(rolled: Office):
    before = len(look_ups(rolled))
    assert find(rolled, "1 102") == find(rolled, "李雷")
    rolled.client.see(f"{rolled.desk}/roll")
    rolled.client.submit("/search", words="王芳")
    assert len([h for h in rolled.client.page.links() if "/roll/homes/" in h]) == 2
    assert "王**" in rolled.client.text()
    assert look_ups(rolled)[before:] == [
        ("roll-search", "1号楼 1单元 102"), ("roll-search", "1号楼 1单元 102"), ("roll-search", "1号楼 1单元 101, 1号楼 1单元 201"),
    ]  # fmt: skip


def test_a_search_that_finds_nothing_says_so_and_signs_of_the_database_mean_nothing(rolled: Office):
    for words in ("%", "_", "nobody", "999"):
        rolled.client.see(f"{rolled.desk}/roll")
        rolled.client.submit("/search", words=words)
        assert "Nothing on this roll fits" in rolled.client.text()


def test_names_are_masked_until_somebody_asks_and_the_log_says_who(rolled: Office):
    home = find(rolled, "102")
    rolled.client.see(home)
    assert "李*" in rolled.client.text()
    assert "李雷" not in rolled.client.page.source
    assert "2222" not in rolled.client.page.source
    rolled.client.submit("/names")
    assert "李雷 …2222" in rolled.client.text()
    assert look_ups(rolled)[-2:] == [("home", "1号楼 1单元 102"), ("home-names", "1号楼 1单元 102")]
    rolled.client.see(f"{rolled.desk}/look-ups")
    assert "Names of a home's owners and tenants" in rolled.client.text()


def test_a_sale_by_hand_is_a_dated_fact_with_its_reason(rolled: Office):
    yesterday = rolled.clock.now()
    rolled.tomorrow()
    home = find(rolled, "102")
    rolled.client.see(home + "/owner")
    rolled.client.submit("/owner", owners="赵敏 7777\nWang Ltd, 91310000123456789X", reason="Land register of 3 March 2026")
    assert "It is on the roll from now on" in rolled.client.text()
    assert "Lin: Land register of 3 March 2026" in rolled.client.text()
    rolled.client.submit("/names")
    assert "赵敏 …7777; Wang Ltd …789X" in rolled.client.text()
    assert rolled.totals() == (4, 3, 320_00)
    rolled.client.see(home + "/owner")
    rolled.client.submit("/owner", owners="王芳芳 1234", reason="Register corrected")
    assert rolled.totals() == (4, 2, 320_00), "Wang is the same head with three homes"
    assert rolled.totals(yesterday) == (4, 3, 320_00)
    with rolled.app.app_context(), transaction(write=False):
        entry = db.session.scalars(select(LogEntry).order_by(LogEntry.index.desc()).limit(1)).one()
        assert json.loads(entry.payload) == {
            "kind": "roll-change", "what": "owner", "home": "1号楼 1单元 102", "home_area": "80.00", "homes": 4, "heads": 2,
            "area": "320.00", "at": "2026-03-11T01:00:00+00:00",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("what", "fields", "words"),
    [
        ("owner", {"owners": "", "reason": "x"}, "The owner's name is missing"),
        ("owner", {"owners": "赵敏 123", "reason": "x"}, "neither an identity number nor its last four"),
        ("owner", {"owners": "赵敏 110101199003077513", "reason": "x"}, "its check digit does not fit"),
        ("owner", {"owners": "<b>赵敏</b> 7777", "reason": "x"}, "This is not a name"),
        ("owner", {"owners": "=1+1 7777", "reason": "x"}, "This is not a name"),
        ("owner", {"owners": "赵敏 7777\n赵敏 7777", "reason": "x"}, "An owner is named twice"),
        ("owner", {"owners": "李雷 2222", "reason": "x"}, "the owners that the roll names already"),
        ("owner", {"owners": "赵敏 7777", "reason": " "}, "The reason is missing"),
        ("owner", {"owners": "赵敏 7777", "reason": "x", "title": "rented"}, "Nothing is chosen"),
        ("area", {"area": "80.001", "reason": "x"}, "more than two decimals"),
        ("area", {"area": "-1", "reason": "x"}, "The area is negative"),
        ("area", {"area": "1e3", "reason": "x"}, "The area is not a number"),
        ("area", {"area": "80", "reason": "x"}, "the area that the roll shows already"),
        ("area", {"area": "81", "reason": ""}, "The reason is missing"),
        ("removal", {"reason": ""}, "The reason is missing"),
    ],
)
def test_what_cannot_be_entered_is_refused_with_a_remedy_and_nothing_typed_is_lost(rolled: Office, what, fields, words):
    home, facts = find(rolled, "102"), rolled.facts()
    rolled.client.see(f"{home}/{what}")
    answer = rolled.client.submit(f"/{what}", **fields)
    assert answer.status_code == 422
    assert words in rolled.client.text()
    assert rolled.facts() == facts
    shown = rolled.client.page.form(f"/{what}").values()
    kept = {name: value.strip() for name, value in fields.items() if name != "title"}
    assert {name: shown[name][0].strip() for name in kept} == kept


def test_the_area_is_corrected_to_the_last_hundredth(rolled: Office):
    home = find(rolled, "102")
    rolled.client.see(home + "/area")
    rolled.client.submit("/area", area="80.01", area_basis="survey", reason="Survey of 1 March 2026")
    assert rolled.totals() == (4, 3, 320_01)
    assert "80.01\xa0m²" in rolled.client.text()


def test_one_of_the_co_owners_is_named_to_vote(rolled: Office):
    home = find(rolled, "301")
    page = rolled.client.see(home + "/voter")
    values = [e.attrib["value"] for e in page.select('input[name="voter"]')]
    assert values[0] == ""
    rolled.client.submit("/voter", voter=values[1], reason="Signed by both")
    assert "(named to vote)" in rolled.client.text()
    with rolled.app.app_context(), transaction(write=False):
        fact = db.session.scalars(select(HomeFact).order_by(HomeFact.id.desc()).limit(1)).one()
        assert (str(fact.voter_id), fact.by_id, fact.reason) == (values[1], rolled.lin.id, "Signed by both")
    rolled.client.see(find(rolled, "102") + "/voter", 404)
    answer = rolled.client.send(home + "/voter", voter="999999", reason="x")
    assert answer.status_code == 422


def test_a_home_is_taken_off_and_added_again_as_the_same_home(rolled: Office):
    home = find(rolled, "102")
    rolled.client.see(home + "/removal")
    rolled.client.submit("/removal", reason="Joined to 101")
    assert "This home is not on the roll any more" in rolled.client.text()
    assert rolled.totals() == (3, 2, 240_00)
    rolled.client.see(home + "/owner", 404)
    rolled.client.see(f"{rolled.desk}/roll/homes/new")
    form = {"building": "1号楼", "stairwell": "1单元", "number": "102", "area": "79.5", "owners": "李雷 2222", "reason": "Parted again"}
    rolled.client.submit("/roll/homes", **form)
    assert rolled.client.page.path == home
    assert rolled.totals() == (4, 3, 319_50)
    rolled.client.see(f"{rolled.desk}/roll/homes/new")
    rolled.client.submit("/roll/homes", **form)
    assert "This home is on the roll already" in rolled.client.text()


def test_unsold_homes_entered_by_hand_are_one_head_with_those_of_the_file(rolled: Office):
    for number, owners in (("901", ""), ("902", "翡翠置业有限公司 123X")):
        rolled.client.see(f"{rolled.desk}/roll/homes/new")
        rolled.client.submit("/roll/homes", building="1号楼", stairwell="1单元", number=number, area="50", owners=owners, title="unsold", reason="New")
    assert rolled.totals() == (6, 4, 420_00)
    rolled.hand_in(ROLL)
    assert "2 × Homes that go from the roll" in rolled.client.text()


def test_a_tenant_moves_in_and_out(rolled: Office):
    home = find(rolled, "102")
    rolled.client.see(home)
    rolled.client.submit("/tenants", name="周周", last_four="12")
    assert "neither an identity number nor its last four" in rolled.client.text()
    rolled.client.submit("/tenants", name="周周", last_four="1212")
    assert "周*" in rolled.client.text()
    assert "周周" not in rolled.client.page.source
    rolled.client.submit("/end")
    assert "Nobody is entered" in rolled.client.text()


def test_the_observer_reads_totals_and_no_home(rolled: Office):
    home = find(rolled, "102")
    observer = rolled.new_client()
    observer.sign_in(rolled.he, "staff")
    observer.see(f"{rolled.desk}/roll")
    assert "4homes3people (heads)320.00\xa0m²floor area" in observer.text()
    assert f"{rolled.desk}/roll" in observer.page.links()
    assert not [href for href in observer.page.links() if "/roll/" in href]
    for path in (home, home + "/owner", f"{rolled.desk}/roll/imports/new", f"{rolled.desk}/roll/homes/new", f"{rolled.desk}/roll/imports/1"):
        observer.see(path, 404)
    for path in (f"{rolled.desk}/roll/search", home + "/names", home + "/owner", f"{rolled.desk}/roll/imports", home + "/tenants"):
        assert observer.send(path, words="102").status_code == 404


def test_outsiders_find_nothing_here_and_no_home_of_theirs_is_reachable_through_another_desk(rolled: Office):
    home = find(rolled, "102")
    home_id = home.rsplit("/", 1)[1]
    path = rolled.hand_in(ROLL)
    upload_id = path.rsplit("/", 1)[1]
    other = rolled.make.unit("Other", "other")
    xu = rolled.make.staff("Xu", Role.SUPPORT, other)
    outsider = rolled.new_client()
    outsider.sign_in(xu, "staff")
    for tail in ("roll", "roll/imports/new", f"roll/homes/{home_id}", f"roll/imports/{upload_id}", f"roll/imports/{upload_id}/lists/added"):
        outsider.see(f"/desk/jade/{tail}", 404)
    outsider.see("/desk/other/roll")
    assert "No roll yet" in outsider.text()
    for tail in (f"roll/homes/{home_id}", f"roll/imports/{upload_id}", f"roll/imports/{upload_id}/progress", f"roll/homes/{2**60}", "roll/buildings/1"):
        outsider.see(f"/desk/other/{tail}", 404)
    for tail in (f"roll/imports/{upload_id}/commit", f"roll/imports/{upload_id}/removal", f"roll/imports/{upload_id}/columns", f"roll/homes/{home_id}/names"):
        assert outsider.send(f"/desk/other/{tail}").status_code == 404
    planner = rolled.make.staff("Chen", Role.PLANNER, rolled.unit)
    outsider.sign_in(planner, "staff")
    outsider.see(f"{rolled.desk}/roll", 404)
    resident = rolled.new_client()
    resident.sign_in(rolled.make.person("Zhou"))
    resident.see(f"{rolled.desk}/roll", 404)


def test_the_roll_page_asks_the_database_no_more_for_more_homes_and_imports(rolled: Office):
    def asked(path: str) -> int:
        with count_queries(rolled.app) as queries:
            rolled.client.see(path)
        return len(queries)

    paths = [f"{rolled.desk}/roll", f"{rolled.desk}/roll?day=2026-03-10"]
    before = [asked(path) for path in paths]
    for day in range(2):
        rolled.tomorrow()
        rolled.put_into_force(rows_csv(*(row(f"{n}01", f"主{chr(0x4E00 + n)}", building=f"{n % 7}号楼", area=f"{80 + day}.00") for n in range(1, 80))))
    assert [asked(path) for path in paths] == before
    assert max(before) <= 14


def test_a_building_lists_its_homes_page_by_page_without_names(rolled: Office):
    rolled.tomorrow()
    rolled.put_into_force(rows_csv(*(row(f"{n}", f"主{chr(0x4E00 + n)}") for n in range(100, 260))))
    rolled.client.see(f"{rolled.desk}/roll")
    building = next(href for href in rolled.client.page.links() if "/buildings/" in href)
    rolled.client.see(building)
    assert "160homes" in rolled.client.text()
    assert len(rolled.client.page.select("tbody tr")) == 150
    assert "主" not in rolled.client.text()
    rolled.client.see(building + "?page=2")
    assert len(rolled.client.page.select("tbody tr")) == 10
    rolled.client.see(building + "?page=3", 404)


def test_a_day_that_is_no_day_of_the_past_is_told(rolled: Office):
    for day, words in (("2026-02-30", "This is not a date"), ("2027-01-01", "This day is not in the past"), ("1000-01-01", "not in the past")):
        rolled.client.see(f"{rolled.desk}/roll?day={day}")
        assert words in rolled.client.text()
    rolled.client.see(f"{rolled.desk}/roll?day=2026-03-01")
    assert "There was no roll yet" in rolled.client.text()
