"""The code on a ballot sheet: ten random characters and one that catches slips. Pure.

The alphabet is that of receipts (no vowels, no look-alikes).  With values v1..v10 from 0 to 27, the eleventh is
1*v1 + 2*v2 + ... + 10*v10 modulo 29.  29 is prime and larger than every difference of two values, and all weights
(the eleventh has -1) differ: one wrong character, or two swapped ones wherever they stand, never go unnoticed.
"""

from __future__ import annotations

import secrets

from participation.votes.services.boxing import RECEIPT_ALPHABET

RANDOM_LENGTH = 10
CODE_LENGTH = RANDOM_LENGTH + 1
_MODULUS = 29
_VALUES = {char: value for value, char in enumerate(RECEIPT_ALPHABET)}


def new_code() -> str:
    """A fresh code: 48 random bits. It says nothing about its owner."""
    while True:
        body = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RANDOM_LENGTH))
        check = check_character(body)
        if check is not None:
            return body + check


def check_character(body: str) -> str | None:
    """The eleventh character, or None for the few bodies whose sum has no character (28 of 0..28)."""
    value = sum(weight * _VALUES[char] for weight, char in enumerate(body, 1)) % _MODULUS
    return RECEIPT_ALPHABET[value] if value < len(RECEIPT_ALPHABET) else None


def read_code(typed: str) -> str | None:
    """A code as somebody typed or scanned it (dashes, blanks, small letters); None if no sheet can bear it."""
    plain = "".join(char for char in typed[:80].upper() if not char.isspace() and char not in "-–—")
    if len(plain) != CODE_LENGTH or not set(plain) <= set(RECEIPT_ALPHABET):
        return None
    return plain if check_character(plain[:RANDOM_LENGTH]) == plain[-1] else None


def grouped(code: str) -> str:
    """7K4MQ2XD9RT -> 7K4M-Q2XD-9RT."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
