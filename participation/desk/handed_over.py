"""While a device of the staff is in a voter's hands, its sign-in opens the voter's pages and nothing else.

The lock is a row (`StationTicket`), looked at before every request of a staff sign-in: another tab, an address typed
by hand, an older cookie or a lapsed ticket change nothing.  It ends when the member of staff proves who they are.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_login import current_user

from participation.accounts import forms, hashing, queries, throttle, totp
from participation.database import end_transaction, reading
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.services.handing import open_ticket

CODE_LENGTH = 6
# The voter's own pages, the way back, the settings of a reader, and a staff sign-out, which ends the sign-in itself.
OPEN = {
    "desk.station_identity", "desk.proving_at_station", "desk.station_ballot", "desk.reviewing_at_station",
    "desk.station_review", "desk.casting_at_station", "desk.station_slip", "desk.handed_over", "desk.taking_back",
    "assets.serve", "preferences.language", "preferences.text_size", "public.healthz", "accounts.sign_out",
}  # fmt: skip


def keep_in() -> Any:
    """Before each request: everything but `OPEN` leads to the page on which staff take the device back."""
    if request.endpoint is None or request.endpoint in OPEN or not current_user.is_authenticated:
        return None
    if current_user.kind != "staff":
        return None
    with reading():
        ticket = open_ticket(current_user.sign_in_id)
    return None if ticket is None else redirect(url_for("desk.handed_over"), 303)


def prove_staff(person_id: int, typed: str, at: Any) -> Refusal | None:
    """Whether `typed` is this person's passphrase or the code of their app now. Five tries, then growing pauses.

    Ends the caller's transaction before the slow comparison.
    """
    digits = forms.read_digits(typed)
    is_code = len(digits) == CODE_LENGTH and digits.isdecimal()
    subject = f"taking-back:{person_id}"
    counted = throttle.take_try(subject, at, growing=True)
    stored = queries.passphrase_hash(person_id)
    end_transaction()
    if not counted.allowed:
        assert counted.paused_until is not None
        return throttle.pause_refusal(counted.paused_until, at)
    passphrase = forms.read_passphrase(typed[: forms.LONGEST + 1])
    right = totp.check(person_id, digits, at) if is_code else hashing.secret_matches(stored, passphrase)
    if right:
        throttle.forgive(subject)
        return None
    return Refusal(Reason(
        "staff-proof-wrong", say("This is neither your passphrase nor the code that your app shows now."),
        say("Wait for the next code, or type the passphrase with which you sign in."), "proof",
    ))  # fmt: skip
