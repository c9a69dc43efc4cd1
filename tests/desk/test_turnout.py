"""The building grid: who has voted, never what; one query a building; every look is noted."""

from __future__ import annotations

from sqlalchemy import select

from participation.database import db, transaction
from participation.desk.turnout import building_grid, building_sums
from participation.roll.models import LookUp
from participation.votes.services.correcting import add_home, remove_home
from tests.desk.steps import DESK, Bureau
from tests.support.queries import count_queries


def statuses(bureau: Bureau, vote_id: int) -> dict[str, str]:
    building = bureau.lane.homes["1-101"].building_id
    with bureau.app.app_context():
        return {
            f"{grid.name}-{cell.room}": cell.status for grid in building_grid(vote_id, building) for cell in grid.cells
        }


def test_each_home_shows_whether_its_head_has_voted(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    bureau.wait(days=17)
    bureau.cast(bureau.lane.wang, vote_id, "no")
    bureau.cast(bureau.lane.deng, vote_id, "yes")
    assert statuses(bureau, vote_id) == {
        "1-101": "voted", "1-102": "voted", "1-201": "waiting", "1-S1": "waiting", "2-101": "voted", "2-102": "waiting",
    }  # fmt: skip


def test_disagreeing_co_owners_are_marked_and_listed_without_their_choices(bureau: Bureau) -> None:
    # Without a named voter both co-owners can speak.
    make_unnamed(bureau)
    vote_id = bureau.announced()
    bureau.wait(days=17)
    bureau.cast(bureau.lane.li, vote_id, "yes")
    bureau.contradict(bureau.lane.sun, vote_id, "no")
    assert statuses(bureau, vote_id)["1-201"] == "dispute"
    client = bureau.client
    client.see(f"{DESK}/votes/{vote_id}")
    assert "heads concerned: 1" in client.text()
    client.see(f"{DESK}/votes/{vote_id}/contradictions")
    words = client.text()
    assert "1-1-201" in words
    assert "L*, S**" in words
    for choice in ("yes", "For", "Against"):
        assert choice not in words.replace("For you", "")


def test_agreeing_co_owners_are_no_contradiction(bureau: Bureau) -> None:
    make_unnamed(bureau)
    vote_id = bureau.announced()
    bureau.wait(days=17)
    bureau.cast(bureau.lane.li, vote_id, "yes")
    bureau.contradict(bureau.lane.sun, vote_id, "yes")
    assert statuses(bureau, vote_id)["1-201"] == "voted"
    assert "Nobody disagrees" in bureau.client.see(f"{DESK}/votes/{vote_id}/contradictions").text("main")


def make_unnamed(bureau: Bureau) -> None:
    """The register's newest line for 1-201 names no voter."""
    from participation.roll.models import HomeFact

    with bureau.app.app_context(), transaction():
        old = db.session.scalars(select(HomeFact).where(HomeFact.home_id == bureau.lane.homes["1-201"].id)).one()
        db.session.add(
            HomeFact(
                unit_id=old.unit_id, home_id=old.home_id, effective_at=bureau.clock.now(), area=old.area, area_basis="registry",
                kind=old.kind, title=old.title, owner_id=old.owner_id, voter_id=None,
            )
        )  # fmt: skip


def test_a_home_taken_off_the_roll_leaves_the_sums_and_comes_back(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    home, by_id = bureau.lane.homes["2-102"], bureau.lane.lin.id
    with bureau.app.app_context(), transaction():
        remove_home(vote_id, home.id, "Not built", by_id, bureau.clock)
    assert statuses(bureau, vote_id)["2-102"] == "none"
    with bureau.app.app_context():
        assert [(b.voted, b.homes) for b in building_sums(vote_id)] == [(0, 5)]
    with bureau.app.app_context(), transaction():
        add_home(vote_id, home.id, "Built after all", by_id, bureau.clock)
    assert statuses(bureau, vote_id)["2-102"] == "waiting"
    with bureau.app.app_context():
        assert [(b.voted, b.homes) for b in building_sums(vote_id)] == [(0, 6)]


def test_homes_outside_the_scope_are_shown_as_not_on_this_roll(bureau: Bureau) -> None:
    vote_id = bureau.announced(stairwell_id=bureau.lane.homes["2-101"].stairwell_id)
    assert {room for room, status in statuses(bureau, vote_id).items() if status != "none"} == {"2-101", "2-102"}


def test_a_building_is_read_with_one_query_and_the_list_with_one(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    with bureau.app.app_context():
        with count_queries(bureau.app) as queries:
            building_grid(vote_id, bureau.lane.homes["1-101"].building_id)
        assert len(queries) == 1
        with count_queries(bureau.app) as queries:
            building_sums(vote_id)
        assert len(queries) == 1


def test_every_look_at_homes_is_noted_with_who_what_and_when(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    building = bureau.lane.homes["1-101"].building_id
    bureau.sign_in(bureau.lane.he)
    bureau.client.see(f"{DESK}/votes/{vote_id}/turnout")
    bureau.client.see(f"{DESK}/votes/{vote_id}/turnout/{building}")
    bureau.client.see(f"{DESK}/votes/{vote_id}/contradictions")
    with bureau.app.app_context():
        lines = db.session.scalars(select(LookUp).order_by(LookUp.id)).all()
    assert [(line.what, line.by_id, line.at) for line in lines] == [
        ("turnout", bureau.lane.he.id, bureau.clock.now()),
        ("contradictions", bureau.lane.he.id, bureau.clock.now()),
    ]
    bureau.client.see(f"{DESK}/look-ups")
    assert "Who has voted, home by home" in bureau.client.text()
    assert "He · 10 Mar 2026, 09:00" in bureau.client.text()


def test_a_refused_look_is_not_noted_because_nothing_was_seen(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    bureau.sign_in(bureau.lane.chen)
    bureau.client.see(f"{DESK}/votes/{vote_id}/turnout/{bureau.lane.homes['1-101'].building_id}", 404)
    with bureau.app.app_context():
        assert db.session.scalars(select(LookUp)).all() == []


def test_the_log_is_read_page_by_page_newest_first(bureau: Bureau) -> None:
    with bureau.app.app_context(), transaction():
        for n in range(1, 121):
            db.session.add(
                LookUp(
                    unit_id=bureau.lane.unit.id, at=bureau.clock.now(), by_id=None, what="roll", subject=f"line {n}."
                )
            )
    client = bureau.client
    client.see(f"{DESK}/look-ups")
    assert "line 120." in client.text()
    assert "line 70." not in client.text()
    assert "Page 1 of 3" in client.text()
    client.see(f"{DESK}/look-ups?page=3")
    assert "line 1." in client.text()
    client.see(f"{DESK}/look-ups?page=4", 404)
    client.see(f"{DESK}/look-ups?page=0", 404)


def test_the_overview_asks_the_same_number_of_queries_for_one_vote_and_for_many(bureau: Bureau) -> None:
    bureau.announced()
    bureau.client.see("/desk")
    with count_queries(bureau.app) as few:
        bureau.client.see("/desk")
    for n in range(6):
        bureau.announced(title=f"Vote {n}")
    with count_queries(bureau.app) as many:
        bureau.client.see("/desk")
    assert len(many) == len(few)
