"""Recording a written authority: who may vote for which owner, from when, until when, with a picture of the paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical, commit, new_salt
from participation.roll.models import Home, HouseholdMember, Titleholder
from participation.votes.behalf import Behalf, same_person_key
from participation.votes.behalf_models import Authority
from participation.votes.behalf_queries import live_numbers, unrevoked
from participation.votes.electors import members
from participation.votes.models import Elector, Vote
from participation.votes.paper import paper_of
from participation.votes.phases import Phase
from participation.votes.services.boxing import Pen
from participation.votes.services.casting import standing_ballot
from participation.votes.services.keeping import Kept
from participation.votes.services.steps import Held, hold, refuse_if, require

FOLDER = "authorities"  # of the instance
LONGEST_NAME = 80
RECORDABLE = (Phase.NOTICE, Phase.OPEN, Phase.CLOSED)
_LAST_FOUR = re.compile(r"[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper. `from_at`: when it was handed over; `until_at`: empty for a proxy."""

    kind: Behalf
    holder_name: str
    holder_last_four: str
    from_at: datetime
    until_at: datetime | None = None
    every_vote: bool = False


def record_authority(vote_id: int, elector_id: int, paper: Paper, picture: Kept, by_id: int, clock: Clock) -> Authority:
    """Put an authority on record for the owner who is `elector_id` in this vote.

    The record gets its kind, the numbers that hold now, and a commitment; names stay here.  Raises Refusal with every
    reason at once: wrong phase, a form field that cannot be, for oneself, the holder's limit, a second proxy, the
    owner's ballot already stands, a secret election.
    """
    held = hold(vote_id, clock)
    require(held, *RECORDABLE)
    elector = db.session.get(Elector, elector_id)
    if elector is None or elector.vote_id != vote_id:
        raise Refusal(Reason("no_such_owner", say("This owner is not on the voting roll."), say("Look the home up again.")))
    paper = _tidy(paper)
    refuse_if([*_paper_reasons(held, paper), *_reasons(held, elector, paper)])
    holder = known_person(held.vote.unit_id, paper.holder_name, paper.holder_last_four)
    numbers = live_numbers(held.vote, held.now)
    numbers[str(paper.kind)] = numbers.get(paper.kind, 0) + 1
    salt = new_salt()
    index = Pen(held).append("authority", {
        "authority": str(paper.kind),
        "every_vote": paper.every_vote,
        "numbers": dict(sorted(numbers.items())),
        "commitment": commit(salt, canonical(content_of(elector, paper, picture.sha256))).hex(),
    })  # fmt: skip
    authority = Authority(
        unit_id=held.vote.unit_id, vote_id=None if paper.every_vote else vote_id, owner_id=elector.owner_id, kind=str(paper.kind),
        holder_name=paper.holder_name, holder_last_four=paper.holder_last_four, holder_id=holder,
        from_at=paper.from_at, until_at=paper.until_at, document=picture.sha256, media_type=picture.media_type,
        recorded_at=held.now, recorded_by_id=by_id, salt=salt, log_index=index,
    )  # fmt: skip
    db.session.add(authority)
    db.session.flush()
    return authority


def content_of(elector: Elector, paper: Paper, document: str) -> dict[str, Any]:
    """What the authority's commitment in the record opens to."""
    return {
        "vote": elector.vote_id,
        "elector": elector.number,
        "authority": str(paper.kind),
        "every_vote": paper.every_vote,
        "holder": paper.holder_name,
        "holder_last_four": paper.holder_last_four,
        "from": paper.from_at.isoformat(timespec="seconds"),
        "until": paper.until_at.isoformat(timespec="seconds") if paper.until_at else None,
        "document": document,
    }


def known_person(unit_id: int, name: str, last_four: str) -> int | None:
    """The person with a phone here who has this name and last four: an owner or somebody who lives here; else None."""
    wanted = same_person_key(name, last_four)
    owners = select(Titleholder.name, Titleholder.person_id).where(
        Titleholder.unit_id == unit_id, Titleholder.id_last_four == wanted[1], Titleholder.person_id.is_not(None)
    )
    living_here = (
        select(HouseholdMember.name, HouseholdMember.person_id)
        .join(Home, Home.id == HouseholdMember.home_id)
        .where(
            Home.unit_id == unit_id, HouseholdMember.id_last_four == wanted[1],
            HouseholdMember.until.is_(None), HouseholdMember.person_id.is_not(None),
        )
    )  # fmt: skip
    found = {
        person_id
        for query in (owners, living_here)
        for known_name, person_id in db.session.execute(query)
        if same_person_key(known_name, last_four) == wanted
    }
    # Two people who cannot be told apart: neither may act on a phone for somebody who may have meant the other.
    return found.pop() if len(found) == 1 else None


