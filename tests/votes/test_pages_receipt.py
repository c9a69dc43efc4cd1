"""The receipt: everybody can see that the ballot is in the record, only its owners what it says, and forgery is loud."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import text

from participation.database import db, transaction
from participation.record.checkpoint import open_checkpoint
from participation.record.commitment import canonical, check, parse_canonical
from participation.record.merkle import leaf_hash, verify_inclusion
from participation.record.signed_note import Verifier, decode_base64
from participation.votes.models import Vote
from participation.votes.receipts import grouped, read_receipt
from participation.votes.services.correcting import correct_area
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.votes.pages_support import Hall, words

ALL_IS_WELL = "The sealed envelope in the entry holds exactly this ballot"
ALARM = "The record does not agree with this receipt"


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def test_a_stranger_with_the_number_sees_the_proof_and_nothing_of_the_voter(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    ballot = hall.cast(vote, lane.wang, "no")
    client.see(f"/receipts/{ballot.receipt}")
    assert ALL_IS_WELL in words(client)
    assert f"entry {ballot.log_index} of {ballot.log_index + 1}" in words(client)
    for private in ("Against", "Wang", "170.50", "1-101"):
        assert private not in words(client)


@pytest.mark.parametrize("who", ["zhao", "qian"])
def test_other_residents_see_no_more_than_a_stranger(
    client: ParsingClient, hall: Hall, lane: Neighbourhood, who: str
) -> None:
    ballot = hall.cast(hall.open(), lane.wang, "no")
    client.sign_in(getattr(lane, who), unlocked=True)
    client.see(f"/receipts/{ballot.receipt}")
    assert "What I chose" not in words(client)
    assert "opening" not in client.get(f"/receipts/{ballot.receipt}/proof.json").get_json()


@pytest.mark.parametrize("who", ["lin", "he", "yu", "chen"])
def test_staff_never_see_a_choice_whatever_their_role(
    client: ParsingClient, hall: Hall, lane: Neighbourhood, who: str
) -> None:
    ballot = hall.cast(hall.open(), lane.wang, "no")
    client.sign_in(getattr(lane, who), "staff")
    client.see(f"/receipts/{ballot.receipt}")
    assert "Against" not in words(client)
    assert "opening" not in client.get(f"/receipts/{ballot.receipt}/proof.json").get_json()


def test_staff_who_own_a_home_see_their_choice_on_their_phone_only(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    ballot = hall.cast(hall.open(), lane.wang, "no")
    client.sign_in(lane.wang, "staff")
    client.see(f"/receipts/{ballot.receipt}")
    assert "Against" not in words(client)


def test_a_stranger_can_check_the_downloaded_proof_alone(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    ballot = hall.cast(vote, lane.wang, "yes")
    for name in ("qian", "deng", "li"):
        hall.cast(vote, getattr(lane, name), "no")
    data = client.get(f"/receipts/{ballot.receipt}/proof.json").get_json()
    verifier = Verifier.from_vkey(data["verifier_key"])
    checkpoint, _ = open_checkpoint(data["checkpoint"], verifier)
    leaf = leaf_hash(data["entry"]["payload"].encode())
    assert decode_base64(data["leaf_hash"]) == leaf
    siblings = [decode_base64(sibling) for sibling in data["inclusion_proof"]]
    assert verify_inclusion(leaf, data["entry"]["index"], checkpoint.size, siblings, checkpoint.root)
    assert "opening" not in data


def test_wang_can_open_the_commitment_himself(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    ballot = hall.cast(vote, lane.wang, "yes")
    client.sign_in(lane.wang)
    data = json.loads(client.get(f"/receipts/{ballot.receipt}/proof.json").get_data(as_text=True))
    opening = data["opening"]
    commitment = bytes.fromhex(parse_canonical(data["entry"]["payload"].encode())["commitment"])
    assert check(commitment, bytes.fromhex(opening["salt"]), canonical(opening["content"]))
    assert opening["content"]["choices"] == {str(vote.questions[0].id): "yes"}
    assert opening["content"]["area"] == "170.50"


def test_a_correction_after_the_cast_does_not_break_the_receipt(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    ballot = hall.cast(vote, lane.wang, "yes")
    with app.app_context(), transaction():
        correct_area(vote.id, lane.homes["1-101"].id, 8600, "Register of 2025", lane.lin.id, hall.clock)
    client.sign_in(lane.wang)
    client.see(f"/receipts/{ballot.receipt}")
    assert ALL_IS_WELL in words(client)
    assert ALARM not in words(client)
    assert "Counts with 170.50 m²" in words(client)


def forge(app: Flask, *statements: str) -> None:
    """What somebody with the database in their hands could do: the triggers that forbid it are dropped first."""
    with app.app_context(), transaction() as session:
        dialect = db.engine.dialect.name
        for table in ("ballots", "log_entries", "log_nodes"):
            if dialect == "sqlite":
                for verb in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
            else:
                session.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))
        for statement in statements:
            assert session.execute(text(statement)).rowcount > 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ballots SET choices = REPLACE(choices, 'yes', 'no')",
        "UPDATE log_entries SET payload = REPLACE(payload, '\"kind\"', '\"king\"') WHERE kind = 'ballot'",
        "UPDATE log_nodes SET hash = (SELECT other.hash FROM log_nodes AS other ORDER BY other.hash LIMIT 1)",
        "DELETE FROM log_nodes WHERE level = 0",
        "UPDATE ballots SET received_at = (SELECT created_at FROM people LIMIT 1)",
    ],
    ids=["the choice", "the entry", "the tree", "no tree", "the time"],
)
def test_whatever_is_forged_the_receipt_raises_the_alarm_for_everybody(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood, statement: str
) -> None:
    vote = hall.open()
    ballot = hall.cast(vote, lane.wang, "yes")
    hall.cast(vote, lane.qian, "no")
    forge(app, statement)
    client.see(f"/receipts/{ballot.receipt}")
    assert ALARM in words(client)
    client.sign_in(lane.wang)
    client.see(f"/receipts/{ballot.receipt}")
    assert ALARM in words(client)


def test_the_receipt_says_whether_it_is_in_the_count(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    ballot = hall.cast(vote, lane.wang, "yes")
    client.see(f"/receipts/{ballot.receipt}")
    assert "It will be counted after the vote closes on 15 Apr 2026, 09:00." in words(client)
    hall.count(vote)
    client.see(f"/receipts/{ballot.receipt}")
    assert "The preliminary count was made with this ballot in the box." in words(client)
    hall.finish(vote)
    client.see(f"/receipts/{ballot.receipt}")
    assert "The final result was counted with this ballot in the box." in words(client)


def test_the_number_can_be_typed_from_a_slip_with_dashes_and_small_letters(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    ballot = hall.cast(hall.open(), lane.wang, "yes")
    client.see("/receipts")
    client.submit("receipts", number=grouped(ballot.receipt).lower())
    assert client.page.path == f"/receipts/{ballot.receipt}"
    client.see("/receipts?number=7K4M-Q2XD-9RTB-BCDF", 404)
    assert "There is no ballot with this receipt number." in words(client)


@pytest.mark.parametrize("number", ["", "A" * 16, "7K4M", "7K4MQ2XD9RTBBCDFX", "<script>", "7K4MQ2XD9RTBBCD%"])
def test_what_cannot_be_a_receipt_is_not_one(client: ParsingClient, hall: Hall, number: str) -> None:
    assert read_receipt(number) is None
    if number:
        assert client.get(f"/receipts/{number.replace('%', '%25')}").status_code == 404


def test_a_rehearsal_says_so_on_every_page_and_print(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    band = "Rehearsal – has no legal effect"
    vote: Vote = hall.open(rehearsal=True)
    ballot = hall.cast(vote, lane.qian, "yes")
    client.sign_in(lane.wang, unlocked=True)
    for path in ("", "/turnout", "/ballot", "/print/notice"):
        client.see(f"/votes/{vote.id}{path}")
        assert band in words(client), path
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review", **{f"question-{vote.questions[0].id}": "yes"})
    assert band in words(client)
    client.see(f"/receipts/{ballot.receipt}")
    assert band in words(client)
    hall.count(vote)
    for path in ("/result", "/participation", "/objections", "/print/preliminary", "/print/result"):
        client.see(f"/votes/{vote.id}{path}")
        assert band in words(client), path
    for path in ("/", "/notices", "/units/lane-12"):
        client.see(path)
        assert band in words(client), path
