"""Passkeys as the second step (WebAuthn), checked by the webauthn library.

The origin and the relying party follow from PUBLIC_URL.  Browsers refuse passkeys on a
bare IP address, so there the choice is not offered.
"""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import current_app, session
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import InvalidJSONStructure, WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from participation.accounts.models import Passkey, Person
from participation.accounts.queries import passkeys_of
from participation.database import db

CHALLENGE_LASTS = timedelta(minutes=5)
LONGEST_ANSWER = 20_000  # characters of JSON


def offered() -> bool:
    """Whether browsers will make passkeys for this site's address."""
    try:
        ipaddress.ip_address(_party())
    except ValueError:
        return True
    return False


def _party() -> str:
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or ""


def _origin() -> str:
    parts = urlsplit(current_app.config["PUBLIC_URL"])
    return f"{parts.scheme}://{parts.netloc}"


def registration_options(person: Person, at: datetime) -> str:
    """JSON for `navigator.credentials.create`; its challenge stays in this browser's signed cookie."""
    options = webauthn.generate_registration_options(
        rp_id=_party(),
        rp_name=_party(),
        user_id=person.id.to_bytes(8),
        user_name=person.login or person.name,
        user_display_name=person.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(person.id),
    )
    _keep_challenge(options.challenge, at)
    return options_to_json(options)


def register(person_id: int, answer: str, label: str, at: datetime) -> bool:
    """Store the passkey that answered the challenge. False if the answer is not one."""
    challenge = _take_challenge(at)
    if challenge is None or len(answer) > LONGEST_ANSWER:
        return False
    try:
        proven = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=_party(), expected_origin=_origin()
        )
    except (WebAuthnException, InvalidJSONStructure, ValueError, KeyError, TypeError):
        return False
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == proven.credential_id)) is not None:
        return False
    db.session.add(
        Passkey(
            person_id=person_id,
            credential_id=proven.credential_id,
            public_key=proven.credential_public_key,
            sign_count=proven.sign_count,
            label=label,
            added_at=at,
        )
    )
    db.session.flush()
    return True


def authentication_options(person_id: int, at: datetime) -> str:
    """JSON for `navigator.credentials.get`."""
    options = webauthn.generate_authentication_options(
        rp_id=_party(),
        allow_credentials=_descriptors(person_id),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    _keep_challenge(options.challenge, at)
    return options_to_json(options)


def check(person_id: int, answer: str, at: datetime) -> bool:
    """Whether `answer` is this person's passkey answering the challenge of this browser."""
    challenge = _take_challenge(at)
    if challenge is None or len(answer) > LONGEST_ANSWER:
        return False
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
        key = next((k for k in passkeys_of(person_id) if k.credential_id == credential.raw_id), None)
        if key is None:
            return False
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_party(),
            expected_origin=_origin(),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, InvalidJSONStructure, ValueError, KeyError, TypeError):
        return False
    key.sign_count = proven.new_sign_count
    db.session.flush()
    return True


def _descriptors(person_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in passkeys_of(person_id)]


def _keep_challenge(challenge: bytes, at: datetime) -> None:
    session["challenge"] = {"value": bytes_to_base64url(challenge), "at": at.isoformat()}


def _take_challenge(at: datetime) -> bytes | None:
    kept: dict[str, Any] | None = session.pop("challenge", None)
    if not kept or at - datetime.fromisoformat(kept["at"]) > CHALLENGE_LASTS:
        return None
    return base64url_to_bytes(kept["value"])
