"""Into the ballot box: whichever way a ballot came, one owner never counts twice.

Every channel ends here, while the log is held: the phone, the paper that two persons keyed in, the polling
point, somebody who acts for the owner.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, update

from participation.database import db, fetch
from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical, commit, new_salt
from participation.record.models import Log
from participation.record.services import append, append_to
from participation.votes.electors import Weight
from participation.votes.models import Ballot, BallotSetAside, DoubleBallot, VoteCount
from participation.votes.paper import paper_of
from participation.votes.services.steps import Held, HeldForCasting
from participation.votes.services.vouching import vouched
from participation.votes.standing import Channel, takes_over

# No vowels and no look-alikes: a receipt can be read out over the telephone.
RECEIPT_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 16

_INSERT_BALLOT = insert(Ballot.__table__).returning(Ballot.id)  # type: ignore[arg-type]
_COUNT_IN = (
    update(VoteCount.__table__)  # type: ignore[arg-type]
    .where(VoteCount.vote_id == bindparam("vote"))
    .values(part_heads=VoteCount.part_heads + bindparam("heads"), part_area=VoteCount.part_area + bindparam("area"))
)


@dataclass(frozen=True, slots=True)
class Origin:
    """How a ballot came: the channel, the instant it was handed over, and whoever had to do with it.

    on_behalf: proxy, guardian or representative, where `authority_id` says under which authority it was cast.
    """

    channel: Channel
    received_at: datetime
    cast_by_id: int | None = None
    authority_id: int | None = None
    on_behalf: str | None = None
    return_id: int | None = None
    assisted_by_id: int | None = None


class Boxed(NamedTuple):
    """What became of it: a ballot that stands, or one set aside because the owner's other ballot stands."""

    ballot: Ballot | None
    set_aside: BallotSetAside | None = None


class Pen:
    """Writes entries of one vote to the log that is held, one after the other."""

    def __init__(self, held: Held | HeldForCasting):
        self._log, self._now, self._vote_id = held.log, held.now, held.vote.id

    def append(self, kind: str, payload: dict[str, Any]) -> int:
        """The index of the new entry."""
        payload = {"vote": self._vote_id, **payload}
        if isinstance(self._log, Log):
            return append(self._log, kind, payload, self._now, self._vote_id)
        self._log = append_to(self._log, kind, payload, self._now, self._vote_id)
        return self._log.size - 1

    def seal(self, kind: str, content: dict[str, Any]) -> tuple[bytes, int]:
        """Append a commitment to `content`; returns its salt and its index."""
        salt = new_salt()
        return salt, self.append(kind, {"commitment": commit(salt, canonical(content)).hex()})


def put_in_box(
    held: Held | HeldForCasting, elector: Any, weight: Weight, standing: Any, choices: dict[str, Any], key: str, origin: Origin
) -> Boxed:
    """Store a checked ballot of `elector`, whose ballot so far is `standing`.

    The caller has checked that the ballot may be cast at all.  Where the owner has another ballot, the rule says
    which one stands; both stay, and where they came by different ways or from different persons, both are told.
    A ballot that rests on an authority is refused unless that authority holds (`vouching.py`).
    """
    if held.vote.secret:
        raise Refusal(box_is_secret())
    origin = vouched(held, elector, origin)
    pen = Pen(held)
    if standing is not None and not takes_over(standing.received_at, origin.received_at, paper_of(held.vote).may_change):
        return _set_aside(held, pen, elector, weight, standing, choices, origin)
    turn = standing.turn + 1 if standing else 1
    salt, index = pen.seal("ballot", _content(held, elector, turn, weight, choices, origin))
    values = {
        "vote_id": held.vote.id, "elector_id": elector.id, "turn": turn, "cast_by_id": origin.cast_by_id,
        "channel": str(origin.channel), "received_at": origin.received_at, "choices": choices, "idempotency_key": key,
        "receipt": new_receipt(), "salt": salt, "log_index": index, "authority_id": origin.authority_id,
        "return_id": origin.return_id, "assisted_by_id": origin.assisted_by_id,
    }  # fmt: skip
    ballot = Ballot(id=fetch(_INSERT_BALLOT, values).scalar_one(), **values)
    if standing is None:
        fetch(_COUNT_IN, {"vote": held.vote.id, "heads": weight.heads, "area": weight.area})
    elif (standing.channel, standing.authority_id) != (origin.channel, origin.authority_id):
        _tell_of_two(held, pen, elector, ballot, standing.log_index, replaced_id=standing.id)
    return Boxed(ballot)


def _set_aside(
    held: Held | HeldForCasting, pen: Pen, elector: Any, weight: Weight, standing: Any, choices: dict[str, Any], origin: Origin
) -> Boxed:
    salt, index = pen.seal("ballot-set-aside", _content(held, elector, 0, weight, choices, origin))
    other = BallotSetAside(
        vote_id=held.vote.id, elector_id=elector.id, channel=str(origin.channel), received_at=origin.received_at,
        at=held.now, choices=choices, salt=salt, log_index=index, authority_id=origin.authority_id, return_id=origin.return_id,
    )  # fmt: skip
    db.session.add(other)
    db.session.flush()
    _tell_of_two(held, pen, elector, standing, index, set_aside_id=other.id)
    return Boxed(None, other)


def _tell_of_two(
    held: Held | HeldForCasting, pen: Pen, elector: Any, stands: Any, other_index: int,
    *, replaced_id: int | None = None, set_aside_id: int | None = None,
) -> None:  # fmt: skip
    """Put on record that an owner's ballots came in two ways, which entry stands, and which does not."""
    index = pen.append("two-ballots", {"stands": stands.log_index, "does_not_stand": other_index})
    db.session.add(DoubleBallot(
        vote_id=held.vote.id, elector_id=elector.id, stands_id=stands.id, replaced_id=replaced_id,
        set_aside_id=set_aside_id, at=held.now, log_index=index,
    ))  # fmt: skip
    db.session.flush()


def _content(
    held: Held | HeldForCasting, elector: Any, turn: int, weight: Weight, choices: dict[str, Any], origin: Origin
) -> dict[str, Any]:
    return ballot_content(
        held.vote.id, elector.number, turn, weight, choices, origin.channel, origin.received_at, origin.on_behalf
    )


def ballot_content(
    vote_id: int, elector_number: int, turn: int, weight: Weight, choices: Mapping[str, Any], channel: str, at: datetime,
    on_behalf: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What a ballot's commitment in the record opens to. `turn` is 0 for a ballot that was set aside."""
    return {
        "vote": vote_id,
        "elector": elector_number,
        "turn": turn,
        "heads": weight.heads,
        "area": format_hundredths(weight.area),
        "choices": dict(choices),
        "channel": str(channel),
        "received_at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        **({"on_behalf": on_behalf} if on_behalf else {}),
    }


def box_is_secret() -> Reason:
    """Why no readable ballot of a secret election is ever stored, whichever way it came."""
    return Reason("secret_only", say("This is a secret election: its ballots are sealed on the election's own page, and nowhere else."), say("Open the vote on a phone, and cast the ballot there."))


def new_receipt() -> str:
    """16 characters from 28: 76 random bits, printed in groups of four."""
    number, signs = secrets.randbelow(28**RECEIPT_LENGTH), []
    for _ in range(RECEIPT_LENGTH):
        number, sign = divmod(number, 28)
        signs.append(RECEIPT_ALPHABET[sign])
    return "".join(signs)
