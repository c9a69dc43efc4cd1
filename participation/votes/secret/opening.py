"""Opening the box, and the board's signed figures.

The figures hold sums only, no single ballot: with many candidates the pattern of ticks on a ballot could be a mark by
which a bought vote is recognised, and a list of ballots would prove nothing more, since nobody but the board can open
them.  What can be checked is that any two members, on any machine, get the same file byte for byte.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections import Counter
from collections.abc import Mapping
from typing import Any

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical
from participation.votes.secret.board_key import BoardKey, BoardSecret
from participation.votes.secret.box_file import BoxFile
from participation.votes.secret.sealing import NotOpened, unseal

FORMAT = "participation/secret-result/v1"
LARGEST_FILE = 1024 * 1024  # bytes
_LABEL = b"participation/secret-result/v1\n"


def open_box(box: BoxFile, secret: BoardSecret) -> dict[str, Any]:
    """Open every ballot and add up; returns the content of the result file.

    Refusal: the shares are of another key, or a ballot does not open (then the box was changed, and nothing is counted).
    """
    if secret.public != box.key:
        raise Refusal(Reason("wrong_key", say("These shares belong to another key than the one of this election."), say("Compare the fingerprint on your page with the one on the notice: %(fingerprint)s.", fingerprint=box.key.fingerprint)))
    approvals: Counter[int] = Counter()
    blank: Counter[int] = Counter()
    ballots = list(box.ballots)
    secrets.SystemRandom().shuffle(ballots)  # so that neither memory nor a progress bar keeps the order of the box
    broken = 0
    for sealed in ballots:
        try:
            choices = unseal(sealed, box.election, secret)
        except NotOpened:
            broken += 1
            continue
        for question, given in choices.items():
            approvals.update(given)
            blank[int(question)] += not given
    if broken:
        raise Refusal(Reason("not_opened", say("%(number)s ballots in this box do not open.", number=broken), say("Nothing was counted. The box, the paper or the key was changed: compare the file with the public record, together with the observers.")))
    figures = {
        "origin": box.election["origin"],
        "vote": box.election["vote"],
        "board_key": box.key.line,
        "root": box.root,
        "ballots": len(box.ballots),
        "questions": [
            {
                "question": question["question"],
                "blank": blank[question["question"]],
                "approvals": [{"candidate": c["candidate"], "heads": approvals[c["candidate"]]} for c in question["candidates"]],
            }
            for question in box.paper
        ],
    }
    signature = secret.signs.sign(_LABEL + canonical(figures))
    return {"format": FORMAT, "figures": figures, "signature": base64.b64encode(signature).decode()}


def result_file(result: Mapping[str, Any]) -> bytes:
    """The result as a file: the same bytes whoever opens the same box."""
    return (json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_result(data: bytes) -> dict[str, Any]:
    """The content of a result file, not yet checked against any box."""
    try:
        result = json.loads(data) if len(data) <= LARGEST_FILE else None
        if not isinstance(result, dict) or result["format"] != FORMAT or set(result) != {"format", "figures", "signature"}:
            raise ValueError
        canonical(result)
    except (ValueError, KeyError, RecursionError) as problem:
        raise Refusal(Reason("no_result", say("This file is not the result of an opened box."), say("Choose the file that the board's command wrote."), "result")) from problem
    return result


def check_result(result: Mapping[str, Any], election: Mapping[str, Any], root: str, ballots: int, key: BoardKey) -> dict[str, Any]:
    """The figures, after everything about them was checked: signature, box, number, sums. Refusal with all reasons."""
    figures = result["figures"]
    if not _is_signed(result, key):
        raise Refusal(Reason("not_signed", say("These figures are not signed with the board's key, or were changed afterwards."), say("Ask the board for the file as its command wrote it."), "result"))
    reasons = []
    expected = {"origin": election["origin"], "vote": election["vote"], "board_key": key.line, "root": root, "ballots": ballots}
    if {name: figures.get(name) for name in expected} != expected or set(figures) != {*expected, "questions"}:
        reasons.append(Reason("other_box", say("These figures belong to another box."), say("Give the board the box of this election, and upload what they get from it."), "result"))
    elif not _adds_up(figures, election):
        reasons.append(Reason("sums", say("The figures do not add up to the ballots in the box."), say("Open the box again; if the figures are the same, tell the observers."), "result"))
    if reasons:
        raise Refusal(*reasons)
    return dict(figures)


def _is_signed(result: Mapping[str, Any], key: BoardKey) -> bool:
    try:
        signature = base64.b64decode(result["signature"], validate=True)
        return isinstance(result["figures"], dict) and key.has_signed(signature, _LABEL + canonical(result["figures"]))
    except (ValueError, TypeError):
        return False


def _adds_up(figures: Mapping[str, Any], election: Mapping[str, Any]) -> bool:
    """Whether so many ballots can have given these approvals: each at most `seats` of them, and none if it was blank."""
    ballots, papers = figures["ballots"], election["paper"]
    try:
        if [q["question"] for q in figures["questions"]] != [p["question"] for p in papers]:
            return False
        for given, paper in zip(figures["questions"], papers, strict=True):
            heads = [line["heads"] for line in given["approvals"]]
            filled = ballots - given["blank"]
            if [line["candidate"] for line in given["approvals"]] != [c["candidate"] for c in paper["candidates"]]:
                return False
            if any(type(n) is not int or not 0 <= n <= filled for n in (*heads, given["blank"], filled)):
                return False
            if not filled <= sum(heads) <= filled * min(paper["seats"], len(heads)):
                return False
    except (KeyError, TypeError):
        return False
    return True
