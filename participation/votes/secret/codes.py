"""Sixteen characters that stand for a hash: short enough to be read aloud, long enough that no two meet."""

from __future__ import annotations

# The alphabet of receipts: no vowels and no look-alikes.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
LENGTH = 16


def code_of(digest: bytes) -> str:
    """The first 16 characters of a hash, read as a fraction in base 28: 76 bits."""
    rest, scale = int.from_bytes(digest), 8 * len(digest)
    code = ""
    for _ in range(LENGTH):
        rest *= len(ALPHABET)
        code += ALPHABET[rest >> scale]
        rest &= (1 << scale) - 1
    return code


def grouped(code: str) -> str:
    """7K4MQ2XD9RTABCDF -> 7K4M-Q2XD-9RTA-BCDF."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(typed: str) -> str | None:
    """A code as somebody typed it (dashes, spaces, small letters), or None if it cannot be one."""
    plain = "".join(char for char in typed.upper() if not char.isspace() and char != "-")
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else None
