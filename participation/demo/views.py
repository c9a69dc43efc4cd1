"""Signing in by a demonstration link: a page that says who one will be, and a button."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for

from participation.accounts.services import establish, hash_pin, sign_in_person
from participation.database import end_transaction
from participation.demo.links import PIN, person_of
from participation.web.access import PUBLIC, access

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.get("/<code>")
@access(PUBLIC)
def link(code: str) -> str:
    found = person_of(code)
    if found is None:
        abort(404)
    person, link_ = found
    return render_template("demo/link.html", person=person, link=link_, code=code)


@blueprint.post("/<code>")
@access(PUBLIC)
def sign_in(code: str) -> Any:
    found = person_of(code)
    if found is None:
        abort(404)
    person, link_ = found
    pin_hash = None
    if link_.kind == "device":
        end_transaction()  # the hash is slow on purpose: nobody should wait for the database meanwhile
        pin_hash = hash_pin(PIN)
    establish(sign_in_person(person.id, link_.kind, pin_hash=pin_hash, unlocked=link_.kind == "device"))
    return redirect("/desk" if link_.kind == "staff" else url_for("public.home"), 303)
