"""The polling point: three answers, an owner who votes here with a slip to take away, or a sheet handed out."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from participation.database import db, transaction
from participation.roll.models import LookUp, Titleholder
from participation.votes.electors import electors_of
from participation.votes.models import VoteCount
from participation.votes.services.correcting import remove_home
from participation.votes.sheet_models import Sheet
from tests.desk.polling import Point
from tests.desk.steps import Bureau

CHOICES = ("For", "Against", "Abstain", "Follow the majority")


def test_an_owner_is_found_by_home_by_name_and_by_the_end_of_the_telephone(point: Point) -> None:
    with point.bureau.app.app_context(), transaction():
        db.session.get_one(Titleholder, point.bureau.lane.holders["Qian"].id).phone = "139 0000 0417"
    for words, label in (("1 S1", "1-1-S1"), ("Qian", "1-1-S1"), ("0417", "1-1-S1"), ("Wang", "1-1-102"), ("Zhao", "1-2-101")):
        point.client.see(point.base)
        point.client.submit("/search", words=words)
        assert label in point.client.text(), words
    point.client.submit("/search", words="Nobody")
    assert "Nothing on this roll fits" in point.client.text()
    with point.bureau.app.app_context():
        found = db.session.scalars(select(LookUp.what).order_by(LookUp.id)).all()
    assert found == ["station-search"] * 5, "a search that found nothing shows nothing"


def test_names_are_masked_until_the_document_is_compared_and_each_look_is_noted(point: Point) -> None:
    assert "Q***" in point.client.see(point.home("1-S1")).text()
    assert "Qian" not in point.client.text()
    assert "Qian" in point.client.see(point.owner("1-S1", "Qian")).text()
    with point.bureau.app.app_context():
        assert db.session.scalars(select(LookUp.what).order_by(LookUp.id)).all() == ["station", "station-name"]


def test_who_has_no_ballot_can_vote(point: Point) -> None:
    assert "Can vote" in point.client.see(point.home("1-101")).text()
    assert "1-1-101, 1-1-102" in point.client.text(), "one ballot for both homes"


def test_who_has_voted_is_told_when_and_how_and_never_what(point: Point) -> None:
    point.bureau.cast(point.bureau.lane.wang, point.vote_id, "no")
    page = point.client.see(point.home("1-102"))
    assert "Has voted" in page.text()
    assert "27 Mar 2026, 09:00, on a phone" in page.text()
    assert not [form for form in page.forms() if "owners" in form.action]
    assert not any(choice in page.text("main") for choice in ("Against", "Abstain"))


@pytest.mark.parametrize(
    ("place", "words"),
    [("2-101", "tenants and relatives have no ballot"), ("1-201", "have named another of them to vote")],
)
def test_who_cannot_vote_is_told_why(point: Point, place: str, words: str) -> None:
    assert words in point.client.see(point.home(place)).text()


def test_a_home_off_the_roll_cannot_vote(point: Point) -> None:
    home = point.bureau.lane.homes["1-S1"]
    with point.bureau.app.app_context(), transaction():
        remove_home(point.vote_id, home.id, "Not a home", point.bureau.lane.lin.id, point.bureau.clock)
    assert "A public correction has taken this home off" in point.client.see(point.home("1-S1")).text()


def test_before_the_opening_nobody_can_vote(bureau: Bureau) -> None:
    point = Point(bureau, bureau.announced(), None)
    assert "not open yet" in point.client.see(point.home("1-S1")).text()
    point.client.see(point.owner("1-S1", "Qian"))
    answer = point.client.send(point.owner("1-S1", "Qian"), document_seen="1")
    assert answer.status_code == 422 and point.ticket() is None


def test_the_document_must_have_been_seen(point: Point) -> None:
    point.client.see(point.owner("1-S1", "Qian"))
    assert point.client.submit("/owners/").status_code == 422
    assert "looked at the identity document" in point.client.text()
    assert point.ticket() is None


def test_an_owner_votes_here_and_takes_a_slip_away(point: Point) -> None:
    point.vote("no")
    text = point.client.text()
    ballot = point.ballots()[0]
    number = "-".join(ballot.receipt[at : at + 4] for at in range(0, 16, 4))
    assert number in text and "at the polling point" in text and "27 Mar 2026" in text
    assert not any(choice in text for choice in CHOICES), "no choice stands on the slip, not even as a label"
    assert (ballot.channel, ballot.assisted_by_id) == ("polling_point", point.bureau.lane.lin.id)
    assert ballot.cast_by_id == point.bureau.lane.qian.id, "the owner has a phone here and finds the ballot on it"
    with point.bureau.app.app_context():
        assert db.session.get(VoteCount, point.vote_id).part_heads == 1


def test_an_owner_without_a_phone_votes_too(point: Point) -> None:
    with point.bureau.app.app_context(), transaction():
        db.session.get_one(Titleholder, point.bureau.lane.holders["Qian"].id).person_id = None
    point.vote()
    assert point.ballots()[0].cast_by_id is None
    assert point.take_back() == 200
    assert "Has voted" in point.client.see(point.home("1-S1")).text()


def test_a_double_tap_is_one_ballot_and_one_receipt(point: Point) -> None:
    point.hand_over()
    point.prove()
    point.choose("no")
    form = point.client.page.form("/ballots")
    fields = {**form.values(), "csrf_token": point.client.csrf_token()}
    first = point.client.post(form.action, data=fields)
    again = point.client.post(form.action, data=fields)
    assert first.location == again.location and first.location.endswith("/slip")
    assert len(point.ballots()) == 1


def test_five_wrong_characters_and_the_owner_must_wait(point: Point) -> None:
    point.hand_over()
    for left in (4, 3, 2, 1):
        assert point.prove("0000") == 422
        assert f"{left} more times" in point.client.text()
    assert point.prove("0000") == 422
    assert "Please wait 15 minutes" in point.client.text()
    assert point.prove("5005") == 422, "the right ones, too, must wait"
    assert point.ticket().proven_at is None


def test_the_ballot_is_not_shown_before_the_owner_has_proven_who_they_are(point: Point) -> None:
    point.hand_over()
    ticket = point.client.page.path.rsplit("/", 1)[0]
    point.client.see(f"{ticket}/ballot")
    assert point.client.page.path.endswith("/identity")
    answer = point.client.send(f"{ticket}/ballots", **{"question-1": "yes"})
    assert answer.status_code == 409 and not point.ballots()


def test_after_ten_minutes_nothing_can_be_cast_and_the_lock_stays(point: Point) -> None:
    point.hand_over()
    point.prove()
    point.choose("yes")
    point.bureau.clock.advance(minutes=10)
    point.client.submit("/ballots")
    assert "The ten minutes are over" in point.client.text() and not point.ballots()
    point.client.see(point.base)
    assert point.client.page.path == "/desk/handed-over"


# --- a sheet instead of the device


def test_a_sheet_is_handed_out_for_this_owner_alone(point: Point) -> None:
    point.client.see(point.home("1-101"))
    point.client.submit("/sheets")
    text = point.client.text()
    assert "1-1-101" in text and "1-1-102" in text, "one sheet for both homes"
    with point.bureau.app.app_context():
        (sheet,) = db.session.scalars(select(Sheet))
        assert sheet.elector_id == electors_of(point.bureau.lane.wang.id, point.vote_id)[0].id


@pytest.mark.parametrize("place", ["1-S1", "1-101"])
def test_no_sheet_is_handed_out_to_who_has_voted(point: Point, place: str) -> None:
    for person in (point.bureau.lane.qian, point.bureau.lane.wang):
        point.bureau.cast(person, point.vote_id)
    assert not [form for form in point.client.see(point.home(place)).forms() if form.action.endswith("/sheets")]
    assert point.client.send(f"{point.home(place)}/sheets").status_code == 409
    with point.bureau.app.app_context():
        assert not db.session.scalars(select(Sheet)).all()
