"""Letter, scan, who are you, PIN, ballot, review, receipt: the journey by which this site is judged, at 360x640 in Chinese."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db
from participation.kernel.sentences import say
from participation.record.commitment import canonical, parse_canonical
from participation.record.merkle import leaf_hash, verify_inclusion
from participation.votes.models import Ballot, VoteCount
from tests.accounts.letters import code_of
from tests.conftest import Live
from tests.journeys.hand import Hand, in_chinese
from tests.record.test_documented_example import printed_verifier
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import PIPES, Hall

pytestmark = pytest.mark.browser
IN_THE_RECORD = say("The entry is in the record under this checkpoint, at its place and unchanged.")
PIN = "2749"


@pytest.fixture
def street(live: Live) -> Neighbourhood:
    """Lane 12 and old Mrs Gu, who has never been on the site."""
    make = Make(live.app)
    lane = make.neighbourhood()
    lane.holders["Gu"] = make.titleholder(lane.unit, "Gu", "314X")
    lane.homes["2-201"] = make.home(lane.unit, "2-201", 6789, [lane.holders["Gu"]])
    return lane


@pytest.fixture
def hall(live: Live, street: Neighbourhood) -> Hall:
    return Hall(live.app, street)


def ballots(app: Flask) -> list[Any]:
    with app.app_context():
        return list(db.session.scalars(select(Ballot).order_by(Ballot.id)))


def turnout(app: Flask, vote_id: int) -> tuple[int, int]:
    with app.app_context():
        count = db.session.get_one(VoteCount, vote_id)
        return count.part_heads, count.part_area


def check_proof(data: dict[str, Any]) -> None:
    """The path by our own module; and all of it, with signature and envelope, by the program printed in docs/record.md."""
    leaf, proof = base64.b64decode(data["leaf_hash"]), [base64.b64decode(part) for part in data["inclusion_proof"]]
    payload, index = data["entry"]["payload"].encode(), data["entry"]["index"]
    _origin, size, root, *_ = data["checkpoint"].split("\n")
    assert leaf == leaf_hash(payload)
    assert verify_inclusion(leaf, index, int(size), proof, base64.b64decode(root))
    assert not verify_inclusion(leaf, index, int(size), proof, leaf)
    if "opening" in data:
        printed_verifier()(
            data["checkpoint"], data["verifier_key"], index, payload, proof,
            bytes.fromhex(parse_canonical(payload)["commitment"]), bytes.fromhex(data["opening"]["salt"]),
            canonical(data["opening"]["content"]),
        )  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_mrs_gu_votes_from_her_letter_in_five_pages_and_eight_keystrokes(
    live: Live, street: Neighbourhood, hall: Hall, new_phone: Callable[..., Any], scripts: bool
) -> None:
    vote = hall.open()
    hand = Hand(new_phone(java_script_enabled=scripts))
    hand.scan(f"/i/{code_of(live.app, street.unit, '1-2-201')}")
    assert hand.page.get_attribute("html", "lang") == "zh-Hans"
    hand.type("last_four", "314x")
    hand.press()
    hand.type("pin", PIN)
    hand.press()
    assert hand.page.url == f"{live.url}/votes/{vote.id}/ballot", "one vote waits, so that is where the letter leads"
    assert PIPES in hand.reads()
    assert "67.89" in hand.reads()
    hand.choose("yes")
    hand.press()
    assert PIPES in hand.reads()
    assert not ballots(live.app), "nothing is stored before the last step"
    hand.press()

    (ballot,) = ballots(live.app)
    assert hand.page.url == f"{live.url}/receipts/{ballot.receipt}"
    assert ballot.choices == {str(vote.questions[0].id): "yes"}
    assert turnout(live.app, vote.id) == (1, 6789)
    assert in_chinese(live.app, IN_THE_RECORD) in hand.reads()
    assert len(hand.pages) == 5, hand.pages
    assert hand.typed == "314x" + PIN, "the last four characters and the PIN, and nothing else"

    proof_link = hand.page.locator('main a[href$="/proof.json"]').get_attribute("href")
    mine = hand.page.request.get(proof_link).json()
    assert mine["opening"]["content"]["choices"] == {str(vote.questions[0].id): "yes"}
    assert mine["opening"]["content"]["area"] == "67.89"
    check_proof(mine)

    stranger = Hand(new_phone(java_script_enabled=scripts))
    stranger.scan(f"/receipts/{ballot.receipt}")
    assert in_chinese(live.app, IN_THE_RECORD) in stranger.reads()
    assert PIPES not in stranger.reads(), "what was chosen is for the owners of the home"
    theirs = stranger.page.request.get(proof_link).json()
    assert "opening" not in theirs
    check_proof(theirs)


def test_wang_owns_two_homes_and_sees_their_sum_before_casting_one_ballot(
    live: Live, street: Neighbourhood, hall: Hall, new_phone: Callable[..., Any]
) -> None:
    vote = hall.open()
    hand = Hand(new_phone())
    hand.scan(f"/i/{code_of(live.app, street.unit, '1-1-102')}")
    hand.type("last_four", "101X")
    hand.press()
    hand.type("pin", PIN)
    hand.press()
    assert "170.50" in hand.reads()
    hand.choose("no")
    hand.press()
    assert "170.50" in hand.reads(), "said once more before it is cast"
    hand.press()
    assert len(ballots(live.app)) == 1
    assert turnout(live.app, vote.id) == (1, 17050)

    # The letter of the other home leads the same Wang to the same receipt, not to a second ballot.
    hand.scan(f"/i/{code_of(live.app, street.unit, '1-1-101')}")
    hand.type("last_four", "101X")
    hand.press()
    assert hand.page.url == live.url + "/"
    assert not hand.page.locator(f'main a[href^="/votes/{vote.id}/ballot"]').count()
    assert hand.page.locator(f'main a[href="/receipts/{ballots(live.app)[0].receipt}"]').count() == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_back_from_the_receipt_leads_to_pages_that_say_so_and_never_to_sending_again(
    live: Live, street: Neighbourhood, hall: Hall, new_phone: Callable[..., Any], scripts: bool
) -> None:
    vote = hall.open()
    hand = Hand(new_phone(java_script_enabled=scripts))
    hand.scan(f"/i/{code_of(live.app, street.unit, '1-1-101')}")
    hand.type("last_four", "101X")
    hand.press()
    hand.type("pin", PIN)
    hand.press()
    hand.choose("no")
    hand.press()
    assert hand.page.url == f"{live.url}/votes/{vote.id}/ballot/review"
    hand.page.go_back()
    assert hand.page.locator('main input[value="no"]').is_checked(), "back to choosing, with the choice still made"
    hand.page.go_forward()
    hand.press()
    receipt = hand.page.url
    assert "/receipts/" in receipt

    for _ in ("from the receipt", "from the review"):
        hand.page.go_back()
        assert hand.page.url == f"{live.url}/votes/{vote.id}/ballot", "a page, and no question whether to send again"
        assert receipt.endswith(hand.page.locator("main a.primary").get_attribute("href"))
    hand.press()
    assert hand.page.url == receipt
    assert len(ballots(live.app)) == 1
    # A browser's console calls every 409 an error; here it is the status of "you have voted".
    new_phone.complaints[:] = [said for said in new_phone.complaints if "409 (CONFLICT)" not in said]  # type: ignore[attr-defined]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_double_tap_on_the_last_button_casts_one_ballot(
    live: Live, street: Neighbourhood, hall: Hall, new_phone: Callable[..., Any], scripts: bool
) -> None:
    vote = hall.open()
    hand = Hand(new_phone(java_script_enabled=scripts))
    hand.scan(f"/i/{code_of(live.app, street.unit, '1-1-101')}")
    hand.type("last_four", "101X")
    hand.press()
    hand.type("pin", PIN)
    hand.page.locator("main .primary").dblclick()
    hand.page.wait_for_url("**/ballot")
    hand.choose("yes")
    hand.press()
    hand.page.locator("main .primary").dblclick()
    hand.page.wait_for_url("**/receipts/*")
    (ballot,) = ballots(live.app)
    assert hand.page.url.endswith(ballot.receipt)
    assert turnout(live.app, vote.id) == (1, 17050)
