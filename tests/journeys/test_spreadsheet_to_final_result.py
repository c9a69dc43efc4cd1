"""From the spreadsheet as the office handed it over to the posted final result: the support centre's journey, at 360x640 in Chinese.

403 owners of 420 homes with 66,783.97 m2. Two of them vote in a browser, the others through the same services.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from participation.accounts.models import Person, Role
from participation.database import db, transaction
from participation.kernel.sentences import say
from participation.roll.models import OwnerMember, Titleholder, Unit
from participation.votes.models import Elector, ElectorHome, Result, Vote
from participation.votes.services.casting import cast
from tests.accounts.letters import code_of
from tests.conftest import Live
from tests.journeys.hand import Hand, in_chinese
from tests.support.client import add_sign_in
from tests.support.people import Make

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHEET = Path(__file__).parent.parent / "data" / "rolls" / "estate-403-as-handed-over.xlsx"
QUESTION = "是否同意使用专项维修资金 86 万元更换全部供水管?"
OBJECTION, ANSWER = "我家的面积是否按产权证计算?", "已核对,按不动产登记面积计入。"
HEADS, AREA = 403, 66_783_97
SILENT = 60  # owners who cast no ballot


class Estate:
    """The support centre's own browser, and what happens behind the pages of the estate."""

    def __init__(self, live: Live, new_phone: Callable[..., Any]):
        self.live, self.new_phone, self.clock = live, new_phone, live.app.extensions["clock"]
        make = Make(live.app)
        self.unit: Unit = make.unit("心园", "estate")
        self.lin = make.staff("Lin", Role.SUPPORT, self.unit)
        self.desk = Hand(new_phone())
        self.come_to_the_desk()

    def come_to_the_desk(self) -> None:
        """A new sign-in: those of earlier days have lapsed."""
        token = secrets.token_urlsafe(24)
        add_sign_in(self.live.app, self.lin, token, "staff")
        signer = SecureCookieSessionInterface().get_signing_serializer(self.live.app)
        assert signer is not None
        cookie = {
            "name": self.live.app.config["SESSION_COOKIE_NAME"],
            "value": signer.dumps({"_user_id": token, "_fresh": True}),
            "url": self.live.url,
        }
        self.desk.page.context.add_cookies([cookie])

    def vote(self) -> Vote:
        with self.live.app.app_context():
            return db.session.scalars(select(Vote)).one()

    def wait_until(self, instant: Any) -> None:
        self.clock.at = instant
        self.come_to_the_desk()

    def do_what_is_due(self) -> None:
        """The first thing that the desk asks for, and its one button."""
        self.desk.page.goto("/desk")
        self.desk.press()
        self.desk.press()

    def electors(self) -> list[Elector]:
        with self.live.app.app_context():
            return list(db.session.scalars(select(Elector).order_by(Elector.number)))

    def letter_of(self, elector: int) -> tuple[str, str]:
        """(address in the letter, last four) of an owner on the frozen roll."""
        with self.live.app.app_context():
            label = db.session.scalars(select(ElectorHome.label).where(ElectorHome.elector_id == elector)).first()
            holder = db.session.scalars(
                select(Titleholder)
                .join(OwnerMember, OwnerMember.titleholder_id == Titleholder.id)
                .join(Elector, Elector.owner_id == OwnerMember.owner_id)
                .where(Elector.id == elector)
            ).one()
        assert label is not None
        return f"/i/{code_of(self.live.app, self.unit, label)}", holder.id_last_four

    def single_owners(self) -> list[Elector]:
        """Heads of one person who can prove who they are, in the order of the frozen roll; areas in 1/100 m2."""
        with self.live.app.app_context():
            one = (
                select(OwnerMember.owner_id)
                .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
                .where(Titleholder.id_last_four != "")
                .group_by(OwnerMember.owner_id)
                .having(db.func.count() == 1)
            )
            return list(db.session.scalars(select(Elector).where(Elector.owner_id.in_(one)).order_by(Elector.number)))

    def cast_in_the_browser(self, elector: int, choice: str) -> Hand:
        address, four = self.letter_of(elector)
        hand = Hand(self.new_phone())
        hand.scan(address)
        hand.type("last_four", four)
        hand.press()
        hand.type("pin", "2749")
        hand.press()
        hand.choose(choice)
        hand.press()
        hand.press()
        assert "/receipts/" in hand.page.url
        return hand

    def cast_by_services(self, choices: dict[int, str]) -> None:
        """elector id -> choice; each by a person of that head who comes in for the first time."""
        vote_id = self.vote().id
        with self.live.app.app_context():
            for elector_id, choice in choices.items():
                with transaction():
                    elector = db.session.get_one(Elector, elector_id)
                    holder = db.session.scalars(
                        select(Titleholder)
                        .join(OwnerMember, OwnerMember.titleholder_id == Titleholder.id)
                        .where(OwnerMember.owner_id == elector.owner_id)
                    ).first()
                    assert holder is not None
                    person = Person(name=holder.name, created_at=self.clock.now())
                    db.session.add(person)
                    db.session.flush()
                    holder.person_id = person.id
                    question = db.session.get_one(Vote, vote_id).questions[0].id
                    cast(vote_id, elector_id, person.id, {str(question): choice}, f"key-of-elector-{elector_id}", self.clock)


