"""May this phone cast now? And who may give or end a role?"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, redirect, request, url_for

from participation.accounts.models import Grant, Role
from participation.accounts.visitor import Visitor, clock_now
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say

# Only the operator appoints a support centre; the support centre appoints everybody else for its neighbourhood.
SUPPORT_MAY_GRANT = (Role.PLANNER, Role.OBSERVER, Role.CHAIR, Role.SECRETARY, Role.MEMBER)


def casting_refusal(visitor: Visitor) -> Refusal | None:
    """Why this visitor's device may not cast at this instant; None when it may."""
    if visitor.casting_unlocked(clock_now()):
        return None
    return Refusal(
        Reason(
            "locked",
            say("Casting is locked on this phone."),
            say("Enter your PIN; it opens casting for ten minutes."),
        )
    )


def require_unlocked(visitor: Visitor, next_path: str | None = None) -> Response | None:
    """The way to the PIN page when casting is locked, else None. Afterwards the visitor returns to `next_path`."""
    if casting_refusal(visitor) is None:
        return None
    here = next_path or (request.full_path.rstrip("?") if request.method == "GET" else url_for("public.home"))
    return redirect(url_for("accounts.unlock", next=here), 303)  # type: ignore[return-value]


def roles_grantable(visitor: Visitor, unit_id: int) -> tuple[Role, ...]:
    """The roles this visitor may give or end in a neighbourhood; none: the page does not exist for them."""
    if visitor.has_role_anywhere(Role.OPERATOR):
        return (Role.SUPPORT, *SUPPORT_MAY_GRANT)
    if visitor.has_role(Role.SUPPORT, unit_id):
        return SUPPORT_MAY_GRANT
    return ()


def may_renew_way_in(visitor: Visitor, person_id: int, grants: Sequence[Grant]) -> bool:
    """Whether this visitor may make a new sign-in link for a staff member who holds (or will hold) `grants`.

    The link replaces passphrase and second step, so it must never reach further than its
    maker does: a support centre renews only people whose every role is one it may give.
    """
    if person_id == visitor.person_id:
        return False
    if visitor.has_role_anywhere(Role.OPERATOR):
        return True
    return bool(grants) and all(
        grant.unit_id is not None and Role(grant.role) in roles_grantable(visitor, grant.unit_id) for grant in grants
    )
