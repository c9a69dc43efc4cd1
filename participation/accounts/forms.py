"""What may be typed into the accounts' forms, and the words when it may not."""

from __future__ import annotations

import itertools
import re
import unicodedata

from participation.kernel.refusal import Reason
from participation.kernel.sentences import say

SHORTEST, LONGEST = 12, 200
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
# What people choose when told "twelve characters"; compared without digits, case and punctuation.
_COMMON = {
    "password", "passphrase", "passwordpassword", "qwertyuiop", "qwertyuiopasdfgh", "abcdefghijkl", "letmein",
    "iloveyou", "administrator", "adminadmin", "woaini", "woainiwoaini", "mima", "asdfghjkl", "zxcvbnm", "welcome",
}  # fmt: skip

_COMMON_PINS = {
    "1122", "1212", "1314", "2580", "5200", "6688", "8866", "112233", "123123", "121212", "520520", "666888", "147258",
}  # fmt: skip


def plain(text: str, longest: int = 200) -> str:
    """One line of text in its composed form, without surrounding space and without control characters."""
    text = unicodedata.normalize("NFC", text[:longest])
    return "".join(c for c in text if unicodedata.category(c)[0] != "C").strip()


def read_login(text: str) -> str:
    """A sign-in name as it is compared: full-width and capital letters do not matter."""
    return unicodedata.normalize("NFKC", text[:200]).strip().casefold()


def read_passphrase(text: str) -> str:
    """A passphrase as it is hashed: the same whatever keyboard produced it. Never shortened: too long is refused."""
    return unicodedata.normalize("NFKC", text)


def read_digits(text: str) -> str:
    """A PIN or a one-time code without spaces; full-width digits become plain."""
    return "".join(unicodedata.normalize("NFKC", text[:40]).split())


def pin_reasons(pin: str, last_four: str) -> list[Reason]:
    """Why this PIN will not do: four to eight digits that a neighbour would not try first."""
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(pin)}
    if not (4 <= len(pin) <= 8 and pin.isascii() and pin.isdigit()):
        problem = say("A PIN has four to eight digits.")
    elif pin == last_four:
        problem = say("These are the digits of the identity number; other people may know them.")
    elif steps in ({0}, {1}, {-1}):
        problem = say("Digits in a row, or all the same, are easy to guess.")
    elif pin in _COMMON_PINS:
        problem = say("Very many people use this PIN; it is easy to guess.")
    else:
        return []
    return [Reason("pin-weak", problem, say("Choose other digits, and remember them."), field="pin")]


def name_reasons(name: str) -> list[Reason]:
    if name:
        return []
    return [Reason("name-missing", say("A name is missing."), say("Enter the name as colleagues know it."), field="name")]


def login_reasons(login: str) -> list[Reason]:
    if _LOGIN.fullmatch(login):
        return []
    return [
        Reason(
            "login-form",
            say("A sign-in name has 2 to 40 letters a-z, digits, dots or hyphens."),
            say("For example li.na or planner-2."),
            field="login",
        )
    ]


def login_taken() -> Reason:
    return Reason("login-taken", say("Somebody else has this sign-in name."), say("Choose another one."), field="login")


def passphrase_reasons(passphrase: str, *names: str) -> list[Reason]:
    """Why this passphrase will not do. A Chinese or Korean character counts as two."""
    weight = sum(1 if c.isascii() else 2 for c in passphrase)
    low = passphrase.casefold()
    bare = re.sub(r"[\W\d_]+", "", low)
    if weight < SHORTEST:
        problem = say("A passphrase needs at least %(n)s characters.", n=SHORTEST)
    elif len(passphrase) > LONGEST:
        problem = say("A passphrase has at most %(n)s characters.", n=LONGEST)
    elif any(len(n) >= 2 and n.casefold() in low for n in names):
        problem = say("It contains your name or your sign-in name.")
    elif len(set(low)) < 5 or bare in _COMMON or re.fullmatch(r"(.{1,6}?)\1+", low) or (not bare and low.isdigit()):
        problem = say("It is easy to guess.")
    else:
        return []
    return [Reason("passphrase-weak", problem, say("Four words that do not belong together are good and easy to keep."), field="passphrase")]  # fmt: skip
