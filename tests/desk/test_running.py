"""An announced vote at the desk: time, cancellation, rehearsals, count, objections, and what each page refuses."""

from __future__ import annotations

from datetime import timedelta

from tests.desk.steps import DESK, Bureau


def open_vote(bureau: Bureau) -> tuple[int, str]:
    vote_id = bureau.announced()
    bureau.wait(days=17)
    return vote_id, f"{DESK}/votes/{vote_id}"


def counted_vote(bureau: Bureau) -> tuple[int, str]:
    vote_id, path = open_vote(bureau)
    for name in ("wang", "li", "qian", "deng"):
        bureau.cast(getattr(bureau.lane, name), vote_id)
    bureau.wait(days=15)
    bureau.client.see(f"{path}/count")
    bureau.client.submit("/count")
    return vote_id, path


def test_more_time_needs_a_later_date_and_a_reason_and_is_given_once(bureau: Bureau) -> None:
    vote_id, path = open_vote(bureau)
    client, closes = bureau.client, bureau.vote(vote_id).closes_at
    client.see(f"{path}/extension")
    assert client.submit("/extension", reason="").status_code == 422
    assert "needs its reason" in client.text()
    assert "not later" in client.text()
    later = (closes + timedelta(days=5, hours=8)).strftime("%Y-%m-%dT%H:%M")
    client.submit("/extension", closes_at=later, reason="The lift was out of order")
    assert bureau.vote(vote_id).closes_at == closes + timedelta(days=5)
    assert "Extended: The lift was out of order" in client.text()
    assert f"{path}/extension" not in client.page.links()
    client.see(f"{path}/extension")
    assert client.submit("/extension", closes_at="2026-06-30T10:00", reason="Once more").status_code == 422
    assert client.page.text("#reason") == "Once more"
    assert "already been extended" in client.text()


def test_cancelling_needs_a_reason_and_leaves_everything_on_record(bureau: Bureau) -> None:
    vote_id, path = open_vote(bureau)
    bureau.cast(bureau.lane.wang, vote_id)
    client = bureau.client
    client.see(f"{path}/cancellation")
    assert client.submit("/cancellation", reason=" ").status_code == 422
    client.submit("/cancellation", reason="The estimate was wrong")
    assert "Cancelled" in client.text()
    assert "The estimate was wrong" in client.text()
    client.see(f"{path}/count")
    assert not [form for form in client.page.forms() if "/count" in form.action]
    assert client.send(f"{path}/count").status_code == 422


