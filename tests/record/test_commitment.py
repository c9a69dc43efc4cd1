"""One spelling for every content, and envelopes that neither open by guessing nor change their content."""

from __future__ import annotations

import enum
import hashlib
import hmac
import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.record.commitment import (
    MAX_DEPTH,
    MAX_INTEGER,
    canonical,
    check,
    commit,
    fingerprint,
    new_salt,
    parse_canonical,
)
from participation.record.merkle import EMPTY_ROOT, leaf_hash, root_of

WHOLE = st.integers(-MAX_INTEGER, MAX_INTEGER)
LEAF = st.none() | st.booleans() | WHOLE | st.text()
JSON = st.recursive(LEAF, lambda part: st.lists(part) | st.dictionaries(st.text(), part), max_leaves=20)


@pytest.mark.parametrize(
    ("data", "spelled"),
    [
        ({"b": 1, "a": [True, None, -5]}, '{"a":[true,null,-5],"b":1}'),
        ({"": {}, "z": []}, '{"":{},"z":[]}'),
        ("표결 表决 €\u00e9", '"표결 表决 €\u00e9"'),
        ("e\u0301", '"e\u0301"'),
        ('"\\/\b\f\n\r\t\x0f\x7f\u2028', '"\\"\\\\/\\b\\f\\n\\r\\t\\u000f\x7f\u2028"'),
        (MAX_INTEGER, "9007199254740991"),
        # The key order example of RFC 8785 section 3.2.3: by UTF-16 code units, so the emoji comes before U+FB33.
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
            '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}',
        ),
    ],
)
def test_the_canonical_spelling_is_that_of_rfc_8785(data: object, spelled: str) -> None:
    assert canonical(data) == spelled.encode()
    assert parse_canonical(spelled.encode()) == data


@given(JSON)
def test_what_is_written_is_read_and_written_again_the_same(data: object) -> None:
    encoded = canonical(data)
    assert json.loads(encoded) == data
    assert canonical(parse_canonical(encoded)) == encoded


@given(st.dictionaries(st.text(), LEAF, min_size=2), st.randoms())
def test_the_order_in_which_keys_were_put_in_does_not_matter(data: dict[str, object], chance) -> None:
    keys = list(data)
    chance.shuffle(keys)
    assert canonical({key: data[key] for key in keys}) == canonical(data)


class Word(str):
    __slots__ = ()


class Choice(enum.StrEnum):
    FOR = "for"


@pytest.mark.parametrize(
    "data",
    [
        1.0,
        float("nan"),
        float("inf"),
        {"area": 48.5},
        (1, 2),
        {1, 2},
        b"bytes",
        {1: "a"},
        {None: "a"},
        {True: "a"},
        Word("a"),
        {Word("a"): 1},
        Choice.FOR,
        enum.IntEnum("Level", "LOW")(1),
        MAX_INTEGER + 1,
        -MAX_INTEGER - 1,
        "\ud800",
        {"\udfff": 1},
        object(),
    ],
)
def test_what_has_no_single_exact_spelling_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"record|surrogate"):
        canonical(data)


def test_nesting_ends_somewhere_and_a_circle_is_not_followed() -> None:
    nested: list = []
    for _ in range(MAX_DEPTH):
        nested = [nested]
    assert canonical(nested) == b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)
    with pytest.raises(ValueError, match="deeply"):
        canonical([nested])
    circle: dict = {}
    circle["self"] = circle
    with pytest.raises(ValueError, match="deeply"):
        canonical(circle)


@pytest.mark.parametrize(
    "encoded",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b' {"a":1}',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":-0}',
        b'{"a":01}',
        b"9007199254740992",
        b"1" * 5000,
        b'"\\u0061"',
        b'"\\/"',
        b'"\\ud800"',
        b"NaN",
        b"",
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b"[" * 100_000,
    ],
)
def test_any_other_spelling_is_refused_when_read(encoded: bytes) -> None:
    with pytest.raises(ValueError):  # the JSON reader's own errors are ValueErrors too
        parse_canonical(encoded)


SALT = bytes(range(32))


def test_a_commitment_is_the_documented_hmac() -> None:
    content = canonical({"kind": "ballot", "choice": "for"})
    documented = hmac.new(SALT, b"participation/record/commitment/v1\n" + content, hashlib.sha256).hexdigest()
    assert commit(SALT, content).hex() == documented
    # The example printed in docs/record.md: the format must not change under those who rely on it.
    assert documented == "ae31395db2245cc7d77890aeb9449e50a3cf04202d101f1963e3b802f98016f7"


def test_an_envelope_opens_with_its_own_salt_and_content_only() -> None:
    sealed = commit(SALT, b"for")
    assert check(sealed, SALT, b"for")
    assert not check(sealed, SALT, b"against")
    assert not check(sealed, SALT[::-1], b"for")
    assert not check(sealed[:-1], SALT, b"for")
    assert not check(b"", SALT, b"for")
    assert not check(hashlib.sha256(b"for").digest(), SALT, b"for")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64), st.integers(0), st.integers(0, 7))
def test_one_changed_bit_of_content_salt_or_commitment_is_noticed(
    salt: bytes, content: bytes, at: int, bit: int
) -> None:
    sealed = commit(salt, content)
    whole = bytearray(sealed + salt + content)
    whole[at % len(whole)] ^= 1 << bit
    assert not check(bytes(whole[:32]), bytes(whole[32:64]), bytes(whole[64:]))


@pytest.mark.parametrize("salt", [b"", SALT[:31], SALT + b"\0", SALT.hex(), bytearray(SALT), None])
def test_a_salt_of_another_length_or_kind_is_an_error(salt: object) -> None:
    with pytest.raises(ValueError, match="salt"):
        commit(salt, b"for")
    with pytest.raises(ValueError, match="salt"):
        check(bytes(32), salt, b"for")


def test_salts_are_fresh() -> None:
    salts = {new_salt() for _ in range(1000)}
    assert len(salts) == 1000
    assert {len(salt) for salt in salts} == {32}


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_a_fingerprint_is_the_merkle_root_over_its_lines(lines: list[bytes]) -> None:
    assert fingerprint(iter(lines)) == root_of([leaf_hash(line) for line in lines])


def test_a_fingerprint_changes_with_every_line_and_with_their_order() -> None:
    lines = [commit(SALT, bytes([number])) for number in range(9)]
    seen = {fingerprint(lines), fingerprint(lines[:-1]), fingerprint(reversed(lines)), fingerprint([*lines, lines[0]])}
    for number in range(9):
        seen.add(fingerprint([*lines[:number], commit(SALT, b"other"), *lines[number + 1 :]]))
    assert len(seen) == 4 + 9
    assert fingerprint([]) == EMPTY_ROOT


@pytest.mark.parametrize("line", [b"", b"\xe5\xbc\xa0\xe4\xb8\x89", bytes(31), bytes(33), "a" * 32, bytearray(32)])
def test_an_unsalted_line_does_not_enter_a_fingerprint(line: object) -> None:
    with pytest.raises(ValueError, match="commitment"):
        fingerprint([bytes(32), line])


def test_a_long_roll_is_sealed_without_being_held() -> None:
    tracemalloc.start()
    try:
        fingerprint(number.to_bytes(32, "big") for number in range(20_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000, "20,000 hashes would be 1.3 MB"
