"""One sign-in link per role, for trying the site. They exist only on a trial installation with the demonstration loaded.

A link's code is derived from the site's secret, so that the same links can be printed again
and none is stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from participation.accounts.models import Person
from participation.database import db
from participation.demo.people import RESIDENTS, STAFF, handle

PIN = "2580"  # printed beside the residents' links: casting asks for it


class Link(NamedTuple):
    role: str
    name: str
    url: str
    kind: str  # staff | device
    pin: str | None


def code(role: str) -> str:
    """128 bits of HMAC-SHA-256 over the role under the site's secret."""
    digest = hmac.new(current_app.config["SECRET_KEY"].encode(), f"demo-link:{role}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()


def links() -> list[Link]:
    """The links of the demonstration's people, staff first; empty on a production site or without demonstration."""
    if current_app.config["MODE"] != "trial":
        return []
    found = dict(db.session.execute(select(Person.login, Person.name).where(Person.login.like("demo:%"))).all())
    base = current_app.config["PUBLIC_URL"]
    roles = [(role, "staff") for role in STAFF] + [(role, "device") for role in RESIDENTS]
    return [
        Link(role, found[handle(role)], f"{base}/demo/{code(role)}", kind, PIN if kind == "device" else None)
        for role, kind in roles
        if handle(role) in found
    ]


def person_of(given: str) -> tuple[Person, Link] | None:
    """Whose link this is."""
    for link in links():
        if hmac.compare_digest(code(link.role).encode(), given.encode()):
            person = db.session.scalars(select(Person).where(Person.login == handle(link.role))).one()
            return person, link
    return None
