"""Founding a neighbourhood from a form: every answer is looked at before anything is made."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.models import Area, Unit
from participation.roll.services import found_unit

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def found_place(area_name: str, name: str, slug: str, time_zone: str, at: datetime) -> Unit:
    """A new neighbourhood with its empty record; the area is made unless one has this name. Raises Refusal."""
    reasons = _reasons(area_name, name, slug, time_zone)
    if reasons:
        raise Refusal(*reasons)
    area = db.session.scalars(select(Area).where(Area.name == area_name).order_by(Area.id)).first()
    if area is None:
        number = (db.session.scalar(select(func.max(Area.id))) or 0) + 1
        area = Area(slug=f"area-{number}", name=area_name)
        db.session.add(area)
        db.session.flush()
    return found_unit(slug, name, area, at, time_zone=time_zone)


def _reasons(area_name: str, name: str, slug: str, time_zone: str) -> list[Reason]:
    reasons = []
    if not name:
        reasons.append(Reason("name-missing", say("The neighbourhood needs a name."), field="name"))
    if not area_name:
        reasons.append(
            Reason(
                "area-missing",
                say("The area needs a name."),
                say("The larger territory around the neighbourhood; the same name may serve several."),
                field="area",
            )
        )
    if not _SLUG.fullmatch(slug):
        reasons.append(
            Reason(
                "slug-form",
                say("The short name in addresses has letters a-z, digits and hyphens only."),
                say("For example lane-12."),
                field="slug",
            )
        )
    elif db.session.scalar(select(Unit.id).where(Unit.slug == slug)) is not None:
        reasons.append(
            Reason("slug-taken", say("Another neighbourhood has this short name."), say("Choose another one."), field="slug")
        )
    if not _is_zone(time_zone):
        reasons.append(
            Reason(
                "zone-unknown",
                say("There is no such time zone."),
                say("Write it as Asia/Shanghai or Asia/Seoul."),
                field="time_zone",
            )
        )
    return reasons


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
