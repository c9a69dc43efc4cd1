"""Taking an authority back: until a ballot was cast with it. What was cast before stays cast."""

from __future__ import annotations

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.behalf import Behalf
from participation.votes.behalf_models import Authority, AuthorityRevocation
from participation.votes.behalf_queries import is_used, revocation_of
from participation.votes.electors import electors_of
from participation.votes.paper import paper_of
from participation.votes.phases import Phase
from participation.votes.services.boxing import Pen
from participation.votes.services.steps import hold, require

LONGEST_REASON = 500


def revoke_as_owner(vote_id: int, authority_id: int, person_id: int, clock: Clock) -> AuthorityRevocation:
    """An owner takes back, on their own phone, what they have given. A guardianship is not theirs to end."""
    authority = _found(vote_id, authority_id)
    if authority.owner_id not in {elector.owner_id for elector in electors_of(person_id, vote_id)}:
        raise Refusal(no_such_authority())
    if authority.kind == Behalf.GUARDIAN:
        raise Refusal(guardianship())
    return _revoke(vote_id, authority, person_id, "", "owner", clock)


def revoke_at_desk(vote_id: int, authority_id: int, by_id: int, reason: str, clock: Clock) -> AuthorityRevocation:
    """The support centre records that an authority was taken back or has ended: `reason` says on which paper."""
    authority = _found(vote_id, authority_id)
    if not reason.strip():
        raise Refusal(Reason("reason_missing", say("It is not said why it ends."), say("Say who took it back, and on which paper."), "reason"))
    return _revoke(vote_id, authority, by_id, reason.strip()[:LONGEST_REASON], "support", clock)


def _found(vote_id: int, authority_id: int) -> Authority:
    authority = db.session.get(Authority, authority_id)
    if authority is None or authority.vote_id not in (None, vote_id):
        raise Refusal(no_such_authority())
    return authority


def _revoke(vote_id: int, authority: Authority, by_id: int, reason: str, side: str, clock: Clock) -> AuthorityRevocation:
    held = hold(vote_id, clock)
    if authority.unit_id != held.vote.unit_id:
        raise Refusal(no_such_authority())
    earlier = revocation_of(authority.id)
    if earlier is not None:
        return earlier  # a double tap: it is taken back already
    if authority.vote_id is not None:
        require(held, Phase.NOTICE, Phase.OPEN)
        if is_used(authority.id, vote_id) and not paper_of(held.vote).may_change:
            raise Refusal(already_used())
    index = Pen(held).append("authority-revoked", {"authority_entry": authority.log_index, "authority": authority.kind, "by": side})
    revocation = AuthorityRevocation(authority_id=authority.id, at=held.now, by_id=by_id, reason=reason, log_index=index)
    db.session.add(revocation)
    db.session.flush()
    return revocation


def no_such_authority() -> Reason:
    return Reason("no_authority", say("There is no such authority."), say("The page of the vote lists those that hold."))


def guardianship() -> Reason:
    return Reason(
        "guardianship",
        say("A guardianship cannot be taken back on a phone."),
        say("Bring the decision that ends it to the support centre."),
    )


def already_used() -> Reason:
    return Reason(
        "authority_used",
        say("A ballot has been cast with this authority, and this rule allows no change: it stands."),
        say("If the owner did not want this, the owner can object, on the phone or at the support centre; the answer is on record."),
    )
