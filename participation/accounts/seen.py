"""Remembering when a sign-in was last used: rarely, and in a transaction of its own."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from flask import request
from flask_login import current_user
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from participation.accounts.models import SignIn
from participation.accounts.visitor import clock_now
from participation.database import db, transaction

# Staff lapse after two idle hours, so five minutes are exact enough; a resident's phone only shows the day.
EVERY = {"staff": timedelta(minutes=5), "device": timedelta(hours=12)}


def touch() -> None:
    """Before each request: note the use of this sign-in if the last note is old. A busy database loses nothing."""
    if request.endpoint in (None, "assets.serve", "public.healthz") or not current_user.is_authenticated:
        return
    now = clock_now()
    if now - current_user.last_seen_at < EVERY[current_user.kind]:
        return
    with suppress(OperationalError), transaction():
        db.session.execute(update(SignIn).where(SignIn.id == current_user.sign_in_id).values(last_seen_at=now))
