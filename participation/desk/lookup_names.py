"""The words under which look-ups at the polling point and at the door stand in the log."""

from __future__ import annotations

from participation.kernel.sentences import say
from participation.roll.lookups import name_look_up


def name_station_look_ups() -> None:
    name_look_up("station-search", say("A search at the polling point"))
    name_look_up("station", say("Whether a home can vote"))
    name_look_up("station-name", say("An owner's name, to compare the identity document"))
    name_look_up("call", say("An owner's name, for a recorded call"))
    name_look_up("doorstep", say("The doors of a stairwell: who has voted, who was visited"))