def proxies_held(vote_id: int, name: str, last_four: str) -> list[Authority]:
    """The proxies of the vote that this holder has and nobody has taken back: guardians do not count."""
    wanted = same_person_key(name, last_four)
    live = unrevoked(vote_id, Authority.kind == str(Behalf.PROXY), Authority.vote_id == vote_id)
    return [a for a in live if same_person_key(a.holder_name, a.holder_last_four) == wanted]


def _tidy(paper: Paper) -> Paper:
    return Paper(
        paper.kind, " ".join(paper.holder_name.split())[: LONGEST_NAME + 1], paper.holder_last_four.strip().upper(),
        paper.from_at.astimezone(UTC), None if paper.kind is Behalf.PROXY else paper.until_at, paper.every_vote and paper.kind is not Behalf.PROXY,
    )  # fmt: skip


def _paper_reasons(held: Held, paper: Paper) -> list[Reason]:
    """What cannot stand on any such paper."""
    reasons = []
    if not paper.holder_name or len(paper.holder_name) > LONGEST_NAME:
        reasons.append(Reason("holder_name", say("The holder's name is missing or too long."), say("Write the name as it stands on the identity card."), "holder_name"))
    if not _LAST_FOUR.fullmatch(paper.holder_last_four):
        reasons.append(Reason("holder_last_four", say("These are not the last four characters of an identity number."), say("Four digits; the last may be an X."), "holder_last_four"))
    if paper.from_at > held.now:
        reasons.append(Reason("from_future", say("The paper cannot have been handed over in the future."), say("Enter when it was handed over."), "from_at"))
    if paper.kind is not Behalf.PROXY:
        if paper.until_at is None:
            reasons.append(Reason("until_missing", say("It is not said until when it holds."), say("Enter the last day that the paper names."), "until_at"))
        elif paper.until_at <= held.now or paper.until_at <= paper.from_at:
            reasons.append(Reason("until_past", say("It would have ended already."), say("Enter the last day that the paper names."), "until_at"))
    return reasons


def _reasons(held: Held, elector: Elector, paper: Paper) -> list[Reason]:
    """What stands between this owner, this holder and this vote."""
    vote, reasons = held.vote, []
    wanted = same_person_key(paper.holder_name, paper.holder_last_four)
    for owner in members(elector):
        # An owner whose number the roll does not know is taken for a namesake's equal: better asked once too often.
        if same_person_key(owner.name, owner.id_last_four or paper.holder_last_four) == wanted:
            reasons.append(Reason("for_oneself", say("The holder is an owner of this home: nobody needs an authority for oneself."), say("Owners of one home name their voter on the roll."), "holder_name"))
    if vote.secret:
        reasons.append(Reason("secret", say("In a secret election nobody can vote for another through this site: the owner could not be told what was cast."), say("The owner, or the co-owner who is named to vote, votes on a phone; a phone may be borrowed.")))
    if paper.kind is Behalf.PROXY:
        reasons += _proxy_reasons(vote, elector, paper)
    else:
        known = unrevoked(vote.id, Authority.owner_id == elector.owner_id, Authority.kind == str(paper.kind))
        if any(same_person_key(a.holder_name, a.holder_last_four) == wanted and (a.until_at or held.now) > held.now for a in known):
            reasons.append(Reason("recorded_before", say("This authority is on record already."), say("Take back the earlier one first if the paper has changed."), "holder_name"))
    if standing_ballot(vote.id, elector.id) is not None and not paper_of(vote).may_change and not paper.every_vote:
        reasons.append(Reason("ballot_stands", say("A ballot of this owner stands already, and this rule allows no change."), say("Nothing can be cast with a new authority in this vote.")))
    return reasons


def _proxy_reasons(vote: Vote, elector: Elector, paper: Paper) -> list[Reason]:
    if vote.proxy_limit == 0:
        return [Reason("no_proxies", say("This vote allows no proxies."), say("The notice says so. Guardians and companies' representatives can be recorded."), "kind")]
    reasons = []
    if len(proxies_held(vote.id, paper.holder_name, paper.holder_last_four)) >= vote.proxy_limit:
        reasons.append(Reason(
            "proxy_limit",
            say("This person already holds the proxies of %(limit)s owners, as many as the notice allows.", limit=vote.proxy_limit),
            say("The owner can choose another proxy, vote on paper, or be visited at the door."), "holder_name",
        ))  # fmt: skip
    if unrevoked(vote.id, Authority.owner_id == elector.owner_id, Authority.kind == str(Behalf.PROXY), Authority.vote_id == vote.id):
        reasons.append(Reason("second_proxy", say("This owner has a proxy for this vote already."), say("Record that the earlier one is taken back; then this one can be recorded.")))
    return reasons

