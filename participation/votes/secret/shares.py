"""Two of three members open the box: the board's secret in three parts, of which any two are enough.

The secret is the sum (exclusive or) of three random addends A, B, C.  The first member holds A and B, the second
B and C, the third C and A: any two hold all three, and one alone lacks an addend that is pure chance, so that one
part says nothing at all about the secret.  No field arithmetic, nothing that could be subtly wrong; and the addend
that two members share tells them when one of the parts was copied wrongly.

A part is printed as four lines of sixteen characters, each line with a check of its own, so that a slip of the pen
is found in its line.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say

MEMBERS = 3
SECRET_LENGTH = 16  # bytes: 128 bits, what X25519 itself is worth
SET_LENGTH = 3  # bytes that say to which board key a part belongs
# No I, L, O, U: a part is read aloud and copied by hand (the alphabet of Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
LINES, LINE_CHARACTERS, LINE_BYTES = 4, 16, 10
_BODY = LINE_BYTES - 1


@dataclass(frozen=True, slots=True)
class Share:
    """One member's part: `member` 1 to 3, two of the three addends, and the mark of the key it belongs to."""

    member: int
    set_id: bytes
    first: bytes
    second: bytes


def split(secret: bytes, set_id: bytes) -> tuple[Share, Share, Share]:
    """Three parts of `secret` (16 bytes), with fresh randomness from the operating system. ValueError otherwise."""
    if len(secret) != SECRET_LENGTH or len(set_id) != SET_LENGTH:
        raise ValueError("a board secret has 16 bytes and its mark 3")
    a, b = secrets.token_bytes(SECRET_LENGTH), secrets.token_bytes(SECRET_LENGTH)
    addends = (a, b, _xor(secret, a, b))
    return tuple(Share(n + 1, set_id, addends[n], addends[(n + 1) % MEMBERS]) for n in range(MEMBERS))  # type: ignore[return-value]


def combine(parts: list[Share]) -> bytes:
    """The secret from two or three parts. Refusal: fewer than two different ones, of different keys, contradicting.

    Whether it is the right secret is seen when its public key is compared with the one on the notice.
    """
    by_member = {part.member: part for part in parts}
    if len(by_member) < 2:
        raise Refusal(Reason("too_few_shares", say("Two different shares are needed to open the box."), say("Ask a second member of the board for theirs.")))
    if len({part.set_id for part in parts}) > 1:
        raise Refusal(Reason("shares_differ", say("These shares belong to different keys."), say("Take the shares whose fingerprint stands on the notice.")))
    found: list[bytes | None] = [None] * MEMBERS
    for part in parts:
        for place, addend in ((part.member - 1, part.first), (part.member % MEMBERS, part.second)):
            known = found[place]
            if known is not None and not hmac.compare_digest(known, addend):
                raise Refusal(Reason("shares_contradict", say("These shares contradict each other: one of them was copied wrongly."), say("Compare every line with the paper, or use the third member's share.")))
            found[place] = addend
    return _xor(*(addend for addend in found if addend is not None))


def printed(share: Share) -> list[str]:
    """The part as four lines of four groups: 7K4M-Q2XD-9RTA-BCDF."""
    data = bytes([share.member]) + share.set_id + share.first + share.second
    lines = []
    for number in range(LINES):
        body = data[number * _BODY : (number + 1) * _BODY]
        code = _encode(body + _line_check(number, body))
        lines.append("-".join(code[at : at + 4] for at in range(0, LINE_CHARACTERS, 4)))
    return lines


def read_share(text: str) -> Share:
    """A part as somebody typed or scanned it: blanks, dashes and line breaks do not matter. Refusal names the line."""
    plain = "".join(char for char in text.upper() if char.isalnum()).translate(_ALIKE)
    if len(plain) != LINES * LINE_CHARACTERS or not set(plain) <= set(ALPHABET):
        raise Refusal(Reason("share_unreadable", say("A share has 64 letters and digits, in four lines; this text has %(number)s.", number=len(plain)), say("Type it again, line by line.")))
    data = b""
    for number in range(LINES):
        raw = _decode(plain[number * LINE_CHARACTERS : (number + 1) * LINE_CHARACTERS])
        if raw[_BODY:] != _line_check(number, raw[:_BODY]):
            raise Refusal(Reason("share_line", say("Line %(line)s of the share was not copied correctly.", line=number + 1), say("Compare it with the paper, character by character.")))
        data += raw[:_BODY]
    member, rest = data[0], data[1 + SET_LENGTH :]
    if not 1 <= member <= MEMBERS:
        raise Refusal(Reason("share_unreadable", say("This is not a share of a board key."), say("Look for the page that was printed with the key.")))
    return Share(member, data[1 : 1 + SET_LENGTH], rest[:SECRET_LENGTH], rest[SECRET_LENGTH:])


def _line_check(number: int, body: bytes) -> bytes:
    return hashlib.sha256(b"participation/board-share/v1\n" + bytes([number]) + body).digest()[:1]


def _encode(data: bytes) -> str:
    number = int.from_bytes(data)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(len(data) * 8 - 5, -1, -5))


def _decode(code: str) -> bytes:
    number = 0
    for char in code:
        number = number << 5 | ALPHABET.index(char)
    return number.to_bytes(len(code) * 5 // 8)


def _xor(*parts: bytes) -> bytes:
    total = 0
    for part in parts:
        total ^= int.from_bytes(part)
    return total.to_bytes(SECRET_LENGTH)
