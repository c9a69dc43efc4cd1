"""From door to door: every visit on record, the building grid, plain forms and what a device sends later; sums for all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.record.commitment import canonical, check
from participation.record.models import LogEntry
from participation.record.services import log_of
from participation.roll.models import LookUp
from participation.votes.models import Ballot
from participation.votes.services.correcting import remove_home
from participation.votes.services.visiting import Outcome, Visited, record_visit
from participation.votes.visit_models import Visit
from tests.accounts.staff import PASSPHRASE, equip
from tests.desk.steps import DESK, Bureau
from tests.support.queries import count_queries


@pytest.fixture
def vote_id(bureau: Bureau) -> int:
    vote_id = bureau.announced()
    bureau.wait(days=17)
    return vote_id


def visit(bureau: Bureau, vote_id: int, place: str = "1-S1", outcome: str = "absent", **more: Any) -> Visited:
    given = {"note": "", "made_at": bureau.clock.now(), "key": f"key-{place}-{outcome}-000", **more}
    with bureau.app.app_context(), transaction():
        return record_visit(
            vote_id, bureau.lane.homes[place].id, outcome, given["note"], given["made_at"], bureau.lane.lin.id, given["key"],
            bureau.clock,
        )  # fmt: skip


def refused(bureau: Bureau, vote_id: int, **more: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        visit(bureau, vote_id, **more)
    return refusal.value.codes[0]


def visits(bureau: Bureau) -> list[Visit]:
    with bureau.app.app_context():
        return list(db.session.scalars(select(Visit).order_by(Visit.id)))


def stairwell(bureau: Bureau, vote_id: int, place: str = "1-S1") -> str:
    return f"{DESK}/votes/{vote_id}/doorstep/{bureau.lane.homes[place].stairwell_id}"


# --- the service


def test_a_visit_stands_sealed_in_the_record_and_nothing_personal_with_it(bureau: Bureau, vote_id: int) -> None:
    made = visit(bureau, vote_id, note="Back on Sunday").visit
    with bureau.app.app_context():
        log = log_of(bureau.lane.unit.id)
        payload = db.session.scalars(select(LogEntry.payload).where(LogEntry.log_id == log.id, LogEntry.index == made.log_index)).one()
    entry = json.loads(payload)
    assert set(entry) == {"kind", "vote", "commitment"} and entry["kind"] == "visit"
    now = bureau.clock.now().isoformat(timespec="microseconds")
    content = {
        "vote": vote_id, "home": made.home_id, "outcome": "absent", "note": "Back on Sunday", "by": made.by_id,
        "made_at": now, "recorded_at": now,
    }  # fmt: skip
    assert check(bytes.fromhex(entry["commitment"]), made.salt, canonical(content))


def test_a_visit_sent_twice_is_one_visit(bureau: Bureau, vote_id: int) -> None:
    assert visit(bureau, vote_id).is_new and not visit(bureau, vote_id).is_new
    assert len(visits(bureau)) == 1


def test_the_time_of_the_visit_is_the_devices_and_never_the_future(bureau: Bureau, vote_id: int) -> None:
    now = bureau.clock.now()
    early = visit(bureau, vote_id, made_at=now - timedelta(hours=3)).visit
    assert (early.made_at, early.recorded_at) == (now - timedelta(hours=3), now)
    assert visit(bureau, vote_id, "1-101", made_at=now + timedelta(days=400)).visit.made_at == now


def test_a_visit_to_a_home_that_has_voted_meanwhile_is_kept_and_told(bureau: Bureau, vote_id: int) -> None:
    bureau.cast(bureau.lane.qian, vote_id)
    made = visit(bureau, vote_id)
    assert made.is_new and "has voted meanwhile" in str(made.notices[0])
    assert visit(bureau, vote_id, "2-101").notices == ()


def test_a_visit_made_in_time_may_arrive_after_the_closing_and_one_made_later_may_not(bureau: Bureau, vote_id: int) -> None:
    made_at = bureau.clock.now()
    bureau.clock.at = bureau.vote(vote_id).closes_at
    assert "closed meanwhile" in str(visit(bureau, vote_id, made_at=made_at).notices[0])
    assert refused(bureau, vote_id, place="2-101") == "phase.closed"


def test_refusals_of_visits_explain_themselves(bureau: Bureau, vote_id: int) -> None:
    assert refused(bureau, vote_id, outcome="whatever") == "outcome"
    assert refused(bureau, vote_id, note="x" * 301) == "note_too_long"
    assert refused(bureau, vote_id, made_at=bureau.clock.now() - timedelta(days=400)) == "clock_wrong"
    with bureau.app.app_context(), transaction():
        remove_home(vote_id, bureau.lane.homes["1-S1"].id, "Not a home", bureau.lane.lin.id, bureau.clock)
    assert refused(bureau, vote_id) == "not_on_roll"
    assert visits(bureau) == []


def test_before_the_opening_sheets_can_be_handed_out_at_the_door(bureau: Bureau) -> None:
    assert visit(bureau, bureau.announced(), outcome="gave_sheet").is_new


def test_the_database_lets_nobody_change_a_visit(bureau: Bureau, vote_id: int) -> None:
    made = visit(bureau, vote_id).visit
    with pytest.raises(Exception, match="append-only"), bureau.app.app_context(), transaction():
        db.session.get_one(Visit, made.id).outcome = "refused"


# --- the pages


def statuses(bureau: Bureau) -> dict[str, str]:
    """What the grid of the stairwell on the last page shows, room by room."""
    found = {}
    for cell in bureau.client.page.select(".house .cell"):
        room, _, words = "".join(cell.itertext()).partition(":")
        found[room.strip()] = words.strip()
    return found


def test_the_grid_shows_who_voted_who_was_visited_and_who_waits(bureau: Bureau, vote_id: int) -> None:
    bureau.cast(bureau.lane.wang, vote_id, "no")
    visit(bureau, vote_id, outcome="absent")
    visit(bureau, vote_id, "1-201", "gave_sheet")
    bureau.client.see(stairwell(bureau, vote_id))
    assert statuses(bureau) == {"101": "voted on a phone", "102": "voted on a phone", "201": "visited, not yet", "S1": "not reached"}
    visit(bureau, vote_id, outcome="answered", made_at=bureau.clock.now() + timedelta(0))
    bureau.client.see(stairwell(bureau, vote_id))
    assert statuses(bureau)["S1"] == "visited, not yet", "the last visit says how it stands"


def test_who_has_voted_is_not_to_be_disturbed(bureau: Bureau, vote_id: int) -> None:
    bureau.cast(bureau.lane.qian, vote_id)
    page = bureau.client.see(stairwell(bureau, vote_id))
    home = bureau.lane.homes["1-S1"].id
    assert "Has voted – do not disturb" in page.text(f"#home-{home}")
    assert not page.select(f"#home-{home} form")
    assert page.select(f"#home-{bureau.lane.homes['1-201'].id} form")


def test_a_visit_by_plain_form_leads_to_the_next_door_and_stands_in_the_history(bureau: Bureau, vote_id: int) -> None:
    client, homes = bureau.client, bureau.lane.homes
    client.see(stairwell(bureau, vote_id))
    form = next(f for f in client.page.forms() if f.values().get("home") in (str(homes["1-101"].id), [str(homes["1-101"].id)]))
    data = {name: (value[0] if isinstance(value, list) else value) for name, value in form.values().items()}
    answer = client.post(form.action, data={**data, "outcome": "absent", "note": "Dog"})
    assert answer.location.endswith(f"#home-{homes['1-102'].id}")
    text = client.see(stairwell(bureau, vote_id)).text(f"#home-{homes['1-101'].id}")
    assert "Visits so far: 1" in text and "Nobody at home" in text and "Lin" in text and "Dog" in text
    assert client.post(form.action, data={**data, "outcome": "absent"}).status_code == 303
    assert len(visits(bureau)) == 1, "the form's own key: going back and pressing again is no second visit"


def test_names_are_masked_and_the_look_is_noted(bureau: Bureau, vote_id: int) -> None:
    text = bureau.client.see(stairwell(bureau, vote_id)).text("main")
    assert "W***" in text and "Wang" not in text
    with bureau.app.app_context():
        line = db.session.scalars(select(LookUp)).one()
    assert (line.what, line.subject) == ("doorstep", "1 / 1")


def test_every_outcome_is_a_button_and_all_doors_are_in_the_page(bureau: Bureau, vote_id: int) -> None:
    page = bureau.client.see(stairwell(bureau, vote_id))
    doors = page.select("section[data-door]")
    assert len(doors) == 4
    for door in doors:
        values = [b.attrib["value"] for b in door.iter("button")]
        assert values == [str(outcome) for outcome in Outcome if outcome is not Outcome.VOTED_HERE]


def send(bureau: Bureau, vote_id: int, **fields: Any) -> Any:
    """As the device sends what it has kept: with a fresh token, asking for JSON."""
    token = bureau.client.get(f"{DESK}/votes/{vote_id}/doorstep/token").get_json()["csrf_token"]
    data = {"csrf_token": token, "home": bureau.lane.homes["1-S1"].id, "outcome": "absent", "key": "device-key-0000000001", **fields}
    return bureau.client.post(f"{stairwell(bureau, vote_id)}/visits", data=data, headers={"Accept": "application/json"})


def test_what_the_device_kept_is_sent_once_and_answered_in_words(bureau: Bureau, vote_id: int) -> None:
    made_at = bureau.clock.now() - timedelta(hours=2)
    first = send(bureau, vote_id, made_at=made_at.isoformat())
    assert (first.status_code, first.get_json()) == (200, {"state": "recorded", "words": []})
    assert send(bureau, vote_id, made_at=made_at.isoformat()).get_json()["state"] == "known"
    assert [v.made_at for v in visits(bureau)] == [made_at]


def test_conflicts_come_back_in_words(bureau: Bureau, vote_id: int) -> None:
    bureau.cast(bureau.lane.qian, vote_id)
    answer = send(bureau, vote_id)
    assert answer.get_json() == {"state": "recorded", "words": ["This home has voted meanwhile; it need not be visited again."]}
    bureau.clock.at = bureau.vote(vote_id).closes_at
    bureau.sign_in()
    answer = send(bureau, vote_id, key="device-key-0000000002")
    assert answer.status_code == 409 and answer.get_json()["words"][0] == "The vote has closed."


@pytest.mark.parametrize("home", ["", "999999", "x", "1; DROP TABLE visits"])
def test_a_home_of_elsewhere_is_not_visited_from_here(bureau: Bureau, vote_id: int, home: str) -> None:
    assert send(bureau, vote_id, home=home).status_code == 404
    assert send(bureau, vote_id, home=bureau.lane.homes["2-101"].id).status_code == 404, "another stairwell"


def test_a_visit_needs_its_token(bureau: Bureau, vote_id: int) -> None:
    assert send(bureau, vote_id, csrf_token="forged").status_code == 400
    assert visits(bureau) == []


def test_voting_at_the_door_is_a_ballot_and_a_visit(bureau: Bureau, vote_id: int) -> None:
    equip(bureau.app, bureau.lane.lin)
    client, lane = bureau.client, bureau.lane
    client.see(f"{DESK}/votes/{vote_id}/station/homes/{lane.homes['1-S1'].id}?at=door")
    client.see(f"{DESK}/votes/{vote_id}/station/homes/{lane.homes['1-S1'].id}/owners/{lane.holders['Qian'].id}?at=door")
    client.submit("/owners/", document_seen="1")
    client.submit("/identity", last_four="5005")
    client.submit("/review", **{n: "yes" for n in client.page.form("/review").names() if n.startswith("question-")})
    client.submit("/ballots")
    assert "at the door" in client.text()
    client.see("/desk/handed-over")
    client.submit("/desk/handed-over", proof=PASSPHRASE)
    assert client.page.path.startswith(stairwell(bureau, vote_id))
    (made,) = visits(bureau)
    assert (made.outcome, made.note) == ("voted_here", "")
    with bureau.app.app_context():
        (ballot,) = db.session.scalars(select(Ballot))
    assert (ballot.channel, ballot.assisted_by_id) == ("doorstep", lane.lin.id)


def test_the_list_says_who_visited_and_how_often(bureau: Bureau, vote_id: int) -> None:
    visit(bureau, vote_id)
    visit(bureau, vote_id, outcome="answered")
    visit(bureau, vote_id, "2-101")
    text = bureau.client.see(f"{DESK}/votes/{vote_id}/doorstep").text("main")
    assert "Homes visited: 1, visits: 2" in text and "Homes visited: 1, visits: 1" in text
    assert [["".join(c.itertext()) for c in row] for row in bureau.client.page.select("tbody tr")] == [["Lin", "2", "3"]]


def test_a_stairwell_is_read_with_the_same_number_of_queries_however_many_visits(bureau: Bureau, vote_id: int) -> None:
    bureau.client.see(stairwell(bureau, vote_id))
    with count_queries(bureau.app) as few:
        bureau.client.see(stairwell(bureau, vote_id))
    for place in ("1-101", "1-102", "1-201", "1-S1"):
        for outcome in ("absent", "answered"):
            visit(bureau, vote_id, place, outcome)
    with count_queries(bureau.app) as many:
        bureau.client.see(stairwell(bureau, vote_id))
    assert len(many) == len(few)


def test_those_who_only_watch_do_not_go_from_door_to_door(bureau: Bureau, vote_id: int, outsiders: Any) -> None:
    for person in (bureau.lane.he, bureau.lane.chen, outsiders.xu):
        bureau.sign_in(person)
        for path in (f"{DESK}/votes/{vote_id}/doorstep", stairwell(bureau, vote_id), f"{DESK}/votes/{vote_id}/doorstep/token"):
            assert bureau.client.get(path).status_code == 404, path


def test_a_stairwell_of_another_neighbourhood_or_outside_the_vote_has_no_page(bureau: Bureau) -> None:
    lane = bureau.lane
    vote_id = bureau.announced(stairwell_id=lane.homes["2-101"].stairwell_id)
    bureau.client.see(stairwell(bureau, vote_id, "1-101"), 404)
    assert bureau.client.see(stairwell(bureau, vote_id, "2-101"))


# --- the public


def test_the_public_sees_sums_by_building_and_no_home_no_outcome_no_name(bureau: Bureau, vote_id: int) -> None:
    visit(bureau, vote_id, note="Dog")
    visit(bureau, vote_id, "2-101", "refused")
    visit(bureau, vote_id, "2-101", "moved")
    bureau.client.sign_in(bureau.lane.wang)
    page = bureau.client.see(f"/votes/{vote_id}/visits")
    assert [["".join(c.itertext()) for c in row] for row in page.select("tbody tr")] == [["1", "2", "3"]]
    for secret in ("S1", "101", "Dog", "Lin", "Nobody at home", "refused", "Has moved"):
        assert secret not in page.text("main"), secret


def test_without_a_visit_the_public_page_says_what_will_appear(bureau: Bureau, vote_id: int) -> None:
    assert "No door has been visited yet" in bureau.client.see(f"/votes/{vote_id}/visits").text()


def test_the_visits_of_a_draft_do_not_exist(bureau: Bureau) -> None:
    bureau.client.see(f"/votes/{bureau.draft()}/visits", 404)
