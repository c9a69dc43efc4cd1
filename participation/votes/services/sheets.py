"""Printing ballot sheets: for a whole vote, a building or one elector, in one run with one entry in the record."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import func, insert, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Ballot, Elector, ElectorHome, RollCorrection
from participation.votes.phases import Phase
from participation.votes.services.boxing import Pen
from participation.votes.services.steps import Held, hold, require
from participation.votes.sheet_codes import new_code
from participation.votes.sheet_models import Sheet

BATCH = 500


@dataclass(frozen=True)
class Run:
    """One printing. `run` names it in the record and in the address of its pages."""

    run: str
    sheets: int
    log_index: int


def print_sheets(
    vote_id: int, by_id: int | None, clock: Clock,
    *, building_id: int | None = None, elector_id: int | None = None, only_without_ballot: bool = False,
) -> Run:  # fmt: skip
    """Make a sheet for every elector of the vote, of one building, or for one elector; on record as one run.

    The sheets that these electors had before are void from this instant on.  `only_without_ballot` leaves out who has
    voted, by whatever way, so that nobody is asked twice.  Raises Refusal: not announced or closed, a secret election,
    nobody to print for.
    """
    held = hold(vote_id, clock)
    require(held, Phase.NOTICE, Phase.OPEN)
    if held.vote.secret:
        raise Refusal(Reason("secret", say("This is a secret election: a sheet with an owner's code and choices would break its secrecy."), say("Its ballots are sealed on the voters' own phones.")))
    electors = _electors(held, building_id, elector_id, only_without_ballot)
    if not electors:
        raise Refusal(Reason("nobody", say("There is nobody to print a sheet for."), say("Everybody chosen has voted, or has no home on the voting roll.")))
    run = secrets.token_hex(8)
    index = Pen(held).append("sheets-printed", {"run": run, "sheets": len(electors)})
    values = {"vote_id": vote_id, "printed_at": held.now, "printed_by_id": by_id, "run": run, "log_index": index}
    for start in range(0, len(electors), BATCH):
        batch = electors[start : start + BATCH]
        db.session.execute(insert(Sheet), [{**values, "elector_id": id_, "code": new_code()} for id_ in batch])
    return Run(run, len(electors), index)


def newest_sheet_id(elector_id: int) -> int | None:
    """The sheet of this elector that is valid now."""
    return db.session.scalar(select(func.max(Sheet.id)).where(Sheet.elector_id == elector_id))


def _electors(held: Held, building_id: int | None, elector_id: int | None, only_without_ballot: bool) -> list[int]:
    """Ids in the order of the frozen roll; whom corrections have taken off the roll gets no sheet."""
    heads = select(func.coalesce(func.sum(RollCorrection.heads_delta), 0)).where(RollCorrection.elector_id == Elector.id)
    query = (
        select(Elector.id)
        .where(Elector.vote_id == held.vote.id, Elector.heads + heads.scalar_subquery() > 0)
        .order_by(Elector.number)
    )
    if elector_id is not None:
        query = query.where(Elector.id == elector_id)
    if building_id is not None:
        query = query.where(Elector.id.in_(in_building(held.vote.id, building_id)))
    if only_without_ballot:
        query = query.where(~select(Ballot.id).where(Ballot.elector_id == Elector.id).exists())
    return list(db.session.scalars(query))


def in_building(vote_id: int, building_id: int) -> object:
    """Subquery: the electors with a home in this building, on the frozen roll or through a correction."""
    here = (ElectorHome.vote_id == vote_id, ElectorHome.building_id == building_id)
    return (
        select(ElectorHome.elector_id)
        .where(*here)
        .union(
            select(RollCorrection.elector_id)
            .join(ElectorHome, (ElectorHome.home_id == RollCorrection.home_id) & (ElectorHome.vote_id == RollCorrection.vote_id))
            .where(*here)
        )
    )
