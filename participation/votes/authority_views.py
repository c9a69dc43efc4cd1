"""Taking back, on one's own phone, what one has given away: the right to vote for this owner."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext

from participation.accounts.access import require_unlocked
from participation.database import db
from participation.kernel.refusal import Refusal
from participation.roll.models import Unit
from participation.votes.access import vote_or_404
from participation.votes.behalf_models import Authority
from participation.votes.behalf_queries import is_used, revocation_of
from participation.votes.blueprint import blueprint
from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.paper import paper_of
from participation.votes.services.revoking import revoke_as_owner
from participation.web.access import DEVICE, access


@blueprint.get("/votes/<int:vote_id>/authorities/<int:authority_id>")
@access(DEVICE)
def authority_to_take_back(vote_id: int, authority_id: int) -> Any:
    """Who may vote for me, since when, and the button that ends it."""
    vote, unit = vote_or_404(vote_id)
    authority = _mine_or_404(vote, authority_id)
    return require_unlocked(g.visitor) or _page(vote, unit, authority)


@blueprint.post("/votes/<int:vote_id>/authorities/<int:authority_id>/revocation")
@access(DEVICE)
def take_back_authority(vote_id: int, authority_id: int) -> Any:
    vote, unit = vote_or_404(vote_id)
    authority = _mine_or_404(vote, authority_id)
    locked = require_unlocked(g.visitor, url_for(".authority_to_take_back", vote_id=vote.id, authority_id=authority.id))
    if locked is not None:
        return locked
    try:
        revoke_as_owner(vote.id, authority.id, g.visitor.person_id, current_app.extensions["clock"])
    except Refusal as refusal:
        return _page(vote, unit, authority, refusal), 409
    flash(gettext("Taken back. %(holder)s can no longer vote for you.", holder=authority.holder_name), "success")
    return redirect(url_for(".vote", vote_id=vote.id), 303)


def _mine_or_404(vote: Vote, authority_id: int) -> Authority:
    """An authority for this vote that an owner to whom this visitor belongs has given."""
    authority = db.session.get(Authority, authority_id) if authority_id < 2**53 else None
    owners = {elector.owner_id for elector in electors_of(g.visitor.person_id, vote.id)}
    if authority is None or authority.vote_id not in (None, vote.id) or authority.owner_id not in owners:
        abort(404)
    return authority


def _page(vote: Vote, unit: Unit, authority: Authority, refusal: Refusal | None = None) -> str:
    return render_template(
        "votes/authority.html", vote=vote, unit=unit, authority=authority, revocation=revocation_of(authority.id),
        used=is_used(authority.id, vote.id), may_change=paper_of(vote).may_change,
        reasons=refusal.reasons if refusal else (),
    )  # fmt: skip
