"""Which neighbourhood, which vote, and may this visitor: asked at the head of every view of the desk.

What one may not see does not exist: a vote of another neighbourhood, a draft seen by a planner, all are 404.
"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, g

from participation.accounts.models import Role
from participation.accounts.visitor import Visitor
from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.models import Unit
from participation.roll.queries import unit_by_slug
from participation.votes.models import Vote
from participation.votes.queries import vote_for_staff
from participation.votes.retention import ENDED_STEPS, erased_at
from participation.web.access import unit_or_404

READERS = (Role.SUPPORT, Role.OBSERVER, Role.PLANNER)
WATCHERS = (Role.SUPPORT, Role.OBSERVER)
LARGEST_ID = 2**53  # larger numbers in an address name nothing, and some databases cannot even compare them


def clock() -> Clock:
    found: Clock = current_app.extensions["clock"]
    return found


def me() -> Visitor:
    visitor: Visitor = g.visitor
    return visitor


def find_unit(slug: str, *roles: Role) -> Unit:
    """The neighbourhood in which the visitor holds one of `roles`; sets `g.unit` and what the templates may show."""
    unit = unit_by_slug(slug)
    if unit is None:
        abort(404)
    unit_or_404(me(), unit.id, *roles)
    g.unit = unit
    g.may_write = me().has_role(Role.SUPPORT, unit.id)
    g.may_watch = any(me().has_role(role, unit.id) for role in WATCHERS)
    return unit


def find_vote(slug: str, vote_id: int, *roles: Role) -> Vote:
    """A vote of that neighbourhood; drafts exist for the support centre only."""
    unit = find_unit(slug, *roles)
    vote = vote_for_staff(vote_id) if vote_id <= LARGEST_ID else None
    if vote is None or vote.unit_id != unit.id or (vote.step == "draft" and not g.may_write):
        abort(404)
    return vote


def find_announced(slug: str, vote_id: int, *roles: Role) -> Vote:
    """An announced vote with all that was said and done in it. Raises Refusal where that has been erased."""
    vote = find_vote(slug, vote_id, *roles)
    if vote.step == "draft":
        abort(404)
    gone = erased_at(vote.id) if vote.step in ENDED_STEPS else None
    if gone is not None:
        raise Refusal(Reason(
            "erased",
            say("The contents of this vote were erased on %(day)s (UTC), when the retention time was over.", day=gone.date().isoformat()),
            say("The result and the public record stay; this page has nothing left to show."),
        ))  # fmt: skip
    return vote


def find_draft(slug: str, vote_id: int) -> Vote:
    """A draft; a vote that has been announced meanwhile has no such page any more."""
    vote = find_vote(slug, vote_id, Role.SUPPORT)
    if vote.step != "draft":
        abort(404)
    return vote


def undo(refusal: Refusal) -> tuple[Reason, ...]:
    """Take back what the refused verb may have begun, so that showing the form again commits nothing."""
    db.session.rollback()
    return refusal.reasons


def errors_by_field(reasons: tuple[Reason, ...]) -> dict[str, list[Any]]:
    """The messages that belong to each field, for the macros of components/forms.html."""
    found: dict[str, list[Any]] = {}
    for reason in reasons:
        if reason.field:
            found.setdefault(reason.field, []).append(reason.message)
    return found
