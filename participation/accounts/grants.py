"""Giving and ending roles. A grant holds in one neighbourhood, from an instant to an instant; ending it works at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from participation.accounts.models import Grant, Person, Role
from participation.accounts.services import note
from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say


def give_role(
    person: Person, role: Role, unit_id: int | None, *, at: datetime, by_id: int | None, ends_at: datetime | None = None
) -> Grant:
    """Let this person act as `role` from now on. Raises Refusal when they do already, or when the end has passed."""
    if ends_at is not None and ends_at <= at:
        raise Refusal(
            Reason("end-passed", say("The last day lies in the past."), say("Choose today or later."), field="until")
        )
    held = db.session.scalar(
        select(Grant.id).where(
            Grant.person_id == person.id,
            Grant.role == role.value,
            Grant.unit_id.is_(None) if unit_id is None else Grant.unit_id == unit_id,
            or_(Grant.ends_at.is_(None), Grant.ends_at > at),
        )
    )
    if held is not None:
        raise Refusal(
            Reason(
                "role-held",
                say("%(name)s has this role here already.", name=person.name),
                say("End the present one first if the last day should change."),
                field="role",
            )
        )
    grant = Grant(
        person_id=person.id, role=role.value, unit_id=unit_id, begins_at=at, ends_at=ends_at, granted_by_id=by_id
    )
    db.session.add(grant)
    db.session.flush()
    note(f"granted-{role.value}", at, person_id=person.id, by_id=by_id, detail=f"grant {grant.id}, unit {unit_id}")
    return grant


def end_grant(grant: Grant, at: datetime, *, by_id: int | None) -> bool:
    """End a grant at this instant; the person's next request is refused. False if it had ended before."""
    if grant.ends_at is not None and grant.ends_at <= at:
        return False
    # Never before its beginning: a grant given by mistake for later simply holds for no time at all.
    grant.ends_at = max(at, grant.begins_at)
    note(f"ended-{grant.role}", at, person_id=grant.person_id, by_id=by_id, detail=f"grant {grant.id}, unit {grant.unit_id}")
    db.session.flush()
    return True
