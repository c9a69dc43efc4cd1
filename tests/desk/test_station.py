"""The polling point: three answers, a device in the voter's hands that opens nothing else, and a slip without a choice."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from participation.database import db, transaction
from participation.roll.models import LookUp, Titleholder
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, VoteCount
from participation.votes.services.correcting import remove_home
from participation.votes.sheet_models import Sheet
from participation.votes.station_models import StationTicket
from tests.accounts.staff import PASSPHRASE, code_now, equip
from tests.desk.steps import DESK, Bureau
from tests.support.client import ParsingClient
from tests.support.people import Make

CHOICES = ("For", "Against", "Abstain", "Follow the majority")


class Point:
    """A polling point in Lane 12 with one open vote, Lin at the device."""

    def __init__(self, bureau: Bureau, vote_id: int, authenticator: object):
        self.bureau, self.vote_id, self.client, self.authenticator = bureau, vote_id, bureau.client, authenticator
        self.base = f"{DESK}/votes/{vote_id}/station"

    def home(self, place: str) -> str:
        return f"{self.base}/homes/{self.bureau.lane.homes[place].id}"

    def owner(self, place: str, name: str) -> str:
        return f"{self.home(place)}/owners/{self.bureau.lane.holders[name].id}"

    def hand_over(self, place: str = "1-S1", name: str = "Qian") -> None:
        self.client.see(self.owner(place, name))
        self.client.submit("/owners/", document_seen="1")

    def prove(self, last_four: str = "5005") -> int:
        return self.client.submit("/identity", last_four=last_four).status_code

    def choose(self, choice: str = "no") -> None:
        """Fill in every question of the ballot on the page and go on to its review."""
        fields = {name: choice for name in self.client.page.form("/review").names() if name.startswith("question-")}
        self.client.submit("/review", **fields)

    def vote(self, choice: str = "no") -> None:
        self.hand_over()
        assert self.prove() == 200
        self.choose(choice)
        self.client.submit("/ballots")

    def take_back(self, proof: str = PASSPHRASE) -> int:
        self.client.see("/desk/handed-over")
        return self.client.submit("/desk/handed-over", proof=proof).status_code

    def ballots(self) -> list[Ballot]:
        with self.bureau.app.app_context():
            return list(db.session.scalars(select(Ballot).where(Ballot.vote_id == self.vote_id).order_by(Ballot.id)))

    def ticket(self) -> StationTicket:
        with self.bureau.app.app_context():
            return db.session.scalars(select(StationTicket).order_by(StationTicket.id.desc())).first()


@pytest.fixture
def point(bureau: Bureau) -> Point:
    vote_id = bureau.announced()
    bureau.wait(days=17)
    return Point(bureau, vote_id, equip(bureau.app, bureau.lane.lin))


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


def test_an_owner_without_a_phone_votes_too(point: Point, make: Make) -> None:
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


# --- the voter cannot wander


WANDERING = (
    "/desk", "/desk/lane-12", "/desk/lane-12/votes", "/desk/lane-12/roll", "/desk/lane-12/letters", "/desk/lane-12/people",
    "/desk/lane-12/look-ups", "/account", "/", "/notices", "/operator", "/welcome",
)  # fmt: skip


def test_whatever_address_is_opened_the_voter_is_led_to_giving_the_device_back(point: Point) -> None:
    point.hand_over()
    for path in (*WANDERING, point.base, point.home("1-101"), f"{DESK}/votes/{point.vote_id}"):
        point.client.see(path)
        assert point.client.page.path == "/desk/handed-over", path
        links = [link for link in point.client.page.links() if not link.startswith(("/assets/", "#"))]
        assert all("/station/tickets/" in link for link in links), f"{path}: {links}"


def test_nothing_can_be_sent_from_a_handed_over_device_but_the_ballot(point: Point) -> None:
    point.hand_over()
    token = point.client.csrf_token()
    for path in (f"{point.base}/search", point.owner("1-101", "Wang"), f"{DESK}/votes/{point.vote_id}/cancellation"):
        answer = point.client.post(path, data={"csrf_token": token, "words": "Wang", "document_seen": "1", "reason": "x"})
        assert (answer.status_code, answer.location) == (303, "/desk/handed-over"), path
    assert point.bureau.vote(point.vote_id).step == "noticed"


def test_an_older_cookie_and_a_second_tab_are_locked_too(point: Point, new_client: Callable[[], ParsingClient]) -> None:
    other_tab = new_client()
    other_tab.carry(point.client.token)
    other_tab.see(point.base)
    assert other_tab.page.path == point.base
    point.hand_over()
    other_tab.see(point.base)
    assert other_tab.page.path == "/desk/handed-over", "the lock is a row, not a cookie"


def test_colleagues_go_on_working(point: Point, new_client: Callable[[], ParsingClient], make: Make) -> None:
    point.hand_over()
    colleague = new_client()
    colleague.sign_in(point.bureau.lane.lin, "staff")  # the same person at another device
    assert colleague.see(point.base).path == point.base
    ticket = point.ticket()
    colleague.see(f"{point.base}/tickets/{ticket.id}/identity", 404)


def test_only_the_member_of_staff_takes_the_device_back(point: Point) -> None:
    point.hand_over()
    for proof in ("", "5005", "000000", "wrong wrong wrong wrong"):
        assert point.take_back(proof) == 422, proof
    point.client.see(point.base)
    assert point.client.page.path == "/desk/handed-over"
    assert point.take_back(PASSPHRASE) == 200
    assert point.client.see(point.base).path == point.base


def test_the_code_of_the_app_takes_the_device_back_once(point: Point) -> None:
    point.hand_over()
    code = code_now(point.bureau.app, point.authenticator)
    assert point.take_back(code) == 200
    point.hand_over()
    assert point.take_back(code) == 422, "a code works once"


def test_guessing_the_passphrase_on_a_handed_over_device_soon_meets_a_pause(point: Point) -> None:
    point.hand_over()
    for _ in range(5):
        assert point.take_back("guess guess guess guess") == 422
    assert point.take_back(PASSPHRASE) == 422
    assert "Please wait" in point.client.text()


def test_signing_out_is_a_safe_way_back(point: Point) -> None:
    point.hand_over()
    point.client.see("/desk/handed-over")
    point.client.submit("/sign-out")
    assert point.client.get("/desk").status_code == 302, "nobody is signed in on this device any more"


def test_the_next_voter_does_not_reach_the_slip_of_the_last(point: Point) -> None:
    point.vote()
    slip = point.client.page.path
    point.take_back()
    assert "Your ballot is in the box" in point.client.see(slip).text(), "staff may print it again"
    point.hand_over("1-101", "Wang")
    point.client.see(slip, 404)


def test_staff_of_another_neighbourhood_and_watchers_have_no_such_page(point: Point, outsiders: object) -> None:
    for person in (point.bureau.lane.he, point.bureau.lane.chen, outsiders.xu):  # type: ignore[attr-defined]
        point.client.sign_in(person, "staff")
        for path in (point.base, point.home("1-101"), point.owner("1-101", "Wang")):
            point.client.see(path, 404)


# --- secrecy towards the staff


def cookie_words(client: ParsingClient) -> str:
    """Everything that the cookie of this browser holds, unpacked."""
    value = client.get_cookie("visit").value  # type: ignore[union-attr]
    packed, value = value.startswith("."), value.lstrip(".")
    body = value.split(".")[0]
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return (zlib.decompress(raw) if packed else raw).decode()


def test_after_the_cast_no_page_and_no_cookie_tells_staff_what_was_chosen(point: Point) -> None:
    point.hand_over()
    ticket = point.client.page.path.rsplit("/", 1)[0]
    point.prove()
    point.choose("no")
    assert "Against" in point.client.text(), "the owner looks at it once more"
    assert '"no"' in cookie_words(point.client)
    point.client.submit("/ballots")
    assert '"no"' not in cookie_words(point.client)
    point.take_back()
    for path in (
        f"{ticket}/identity", f"{ticket}/ballot", f"{ticket}/review", f"{ticket}/slip", point.home("1-S1"),
        f"/receipts/{point.ballots()[0].receipt}", f"{DESK}/votes/{point.vote_id}",
    ):  # fmt: skip
        page = point.client.see(path)
        assert "Against" not in page.text(), path
        assert not page.select("input[checked]"), path


def test_a_ballot_that_was_filled_in_and_left_is_forgotten_when_the_device_comes_back(point: Point) -> None:
    point.hand_over()
    point.prove()
    point.choose("no")
    point.take_back()
    assert '"no"' not in cookie_words(point.client)
    assert not point.ballots()


def test_no_page_of_a_voter_may_be_kept_by_the_browser(point: Point) -> None:
    point.hand_over()
    ticket = point.client.page.path.rsplit("/", 1)[0]
    point.prove()
    point.choose()
    for page in ("ballot", "review"):
        assert point.client.get(f"{ticket}/{page}").headers["Cache-Control"] == "no-store"


def test_nothing_of_the_choice_is_logged(point: Point, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        point.vote("no")
    assert "Against" not in caplog.text and '"no"' not in caplog.text and "=no" not in caplog.text


def test_the_ticket_decides_for_whom_the_ballot_is_whatever_the_form_says(point: Point) -> None:
    wang = point.bureau.lane.holders["Wang"]
    point.hand_over()
    point.prove()
    point.choose("yes")
    form = point.client.page.form("/ballots")
    with point.bureau.app.app_context():
        elector = electors_of(wang.person_id, point.vote_id)[0].id
    point.client.post(form.action, data={**form.values(), "elector": str(elector), "key": "another-key-of-mine"})
    (ballot,) = point.ballots()
    assert ballot.elector_id != elector and ballot.cast_by_id == point.bureau.lane.qian.id


def test_a_phone_that_was_faster_leaves_no_ballot_to_cast_here(point: Point) -> None:
    point.hand_over()
    point.prove()
    point.choose("no")
    point.bureau.cast(point.bureau.lane.qian, point.vote_id, "yes")
    point.client.submit("/ballots")
    assert "ballot is in the box, and this rule allows no change" in point.client.text()
    with point.bureau.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Ballot)) == 1


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
