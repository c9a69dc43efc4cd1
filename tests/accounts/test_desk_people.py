"""Roles are given and ended per neighbourhood, at once, and nobody reaches further than their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from participation.accounts.models import AccountEvent, Grant, Person, Role
from participation.database import db
from participation.roll.models import Unit

PEOPLE = "/desk/lane-12/people"
APPOINT = 'form[id="appoint"]'


@pytest.fixture
def lin(client, lane):
    """The support centre of Lane 12 at its desk."""
    client.sign_in(lane.lin, "staff")
    return client


@pytest.fixture
def yu(new_client, lane):
    operator = new_client()
    operator.sign_in(lane.yu, "staff")
    return operator


def grant_of(app, person, role=None) -> Grant:
    with app.app_context():
        return db.session.scalars(select(Grant).where(Grant.person_id == person.id)).one()


def test_the_support_centre_appoints_a_planner_and_hands_over_a_link(lin, app, lane):
    lin.see(PEOPLE)
    lin.submit(APPOINT, name="Bo", login="bo", role="planner", until="2026-12-31")
    assert "/way-in/" in lin.text()
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.login == "bo")).one()
        grant = db.session.scalars(select(Grant).where(Grant.person_id == person.id)).one()
        assert (grant.role, grant.unit_id, grant.granted_by_id) == ("planner", lane.unit.id, lane.lin.id)
        assert grant.ends_at == datetime(2026, 12, 31, 16, tzinfo=UTC), "the end of that day in Shanghai"
    lin.see(PEOPLE)
    assert "/way-in/" not in lin.text(), "the link is shown once"


def test_only_the_operator_appoints_a_support_centre(lin, yu, app):
    lin.see(PEOPLE)
    assert "Support centre" not in lin.page.text('select[name="role"]')
    assert lin.submit(APPOINT, name="Bo", login="bo", role="support").status_code == 422
    yu.see(PEOPLE)
    assert yu.submit(APPOINT, name="Bo", login="bo", role="support").status_code == 200
    with app.app_context():
        assert db.session.scalars(select(Grant).where(Grant.role == "support")).all()[-1].ends_at is None


@pytest.mark.parametrize("role", ["operator", "", "nonsense"])
def test_no_other_role_can_be_given(lin, yu, role):
    for visitor in (lin, yu):
        visitor.see(PEOPLE)
        assert visitor.submit(APPOINT, name="Bo", login="bo", role=role).status_code == 422


def test_a_refused_appointment_leaves_no_person_behind(lin, app):
    lin.see(PEOPLE)
    assert lin.submit(APPOINT, name="Bo", login="bo", role="planner", until="2020-01-01").status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Person).where(Person.login == "bo")).all() == []


def test_a_role_is_not_given_twice(lin):
    lin.see(PEOPLE)
    assert lin.submit(APPOINT, login="chen", role="planner").status_code == 422
    assert "already" in lin.text()


def test_ending_a_role_works_at_once(lin, new_client, app, lane, clock):
    he = new_client()
    he.sign_in(lane.he, "staff")
    assert he.get("/desk/lane-12").status_code == 200
    grant = grant_of(app, lane.he)
    lin.see(PEOPLE)
    lin.submit(f"/grants/{grant.id}/end")
    assert he.get("/desk/lane-12").status_code == 404
    assert grant_of(app, lane.he).ends_at == clock.now()


def test_a_role_ends_by_itself_on_its_day(new_client, make, lane, clock):
    guest = make.person("Bo", login="bo")
    make.grant(guest, Role.SUPPORT, lane.unit, ends_at=datetime(2026, 3, 10, 16, tzinfo=UTC))
    bo = new_client()
    bo.sign_in(guest, "staff")
    assert bo.get(PEOPLE).status_code == 200
    clock.advance(hours=1)
    assert bo.get(PEOPLE).status_code == 200
    clock.at = datetime(2026, 3, 10, 16, tzinfo=UTC)
    bo.sign_in(guest, "staff")
    assert bo.get(PEOPLE).status_code == 404


def test_the_support_centre_cannot_end_another_support_centre(lin, app, lane, make):
    other = make.staff("Bo", Role.SUPPORT, lane.unit)
    lin.see(PEOPLE)
    assert lin.send(f"{PEOPLE}/grants/{grant_of(app, other).id}/end").status_code == 404


def test_a_grant_of_another_neighbourhood_is_out_of_reach(lin, app, outsiders):
    grant = grant_of(app, outsiders.xu)
    lin.see(PEOPLE)
    assert lin.send(f"{PEOPLE}/grants/{grant.id}/end").status_code == 404
    assert lin.send(f"/desk/lane-99/people/grants/{grant.id}/end").status_code == 404
    assert grant_of(app, outsiders.xu).ends_at is None


@pytest.mark.parametrize("name", ["chen", "he"])
def test_planners_and_observers_find_no_such_page(client, lane, name):
    client.sign_in(getattr(lane, name), "staff")
    client.see(PEOPLE, 404)
    client.see("/operator", 404)


def test_another_neighbourhoods_staff_find_no_such_page(client, lane, outsiders):
    client.sign_in(outsiders.xu, "staff")
    for path in (PEOPLE, "/desk/lane-12/letters", "/operator"):
        client.see(path, 404)
    assert client.send(PEOPLE, login="chen", role="chair").status_code == 404


def test_residents_find_no_such_page(client, lane):
    client.sign_in(lane.wang)
    for path in (PEOPLE, "/desk/lane-12/letters", "/operator"):
        client.see(path, 404)


def test_a_new_link_for_somebody_within_reach(lin, lane):
    lin.see(PEOPLE)
    lin.submit(f"/{lane.chen.id}/way-in")
    assert "/way-in/" in lin.text()


def test_a_support_centre_cannot_take_over_who_holds_more_than_it_may_give(lin, lane, outsiders, make):
    for person, role, unit in ((lane.yu, Role.PLANNER, lane.unit), (outsiders.xu, Role.MEMBER, lane.unit)):
        make.grant(person, role, unit)
    lin.see(PEOPLE)
    for person in (lane.yu, outsiders.xu, lane.lin, lane.wang):
        assert lin.send(f"{PEOPLE}/{person.id}/way-in").status_code == 404


def test_the_operator_helps_a_support_centre_back_in(yu, lane):
    yu.see(PEOPLE)
    yu.submit(f"/{lane.lin.id}/way-in")
    assert "/way-in/" in yu.text()


def test_every_change_is_on_the_accounts_record(lin, app, lane):
    lin.see(PEOPLE)
    lin.submit(APPOINT, name="Bo", login="bo", role="planner")
    with app.app_context():
        grant = db.session.scalars(select(Grant).order_by(Grant.id.desc())).first()
    lin.see(PEOPLE)
    lin.submit(f"/grants/{grant.id}/end")
    with app.app_context():
        events = db.session.execute(
            select(AccountEvent.kind, AccountEvent.by_id).where(AccountEvent.person_id == grant.person_id)
        ).all()
    assert [tuple(e) for e in events] == [
        ("granted-planner", lane.lin.id), ("way-in-issued", lane.lin.id), ("ended-planner", lane.lin.id),
    ]  # fmt: skip


def test_the_operator_founds_a_neighbourhood_without_touching_its_roll(yu):
    yu.see("/operator")
    yu.submit("/operator", name="Lane 13", slug="lane-13", area="Riverside")
    assert yu.page.path == "/desk/lane-13/people"
    yu.see("/desk/lane-13/letters", 404)


@pytest.mark.parametrize(
    ("field", "value"), [("slug", "lane-12"), ("slug", "Lane 13!"), ("name", ""), ("area", " "), ("time_zone", "../x"), ("time_zone", "Mars/Base")]
)
def test_a_neighbourhood_is_founded_only_with_sound_answers(yu, app, field, value):
    yu.see("/operator")
    answers = {"name": "Lane 13", "slug": "lane-13", "area": "Riverside", "time_zone": "Asia/Seoul", field: value}
    assert yu.submit("/operator", **answers).status_code == 422
    (kept,) = yu.page.select(f'input[name="{field}"]')
    assert kept.attrib.get("value", "").strip() == value.strip(), "what was typed is still there"
    with app.app_context():
        assert db.session.scalars(select(Unit.slug)).all() == ["lane-12"]
