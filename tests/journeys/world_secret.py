"""Secret elections of the world: open, waiting for the box to be closed, for the board, and counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from participation.votes.services.closing import count_preliminarily
from tests.votes.secret_support import Booth

if TYPE_CHECKING:
    from tests.journeys.world import World


def hold_secret_elections(world: World) -> None:
    """Four elections and a draft, announced at different times; the clock then stands where it stood."""
    lane, clock, now = world.lane, world.clock, world.clock.now()
    booth = Booth(world.app, lane.unit)
    votes = {}
    for name, days in (("open", 17), ("ended", 30), ("sealed", 30), ("counted", 31)):
        clock.at = now - timedelta(days=days)
        votes[name] = booth.announce()
        clock.at = votes[name].opens_at + timedelta(hours=1)  # type: ignore[operator]
        for person, names in ((lane.qian, ["Bai", "Cai"]), (lane.hao, ["Bai"]), (lane.li, []), (lane.deng, ["Dai", "Cai"])):
            booth.cast(votes[name], person, names)
    booth.close(votes["sealed"])
    booth.close(votes["counted"])
    booth.accept(votes["counted"])
    with world.work():
        count_preliminarily(votes["counted"].id, lane.lin.id, clock)
    clock.at = now
    world.places |= {f"secret_{name}": vote.id for name, vote in votes.items()}
    world.places["secret_draft"] = booth.draft().id
