"""An entry of the record in one plain sentence. Kinds that this file does not know are named as they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from participation.kernel.quantities import parse_hundredths
from participation.kernel.sentences import Sentence, say
from participation.votes.rule import Amount

Payload = Mapping[str, Any]

_PLAIN: dict[str, Sentence] = {
    "ballot": say("Ballot sealed"),
    "ballot-set-aside": say("Ballot set aside: another ballot of the same owner stands"),
    "co-owner-statement": say("A co-owner has said what they would have chosen"),
    "co-owner-statement-withdrawn": say("A co-owner has taken back what they said, and agrees after all"),
    "closing": say("The vote has closed and is being counted"),
    "preliminary-result": say("Preliminary count posted"),
    "final-result": say("Final result posted"),
    "counted": say("The objection period has begun"),
    "finalised": say("The vote is decided"),
    "archived": say("The vote was put into the archive"),
    "hastened": say("Rehearsal moved on to its next step"),
    "sheet-received": say("Paper ballot or recorded call received"),
    "sheet-read": say("Paper ballot read by one person"),
    "sheet-settled": say("Paper ballot settled by a third person"),
    "secret-ballot": say("Secret ballot sealed"),
    "secret-box": say("Box of the secret election closed, for the election board to open"),
    "secret-result": say("The election board has opened the box; its signed figures are on record"),
    "visit": say("Visit at a door"),
    "auditor-named": say("An observer was named to open the ballots and check the count"),
    "evidence-handed-out": say("The evidence that opens the ballots was handed out to an auditor"),
    "owners-told": say("Letters printed to owners for whom somebody else has voted"),
}


def entry_words(kind: str, payload: str) -> Sentence:
    """What happened. Never fails: an entry that reads otherwise than it should is named by its kind."""
    try:
        data = json.loads(payload)
        words = _WORDS[kind](data) if kind in _WORDS else _PLAIN.get(kind)
    except (ValueError, KeyError, TypeError, AttributeError):
        words = None
    return words or say("Entry of the kind “%(kind)s”", kind=kind)


def _area(text: str) -> Amount:
    minus = text.startswith("-")
    return Amount("area", -parse_hundredths(text[1:]) if minus else parse_hundredths(text))


def _notice(data: Payload) -> Sentence:
    return say(
        "Vote announced: “%(title)s”, %(heads)s owners with %(area)s on the frozen roll",
        title=data["title"], heads=int(data["roll"]["heads"]), area=_area(data["roll"]["area"]),
    )  # fmt: skip


def _correction(data: Payload) -> Sentence:
    values = {"home": data["home"], "reason": data["reason"]}
    known = {
        "added": say("Roll corrected: %(home)s added. Reason: %(reason)s", **values),
        "removed": say("Roll corrected: %(home)s taken off. Reason: %(reason)s", **values),
    }
    return known.get(data["correction"]) or say(
        "Roll corrected: area of %(home)s changed by %(area)s. Reason: %(reason)s", area=_area(data["area"]), **values
    )


def _import(data: Payload) -> Sentence:
    return say(
        "Roll brought in from a file: %(homes)s homes, %(heads)s owners, %(area)s",
        homes=int(data["homes"]), heads=int(data["heads"]), area=_area(data["area"]),
    )  # fmt: skip


def _sheet_outcome(data: Payload) -> Sentence | None:
    return {
        "counted": say("Paper ballot counted"),
        "set_aside": say("Paper ballot set aside: another ballot of the same owner stands"),
        "late": say("Paper ballot not counted: it came after closing"),
        "void": say("Paper ballot not counted: a newer sheet had been printed"),
        "unsigned": say("Paper ballot not counted: it is not signed"),
        "torn": say("Paper ballot not counted: it is torn"),
        "wrong_sheet": say("Paper ballot not counted: it is another sheet"),
        "illegible": say("Paper ballot not counted: it cannot be read"),
        "blank": say("Paper ballot not counted: it is blank"),
        "not_on_roll": say("Paper ballot not counted: its owner is not on the roll"),
    }.get(data["outcome"])


def _answer(data: Payload) -> Sentence:
    number = int(data["objection"])
    if data["upheld"]:
        return say("Objection %(number)s answered: it is right, the count is corrected", number=number)
    return say("Objection %(number)s answered: the count stands", number=number)


def _revoked(data: Payload) -> Sentence:
    return say("Authority to vote for an owner taken back (entry %(index)s)", index=int(data["authority_entry"]))


def _authority(data: Payload) -> Sentence | None:
    return {
        "proxy": say("Written proxy recorded"),
        "guardian": say("Guardian recorded"),
        "representative": say("Representative of a company recorded"),
    }.get(data["authority"])


_PURPOSES: dict[str, Sentence] = {
    "count": say("to check the count"),
    "objection": say("because of an objection"),
    "supervision": say("for the supervising office"),
    "court": say("for a court"),
}


_WORDS: dict[str, Callable[[Payload], Sentence | None]] = {
    "notice": _notice,
    "correction": _correction,
    "extension": lambda data: say("Closing moved to a later day. Reason: %(reason)s", reason=data["note"]),
    "cancelled": lambda data: say("Vote cancelled. Reason: %(reason)s", reason=data["note"]),
    "two-ballots": lambda data: say(
        "An owner voted in two ways: entry %(stands)s stands, entry %(other)s does not",
        stands=int(data["stands"]), other=int(data["does_not_stand"]),
    ),
    "objection": lambda data: say("Objection %(number)s received", number=int(data["objection"])),
    "objection-answer": _answer,
    "roll-import": _import,
    "roll-change": lambda data: say("Roll kept up to date: %(home)s", home=data["home"]),
    "sheets-printed": lambda data: say("%(count)s ballot sheets printed", count=int(data["sheets"])),
    "sheet-outcome": _sheet_outcome,
    "authority": _authority,
    "authority-revoked": _revoked,
    "owners-told": lambda data: say("%(count)s letters printed to owners for whom somebody else had voted", count=int(data["letters"])),
    "secret-box": lambda data: say("Secret election: the box is closed with %(count)s ballots", count=int(data["ballots"])),
    "auditor-named": lambda data: say("Auditor named: %(purpose)s", purpose=_PURPOSES[data["purpose"]]),
    "evidence-handed-out": lambda data: say(
        "The evidence that opens the ballots was handed out: %(purpose)s", purpose=_PURPOSES[data["purpose"]]
    ),
    "witness-named": lambda data: say("Witness named: %(name)s", name=data["name"]),
    "witness-ended": lambda data: say("Witness ended: %(name)s", name=data["name"]),
    "erased": lambda data: say("Personal contents erased after the retention time of %(years)s years", years=int(data["years"])),
}  # fmt: skip