def import_the_sheet(estate: Estate) -> None:
    desk = estate.desk
    desk.scan("/desk/estate/roll/imports/new")
    desk.page.set_input_files('main input[name="roll"]', SHEET)
    desk.press()
    figures = desk.reads("main .figures")
    assert "420" in figures and "403" in figures and "66,783.97" in figures, figures
    with estate.live.app.app_context():
        assert not db.session.scalar(select(Titleholder.id)), "nothing is written before the commit"
    desk.press()
    assert "403" in desk.reads("main .figures") and "66,783.97" in desk.reads("main .figures")


def announce(estate: Estate) -> Vote:
    desk = estate.desk
    desk.page.goto("/desk/estate/votes/new")
    desk.page.fill('main [name="title"]', "更换供水管")
    desk.press()
    desk.press()  # the one thing to do next: add the question
    desk.choose("use_fund")
    desk.press()
    assert "第二百七十八条" in desk.reads(), "the matter brings its rule and the clause"
    desk.page.fill('main [name="text"]', QUESTION)
    desk.press()
    desk.tap('main a.button[href$="/dates"]')
    desk.press()  # the dates proposed are the earliest that the rule allows
    desk.press()  # nothing is missing: review
    review = desk.reads()
    assert QUESTION in review and "403" in review and "66,783.97" in review
    desk.press()  # freeze the roll and announce
    vote = estate.vote()
    assert vote.noticed_at is not None and vote.opens_at is not None
    assert vote.opens_at - vote.noticed_at >= timedelta(days=15)
    return vote


def vote_in_turn(estate: Estate, electors: list[Elector]) -> tuple[dict[int, str], Hand]:
    """Everybody but SILENT owners; returns elector id -> choice, and the browser of the one who voted against."""
    first, second = estate.single_owners()[:2]
    estate.cast_in_the_browser(first.id, "yes")
    against = estate.cast_in_the_browser(second.id, "no")
    others = [e for e in electors if e.id not in (first.id, second.id)][: HEADS - 2 - SILENT]
    choices = {e.id: ("no" if n % 10 in (0, 5) else "abstain" if n % 10 == 7 else "yes") for n, e in enumerate(others)}
    estate.cast_by_services(choices)
    return choices | {first.id: "yes", second.id: "no"}, against


def object_and_answer(estate: Estate, owner: Hand, vote: Vote) -> None:
    owner.page.goto(f"/votes/{vote.id}/objections")
    owner.page.fill('main [name="text"]', OBJECTION)
    owner.press()
    assert OBJECTION in owner.reads()
    desk = estate.desk
    desk.page.goto("/desk")
    desk.press()  # what is due: the objection
    desk.tap('main a[href*="/objections/"]')
    assert OBJECTION in desk.reads()
    desk.choose("no")
    desk.page.fill('main [name="text"]', ANSWER)
    desk.press()


def test_from_the_spreadsheet_to_the_posted_final_result(live: Live, new_phone: Callable[..., Any]) -> None:
    estate, visitor = Estate(live, new_phone), Hand(new_phone())
    import_the_sheet(estate)
    vote = announce(estate)
    visitor.scan(f"/votes/{vote.id}/print/notice")
    assert all(words in visitor.reads("body") for words in (QUESTION, "403", "66,783.97"))

    assert vote.opens_at is not None and vote.closes_at is not None
    estate.clock.at = vote.opens_at
    electors = estate.electors()
    assert (len(electors), sum(e.area for e in electors)) == (HEADS, AREA)
    choices, owner = vote_in_turn(estate, electors)
    sums = {
        choice: {"heads": len(cast_), "area": sum(cast_)}
        for choice in ("yes", "no", "abstain")
        if (cast_ := [e.area for e in electors if choices.get(e.id) == choice])
    }
    part = {measure: sum(given[measure] for given in sums.values()) for measure in ("heads", "area")}
    assert part["heads"] == HEADS - SILENT
    visitor.scan(f"/votes/{vote.id}")
    assert str(part["heads"]) in visitor.reads() and amount(part["area"]) in visitor.reads()

    estate.wait_until(vote.closes_at + timedelta(hours=1))
    estate.do_what_is_due()  # count
    visitor.scan(f"/votes/{vote.id}/print/preliminary")
    assert amount(part["area"]) in visitor.reads("body")
    object_and_answer(estate, owner, vote)
    until = estate.vote().objections_until
    assert until is not None
    estate.wait_until(until + timedelta(hours=1))
    estate.do_what_is_due()  # the final result

    with live.app.app_context():
        final = db.session.scalars(select(Result).where(Result.stage == "final")).one().data
    (question,) = final["questions"]
    assert final["roll"] == {"heads": HEADS, "area": AREA}
    assert final["part"] == part
    assert question["ballots"] == sums
    assert question["outcome"] == "passed"
    for path in (f"/votes/{vote.id}/result", f"/votes/{vote.id}/print/final", f"/votes/{vote.id}/print/result"):
        visitor.scan(path)
        told, passed = visitor.reads("body"), in_chinese(live.app, say("Passed."))
        assert all(words in told for words in (passed, "403", "66,783.97", str(part["heads"]), amount(part["area"]))), path
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    visitor.scan(f"/votes/{vote.id}/result")
    assert all(amount(given["area"]) in visitor.reads() for given in sums.values())
    visitor.scan(f"/votes/{vote.id}")
    assert OBJECTION in visitor.reads() and ANSWER in visitor.reads()
    owner.page.goto("/")
    owner.tap('main a[href*="/receipts/"]')
    assert owner.page.locator(f'main a[href="/votes/{vote.id}/result"]').count(), "the receipt leads to the count it is in"


def amount(hundredths: int) -> str:
    """1/100 m2 as the pages print it."""
    return f"{hundredths // 100:,}.{hundredths % 100:02d}"
