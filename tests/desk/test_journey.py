"""From an empty desk to the posted final result, through the pages as the support centre uses them."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.desk.steps import DESK, PIPES, Bureau


def test_a_vote_goes_from_draft_to_archive_through_the_forms(bureau: Bureau) -> None:
    client, lane = bureau.client, bureau.lane
    assert "Nothing waits for you" in client.see("/desk").text("main")
    vote_id = bureau.draft()
    page = client.see(f"{DESK}/votes/{vote_id}")
    assert "Nothing is missing" in client.text()
    assert "5people (heads)" in client.text()
    assert "448.25" in client.text()

    client.see(f"{DESK}/votes/{vote_id}/notice")
    assert PIPES in client.text()
    client.submit("/notice")
    assert "The vote is announced and the roll is frozen" in client.text()
    vote = bureau.vote(vote_id)
    assert vote.opens_at == datetime(2026, 3, 25, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai, fifteen days later
    assert vote.closes_at == datetime(2026, 4, 9, 12, 0, tzinfo=UTC)

    bureau.wait(days=15)
    for name, choice in (("wang", "yes"), ("li", "yes"), ("qian", "no"), ("deng", "yes")):
        bureau.cast(getattr(lane, name), vote_id, choice)
    page = client.see(f"{DESK}/votes/{vote_id}")
    assert "4 of 5" in client.text()
    assert not page.select('a[href*="/count"]'), "nothing can be counted while the vote is open"

    bureau.wait(days=16)
    client.see("/desk")
    assert "Count the ballots" in client.text()
    client.see(f"{DESK}/votes/{vote_id}/count")
    client.submit("/count")
    assert "The preliminary count is posted" in client.text()
    assert "Passed" in client.text()

    objection_id = bureau.object(lane.qian, vote_id, "My shop has 41.25 square metres, not 40.25.")
    client.see("/desk")
    assert "Objections without an answer: 1." in client.text()
    client.see(f"{DESK}/votes/{vote_id}/objections/{objection_id}")
    assert "My shop has 41.25" in client.text()
    assert "Q***" in client.text()
    assert "Qian" not in client.text()
    client.submit("/answer", upheld="yes", text="The register shows 41.25; corrected.")
    assert "The answer is on record" in client.text()

    client.see(f"{DESK}/votes/{vote_id}/corrections?building={lane.homes['1-S1'].building_id}&room=S1")
    client.see(f"{DESK}/votes/{vote_id}/corrections/homes/{lane.homes['1-S1'].id}")
    client.submit("/corrections", area="41.25", reason="Register of 3 March 2026")
    assert "from 448.25\xa0m² to 449.25\xa0m²" in client.text()
    client.submit("/corrections")
    assert "+1.00\xa0m²" in client.text()

    bureau.wait(days=8)
    client.see(f"{DESK}/votes/{vote_id}/final-result")
    client.submit("/final-result")
    assert "The final result is posted" in client.text()
    assert "449.25" in client.text()
    client.submit("/archive")
    assert "The vote is in the archive" in client.text()
    assert bureau.vote(vote_id).step == "archived"
    assert "Archived" in client.see(f"{DESK}/votes").text("main")
