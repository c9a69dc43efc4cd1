"""The polling point and the doors of the world: devices in voters' hands in every state, visits, a recorded call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from participation.accounts.models import Role, SignIn
from participation.accounts.visitor import hash_token
from participation.database import db
from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.services.calling import Call, record_call
from participation.votes.services.handing import hand_over
from participation.votes.services.station import cast_at_station
from participation.votes.services.visiting import record_visit
from participation.votes.station_models import StationTicket

if TYPE_CHECKING:
    from tests.journeys.world import World


def open_the_station(world: World) -> None:
    """Lin's colleague Ming stands at the polling point with five devices; Lin goes from door to door."""
    lane, places, clock, vote = world.lane, world.places, world.clock, world.votes["open"]
    lane.people["Ming"] = world.make.staff("Ming", Role.SUPPORT, lane.unit)
    wang, deng = lane.holders["Wang"], lane.holders["Deng"]
    places |= {
        "wang_holder": wang.id, "qian_holder": lane.holders["Qian"].id, "shop": lane.homes["1-S1"].id,
        "stairwell": lane.homes["1-101"].stairwell_id,
    }  # fmt: skip
    for state in ("fresh", "proven", "filled", "over"):
        places[f"ticket_{state}"] = _ticket(world, f"voter, {state}", "Wang", "1-101", proven=state != "fresh")
    places["ticket_voted"] = _ticket(world, "voter, voted", "Deng", "2-101", proven=True)
    answer = {str(vote.questions[0].id): "yes"}
    with world.work():
        over = db.session.get_one(StationTicket, places["ticket_over"])
        over.expires_at = clock.now() - timedelta(minutes=1)
        voted = db.session.get_one(StationTicket, places["ticket_voted"])
        done = cast_at_station(vote.id, voted.elector_id, deng.id, answer, voted.key, lane.people["Ming"].id, clock)
        voted.receipt = done.ballot.receipt
        filled = db.session.get_one(StationTicket, places["ticket_filled"])
        in_hand = {"vote": vote.id, "elector": filled.elector_id, "choices": answer, "key": filled.key}
        for n, (place, outcome) in enumerate((("1-101", "absent"), ("1-101", "answered"), ("1-201", "refused"), ("2-202", "moved"))):
            record_visit(vote.id, lane.homes[place].id, outcome, "Comes back on Sunday" if n == 1 else "", clock.now(), lane.lin.id, f"a-visit-of-lin-{n:04d}", clock)
        everything = world.votes["everything"]  # in the open vote Mei still has her own ballot to cast
        mei = next(e.id for e in electors_of(lane.mei.id, everything.id) if e.area == 5150)
        call = Call(clock.now(), lane.lin.id, "a-recorded-call", reference="PBX 17", announced=True)
        places["call"] = record_call(everything.id, mei, lane.holders["Mei"].id, call, clock).sheet_return.id
    world.visits["voter, filled"] = world.visits["voter, filled"] | {"ballot_in_hand": in_hand}


def _ticket(world: World, who: str, name: str, place: str, *, proven: bool) -> int:
    """A device of Ming's in the hands of this owner; returns the ticket's id."""
    lane, vote_id = world.lane, world.votes["open"].id
    world._sign_in(who, lane.people["Ming"], "staff")
    with world.work():
        token = hash_token(world.visits[who]["_user_id"])
        sign_in = db.session.scalars(select(SignIn.id).where(SignIn.token_hash == token)).one()
        elector = electors_of(lane.people[name].id, vote_id)[0].id
        ticket = hand_over(
            db.session.get_one(Vote, vote_id), elector, lane.holders[name].id, lane.homes[place].id, sign_in,
            lane.people["Ming"].id, world.clock, document_seen=True,
        )  # fmt: skip
        ticket.proven_at = world.clock.now() if proven else None
        return ticket.id
