"""Every route says who may use it; a test lists them all.

`@access(PUBLIC)` and its siblings are the outer door: what kind of visitor may
knock.  Whether this visitor may see this very vote or home is decided behind it by
the domain's `access.py`.  Whoever may not see a thing is told that there is no such
thing (404), so that nothing can be learned by trying.

The same wrapper is the unit of work: one transaction per request, read-only for GET,
committed when the view returns and rolled back when it raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import abort, g, make_response, redirect, request, url_for
from flask_login import current_user

from participation.accounts.models import Role
from participation.database import transaction

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Door:
    """Who may knock: `kind` is public, signed-in, device, staff; `roles` narrows staff to those roles."""

    kind: str
    roles: frozenset[Role] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(sorted(self.roles))})" if self.roles else self.kind


PUBLIC = Door("public")
SIGNED_IN = Door("signed-in")
DEVICE = Door("device")  # a resident's or owner's phone
STAFF = Door("staff")


def staff(*roles: Role) -> Door:
    """Staff who hold one of `roles` somewhere; the view still checks the neighbourhood."""
    return Door("staff", frozenset(roles))


def access(door: Door) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the route's access and run the view in one transaction. Goes directly beneath the route decorator."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            visitor = current_user if current_user.is_authenticated else None
            write = request.method not in SAFE_METHODS
            with transaction(write=write, fresh=write):
                refused = _refuse(door, visitor)
                if refused is not None:
                    return refused
                return make_response(view(*args, **kwargs))

        guarded.access = door  # type: ignore[attr-defined]
        return guarded

    return decorate


def _refuse(door: Door, visitor: Any) -> Any:
    if door.kind == "public":
        return None
    if visitor is None:
        # A page one would see after signing in: show the way. Anything else does not exist.
        if request.method == "GET":
            return redirect(url_for("accounts.welcome", next=request.full_path.rstrip("?")))
        abort(404)
    if door.kind == "device" and visitor.is_staff:
        abort(404)
    if door.kind == "staff" and not visitor.is_staff:
        abort(404)
    if door.roles and not any(visitor.has_role_anywhere(role) for role in door.roles):
        abort(404)
    g.visitor = visitor
    return None


def unit_or_404(visitor: Any, unit_id: int, *roles: Role) -> None:
    """404 unless the visitor holds one of `roles` in this neighbourhood now."""
    if visitor is None or not any(visitor.has_role(role, unit_id) for role in roles):
        abort(404)
