"""The support centre prints letters: what is on the paper brings people in, and stands nowhere else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from participation.database import db
from participation.roll.invitations import Invitation, read_code
from participation.roll.models import LookUp
from tests.accounts.letters import come_in

LETTERS = "/desk/lane-12/letters"


@pytest.fixture
def lin(client, lane):
    client.sign_in(lane.lin, "staff")
    return client


def codes(page) -> list[str]:
    return [read_code(c) for c in re.findall(r"(?:[0-9a-z]{4} ){7}[0-9a-z]{4}", page.text())]


def home_id(lane, place: str) -> str:
    return str(lane.homes[place].id)


def test_a_building_is_printed_sheet_by_sheet_and_a_code_brings_its_person_in(lin, new_client, lane):
    lin.see(LETTERS)
    lin.submit(LETTERS, contact="Gate house, 9 to 17", skip_signed_in=None)
    assert len(lin.page.select("section.page")) == 6
    assert len(codes(lin.page)) == 7, "Wang twice, Li, Sun, Qian, Deng and her tenant Zhao; the developer has no number"
    assert "Gate house" in lin.page.text()
    visitor = new_client()
    come_in(visitor, codes(lin.page)[0], "101X")
    assert "You are here as Wang" in visitor.page.text()


def test_printed_names_are_masked(lin):
    lin.see(LETTERS)
    lin.submit(LETTERS)
    assert "Jade Homes" not in lin.page.text()
    assert "J** H** L**" in lin.page.text()


def test_one_home_can_be_printed_alone(lin, lane):
    lin.see(LETTERS)
    lin.submit(LETTERS, home=home_id(lane, "1-201"))
    assert len(lin.page.select("section.page")) == 1
    assert len(codes(lin.page)) == 2


def test_printed_letters_are_kept_by_no_browser_and_no_proxy(lin):
    lin.see(LETTERS)
    assert lin.submit(LETTERS).headers["Cache-Control"] == "no-store"


def test_the_figures_follow_who_has_come_in(lin, new_client, lane):
    lin.see(LETTERS)
    lin.submit(LETTERS, home=home_id(lane, "1-201"))
    come_in(new_client(), codes(lin.page)[0], "2012")
    figures = re.findall(r"(\d+)\s*(have come in|letters not used yet)", lin.see(LETTERS).text("main"))
    assert figures == [("1", "have come in"), ("1", "letters not used yet")]


def test_phones_are_signed_out_for_one_home_only(lin, new_client, lane):
    wang, li = new_client(), new_client()
    wang.sign_in(lane.wang)
    li.sign_in(lane.li)
    lin.see(LETTERS)
    assert lin.submit(LETTERS, end_devices="1").status_code == 422
    assert wang.get("/account").status_code == 200
    lin.see(LETTERS)
    lin.submit(LETTERS, end_devices="1", home=home_id(lane, "1-101"))
    assert wang.get("/account").status_code == 302
    assert li.get("/account").status_code == 200


def test_printing_is_on_the_log_of_look_ups_and_looking_at_the_form_is_not(lin, app, lane):
    lin.see(LETTERS)
    with app.app_context():
        assert db.session.scalars(select(LookUp)).all() == []
    lin.submit(LETTERS, home=home_id(lane, "1-101"))
    with app.app_context():
        (entry,) = db.session.scalars(select(LookUp))
        assert (entry.by_id, entry.what, entry.subject) == (lane.lin.id, "letters", "1-1-101")


def test_nobody_left_to_print_for_is_said(lin, new_client, lane):
    new_client().sign_in(lane.wang)
    lin.see(LETTERS)
    assert lin.submit(LETTERS, home=home_id(lane, "1-101"), skip_signed_in="1").status_code == 422
    assert "nobody to print" in lin.text()


def test_another_neighbourhoods_building_and_homes_are_out_of_reach(lin, app, lane, outsiders):
    lin.see(LETTERS)
    foreign = outsiders.homes["1-101"]
    assert lin.send(LETTERS, building=foreign.building_id).status_code == 404
    lin.see(f"{LETTERS}?building={foreign.building_id}", 404)
    own = lane.homes["1-101"].building_id
    assert lin.send(LETTERS, building=own, home=foreign.id).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Invitation)).all() == []


@pytest.mark.parametrize("name", ["chen", "he", "yu"])
def test_only_the_support_centre_prints(client, lane, name):
    client.sign_in(getattr(lane, name), "staff")
    client.see(LETTERS, 404)
    assert client.send(LETTERS, building=lane.homes["1-101"].building_id).status_code == 404


def test_a_neighbourhood_without_a_roll_says_what_will_appear(client, make):
    from participation.accounts.models import Role

    place = make.unit("Lane 13", "lane-13")
    client.sign_in(make.staff("Bo", Role.SUPPORT, place), "staff")
    client.see("/desk/lane-13/letters")
    assert "no roll yet" in client.text()
