"""Ballots sealed to the board's key, shares of which two are enough, and the box as a file that shows every change."""

from __future__ import annotations

import base64
import json
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.kernel.refusal import Refusal
from participation.votes.secret.board_key import BoardKey, board_secret, new_secret, read_board_key
from participation.votes.secret.box_file import BoxFile, box_to_data, read_box
from participation.votes.secret.codes import code_of, grouped, read_code
from participation.votes.secret.opening import check_result, open_box, read_result, result_file
from participation.votes.secret.sealing import (
    NotOpened,
    digest,
    election_of,
    root_of,
    seal,
    sealed_length,
    tracker,
    unseal,
)
from participation.votes.secret.shares import ALPHABET, Share, combine, printed, read_share, split

SECRET = board_secret(new_secret())
KEY = SECRET.public
PAPER = [
    {"question": 7, "text": "Who?", "seats": 2, "candidates": [{"candidate": n, "name": f"N{n}"} for n in (3, 11, 12, 100)]},
    {"question": 8, "text": "Auditor?", "seats": 1, "candidates": [{"candidate": 5, "name": "Wu"}]},
]
ELECTION = election_of("lane.example/12", 4, PAPER, KEY)
BALLOTS: list[dict[str, list[int]]] = [{"7": [3, 100], "8": []}, {"7": [3], "8": [5]}, {"7": [], "8": [5]}, {"7": [], "8": []}]


def box(ballots: list[dict[str, list[int]]] = BALLOTS) -> dict[str, Any]:
    sealed = sorted((seal(b, ELECTION, KEY) for b in ballots), key=digest)
    file = BoxFile(ELECTION, KEY, tuple(sealed), root_of([digest(s) for s in sealed]), "T", "Lane 12", "2026-01-01", 9)
    return box_to_data(file, "checkpoint")


