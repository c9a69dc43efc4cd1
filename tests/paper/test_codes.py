"""The code on a sheet: one wrong character and two swapped ones are always noticed."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from participation.votes.services.boxing import RECEIPT_ALPHABET
from participation.votes.sheet_codes import CODE_LENGTH, check_character, grouped, new_code, read_code

BODIES = st.text(alphabet=RECEIPT_ALPHABET, min_size=10, max_size=10).filter(lambda body: check_character(body) is not None)


@given(BODIES, st.integers(0, CODE_LENGTH - 1), st.sampled_from(RECEIPT_ALPHABET))
def test_one_wrong_character_is_noticed_wherever_it_stands(body, at, char):
    code = body + check_character(body)
    wrong = code[:at] + char + code[at + 1 :]
    assert (read_code(wrong) is None) == (wrong != code)


@given(BODIES)
def test_two_swapped_characters_are_noticed_wherever_they_stand(body):
    code = body + check_character(body)
    for one, other in combinations(range(CODE_LENGTH), 2):
        chars = list(code)
        chars[one], chars[other] = chars[other], chars[one]
        swapped = "".join(chars)
        assert (read_code(swapped) is None) == (swapped != code), (code, swapped)


def test_a_code_is_read_as_people_write_it():
    code = new_code()
    assert len(code) == 11 and grouped(code).count("-") == 2
    assert read_code(f" {grouped(code).lower()} ") == code
    for nonsense in ("", "A" * 11, code[:-1], code + "2", code.replace(code[0], "0", 1), "２" * 11, "-" * 500):
        assert read_code(nonsense) is None