def test_only_a_rehearsal_can_be_moved_on(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    bureau.client.see(f"{DESK}/votes/{vote_id}")
    assert "Move on now" not in bureau.client.text()
    assert bureau.client.send(f"{DESK}/votes/{vote_id}/hastening").status_code == 409
    assert "Only a rehearsal can be moved on" in bureau.client.text()


def test_a_rehearsal_runs_from_notice_to_final_result_in_one_sitting(bureau: Bureau) -> None:
    vote_id = bureau.announced(rehearsal=True)
    client, path = bureau.client, f"{DESK}/votes/{vote_id}"
    for words in ("Open for voting", "Voting has ended"):
        client.see(path)
        assert "Rehearsal, without legal effect" in client.text()
        client.submit("/hastening")
        assert words in client.text()
        if words == "Open for voting":
            bureau.cast(bureau.lane.wang, vote_id)
            bureau.clock.advance(minutes=5)
    client.see(f"{path}/count")
    client.submit("/count")
    client.see(path)
    client.submit("/hastening")
    client.see(f"{path}/final-result")
    client.submit("/final-result")
    assert "Final result" in client.text()
    assert bureau.vote(vote_id).step == "finalised"


def test_counting_is_not_offered_and_not_possible_before_the_closing_minute(bureau: Bureau) -> None:
    vote_id, path = open_vote(bureau)
    closes = bureau.vote(vote_id).closes_at
    bureau.clock.at = closes - timedelta(microseconds=1)
    bureau.sign_in()
    bureau.client.see(f"{path}/count")
    assert "The vote is open." in bureau.client.text()
    assert bureau.client.send(f"{path}/count").status_code == 422
    bureau.clock.at = closes
    bureau.client.see(f"{path}/count")
    bureau.client.submit("/count")
    assert bureau.vote(vote_id).step == "counted"


def test_the_objection_period_can_be_longer_but_never_shorter(bureau: Bureau) -> None:
    vote_id, path = open_vote(bureau)
    bureau.wait(days=15)
    bureau.client.see(f"{path}/count")
    assert bureau.client.send(f"{path}/count", objection_days="6").status_code == 422
    assert "must last at least 7 days" in bureau.client.text()
    assert bureau.vote(vote_id).step == "noticed", "a refused count leaves nothing behind"
    bureau.client.see(f"{path}/count")
    bureau.client.submit("/count", objection_days="14")
    assert bureau.vote(vote_id).objections_until == bureau.clock.now() + timedelta(days=14)


def test_an_answer_needs_a_decision_and_a_text_and_keeps_what_was_typed(bureau: Bureau) -> None:
    vote_id, path = counted_vote(bureau)
    objection_id = bureau.object(bureau.lane.deng, vote_id, "Count again please.\nMy ballot is missing.")
    client = bureau.client
    client.see(f"{path}/objections/{objection_id}")
    assert client.submit("/answer", text="We have counted again.").status_code == 422
    assert "It is not said whether the objection is right." in client.text()
    assert client.page.text("#text") == "We have counted again."
    assert client.submit("/answer", upheld="no", text=" ").status_code == 422
    client.submit("/answer", upheld="no", text="We have counted again: the same.")
    assert "Answered: not upheld" in client.text()
    assert (
        client.send(f"{path}/objections/{objection_id}/answer", upheld="yes", text="Changed our mind").status_code
        == 422
    )
    assert "already been answered" in client.text()


def test_an_objection_to_another_vote_is_not_found_under_this_one(bureau: Bureau) -> None:
    vote_id, _ = counted_vote(bureau)
    objection_id = bureau.object(bureau.lane.deng, vote_id, "Count again please.")
    other = bureau.announced(title="Another")
    bureau.client.see(f"{DESK}/votes/{other}/objections/{objection_id}", 404)


def test_no_final_result_while_an_objection_waits_or_the_period_runs(bureau: Bureau) -> None:
    vote_id, path = counted_vote(bureau)
    objection_id = bureau.object(bureau.lane.deng, vote_id, "Count again please.")
    client = bureau.client
    assert client.send(f"{path}/final-result").status_code == 422
    bureau.wait(days=8)
    client.see(f"{path}/final-result")
    assert "Objections without an answer: 1." in client.text()
    assert client.send(f"{path}/final-result").status_code == 422
    assert "Answer every objection first" in client.text()
    client.see(f"{path}/objections/{objection_id}")
    client.submit("/answer", upheld="no", text="Counted again: the same.")
    client.see(f"{path}/final-result")
    client.submit("/final-result")
    assert client.send(f"{path}/final-result").status_code == 303, "a second tap changes nothing"
    assert bureau.vote(vote_id).step == "finalised"


def test_the_overview_shows_one_button_for_what_is_due_and_says_when_it_is_late(bureau: Bureau) -> None:
    vote_id, _ = open_vote(bureau)
    client = bureau.client
    client.see("/desk")
    assert "Owners are voting" in client.text()
    assert not client.page.select(".card .button")
    bureau.clock.at = bureau.vote(vote_id).closes_at
    bureau.sign_in()
    client.see("/desk")
    assert [e.attrib["href"] for e in client.page.select(".card .button")] == [f"{DESK}/votes/{vote_id}/count"]
    assert client.page.select(".card.is-amber")
    bureau.wait(days=2)
    client.see("/desk")
    assert client.page.select(".card.is-brick")


def test_the_observer_is_told_what_is_due_but_gets_no_button(bureau: Bureau) -> None:
    open_vote(bureau)
    bureau.wait(days=15)
    bureau.sign_in(bureau.lane.he)
    bureau.client.see("/desk")
    assert "Voting has ended" in bureau.client.text()
    assert not bureau.client.page.select(".card .button")