def refused(code: str, run: Any, *arguments: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        run(*arguments)
    assert code in refusal.value.codes
    assert all(reason.remedy for reason in refusal.value.reasons)


def text(data: Any) -> bytes:
    return json.dumps(data).encode()


@pytest.mark.parametrize("ballot", BALLOTS)
def test_a_ballot_opens_again_for_the_board_and_for_nobody_else(ballot: dict[str, list[int]]) -> None:
    sealed = seal(ballot, ELECTION, KEY)
    assert unseal(sealed, ELECTION, SECRET) == ballot
    with pytest.raises(NotOpened):
        unseal(sealed, ELECTION, board_secret(new_secret()))


def test_every_ballot_is_equally_long_and_no_two_are_alike() -> None:
    sealed = [seal(ballot, ELECTION, KEY) for ballot in BALLOTS * 5]
    assert {len(s) for s in sealed} == {sealed_length(PAPER)}
    assert len({tracker(s) for s in sealed}) == len(sealed)
    assert not any(s[:32] == other[:32] for s, other in combinations(sealed, 2)), "a fresh key for every ballot"


@pytest.mark.parametrize("where", [0, 31, 32, 60, -1])
def test_a_ballot_with_one_changed_byte_does_not_open(where: int) -> None:
    sealed = bytearray(seal(BALLOTS[0], ELECTION, KEY))
    sealed[where] ^= 1
    with pytest.raises(NotOpened):
        unseal(bytes(sealed), ELECTION, SECRET)


def test_a_ballot_cut_short_or_empty_does_not_open() -> None:
    for sealed in (b"", b"x" * 31, seal(BALLOTS[0], ELECTION, KEY)[:-1]):
        with pytest.raises(NotOpened):
            unseal(sealed, ELECTION, SECRET)


def test_a_ballot_moved_to_another_election_or_another_paper_does_not_open() -> None:
    sealed = seal(BALLOTS[0], ELECTION, KEY)
    swapped = json.loads(json.dumps(PAPER))
    swapped[0]["candidates"][0]["name"], swapped[0]["candidates"][1]["name"] = "N11", "N3"
    for other in (
        election_of("lane.example/12", 5, PAPER, KEY),
        election_of("lane.example/99", 4, PAPER, KEY),
        election_of("lane.example/12", 4, swapped, KEY),
    ):
        with pytest.raises(NotOpened):
            unseal(sealed, other, SECRET)


@pytest.mark.parametrize(
    "wrong", [{"7": [3, 3], "8": []}, {"7": [3, 11, 12], "8": []}, {"7": [4], "8": []}, {"7": [3]}, {"7": [3], "8": [5], "9": []}]
)
def test_what_is_no_ballot_of_the_paper_is_not_counted_even_when_well_sealed(wrong: dict[str, list[int]]) -> None:
    with pytest.raises(NotOpened):
        unseal(seal(wrong, ELECTION, KEY), ELECTION, SECRET)


@given(st.binary(min_size=16, max_size=16))
def test_any_two_members_find_the_secret_and_one_alone_is_refused(secret: bytes) -> None:
    parts = split(secret, b"abc")
    for pair in permutations(parts, 2):
        assert combine(list(pair)) == secret
    assert combine(list(parts)) == secret
    for part in parts:
        refused("too_few_shares", combine, [part])
        refused("too_few_shares", combine, [part, part])
        assert part.first != secret != part.second


def test_one_part_says_nothing_the_addends_of_one_secret_are_new_each_time() -> None:
    seen = [split(bytes(16), b"abc") for _ in range(50)]
    for member in range(3):
        assert len({(parts[member].first, parts[member].second) for parts in seen}) == 50


@given(st.binary(min_size=16, max_size=16), st.data())
def test_a_share_is_read_as_it_was_printed_and_a_slip_is_found_in_its_line(secret: bytes, data: st.DataObject) -> None:
    share = split(secret, b"abc")[data.draw(st.integers(0, 2))]
    lines = printed(share)
    assert [len(line) for line in lines] == [19] * 4
    assert read_share("\n".join(lines)) == share
    assert read_share("".join(lines).lower().replace("0", "o").replace("1", "l")) == share


def test_a_slip_of_one_character_is_named_by_its_line_or_gives_another_key() -> None:
    """A line's check finds 255 slips of 256; the rest are found because the key is not the one on the notice."""
    secret = new_secret()
    one, two, _ = split(secret, KEY.set_id)
    lines = printed(one)
    slips = [
        (row, place, lines[row][:place] + ALPHABET[(ALPHABET.index(char) + 5) % 32] + lines[row][place + 1 :])
        for row in range(4)
        for place, char in enumerate(lines[row])
        if char != "-"
    ]
    answers = [_slipped([*lines[:row], slipped, *lines[row + 1 :]], two) for row, _, slipped in slips]
    assert secret not in answers
    named = [answer == ("share_line", row + 1) for (row, _, _), answer in zip(slips, answers, strict=True)]
    assert sum(named) >= len(slips) - 4


def _slipped(lines: list[str], other: Share) -> Any:
    """What comes of a page with a slip: the code and line of the refusal, or the secret that was found."""
    try:
        return combine([read_share("\n".join(lines)), other])
    except Refusal as refusal:
        return refusal.codes[0], refusal.reasons[0].message.values.get("line")


@pytest.mark.parametrize("typed", ["", "ABCD", "U" * 64, "0" * 65, "!" * 64])
def test_what_is_no_share_is_refused(typed: str) -> None:
    refused("share_unreadable", read_share, typed)


def test_shares_of_two_keys_or_that_contradict_each_other_are_refused() -> None:
    one, two, _ = split(new_secret(), b"abc")
    refused("shares_differ", combine, [one, split(new_secret(), b"abd")[1]])
    refused("shares_contradict", combine, [one, split(new_secret(), b"abc")[1]])
    assert combine([one, two])


def test_the_public_key_travels_as_one_line_and_damage_is_seen() -> None:
    assert read_board_key(f"Board of Lane 12\n\n  {KEY.line}\n") == KEY
    assert len(KEY.fingerprint) == 19
    refused("board_key_missing", read_board_key, "nothing here")
    refused("board_key_missing", read_board_key, KEY.line[:-1])
    refused("board_key_missing", read_board_key, f"{KEY.line} {board_secret(new_secret()).public.line}")
    swapped = KEY.line[:20] + ("A" if KEY.line[20] != "A" else "B") + KEY.line[21:]
    refused("board_key_damaged", read_board_key, swapped)


def test_the_same_secret_always_makes_the_same_keys_and_they_differ_from_each_other() -> None:
    secret = bytes(range(16))
    assert board_secret(secret).public == board_secret(secret).public
    assert board_secret(secret).public.opens != board_secret(secret).public.signs
    # Known values: a later version must still open the boxes of this one.
    assert board_secret(secret).public.fingerprint == "GYCW-2R25-9KP6-N383"


def test_a_code_is_read_as_people_type_it() -> None:
    code = code_of(digest(b"x"))
    assert len(code) == 16
    assert read_code(grouped(code).lower()) == code
    assert read_code(code[:-1]) is None
    assert read_code("A" * 16) is None


def test_the_box_is_opened_and_added_up() -> None:
    result = open_box(read_box(text(box())), SECRET)
    assert result["figures"]["ballots"] == 4
    first, second = result["figures"]["questions"]
    assert first == {"question": 7, "blank": 2, "approvals": [{"candidate": c, "heads": n} for c, n in ((3, 2), (11, 0), (12, 0), (100, 1))]}
    assert second == {"question": 8, "blank": 2, "approvals": [{"candidate": 5, "heads": 2}]}


def test_the_result_is_the_same_file_whoever_opens_the_box() -> None:
    given = read_box(text(box()))
    assert result_file(open_box(given, SECRET)) == result_file(open_box(given, SECRET))


def test_an_empty_box_can_be_opened() -> None:
    result = open_box(read_box(text(box([]))), SECRET)
    assert check_result(result, ELECTION, root_of([]), 0, KEY)["ballots"] == 0


def test_no_single_ballot_stands_in_the_result() -> None:
    """Two boxes with the same sums give the same questions, whoever ticked what together with what."""
    one = open_box(read_box(text(box([{"7": [3, 11], "8": [5]}, {"7": [12, 100], "8": []}]))), SECRET)
    other = open_box(read_box(text(box([{"7": [3, 100], "8": []}, {"7": [11, 12], "8": [5]}]))), SECRET)
    assert one["figures"]["questions"] == other["figures"]["questions"]


def test_another_boards_shares_are_refused_before_anything_is_opened() -> None:
    refused("wrong_key", open_box, read_box(text(box())), board_secret(new_secret()))


def _changed(change: Any) -> bytes:
    data = box()
    change(data)
    return text(data)


def _flip(data: dict[str, Any]) -> None:
    sealed = bytearray(base64.b64decode(data["ballots"][0]))
    sealed[50] ^= 1
    data["ballots"][0] = base64.b64encode(sealed).decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["ballots"].pop(),
        lambda d: d["ballots"].reverse(),
        lambda d: d["ballots"].insert(0, d["ballots"][0]),
        lambda d: d["ballots"].append(base64.b64encode(b"x" * sealed_length(PAPER)).decode()),
        lambda d: d["ballots"].append(base64.b64encode(b"short").decode()),
        lambda d: d.update(root="0" * 64),
        _flip,
    ],
    ids=["removed", "reordered", "twice", "added", "short", "root", "byte"],
)
def test_a_box_that_was_changed_is_refused(change: Any) -> None:
    refused("box_changed", read_box, _changed(change))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"format": "participation/secret-box/v1"}', b"[" * 5000])
