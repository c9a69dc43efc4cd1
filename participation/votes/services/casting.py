"""Casting a ballot: one owner, one head, one ballot, whatever the phone or the network does.

Two requests at once, a double tap, a retry after a lost answer: all get the same ballot
and the same receipt.  Whether the vote is still open is decided here, inside the
transaction, after the record's head has been locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from participation.database import db, fetch
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical, commit, new_salt
from participation.record.services import append
from participation.roll.queries import owners_of_person
from participation.votes.behalf import cast_for_you
from participation.votes.behalf_queries import Held as HeldAuthority
from participation.votes.behalf_queries import cast_for
from participation.votes.electors import Weight, members
from participation.votes.models import Ballot, CoOwnerStatement, Elector, RollCorrection
from participation.votes.paper import paper_of
from participation.votes.phases import Phase
from participation.votes.services.acting import authority_of, require_owner_silent
from participation.votes.services.boxing import Origin, box_is_secret, put_in_box
from participation.votes.services.steps import hold, hold_for_casting, require
from participation.votes.sheet_queries import unread_sheet
from participation.votes.standing import Channel
from participation.votes.statements import standing_statement, statements_made

# What every cast asks and writes, made once. An elector comes with the sum of the corrections to it.
_OF_ELECTOR = RollCorrection.elector_id == Elector.id
_ELECTOR_OF_VOTE = select(
    Elector.id, Elector.number, Elector.owner_id, Elector.voter_id, Elector.heads, Elector.area,
    select(func.coalesce(func.sum(RollCorrection.heads_delta), 0)).where(_OF_ELECTOR).scalar_subquery().label("heads_delta"),
    select(func.coalesce(func.sum(RollCorrection.area_delta), 0)).where(_OF_ELECTOR).scalar_subquery().label("area_delta"),
    unread_sheet(Elector.id).label("sheet_received_at"),
).where(Elector.id == bindparam("elector"), Elector.vote_id == bindparam("vote"))  # fmt: skip
_ELECTOR = _ELECTOR_OF_VOTE.where(Elector.owner_id.in_(owners_of_person(bindparam("person"))))
_BALLOTS = (
    select(Ballot)
    .where(Ballot.vote_id == bindparam("vote"), Ballot.elector_id == bindparam("elector"))
    .order_by(Ballot.turn)
)
_HAS_CAST = select(Ballot.id).where(Ballot.vote_id == bindparam("vote"), Ballot.elector_id == bindparam("elector")).limit(1)


class Cast(NamedTuple):
    """The ballot that stands for this request, and whether this request made it."""

    ballot: Ballot
    is_new: bool


def cast(
    vote_id: int, elector_id: int, person_id: int, choices: Mapping[str, Any], idempotency_key: str, clock: Clock,
    *, channel: Channel = Channel.PHONE,
) -> Cast:  # fmt: skip
    """Cast a ballot for an elector, or return the one that this very request already made.

    The elector is a head of this person, or of an owner for whom they hold a written authority.  Raises Refusal with
    the reason and the remedy: not open, not on the roll, another co-owner is named or has voted, already voted and the
    rule allows no change, the owner has voted, the authority has been taken back.
    """
    held = hold_for_casting(vote_id, clock)
    if held.vote.secret:
        raise Refusal(box_is_secret())
    # Every way in ends here: a person acts for their own head, or under an authority, whatever the request says.
    authority = None
    elector = fetch(_ELECTOR, {"elector": elector_id, "vote": vote_id, "person": person_id}).one_or_none()
    if elector is None:
        authority = authority_of(held, elector_id, person_id)
        if authority is None:
            raise Refusal(not_an_elector())
        elector = fetch(_ELECTOR_OF_VOTE, {"elector": elector_id, "vote": vote_id}).one()
    before = {"elector": elector_id, "vote": vote_id}
    ballots = db.session.scalars(_BALLOTS, before).all() if fetch(_HAS_CAST, before).first() else ()
    for ballot in ballots:
        if ballot.idempotency_key == idempotency_key:
            return Cast(ballot, False)
    require(held, Phase.OPEN)
    standing = ballots[-1] if ballots else None
    wanted = checked_choices(held.vote, choices)
    if authority is None and elector.sheet_received_at is not None and not paper_of(held.vote).may_change:
        raise Refusal(sheet_is_in())
    if authority is not None:
        require_owner_silent(authority, standing, elector.sheet_received_at, paper_of(held.vote).may_change)
    if standing is not None:
        repeated = _again(held.vote, standing, person_id, wanted, authority)
        if repeated is not None:
            return repeated
    if authority is None:
        _named_voter_only(elector, person_id)
    weight = Weight(elector.heads + int(elector.heads_delta), elector.area + int(elector.area_delta))
    if weight.heads < 1:
        raise Refusal(removed_from_roll())
    origin = Origin(channel, held.now, cast_by_id=person_id, authority_id=authority.authority_id if authority else None)
    boxed = put_in_box(held, elector, weight, standing, wanted, idempotency_key, origin)
    assert boxed.ballot is not None  # nothing was received after this instant
    return Cast(boxed.ballot, True)


def _again(
    vote: Any, standing: Ballot, person_id: int, wanted: dict[str, Any], authority: HeldAuthority | None
) -> Cast | None:
    """The answer to a second cast, or None where the rule lets the voter change the ballot."""
    if standing.cast_by_id == person_id and standing.choices == wanted:
        return Cast(standing, False)
    own = standing.cast_by_id in (None, person_id) or standing.authority_id is not None or authority is not None
    if not own:
        raise Refusal(co_owner_has_cast())
    if paper_of(vote).may_change:
        return None
    if standing.authority_id is not None and authority is None:
        for_me = cast_for(standing.authority_id, standing.received_at, standing.channel)
        raise Refusal(cast_for_you(for_me.holder, for_me.at))
    raise Refusal(already_cast())


def _named_voter_only(elector: Any, person_id: int) -> None:
    """Owners of one home name one voter (Assembly rules 22, 25-27): then only that one casts."""
    if elector.voter_id is None:
        return
    named = next((holder for holder in members(elector) if holder.id == elector.voter_id), None)
    if named is not None and named.person_id != person_id:
        raise Refusal(another_is_named(named.name))


def checked_choices(vote: Any, choices: Mapping[str, Any]) -> dict[str, Any]:
    """The choices in their one form: question id -> choice, or sorted candidate ids. Every question needs one."""
    wanted: dict[str, Any] = {}
    reasons = []
    for question in paper_of(vote).questions:
        given, field = choices.get(str(question.id)), question.field
        if question.is_election:
            known = {candidate.id for candidate in question.candidates}
            approved = sorted(set(given or []))
            if given is None or not set(approved) <= known:
                reasons.append(Reason("choice.missing", say("Choose candidates, or choose none."), say("Tick the candidates you approve of."), field))
            elif len(approved) > question.seats:
                reasons.append(Reason(
                    "choice.too_many",
                    say("You ticked %(ticked)s candidates; at most %(seats)s can be chosen.", ticked=len(approved), seats=question.seats),
                    say("Take away a tick."), field,
                ))  # fmt: skip
            wanted[str(question.id)] = approved
        elif given in question.choices:
            wanted[str(question.id)] = given
        else:
            reasons.append(Reason("choice.missing", say("One question has no answer yet."), say("Choose one of the answers; abstaining is an answer too."), field))
    if reasons:
        raise Refusal(*reasons)
    return wanted


def state_as_co_owner(
    vote_id: int, elector_id: int, person_id: int, choices: Mapping[str, Any], clock: Clock
) -> CoOwnerStatement:
    """Another co-owner says what they would have chosen. Differing choices are a contradiction.

    What a contradiction does is the rule's business (China: unresolved, the home does not
    take part in that question; both co-owners and the support centre are told).
    """
    held = hold(vote_id, clock)
    require(held, Phase.OPEN)
    elector = db.session.get(Elector, elector_id)
    if elector is None or elector.vote_id != vote_id:
        raise Refusal(not_an_elector())
    holders = members(elector)
    if person_id not in {holder.person_id for holder in holders}:
        raise Refusal(not_an_elector())
    if len(holders) == 1:
        raise Refusal(nothing_to_contradict())  # a sole owner's ballot on paper is the owner's own, whoever keyed it in
    if elector.voter_id is not None:
        _named_voter_only(elector, person_id)
    standing = standing_ballot(vote_id, elector_id)
    if standing is None or standing.cast_by_id == person_id:
        raise Refusal(nothing_to_contradict())
    earlier = standing_statement(vote_id, elector_id, person_id)
    if earlier is not None:
        return earlier
    wanted, turn = checked_choices(held.vote, choices), 1 + statements_made(vote_id, elector_id, person_id)
    salt = new_salt()
    content = {"vote": vote_id, "elector": elector.number, "choices": wanted, "at": held.now.isoformat(timespec="microseconds")}
    index = append(held.log, "co-owner-statement", {"vote": vote_id, "commitment": commit(salt, canonical(content)).hex()}, held.now, vote_id)
    statement = CoOwnerStatement(
        vote_id=vote_id, elector_id=elector_id, by_id=person_id, turn=turn, choices=wanted, at=held.now, salt=salt, log_index=index
    )
    db.session.add(statement)
    db.session.flush()
    return statement


def standing_ballot(vote_id: int, elector_id: int) -> Ballot | None:
    """The ballot that counts now: the last one."""
    return db.session.scalars(
        select(Ballot).where(Ballot.vote_id == vote_id, Ballot.elector_id == elector_id).order_by(Ballot.turn.desc()).limit(1)
    ).one_or_none()


def not_an_elector() -> Reason:
    return Reason(
        "not_an_elector",
        say("You are not registered as an owner of a home in this vote."),
        say("Owners decide by vote; every household, tenants too, is asked in consultations. If you are an owner, ask the support centre to check the roll."),
    )


def removed_from_roll() -> Reason:
    return Reason("removed", say("A public correction has taken this home off the voting roll."), say("The correction and its reason stand on the vote's page. Ask the support centre if you disagree."))


def already_cast() -> Reason:
    return Reason("already_cast", say("You have already voted, and this rule allows no change."), say("Your receipt shows the ballot that counts."))


def already_cast_for(name: str) -> Reason:
    return Reason("already_cast", say("You have voted for %(name)s, and this rule allows no change.", name=name), say("The receipt shows the ballot that counts."))


def sheet_is_in() -> Reason:
    return Reason(
        "sheet_is_in",
        say("Your paper ballot has been received. Two persons are reading it."),
        say("Wait until it has been read: it then shows here. If you have handed in no sheet, tell the support centre at once."),
    )


def co_owner_has_cast() -> Reason:
    return Reason("co_owner_has_cast", say("Another owner of this home has already voted. A home votes once."), say("If you disagree, you can say so on the vote's page while the vote is open."))


def another_is_named(name: str) -> Reason:
    return Reason("another_is_named", say("The owners of this home have named %(name)s to vote.", name=name), say("Ask the support centre to change the named voter before the roll is frozen."))


def nothing_to_contradict() -> Reason:
    return Reason("nothing_to_contradict", say("No other owner of this home has voted."), say("Cast your own ballot."))
