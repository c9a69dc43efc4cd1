"""A secret election through the services: marks, envelopes, the box, the board's figures, and the count."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from participation.database import db, transaction
from participation.record.commitment import canonical, check
from participation.record.models import LogEntry
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, Vote, VoteCount
from participation.votes.participants import rooms_of
from participation.votes.secret import hopper
from participation.votes.secret.casting import cast_secret, commitment_content
from participation.votes.secret.closing import close_box
from participation.votes.secret.export import box_list, trackers
from participation.votes.secret.queries import marks, my_secret_heads, sealed_ballots
from participation.votes.secret.sealing import digest, tracker
from participation.votes.secret_models import SecretBallot, SecretBox, SecretEnvelope, SecretMark
from participation.votes.services.casting import cast
from participation.votes.services.closing import finalise
from participation.votes.services.correcting import correct_area, remove_home
from participation.votes.services.noticing import cancel
from tests.support.people import Neighbourhood
from tests.votes.secret_support import Booth, choices, entries, number, refused


@pytest.fixture
def booth(app: Flask, lane: Neighbourhood) -> Booth:
    return Booth(app, lane.unit)


def key_file(app: Flask, vote: Vote) -> Any:
    return hopper.path_of(app.config["INSTANCE"], vote.id)


def test_an_election_from_the_draft_to_the_final_result(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai", "Cai"])
    booth.cast(vote, lane.qian, ["Bai"])
    booth.cast(vote, lane.li, ["Bai", "Dai"])
    data = booth.count(vote)
    assert data["roll"] == {"heads": 5, "area": data["roll"]["area"]}
    assert data["part"]["heads"] == 3
    [question] = data["questions"]
    names = {c.id: c.name for c in vote.questions[0].candidates}
    assert [(names[c["candidate"]], c["heads"], c["area"], c["standing"]) for c in question["candidates"]] == [
        ("Bai", 3, 0, "elected"), ("Cai", 1, 0, "tied"), ("Dai", 1, 0, "tied"),
    ]  # fmt: skip
    assert question["outcome"] == "tied"
    assert set(question["by_channel"]) == {"phone"}
    assert data["secret"]["ballots"] == 3
    with app.app_context(), transaction():
        booth.clock.at = db.session.get_one(Vote, vote.id).objections_until  # type: ignore[assignment]
        assert finalise(vote.id, None, booth.clock).data == data
    [signed] = entries(app, "secret-result")
    assert signed["figures"]["ballots"] == 3
    assert signed["signature"]


def test_too_few_heads_make_no_quorum_whatever_they_own(booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.cast(vote, lane.qian, ["Bai"])
    assert booth.count(vote)["questions"][0]["outcome"] == "no_quorum", "two of five heads, however large their homes"


def test_a_big_owner_counts_as_one(booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open(seats=1)
    booth.cast(vote, lane.wang, ["Bai"])  # two homes
    booth.cast(vote, lane.qian, ["Cai"])
    booth.cast(vote, lane.li, ["Cai"])
    names = {c.id: c.name for c in vote.questions[0].candidates}
    [first, *_] = booth.count(vote)["questions"][0]["candidates"]
    assert (names[first["candidate"]], first["standing"]) == ("Cai", "elected")


def test_nothing_readable_is_stored_by_a_cast(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    done = booth.cast(vote, lane.wang, ["Bai"])
    assert done.is_new
    assert not done.replaced
    assert number(app, Ballot) == 0
    with app.app_context():
        [mark] = db.session.scalars(select(SecretMark))
        assert {c.name for c in SecretMark.__table__.columns} == {"elector_id", "vote_id", "cast_by_id", "day"}
        assert mark.day == "2026-03-26"
        count = db.session.get_one(VoteCount, vote.id)
        assert (count.part_heads, count.part_area) == (1, 17050)
    [entry] = entries(app, "secret-ballot")
    assert set(entry) == {"kind", "vote", "commitment"}


def test_the_voter_can_prove_that_the_ballot_went_in_and_nobody_else_can(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    done = booth.cast(vote, lane.wang, ["Bai"])
    with app.app_context():
        payload = json.loads(db.session.scalars(select(LogEntry.payload).where(LogEntry.index == done.index)).one())
    content = canonical(commitment_content(vote.id, done.digest))
    assert check(bytes.fromhex(payload["commitment"]), bytes.fromhex(done.salt), content)
    booth.close(vote)
    with app.app_context():
        assert done.digest in json.loads(box_list(db.session.get_one(Vote, vote.id)))["ballots"]


def test_a_double_tap_gives_one_envelope_and_the_same_tracker(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    first = booth.cast(vote, lane.wang, ["Bai"], key="same-key-same-key")
    again = booth.cast(vote, lane.wang, ["Bai"], key="same-key-same-key")
    assert (again.tracker, again.salt, again.index, again.is_new) == (first.tracker, first.salt, first.index, False)
    assert number(app, SecretEnvelope) == number(app, SecretMark) == len(entries(app, "secret-ballot")) == 1
    booth.clock.at = vote.closes_at  # type: ignore[assignment]
    late = booth.cast(vote, lane.wang, ["Bai"], key="same-key-same-key")
    assert late.tracker == first.tracker, "an answer that was lost on the way is still given after closing"
    refused("phase.closed", booth.cast, vote, lane.wang, ["Bai"], key="another-key-another")


def test_the_same_choice_from_another_page_is_another_ballot_with_another_tracker(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    """Otherwise a second page could be used to learn what was chosen before."""
    vote = booth.open()
    first = booth.cast(vote, lane.wang, ["Bai"], key="key-of-page-one-000")
    second = booth.cast(vote, lane.wang, ["Bai"], key="key-of-page-two-000")
    assert second.is_new
    assert second.replaced
    assert second.tracker != first.tracker
    assert number(app, SecretEnvelope) == 1


def test_the_last_ballot_counts_and_the_record_says_which_entry_it_replaced(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open(seats=1)
    earlier = [booth.cast(vote, lane.wang, [name]) for name in ("Bai", "Cai")]
    last = booth.cast(vote, lane.wang, ["Dai"])
    booth.cast(vote, lane.qian, ["Dai"])
    booth.cast(vote, lane.li, [])
    assert [entry.get("replaces") for entry in entries(app, "secret-ballot")] == [None, earlier[0].index, earlier[1].index, None, None]
    data = booth.count(vote)
    names = {c.id: c.name for c in vote.questions[0].candidates}
    assert {names[c["candidate"]]: c["heads"] for c in data["questions"][0]["candidates"]} == {"Bai": 0, "Cai": 0, "Dai": 2}
    assert data["questions"][0]["without_name"] == 1
    with app.app_context():
        found = {tracker(sealed) for sealed in sealed_ballots(vote.id)}
    assert last.tracker in found
    assert not found & {one.tracker for one in earlier}
    standing = len(entries(app, "secret-ballot")) - sum("replaces" in e for e in entries(app, "secret-ballot"))
    assert standing == len(found), "anybody can count in the record how many ballots the box must hold"


def test_the_box_holds_one_ballot_for_every_mark_in_the_order_of_their_hashes(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    for person in (lane.wang, lane.qian, lane.li):
        booth.cast(vote, person, ["Bai"])
    booth.close(vote)
    with app.app_context():
        sealed = list(sealed_ballots(vote.id))
        assert len(sealed) == marks(vote.id) == 3
        assert [digest(s) for s in sealed] == sorted(digest(s) for s in sealed)
        box = db.session.get_one(SecretBox, vote.id)
        assert json.loads(box_list(db.session.get_one(Vote, vote.id)))["root"] == box.root
        assert len(trackers(vote.id)) == 3
    [entry] = entries(app, "secret-box")
    assert (entry["ballots"], entry["root"]) == (3, box.root)


def test_closing_removes_the_envelopes_and_the_key_and_can_be_repeated(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    assert key_file(app, vote).exists()
    booth.close(vote)
    assert not key_file(app, vote).exists()
    assert number(app, SecretEnvelope) == 0
    booth.close(vote)
    assert len(entries(app, "secret-box")) == 1


def test_a_key_left_behind_by_an_interrupted_closing_is_destroyed_by_the_next(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    path = key_file(app, vote)
    kept = path.read_bytes()
    booth.close(vote)
    path.write_bytes(kept)
    booth.close(vote)
    assert not path.exists()


def test_a_closing_that_is_rolled_back_destroys_nothing(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.clock.at = vote.closes_at  # type: ignore[assignment]

    def interrupted() -> None:
        with transaction():
            close_box(vote.id, None, booth.clock)
            raise ZeroDivisionError

    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            interrupted()
        with transaction():  # the same session goes on to something else
            db.session.get_one(Vote, vote.id).explanation = "later"
    assert key_file(app, vote).exists()
    assert number(app, SecretEnvelope) == 1
    booth.close(vote)
    assert number(app, SecretBallot) == 1


def test_the_box_closes_only_after_the_vote(app: Flask, booth: Booth) -> None:
    vote = booth.open()
    with app.app_context(), transaction():
        refused("phase.open", close_box, vote.id, None, booth.clock)


def test_an_election_without_a_ballot_can_be_closed_opened_and_counted(booth: Booth) -> None:
    data = booth.count(booth.open())
    assert data["part"] == {"heads": 0, "area": 0}
    assert data["questions"][0]["outcome"] == "no_quorum"


def test_an_envelope_changed_moved_or_taken_away_behind_the_application_stops_the_closing(
    app: Flask, booth: Booth, lane: Neighbourhood
) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.cast(vote, lane.qian, ["Cai"])
    booth.clock.at = vote.closes_at  # type: ignore[assignment]

    def try_to_close() -> None:
        with app.app_context(), transaction():
            close_box(vote.id, None, booth.clock)

    with app.app_context(), transaction():
        one, other = db.session.scalars(select(SecretEnvelope).order_by(SecretEnvelope.elector_id))
        first, second = one.blob, other.blob
        one.blob, other.blob = second, first
    refused("envelope_changed", try_to_close)
    with app.app_context(), transaction():
        one, other = db.session.scalars(select(SecretEnvelope).order_by(SecretEnvelope.elector_id))
        one.blob, other.blob = first, second[:-1] + bytes([second[-1] ^ 1])
    refused("envelope_changed", try_to_close)
    with app.app_context(), transaction():
        db.session.delete(db.session.scalars(select(SecretEnvelope)).first())
    refused("envelopes_missing", try_to_close)
    assert key_file(app, vote).exists()


def test_a_missing_hopper_key_is_noticed_and_never_replaced(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    key_file(app, vote).unlink()
    refused("hopper_key", booth.cast, vote, lane.qian, ["Bai"])
    assert not key_file(app, vote).exists()
    assert number(app, SecretMark) == 1


def test_marks_the_box_and_the_figures_are_append_only(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.count(vote)
    for table in ("secret_marks", "secret_boxes", "secret_ballots", "secret_openings"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET vote_id = vote_id"):
            with app.app_context(), pytest.raises(DatabaseError), transaction():
                db.session.execute(db.text(statement))


def test_other_ways_to_the_box_are_shut_and_open_votes_have_no_secret_box(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    with app.app_context(), transaction():
        elector = electors_of(lane.wang.id, vote.id)[0]
        refused("secret_only", cast, vote.id, elector.id, lane.wang.id, choices(vote, ["Bai"]), "k" * 20, booth.clock)
    with app.app_context(), transaction():
        stored = db.session.get_one(Vote, vote.id)
        stored.secret = False
    refused("not_secret", booth.cast, vote, lane.wang, ["Bai"])
    with app.app_context(), transaction():
        refused("not_secret", close_box, vote.id, None, booth.clock)


@pytest.mark.parametrize(
    ("names", "code"), [(["Bai", "Cai", "Dai"], "choice.too_many")], ids=["three of two"]
)
def test_a_ballot_that_the_paper_does_not_allow_is_refused(booth: Booth, lane: Neighbourhood, names: list[str], code: str) -> None:
    refused(code, booth.cast, booth.open(), lane.wang, names)


def test_who_may_not_vote_is_told_why(app: Flask, booth: Booth, lane: Neighbourhood, outsiders: Neighbourhood) -> None:
    vote = booth.open()
    elector = None
    with app.app_context():
        elector = electors_of(lane.wang.id, vote.id)[0].id
    for stranger in (outsiders.zhou, lane.zhao, lane.lin):
        with app.app_context(), transaction():
            refused("not_an_elector", cast_secret, vote.id, elector, stranger.id, choices(vote, []), "k" * 20, booth.clock)
    refused("another_is_named", booth.cast, vote, lane.sun, ["Bai"])
    with app.app_context(), transaction():
        assert [head.standing for head in my_secret_heads(vote.id, lane.sun.id)] == ["another_named"]


def test_the_first_co_owner_casts_for_both_and_the_other_learns_it(app: Flask, make: Any, lane: Neighbourhood) -> None:
    unit = make.unit("Pair lane")
    people = [make.person(name) for name in ("Ma", "Na")]
    holders = [make.titleholder(unit, p.name, f"{n:04d}", person=p) for n, p in enumerate(people)]
    make.home(unit, "1-101", 8000, holders)
    booth = Booth(app, unit)
    vote = booth.open()
    booth.cast(vote, people[0], ["Bai"])
    refused("co_owner_has_cast", booth.cast, vote, people[1], ["Cai"])
    booth.cast(vote, people[0], ["Cai"])
    with app.app_context():
        [mine], [theirs] = (my_secret_heads(vote.id, person.id) for person in people)
        assert (mine.standing, theirs.standing) == ("voted", "co_owner_voted")
        assert mine.ballot is theirs.ballot is None


def test_a_home_that_has_voted_stays_on_the_roll_and_its_area_may_be_corrected(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.qian, ["Bai"])
    home = lane.homes["1-1-S1"] if "1-1-S1" in lane.homes else lane.homes["1-S1"]
    with app.app_context(), transaction():
        refused("ballot_stands", remove_home, vote.id, home.id, "sold", lane.lin.id, booth.clock)
    with app.app_context(), transaction():
        correct_area(vote.id, home.id, 12345, "register", lane.lin.id, booth.clock)
    with app.app_context():
        assert db.session.get_one(VoteCount, vote.id).part_area == 12345


def test_a_head_taken_off_the_roll_before_it_voted_cannot_vote(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    home = lane.homes["1-1-S1"] if "1-1-S1" in lane.homes else lane.homes["1-S1"]
    with app.app_context(), transaction():
        remove_home(vote.id, home.id, "pulled down", lane.lin.id, booth.clock)
    refused("removed", booth.cast, vote, lane.qian, ["Bai"])


def test_the_rooms_that_took_part_are_known_as_in_any_vote(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.close(vote)
    with app.app_context():
        stored = db.session.get_one(Vote, vote.id)
        rooms, _ = rooms_of(stored, lane.homes["1-1-101"].building_id if "1-1-101" in lane.homes else lane.homes["1-101"].building_id, 1, by_name=False)
    assert sum(room.voted for room in rooms) == 2, "Wang's two homes"


def test_a_cancelled_election_keeps_no_envelope_and_no_key(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    with app.app_context(), transaction():
        cancel(vote.id, "a candidate has moved away", None, booth.clock)
    assert number(app, SecretEnvelope) == 0
    assert not key_file(app, vote).exists()


def test_a_lagging_clock_reopens_no_closed_box(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.close(vote)
    hopper.make_key(app.config["INSTANCE"], vote.id)  # as if it had not been destroyed yet
    booth.clock.at -= timedelta(seconds=1)
    refused("phase.closed", booth.cast, vote, lane.wang, ["Bai"])
    assert number(app, SecretMark) == 0
