"""One-time codes from an authenticator app (RFC 6238): sealed secret, one use per code."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import update

from participation.accounts.hashing import derived_key
from participation.accounts.models import TotpSecret
from participation.accounts.queries import confirmed_totp
from participation.database import db

STEP = 30  # seconds
SLACK = 1  # steps before and after: phones' clocks differ
NONCE = 12  # bytes


def seal(secret: str, person_id: int) -> bytes:
    """Encrypt under the site's secret, bound to the person: a row copied to somebody else opens nothing."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(derived_key("totp")).encrypt(nonce, secret.encode(), str(person_id).encode())


def unseal(sealed: bytes, person_id: int) -> str:
    """The secret of `seal`. Raises cryptography's InvalidTag after tampering or under another site's secret."""
    return AESGCM(derived_key("totp")).decrypt(sealed[:NONCE], sealed[NONCE:], str(person_id).encode()).decode()


def start(person_id: int) -> None:
    """A new secret, not yet confirmed; an earlier one is gone."""
    row = db.session.get(TotpSecret, person_id) or TotpSecret(person_id=person_id)
    row.sealed, row.confirmed_at, row.last_step = seal(pyotp.random_base32(), person_id), None, 0
    db.session.add(row)
    db.session.flush()


def pending_secret(person_id: int) -> str | None:
    """The secret to be typed or scanned into the app, while it has not been confirmed."""
    row = db.session.get(TotpSecret, person_id)
    return unseal(row.sealed, person_id) if row is not None and row.confirmed_at is None else None


def address(secret: str, login: str, site: str) -> str:
    """The otpauth:// address that authenticator apps scan."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=site)


def confirm(person_id: int, code: str, at: datetime) -> bool:
    """The first code from the app proves that it holds the secret."""
    row = db.session.get(TotpSecret, person_id)
    if row is None or row.confirmed_at is not None:
        return False
    step = _matching_step(unseal(row.sealed, person_id), code, at)
    if step is None:
        return False
    row.confirmed_at, row.last_step = at, step
    db.session.flush()
    return True


def check(person_id: int, code: str, at: datetime) -> bool:
    """Whether `code` is right now and was not used before. Using it up is one conditional UPDATE, so two at once get one."""
    row = confirmed_totp(person_id)
    if row is None:
        return False
    step = _matching_step(unseal(row.sealed, person_id), code, at)
    if step is None:
        return False
    taken = db.session.execute(
        update(TotpSecret).where(TotpSecret.person_id == person_id, TotpSecret.last_step < step).values(last_step=step)
    )
    return taken.rowcount == 1  # type: ignore[attr-defined]


def _matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step whose code this is; all candidates are compared, whichever fits."""
    app, now, found = pyotp.TOTP(secret), int(at.timestamp()) // STEP, None
    for step in range(now - SLACK, now + SLACK + 1):
        if hmac.compare_digest(app.generate_otp(step).encode(), code.encode()):
            found = step
    return found
