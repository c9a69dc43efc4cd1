"""A letter brings in exactly the person it is for, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from participation.accounts.models import Person, SignIn, Tries
from participation.database import db
from participation.roll.invitations import read_code
from participation.roll.models import HomeFact, Invitation, LookUp, Owner, Titleholder
from tests.accounts.letters import PIN, code_of, come_in, sheets_of


def rows(app, query):
    with app.app_context():
        return list(db.session.scalars(query))


def test_a_letter_leads_in_two_pages_to_the_first_page(client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    page = client.see(f"/i/{code}")
    assert "1-1-101" in page.heading
    client.submit("/i/", last_four="101X")
    assert client.page.path.endswith("/pin")
    response = client.submit("/pin", pin=PIN)
    assert response.request.path == "/"
    assert len(response.history) == 1
    assert "You are here as Wang" in client.page.text()


def test_the_page_of_a_letter_shows_no_name_in_full(client, app, lane, make):
    holder = make.titleholder(lane.unit, "欧阳小明", "1234")
    make.home(lane.unit, "3-301", 5000, [holder])
    client.see(f"/i/{code_of(app, lane.unit, '1-3-301')}")
    assert "欧***" in client.text()
    assert "欧阳" not in client.page.text()


def test_looking_at_a_letter_consumes_nothing(client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    for _ in range(3):
        client.see(f"/i/{code}")  # a messenger draws its preview
    client.head(f"/i/{code}")
    (letter,) = rows(app, select(Invitation))
    assert letter.used_at is None
    assert rows(app, select(Tries)) == []


def test_a_letter_works_once(client, new_client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    come_in(client, code, "101X")
    other = new_client()
    other.see(f"/i/{code}", 404)
    assert "works once" in other.text()
    assert "new letter" in other.text()


def test_scanning_a_used_letter_again_on_the_same_phone_opens_the_site(client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    come_in(client, code, "101X")
    assert client.see(f"/i/{code}").path == "/"


def test_unknown_used_void_and_sold_letters_get_the_same_answer(client, new_client, app, lane, make):
    used = code_of(app, lane.unit, "1-1-101")
    come_in(client, used, "101X")
    void = code_of(app, lane.unit, "1-1-S1")
    code_of(app, lane.unit, "1-1-S1")
    sold = code_of(app, lane.unit, "1-2-101")
    with make.unit_of_work() as session:
        session.execute(text("SELECT 1"))
        qian = session.scalars(select(Owner).where(Owner.key == str(lane.holders["Qian"].id))).one()
        session.add(
            HomeFact(
                unit_id=lane.unit.id, home_id=lane.homes["2-101"].id, effective_at=make.now, area=9000,
                area_basis="registry", kind="dwelling", title="registered", owner_id=qian.id,
            )
        )  # fmt: skip
    answers = set()
    for code in (used, void, sold, "0" * 32, "nonsense"):
        visitor = new_client()
        page = visitor.see(f"/i/{code}", 404)
        answers.add(page.text().replace(code, ""))
    assert len(answers) == 1


@pytest.mark.parametrize("typed", ["101X", "101x", " 101*", "１０１Ｘ"])
def test_the_four_characters_may_be_typed_on_any_keyboard(client, app, lane, typed):
    client.see(f"/i/{code_of(app, lane.unit, '1-1-101')}")
    client.submit("/i/", last_four=typed)
    assert client.page.path.endswith("/pin")


def test_wrong_characters_five_times_then_a_pause_then_five_more_then_the_letter_is_void(client, app, lane, clock):
    code = code_of(app, lane.unit, "1-1-101")
    client.see(f"/i/{code}")
    for left in (4, 3, 2, 1):
        assert client.submit("/i/", last_four="0000").status_code == 422
        assert f"{left} more times" in client.text()
    client.submit("/i/", last_four="0000")
    assert "15 minutes" in client.text()
    client.submit("/i/", last_four="101X")
    assert "15 minutes" in client.text(), "even the right characters have to wait"
    clock.advance(minutes=15)
    client.see(f"/i/{code}")
    for _ in range(4):
        client.submit("/i/", last_four="0000")
    assert client.submit("/i/", last_four="0000").status_code == 404
    clock.advance(days=1)
    client.see(f"/i/{code}", 404)
    (letter,) = rows(app, select(Invitation))
    assert letter.voided_at is not None
    assert letter.used_at is None


def test_the_right_characters_forgive_earlier_tries(client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    client.see(f"/i/{code}")
    for _ in range(4):
        client.submit("/i/", last_four="0000")
    client.submit("/i/", last_four="101X")
    assert client.page.path.endswith("/pin")
    assert rows(app, select(Tries)) == []


def test_the_pin_page_is_closed_to_who_has_not_proven_who_they_are(client, new_client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    assert client.see(f"/i/{code}/pin").path == f"/i/{code}"
    client.send(f"/i/{code}/pin", pin=PIN)
    assert rows(app, select(SignIn)) == []


def test_a_proof_holds_ten_minutes_and_for_its_own_letter(client, app, lane, clock):
    mine, neighbours = code_of(app, lane.unit, "1-1-101"), code_of(app, lane.unit, "1-1-S1")
    client.see(f"/i/{mine}")
    client.submit("/i/", last_four="101X")
    assert client.see(f"/i/{neighbours}/pin").path == f"/i/{neighbours}"
    assert client.see(f"/i/{mine}/pin").path == f"/i/{mine}/pin"
    clock.advance(minutes=11)
    client.submit("/pin", pin=PIN)
    assert client.page.path == f"/i/{mine}"
    assert rows(app, select(SignIn)) == []


@pytest.mark.parametrize("pin", ["", "123", "12a4", "123456789", "0000", "1234", "9876", "2012", "1212", "-123"])
def test_a_pin_that_a_neighbour_would_try_first_is_refused(client, app, lane, pin):
    client.see(f"/i/{code_of(app, lane.unit, '1-1-201')}")
    client.submit("/i/", last_four="2012")
    assert client.submit("/pin", pin=pin).status_code == 422
    assert rows(app, select(SignIn)) == []


def test_a_double_tap_on_the_pin_page_comes_in_once(client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    client.see(f"/i/{code}")
    client.submit("/i/", last_four="101X")
    before = client.get_cookie("visit").value
    client.submit("/pin", pin=PIN, follow=False)
    client.set_cookie("visit", before)  # the second tap left before the first one was answered
    second = client.send(f"/i/{code}/pin", pin=PIN)
    assert second.status_code == 303
    assert "You are here as Wang" in client.see("/").text()
    assert len(rows(app, select(SignIn))) == 1


def test_an_owner_of_two_homes_is_one_person_with_either_letter(client, app, lane, make):
    holder = make.titleholder(lane.unit, "Ma", "4321")
    for place in ("3-301", "3-302"):
        make.home(lane.unit, place, 5000, [holder])
    first, second = (code_of(app, lane.unit, f"1-{place}") for place in ("3-301", "3-302"))
    come_in(client, first, "4321")
    client.see(f"/i/{second}")
    client.submit("/i/", last_four="4321")
    assert client.page.path == "/", "the phone has its PIN already"
    assert len(rows(app, select(Person).where(Person.name == "Ma"))) == 1
    assert len(rows(app, select(SignIn))) == 1
    assert all(letter.used_at for letter in rows(app, select(Invitation)))


def test_the_first_letter_makes_the_person_and_later_phones_reach_the_same_one(client, new_client, app, lane, make):
    holder = make.titleholder(lane.unit, "Ma", "4321")
    make.home(lane.unit, "3-301", 5000, [holder])
    come_in(client, code_of(app, lane.unit, "1-3-301"), "4321")
    come_in(new_client(), code_of(app, lane.unit, "1-3-301"), "4321")
    (person,) = rows(app, select(Person).where(Person.name == "Ma"))
    (stored,) = rows(app, select(Titleholder).where(Titleholder.name == "Ma"))
    assert stored.person_id == person.id
    assert [row.person_id for row in rows(app, select(SignIn))] == [person.id, person.id]


def test_co_owners_and_tenants_have_a_code_each(app, lane):
    (owned,) = sheets_of(app, lane.unit, "1-1-201")
    assert [(c.name, c.is_owner) for c in owned.codes] == [("L*", True), ("S**", True)]
    (rented,) = sheets_of(app, lane.unit, "1-2-101")
    assert [c.is_owner for c in rented.codes] == [True, False]


def test_a_tenant_comes_in_by_the_same_sheet(client, app, lane):
    come_in(client, code_of(app, lane.unit, "1-2-101", 1), "7788")
    assert "You are here as Zhao" in client.page.text()


def test_a_person_without_identity_number_on_the_roll_is_named_for_the_desk(app, lane):
    (sheet,) = sheets_of(app, lane.unit, "1-2-102")
    assert sheet.codes == ()
    assert sheet.unproven == ("J** H** L**",)


def test_a_developer_with_0000_on_the_roll_comes_in_like_everybody(client, app, make):
    place = make.unit("Lane 13", "lane-13")
    make.home(place, "4-401", 5000, [make.titleholder(place, "City Build", "0000", developer=True)])
    come_in(client, code_of(app, place, "1-4-401"), "0000")
    assert "You are here as City Build" in client.page.text()


def test_who_shares_a_phone_is_warned_before_the_other_one_is_signed_out(client, app, lane):
    li, sun = (c.token for c in sheets_of(app, lane.unit, "1-1-201")[0].codes)
    come_in(client, li, "2012")
    client.see(f"/i/{sun}")
    assert "L* is signed in on this phone" in client.text()
    client.submit("/i/", last_four="2013")
    client.submit("/pin", pin=PIN)
    assert "You are here as Sun" in client.page.text()
    ended = {row.person_id: row.ended_at is not None for row in rows(app, select(SignIn))}
    assert ended == {lane.li.id: True, lane.sun.id: False}


def test_issuing_again_voids_what_is_unused_and_leaves_phones_alone(client, new_client, app, lane):
    used = code_of(app, lane.unit, "1-1-101")
    come_in(client, used, "101X")
    waiting = code_of(app, lane.unit, "1-1-101")
    newest = code_of(app, lane.unit, "1-1-101")
    other = new_client()
    other.see(f"/i/{waiting}", 404)
    other.see(f"/i/{newest}")
    assert "You are here as Wang" in client.see("/").text()


def test_a_lost_phone_is_signed_out_with_the_new_letter(client, app, lane):
    come_in(client, code_of(app, lane.unit, "1-1-101"), "101X")
    sheets_of(app, lane.unit, "1-1-101", end_devices=True)
    assert "You are here" not in client.see("/").text()


def test_who_is_in_already_can_be_left_out_of_a_reminder(client, app, lane):
    come_in(client, code_of(app, lane.unit, "1-1-101"), "101X")
    labels = {sheet.label for sheet in sheets_of(app, lane.unit, skip_signed_in=True)}
    assert "1-1-101" not in labels
    assert "1-1-201" in labels


def test_a_neighbourhoods_letters_never_reach_another_ones_homes(app, lane, outsiders):
    with pytest.raises(IndexError):
        sheets_of(app, outsiders.unit, "1-1-201")[0].codes[9]
    labels = [s.home_id for s in sheets_of(app, outsiders.unit)]
    assert labels == [outsiders.homes["1-101"].id]


def test_printing_letters_is_logged_as_a_look_up(app, lane):
    sheets_of(app, lane.unit, "1-1-101")
    (entry,) = rows(app, select(LookUp))
    assert (entry.what, entry.subject, entry.unit_id) == ("letters", "1-1-101", lane.unit.id)


def test_no_code_is_in_the_database_or_the_log(client, app, lane, caplog):
    code = code_of(app, lane.unit, "1-1-101")
    with caplog.at_level("DEBUG"):
        come_in(client, code, "101X")
        app.logger.error("Exception on /i/%s [GET]", code)
    with app.app_context():
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(table.select()):
                assert code not in repr(tuple(row)), table.name
                assert code.encode() not in b"".join(v for v in row if isinstance(v, bytes)), table.name
    assert code not in caplog.text
    assert "/i/[code]" in caplog.text


def test_a_code_can_be_typed_from_paper(client, app, lane):
    (sheet,) = sheets_of(app, lane.unit, "1-1-101")
    typed = sheet.codes[0].groups.upper().replace("0", "o").replace("1", "I")
    assert read_code(typed) == sheet.codes[0].token
    client.see("/i")
    client.submit("/i", code=typed)
    assert "1-1-101" in client.page.heading


def test_a_code_that_was_typed_in_part_is_explained(client, lane):
    client.see("/i")
    assert client.submit("/i", code="7k3m 9qxt").status_code == 422
    assert "eight groups of four" in client.text()


def test_a_letter_needs_the_csrf_token(client, app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    client.see(f"/i/{code}")
    assert client.post(f"/i/{code}", data={"last_four": "101X"}).status_code == 400
    assert client.see(f"/i/{code}/pin").path == f"/i/{code}"


def test_the_cookie_of_a_phone_lasts_and_is_out_of_reach_of_scripts(client, make_app):
    from tests.support.people import Make

    app = make_app(environ={"PUBLIC_URL": "https://decide.example.org", "PARTICIPATION_MODE": "trial"})
    lane = Make(app).neighbourhood()
    visitor = app.test_client()
    visitor.application = app
    code = code_of(app, lane.unit, "1-1-101")
    base = {"base_url": "https://decide.example.org", "headers": {"Referer": "https://decide.example.org/"}}
    visitor.get(f"/i/{code}", **base)
    visitor.post(f"/i/{code}", data={"csrf_token": visitor.csrf_token(), "last_four": "101X"}, **base)
    visitor.get(f"/i/{code}/pin", **base)
    answer = visitor.post(f"/i/{code}/pin", data={"csrf_token": visitor.csrf_token(), "pin": PIN}, **base)
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-visit=")]
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Expires="):
        assert part in cookie
    assert "Domain" not in cookie


def test_a_letters_page_tells_other_sites_nothing_and_its_own_form_still_arrives(client, app, lane):
    answer = client.get(f"/i/{code_of(app, lane.unit, '1-1-101')}")
    # no-referrer would also strip the Referer that the CSRF check asks for over https.
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_the_pin_just_chosen_opens_casting_for_ten_minutes(client, app, lane, clock):
    come_in(client, code_of(app, lane.unit, "1-1-101"), "101X")
    (row,) = rows(app, select(SignIn))
    assert row.unlocked_until == clock.now() + timedelta(minutes=10)
    assert row.pin_hash.startswith("$argon2id$")


@pytest.mark.parametrize("racers", [8])
def test_many_tries_at_once_are_still_five(app, lane, racers, clock):
    code = code_of(app, lane.unit, "1-1-101")
    visitors = [app.test_client() for _ in range(racers)]
    for visitor in visitors:
        visitor.see(f"/i/{code}")
    with ThreadPoolExecutor(racers) as pool:
        answers = list(pool.map(lambda v: v.submit("/i/", last_four="0000", follow=False), visitors))
    assert {a.status_code for a in answers} == {422}
    (tried,) = rows(app, select(Tries))
    assert tried.failures == 5
    assert tried.paused_until == clock.now() + timedelta(minutes=15)


def test_two_phones_at_once_share_no_letter(app, lane):
    code = code_of(app, lane.unit, "1-1-101")
    phones = [app.test_client() for _ in range(4)]
    for phone in phones:
        phone.see(f"/i/{code}")
        phone.submit("/i/", last_four="101X")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda v: v.submit("/pin", pin=PIN, follow=False), phones))
    assert sorted(a.status_code for a in answers) == [303, 404, 404, 404]
    assert len(rows(app, select(SignIn))) == 1