def test_what_is_no_box_is_refused(data: bytes) -> None:
    refused("no_box", read_box, data)


def test_a_box_made_anew_with_strange_or_renamed_contents_opens_nothing() -> None:
    """Whoever can compute the root again still cannot make ballots fit another paper."""
    data = box()
    data["election"]["paper"][0]["candidates"][0]["name"] = "somebody else"
    refused("not_opened", open_box, read_box(text(data)), SECRET)
    data = box()
    strange = sorted([*(base64.b64decode(b) for b in data["ballots"]), b"y" * sealed_length(PAPER)], key=digest)
    data |= {"ballots": [base64.b64encode(b).decode() for b in strange], "root": root_of([digest(b) for b in strange])}
    refused("not_opened", open_box, read_box(text(data)), SECRET)


def _result() -> dict[str, Any]:
    return open_box(read_box(text(box())), SECRET)


def test_the_boards_figures_are_accepted_as_they_were_signed() -> None:
    given = read_box(text(box()))
    file = result_file(open_box(given, SECRET))
    figures = check_result(read_result(file), ELECTION, given.root, 4, KEY)
    assert figures["root"] == given.root


def _signed_anew(figures: dict[str, Any], key: Any = None) -> dict[str, Any]:
    from participation.record.commitment import canonical

    signer = key or SECRET
    signature = signer.signs.sign(b"participation/secret-result/v1\n" + canonical(figures))
    return {"format": "participation/secret-result/v1", "figures": figures, "signature": base64.b64encode(signature).decode()}


