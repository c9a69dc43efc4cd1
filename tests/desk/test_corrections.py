"""Corrections: shown as before and after, made once, public; the frozen lines stay as they are."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from participation.database import db, transaction
from participation.desk.turnout import building_grid
from participation.roll.models import HomeFact
from participation.votes.models import ElectorHome, RollCorrection
from tests.desk.steps import DESK, Bureau


@pytest.fixture
def path(bureau: Bureau) -> str:
    return f"{DESK}/votes/{bureau.announced()}"


def find(bureau: Bureau, path: str, home: str) -> None:
    bureau.client.see(f"{path}/corrections/homes/{bureau.lane.homes[home].id}")


def entries(bureau: Bureau) -> list[tuple[str, int, int]]:
    with bureau.app.app_context():
        return [
            (c.kind, c.heads_delta, c.area_delta)
            for c in db.session.scalars(select(RollCorrection).order_by(RollCorrection.id))
        ]


def test_a_home_is_found_by_building_and_room(bureau: Bureau, path: str) -> None:
    client = bureau.client
    client.see(f"{path}/corrections")
    client.submit("/corrections", building=str(bureau.lane.homes["1-101"].building_id), room="101")
    assert "1-1-101" in client.text()
    assert "1-2-101" in client.text()
    assert "W***" in client.text()
    assert "Wang" not in client.text()
    client.submit("/corrections", room="999")
    assert "There is no such room in this building." in client.text()


def test_the_preview_shows_before_and_after_and_writes_nothing(bureau: Bureau, path: str) -> None:
    find(bureau, path, "1-101")
    bureau.client.submit("/corrections", area="85.26", reason="Register of 1 March")
    for words in ("85.25", "85.26", "448.25", "448.26", "Register of 1 March"):
        assert words in bureau.client.text()
    assert entries(bureau) == []
    bureau.client.submit("/corrections")
    assert entries(bureau) == [("area", 0, 1)]
    with bureau.app.app_context():
        frozen = db.session.scalars(
            select(ElectorHome.area).where(ElectorHome.home_id == bureau.lane.homes["1-101"].id)
        ).one()
    assert frozen == 8525


def test_confirming_twice_corrects_once(bureau: Bureau, path: str) -> None:
    find(bureau, path, "1-101")
    bureau.client.submit("/corrections", area="85.26", reason="Register of 1 March")
    fields = {name: values[0] for name, values in bureau.client.page.form("/corrections").values().items()}
    bureau.client.submit("/corrections")
    assert (
        bureau.client.send(f"{path}/corrections", **fields | {"csrf_token": bureau.client.csrf_token()}).status_code
        == 422
    )
    assert entries(bureau) == [("area", 0, 1)]


@pytest.mark.parametrize(
    ("area", "reason", "words"),
    [
        ("85.25", "Register", "This is the area the roll already has."),
        ("85.255", "Register", "This is not an area."),
        ("-1", "Register", "This is not an area."),
        ("1e3", "Register", "This is not an area."),
        ("85,26", "Register", "This is not an area."),
        ("", "Register", "This is not an area."),
        ("85.26", " ", "A correction is public and needs its reason."),
    ],
)
def test_a_correction_that_says_nothing_is_refused_as_typed(
    bureau: Bureau, path: str, area: str, reason: str, words: str
) -> None:
    find(bureau, path, "1-101")
    assert bureau.client.submit("/corrections", area=area, reason=reason).status_code == 422
    assert words in bureau.client.text()
    assert bureau.client.page.one("#area").attrib.get("value", "") == area
    assert entries(bureau) == []


def test_taking_off_one_of_two_homes_keeps_the_head_and_the_last_one_takes_it(bureau: Bureau, path: str) -> None:
    for home in ("1-101", "1-102"):
        bureau.client.see(f"{path}/corrections/homes/{bureau.lane.homes[home].id}?kind=removed")
        bureau.client.submit("/corrections", reason="Sold to the city")
        bureau.client.submit("/corrections")
    assert entries(bureau) == [("removed", 0, -8525), ("removed", -1, -8525)]


def test_a_home_that_has_voted_cannot_be_taken_off(bureau: Bureau, path: str) -> None:
    bureau.wait(days=17)
    bureau.cast(bureau.lane.qian, int(path.rsplit("/", 1)[1]))
    bureau.client.see(f"{path}/corrections/homes/{bureau.lane.homes['1-S1'].id}?kind=removed")
    assert "that ballot stands" in bureau.client.text()
    assert bureau.client.submit("/corrections", reason="Sold").status_code == 422
    assert entries(bureau) == []


def test_a_home_that_was_taken_off_can_be_added_again(bureau: Bureau, path: str) -> None:
    bureau.client.see(f"{path}/corrections/homes/{bureau.lane.homes['2-102'].id}?kind=removed")
    bureau.client.submit("/corrections", reason="Not built")
    bureau.client.submit("/corrections")
    find(bureau, path, "2-102")
    assert "Add it to the voting roll" in bureau.client.text()
    bureau.client.submit("/corrections", reason="Built after all")
    bureau.client.submit("/corrections")
    assert entries(bureau) == [("removed", -1, -7750), ("added", 1, 7750)]


def test_the_observer_reads_the_entries_and_finds_no_form(bureau: Bureau, path: str) -> None:
    find(bureau, path, "1-101")
    bureau.client.submit("/corrections", area="85.26", reason="Register of 1 March")
    bureau.client.submit("/corrections")
    bureau.sign_in(bureau.lane.he)
    bureau.client.see(f"{path}/corrections")
    assert "Register of 1 March" in bureau.client.text()
    assert "Find the home" not in bureau.client.text()


def test_a_home_of_another_neighbourhood_cannot_be_corrected(bureau: Bureau, path: str, outsiders: object) -> None:
    foreign = outsiders.homes["1-101"].id  # type: ignore[attr-defined]
    bureau.client.see(f"{path}/corrections/homes/{foreign}", 404)
    assert (
        bureau.client.send(f"{path}/corrections", home=foreign, kind="added", reason="x", confirmed="1").status_code
        == 404
    )
    bureau.client.see(f"{path}/corrections/homes/{2**70}", 404)


def test_after_the_final_result_nothing_is_corrected(bureau: Bureau) -> None:
    vote_id = bureau.announced(rehearsal=True)
    path = f"{DESK}/votes/{vote_id}"
    for _ in range(2):
        bureau.client.see(path)
        bureau.client.submit("/hastening")
    bureau.client.see(f"{path}/count")
    bureau.client.submit("/count")
    bureau.client.see(path)
    bureau.client.submit("/hastening")
    bureau.client.see(f"{path}/final-result")
    bureau.client.submit("/final-result")
    bureau.client.see(f"{path}/corrections")
    assert "Find the home" not in bureau.client.text()
    home = bureau.lane.homes["1-101"].id
    assert (
        bureau.client.send(
            f"{path}/corrections", home=home, kind="area", area="1.00", reason="x", confirmed="1"
        ).status_code
        == 422
    )
    assert entries(bureau) == []


def sell(bureau: Bureau, home: str, buyer_of: str) -> None:
    """On the roll of today `home` belongs to whoever owns `buyer_of`."""
    with bureau.app.app_context(), transaction():
        old = db.session.scalars(select(HomeFact).where(HomeFact.home_id == bureau.lane.homes[home].id)).one()
        owner = db.session.scalars(
            select(HomeFact.owner_id).where(HomeFact.home_id == bureau.lane.homes[buyer_of].id)
        ).one()
        columns = {"area": old.area, "area_basis": "registry", "kind": old.kind, "title": old.title, "owner_id": owner}
        db.session.add(HomeFact(unit_id=old.unit_id, home_id=old.home_id, effective_at=bureau.clock.now(), **columns))


def test_a_home_taken_off_and_added_for_its_buyer_counts_once_with_the_buyer(bureau: Bureau, path: str) -> None:
    """The buyer Deng already has a head: the area comes to it, the seller's head goes, and nothing can be added twice."""
    home = bureau.lane.homes["1-S1"]
    bureau.clock.advance(hours=1)
    bureau.client.see(f"{path}/corrections/homes/{home.id}?kind=removed")
    bureau.client.submit("/corrections", reason="Sold before the notice")
    bureau.client.submit("/corrections")
    sell(bureau, "1-S1", "2-101")
    find(bureau, path, "1-S1")
    assert "D***" in bureau.client.text(), "the present owner is named, not the seller"
    bureau.client.submit("/corrections", reason="Bought by the owner of 2-101")
    fields = {name: values[0] for name, values in bureau.client.page.form("/corrections").values().items()}
    bureau.client.submit("/corrections")
    again = bureau.client.send(f"{path}/corrections", **fields | {"csrf_token": bureau.client.csrf_token()})
    assert again.status_code == 422
    assert entries(bureau) == [("removed", -1, -4025), ("added", 0, 4025)]
    vote_id = int(path.rsplit("/", 1)[1])
    bureau.wait(days=17)
    bureau.cast(bureau.lane.deng, vote_id)
    with bureau.app.app_context():
        cells = [cell for grid in building_grid(vote_id, home.building_id) for cell in grid.cells]
    assert {cell.room: cell.status for cell in cells}["S1"] == "voted"
    find(bureau, path, "1-S1")
    assert "has voted" in bureau.client.text()
