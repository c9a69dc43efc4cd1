"""Who signed a sheet: the owner, or somebody under a written authority that held when the sheet was handed over."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.behalf_queries import live_authorities
from participation.votes.models import Elector, Vote
from participation.votes.services.returns import sheet_of_code


class Signer(NamedTuple):
    """One who could have signed the sheet for its owner."""

    authority_id: int
    kind: str
    holder: str


def signers_of(vote: Vote, typed_code: str, received_at: datetime) -> list[Signer]:
    """Who held an authority for the owner of this sheet when it was handed over. Raises Refusal for an unknown code."""
    elector = db.session.get_one(Elector, sheet_of_code(vote.id, typed_code).elector_id)
    return [Signer(a.id, a.kind, a.holder_name) for a in live_authorities(vote, elector, received_at)]


def signed_under(signers: list[Signer], chosen: str) -> int:
    """The id of the authority under which the sheet was signed: the only one, or the one that was chosen.

    Raises Refusal: nobody held one then (field signed_by), or it is not said which of several (field authority).
    """
    if not signers:
        raise Refusal(Reason(
            "no_signer", say("Nobody held an authority for the owner of this sheet when it was handed over."),
            say("Record the written authority first, with the time it was handed over. Without one the sheet is unsigned."), "signed_by",
        ))  # fmt: skip
    if len(signers) == 1 and not chosen:
        return signers[0].authority_id
    for signer in signers:
        if str(signer.authority_id) == chosen:
            return signer.authority_id
    raise Refusal(Reason(
        "which_signer", say("More than one person may sign for this owner."), say("Choose whose signature it is."), "authority",
    ))  # fmt: skip