def test_figures_changed_after_signing_or_signed_by_another_are_refused() -> None:
    result = _result()
    root = result["figures"]["root"]
    more = json.loads(json.dumps(result))
    more["figures"]["questions"][0]["approvals"][0]["heads"] += 1
    refused("not_signed", check_result, more, ELECTION, root, 4, KEY)
    refused("not_signed", check_result, _signed_anew(result["figures"], board_secret(new_secret())), ELECTION, root, 4, KEY)
    refused("not_signed", check_result, result | {"signature": "?"}, ELECTION, root, 4, KEY)
    refused("not_signed", check_result, result | {"figures": []}, ELECTION, root, 4, KEY)


def test_figures_of_another_box_vote_or_number_are_refused_though_signed() -> None:
    result = _result()
    root = result["figures"]["root"]
    refused("other_box", check_result, result, ELECTION, "1" * 64, 4, KEY)
    refused("other_box", check_result, result, ELECTION, root, 5, KEY)
    refused("other_box", check_result, result, election_of("lane.example/12", 5, PAPER, KEY), root, 4, KEY)


@pytest.mark.parametrize(
    "change",
    [
        lambda q: q[0]["approvals"][0].update(heads=3),
        lambda q: q[0]["approvals"][0].update(heads=-1),
        lambda q: q[0].update(blank=4),
        lambda q: q[0].update(blank=0),
        lambda q: q[0]["approvals"].pop(),
        lambda q: q[0]["approvals"].reverse(),
        lambda q: q.pop(),
        lambda q: q[1].update(blank="2"),
        lambda q: q[1]["approvals"][0].update(heads=True),
    ],
)
def test_signed_sums_that_so_many_ballots_cannot_give_are_refused(change: Any) -> None:
    figures = json.loads(json.dumps(_result()["figures"]))
    change(figures["questions"])
    refused("sums", check_result, _signed_anew(figures), ELECTION, figures["root"], 4, KEY)


@pytest.mark.parametrize("file", [b"", b"{}", b"[]", b'{"format":"x"}', b"x" * 2_000_000, b"[" * 5000])
def test_what_is_no_result_is_refused(file: bytes) -> None:
    refused("no_result", read_result, file)


def test_a_key_to_which_nothing_can_be_sealed_is_no_key() -> None:
    weak = BoardKey(bytes(32), KEY.signs)
    with pytest.raises(ValueError):
        seal(BALLOTS[0], election_of("o", 1, PAPER, weak), weak)
