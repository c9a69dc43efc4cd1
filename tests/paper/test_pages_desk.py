"""The desk's pages about paper: print, receive, read blind, settle; and what they refuse."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from participation.votes.sheet_models import SheetReturn
from tests.desk.steps import DESK
from tests.paper.counter import jpeg
from tests.votes.pages_support import words


def test_the_hub_leads_to_the_paper_and_the_paper_says_how_to_begin(counter):
    counter.client.see(f"{DESK}/votes/{counter.vote_id}")
    assert counter.path in counter.client.page.links()
    counter.client.see(counter.path)
    assert "No sheet has come in yet" in words(counter.client)


def test_sheets_are_printed_one_for_each_owner_with_homes_areas_code_and_boxes(counter):
    counter.print_all()
    page = counter.client.page
    sheets = page.select("section.page")
    assert len(sheets) == 5
    text = words(counter.client)
    assert counter.code(counter.lane.wang) in text
    assert "1-101 85.25" in text and "1-102 85.25" in text and "Together 170.50" in text
    assert len(page.select("section.page svg")) >= 5 and len(page.select(".tick-box")) == 5 * 4
    assert all(word in text for word in ("Signature", "Date", "Name", "Follow the majority", "Hand it in before"))
    before = counter.code(counter.lane.wang)
    counter.client.see(page.path)
    assert counter.code(counter.lane.wang) == before, "looking again prints nothing anew"


def test_one_owner_is_printed_by_building_and_room_and_what_is_wrong_is_said(counter):
    lane = counter.lane
    counter.client.see(f"{counter.path}/sheets")
    building = str(lane.homes["1-S1"].building_id)
    for fields, told in (
        ({"room": "S1"}, "the building is needed too"),
        ({"building": building, "room": "999"}, "no such room"),
        ({"building": building, "room": "101"}, "Several homes have this number: 1-1-101, 1-2-101"),
    ):
        answer = counter.client.submit("/paper/sheets", **fields)
        assert answer.status_code == 422 and told in words(counter.client), fields
        counter.client.see(f"{counter.path}/sheets")
    counter.client.submit("/paper/sheets", building=building, room="1-2-101")
    assert counter.code(lane.deng) in words(counter.client)
    counter.client.see(f"{counter.path}/sheets")
    counter.client.submit("/paper/sheets", building=building, room="S1")
    assert len(counter.client.page.select("section.page")) == 1
    assert counter.code(lane.qian) in words(counter.client)


def test_a_reprint_leaves_the_replaced_sheets_out_of_the_older_run(counter):
    old = counter.print_all()
    counter.clock.advance(minutes=1)
    counter.client.see(f"{counter.path}/sheets")
    counter.client.submit("/paper/sheets", building=str(counter.lane.homes["1-S1"].building_id), room="S1")
    counter.client.see(old)
    assert len(counter.client.page.select("section.page")) == 4
    assert "replaced by a newer one" in counter.client.page.text()


def test_receive_read_twice_blind_and_see_it_counted(counter):
    counter.print_all()
    wang, client = counter.lane.wang, counter.client
    counter.clock.advance(minutes=10)
    counter.receive(wang, document=(io.BytesIO(jpeg()), "photo.jpg"))
    assert "is recorded. Two persons read it next" in client.page.text()
    client.see(counter.path)
    assert "1 sheet waits for you" in words(client)
    client.see(f"{counter.path}/readings")
    first_sight = blank_form(client)
    client.submit("/readings", **{counter.field: "no"})
    assert "No sheet waits for you" in words(client)
    mei = counter.visit(counter.mei)
    mei.see(f"{counter.path}/readings")
    assert blank_form(mei) == first_sight, "the second reader sees exactly what the first saw"
    picture = next(i.attrib["src"] for i in mei.page.select("img") if "picture" in i.attrib["src"])
    answer = mei.get(picture)
    assert answer.data == jpeg() and "attachment" in answer.headers["Content-Disposition"]
    answer.close()
    mei.submit("/readings", **{counter.field: "no"})
    client.see(counter.path)
    assert re.search(r"counted\s+1", words(client))
    assert [b.channel for b in counter.paper.ballots(counter.vote_id, wang.id)] == ["paper"]


def blank_form(client) -> str:
    """The main part without what differs by visitor: the secret token."""
    source = client.page.source[client.page.source.index("<main") : client.page.source.index("</main>")]
    return re.sub(r'name="csrf_token" value="[^"]+"', "", source)


def test_what_two_read_differently_waits_for_a_third_who_sees_both_and_the_two_do_not(counter):
    counter.print_all()
    counter.receive(counter.lane.wang)
    counter.client.see(f"{counter.path}/readings")
    reading_page = counter.client.page.path
    counter.client.submit("/readings", **{counter.field: "yes"})
    settle_path = reading_page.replace("/reading", "/settlement")
    tao = counter.visit(counter.tao)
    tao.see(settle_path, 404)  # nobody sees a reading before both are made
    mei = counter.visit(counter.mei)
    mei.see(f"{counter.path}/readings")
    mei.submit("/readings", button="unsigned")
    for one in (mei, counter.client):
        one.see(f"{counter.path}/differences")
        assert "You have read it; somebody else settles it" in words(one)
        one.see(settle_path, 404)
        one.see(reading_page)
        assert "Nothing to read here" in words(one)
    tao.see(f"{counter.path}/readings")
    assert "No sheet waits for you" in words(tao)
    tao.see(f"{counter.path}/differences")
    tao.see(settle_path)
    text = words(tao)
    assert "Lin read For" in text and "Mei Hua read Invalid: not signed" in text
    tao.submit("/settlements", **{counter.field: "yes"})
    assert "is settled: counted" in tao.page.text()
    tao.see(settle_path)
    assert "This sheet is done: counted" in words(tao)


def test_a_sheet_in_hand_is_found_by_its_code(counter):
    counter.print_all()
    client = counter.client
    client.see(f"{counter.path}/readings?code={counter.code(counter.lane.wang)}")
    assert client.page.one("#code").attrib["value"] == counter.code(counter.lane.wang)  # not received yet: receive it
    counter.receive(counter.lane.wang)
    client.see(f"{counter.path}/readings?code={counter.code(counter.lane.wang).lower()}")
    assert "What does the sheet say" in words(client)
    client.see(f"{counter.path}/readings?code=nonsense")
    assert "No sheet has this code" in words(client)


def test_a_late_sheet_is_asked_about_once_and_then_recorded_as_late(counter):
    counter.print_all()
    vote = counter.bureau.vote(counter.vote_id)
    counter.bureau.wait(seconds=(vote.closes_at - counter.clock.now()).total_seconds() + 600)
    assert counter.receive(counter.lane.wang).status_code == 422
    assert "will not count" in words(counter.client)
    counter.client.submit("/paper/returns", button="more", is_late="1")
    assert "received at or after the closing. It does not count" in counter.client.page.text()
    counter.client.see(counter.path)
    assert re.search(r"received at or after the closing\s+1", words(counter.client))


@pytest.mark.parametrize(("fields", "told"), [
    ({"code": "234"}, "No sheet has this code"),
    ({"received_at": "yesterday"}, "not a date and time"),
    ({"received_at": "2020-01-01T10:00"}, "before the vote opened"),
    ({"received_at": "2199-01-01T10:00"}, "in the future"),
    ({"channel": "phone"}, "not said how the sheet came in"),
    ({"document": (io.BytesIO(b"MZ\x90 a program"), "photo.jpg")}, "not a PDF and not a PNG"),
    ({"document": (io.BytesIO(b"<svg onload=alert(1)>"), "photo.png")}, "not a PDF and not a PNG"),
    ({"document": (io.BytesIO(jpeg()[:30]), "photo.jpg")}, "damaged or incomplete"),
])  # fmt: skip
def test_what_is_wrong_with_a_return_is_said_and_nothing_is_stored(counter, fields, told):
    counter.print_all()
    counter.client.see(f"{counter.path}/returns/new")
    sent = {"code": counter.code(counter.lane.wang), **fields}
    answer = counter.client.submit("/paper/returns", button="more", **sent)
    assert answer.status_code == 422 and told in words(counter.client)
    counter.client.see(counter.path)
    assert "No sheet has come in yet" in words(counter.client)


def test_a_question_without_an_answer_is_asked_for_again_and_nothing_typed_is_lost(counter):
    counter.print_all()
    counter.receive(counter.lane.wang)
    counter.client.see(f"{counter.path}/readings")
    answer = counter.client.submit("/readings")
    assert answer.status_code == 422 and "One question has no answer yet" in words(counter.client)


def test_who_may_not_see_what(counter, outsiders, new_client):
    counter.print_all()
    counter.receive(counter.lane.wang, document=(io.BytesIO(jpeg()), "photo.jpg"))
    counter.client.see(f"{counter.path}/readings")
    reading_page = counter.client.page.path
    picture = reading_page.replace("/reading", "/picture")
    for person, kind, may in (
        (counter.lane.he, "staff", {counter.path}), (counter.lane.chen, "staff", set()),
        (counter.lane.wang, "device", set()), (outsiders.people["Xu"], "staff", set()),
    ):  # fmt: skip
        visitor = new_client()
        visitor.sign_in(person, kind)
        for path in (counter.path, f"{counter.path}/sheets", f"{counter.path}/returns/new",
                     f"{counter.path}/readings", f"{counter.path}/differences", reading_page, picture):  # fmt: skip
            visitor.see(path, 200 if path in may else 404)
    foreign = new_client()
    foreign.sign_in(outsiders.people["Xu"], "staff")
    assert foreign.get(picture.replace("lane-12", "lane-99")).status_code == 404


def test_the_count_page_says_what_must_be_read_first(counter):
    counter.print_all()
    counter.receive(counter.lane.wang)
    vote = counter.bureau.vote(counter.vote_id)
    counter.bureau.wait(seconds=(vote.closes_at - counter.clock.now()).total_seconds())
    counter.client.see(f"{DESK}/votes/{counter.vote_id}/count")
    answer = counter.client.submit("/count")
    assert counter.path in counter.client.page.links()
    assert answer.status_code == 422 and "not read to the end: 1" in words(counter.client)


def test_the_building_grid_shows_paper_that_is_received_and_not_read(counter):
    counter.print_all()
    counter.receive(counter.lane.wang)
    building = counter.lane.homes["1-101"].building_id
    counter.client.see(f"{DESK}/votes/{counter.vote_id}/turnout/{building}")
    cells = counter.client.page.select(".house .cell.sheet")
    assert len(cells) == 2 and "paper received, not read yet" in words(counter.client)
    with counter.paper.work() as session:
        found = session.scalar(select(SheetReturn.id))
    counter.paper.read_twice(counter.vote_id, found, "yes")
    counter.client.see(f"{DESK}/votes/{counter.vote_id}/turnout/{building}")
    assert not counter.client.page.select(".cell.sheet") and len(counter.client.page.select(".house .cell.paper")) == 2


def test_whoever_hands_a_sheet_in_gets_a_slip_and_finds_what_became_of_it(counter):
    counter.print_all()
    wang, client = counter.lane.wang, counter.client
    code = counter.code(wang)
    stranger = counter.visit(counter.mei)
    stranger.see(f"/receipts?number={code}")
    assert "has not come in yet" in words(stranger)
    client.see(f"{counter.path}/returns/new")
    client.submit("/paper/returns", button="slip", code=code)
    assert code in words(client) and "Two persons read the sheet" in words(client)
    assert f"/receipts?number={code.replace('-', '')}" in client.page.text(), "the slip says where to look"
    stranger.see(f"/receipts?number={code.lower()}")
    assert "is being read" in words(stranger) and "Wang" not in words(stranger)
    made = int(client.page.path.split("/")[-2])
    counter.paper.read_twice(counter.vote_id, made, "yes")
    stranger.see(f"/receipts?number={code}")
    assert stranger.page.path.startswith("/receipts/"), "the sheet leads to the receipt of its ballot"
    client.see(f"{counter.path}/returns/{made + 99}/slip", status=404)


def test_the_code_of_a_sheet_that_does_not_count_says_why(counter):
    counter.print_all()
    made = counter.paper.hand_in(counter.vote_id, counter.lane.deng.id)
    counter.paper.read_twice(counter.vote_id, made, flaw="unsigned")
    counter.client.see(f"/receipts?number={counter.code(counter.lane.deng)}")
    assert "could not be counted" in words(counter.client) and "not signed" in words(counter.client)
