"""Paper in the vote about three matters: printed, read once, read differently, counted, and one sheet that is not signed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db
from participation.votes.electors import electors_of
from participation.votes.services.reading import read_sheet
from participation.votes.services.returns import Arrival, record_return
from participation.votes.services.sheets import print_sheets
from participation.votes.sheet_models import Sheet
from participation.votes.standing import Channel


def hand_in_paper(world: Any) -> None:
    """Wang's sheet waits for its second reader, Qian's for a third person, Deng's is not signed, Li's is set aside."""
    vote, clock, lin = world.votes["everything"], world.clock, world.lane.lin.id
    mei, tao = (world.make.staff(name, Role.SUPPORT, world.lane.unit).id for name in ("Mei Hua", "Tao Jun"))
    with world.work():
        world.places["run"] = print_sheets(vote.id, lin, clock).run
    returns: dict[str, int] = {}
    with world.work():
        for name in ("Wang", "Qian", "Deng", "Li"):
            elector = electors_of(world.lane.people[name].id, vote.id)[0]
            code = db.session.scalars(select(Sheet.code).where(Sheet.elector_id == elector.id)).one()
            arrival = Arrival(Channel.PAPER, clock.now(), lin, f"sheet-of-{name}")
            returns[name] = record_return(vote.id, code, arrival, clock).sheet_return.id
    with world.work():
        yes, no = ({str(q.id): "blank" if q.kind == "election" else choice for q in vote.questions} for choice in ("yes", "no"))
        read_sheet(returns["Qian"], mei, yes, None, clock)
        read_sheet(returns["Qian"], tao, no, None, clock)
        for reader in (mei, tao):
            read_sheet(returns["Deng"], reader, None, "unsigned", clock)
            read_sheet(returns["Li"], reader, yes, None, clock)
    world.places |= {"paper_new": returns["Wang"], "paper_differs": returns["Qian"], "paper_done": returns["Deng"]}
