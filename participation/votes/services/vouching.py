"""A ballot cast for another rests on a written authority that holds at that very moment, whatever way it came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from participation.kernel.refusal import Refusal
from participation.votes.behalf import authority_ended
from participation.votes.behalf_queries import EVER, kind_if_live


def vouched(held: Any, elector: Any, origin: Any) -> Any:
    """`origin` with the kind of its authority; a ballot without one passes as it is.

    While the log is held.  A ballot that is cast now needs an authority that nobody has taken back; one that was
    handed over earlier (paper, a doorstep device without a connection) needs one that held when it was handed over.
    Raises Refusal where it does not.
    """
    if origin.authority_id is None:
        return origin
    revoked_by = EVER if origin.received_at >= held.now else origin.received_at
    kind = kind_if_live(origin.authority_id, elector.owner_id, held.vote.id, origin.received_at, revoked_by)
    if kind is None:
        raise Refusal(authority_ended())
    return replace(origin, on_behalf=kind)
