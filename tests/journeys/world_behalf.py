"""Who votes for whom in the world: a vote in which the first ballot stands, and one in which the last does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.services.telling import letters_of, tell
from tests.votes.behalf_support import cast_as, developer_of, elector_id_of, give, take_back

if TYPE_CHECKING:
    from tests.journeys.world import World

QIAN = ("Qian", "5005")


def give_papers(world: World) -> None:
    """Two votes of yesterday; the clock then stands where it stood.

    first stands   Qian has voted for Deng (a letter is due) and may vote for Mei; Zhao is Wang's guardian;
                   Li has taken a proxy back; the developer's representative has no phone
    last stands    Qian voted for Deng, who then voted himself: two ballots, and the letter is printed
    """
    lane, now = world.lane, world.clock.now()
    world.clock.at = now - timedelta(days=17)
    first, last = (
        world.hall.announce(f"Two lamps at the gate: the {name} ballot stands") for name in ("first", "last")
    )
    world.hall.amend_rule(last, may_change="until_close")
    world.clock.at = first.opens_at + timedelta(hours=1)  # type: ignore[operator]
    _first_stands(world, first)
    world.places["authority_changing"] = _vote_for_deng(world, last)
    world.clock.advance(hours=1)
    world.hall.cast(last, lane.deng, "no")
    with world.work():
        tell(last.id, letters_of(last.id), lane.lin.id, world.clock)
        world.places["letter_told"] = letters_of(last.id)[0].key
    world.clock.at = now
    world.places |= {"vote_entrusted": first.id, "vote_entrusted_changing": last.id}


def _first_stands(world: World, vote: Vote) -> None:
    app, lane, places = world.app, world.lane, world.places
    places["authority_used"] = _vote_for_deng(world, vote)
    with world.work():
        mei = next(e.id for e in electors_of(lane.mei.id, vote.id) if e.area == 5150)
    li, wang = (elector_id_of(app, vote.id, person) for person in (lane.li, lane.wang))
    given: dict[str, Any] = {
        "live": give(app, vote.id, mei, QIAN, lane.lin),
        "revoked": give(
            app, vote.id, li, ("A neighbour with quite a long name from across the street", "0042"), lane.lin
        ),
        "guardian": give(app, vote.id, wang, ("Zhao", "7788"), lane.lin, kind="guardian"),
    }
    give(app, vote.id, developer_of(app, vote.id), ("Gu", "8008"), lane.lin, kind="representative", every_vote=True)
    take_back(app, vote.id, given["revoked"].id, lane.li)
    places |= {f"authority_{state}": authority.id for state, authority in given.items()}
    places["entrusted_by_mei"] = mei
    world.visits["qian, for mei"] = world.visits["qian"] | {
        "ballot_in_hand": {
            "vote": vote.id,
            "elector": mei,
            "choices": {str(vote.questions[0].id): "yes"},
            "key": "m" * 24,
        }
    }


def _vote_for_deng(world: World, vote: Vote) -> int:
    """Qian casts with Deng's proxy; returns the authority's id. Names the receipt and the elector, too."""
    lane, deng = world.lane, elector_id_of(world.app, vote.id, world.lane.deng)
    proxy = give(world.app, vote.id, deng, QIAN, lane.lin)
    cast = cast_as(world.app, vote, lane.qian.id, deng)
    world.places.setdefault("receipt_entrusted", cast.ballot.receipt)
    world.places.setdefault("entrusted_by_deng", deng)
    return proxy.id
