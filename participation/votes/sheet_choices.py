"""What can be read from a ballot sheet: choices like a phone's, a question without a valid answer, or a flaw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.votes.counting import BLANK
from participation.votes.paper import PaperQuestion, paper_of

# What makes a whole sheet invalid, as a reader sees it on the paper.
FLAWS = ("unsigned", "torn", "wrong_sheet", "illegible", "blank")


class Read(NamedTuple):
    """What one person read: either choices in their one form, or a flaw."""

    choices: dict[str, Any] | None
    flaw: str | None

    def as_content(self) -> dict[str, Any]:
        """For the sealed entry of the record."""
        return {"choices": self.choices} if self.choices is not None else {"flaw": self.flaw}


def checked_reading(vote: Any, choices: Mapping[str, Any] | None, flaw: str | None) -> Read:
    """The reading in its one form: question id -> choice, sorted candidate ids, or "blank".

    A sheet on which no question has a valid answer is blank as a whole.  Raises Refusal: nothing said about a
    question, more candidates than seats, an unknown flaw.
    """
    if flaw:
        if flaw not in FLAWS:
            raise Refusal(Reason("flaw_unknown", say("This is not a reason why a sheet is invalid."), say("Choose one of the reasons."), "flaw"))
        return Read(None, flaw)
    wanted: dict[str, Any] = {}
    reasons: list[Reason] = []
    for question in paper_of(vote).questions:
        given = (choices or {}).get(str(question.id))
        if given == BLANK:
            wanted[str(question.id)] = BLANK
        elif question.is_election:
            wanted[str(question.id)] = _candidates(question, given, reasons)
        elif given in question.choices:
            wanted[str(question.id)] = given
        else:
            reasons.append(nothing_said(question.field))
    if reasons:
        raise Refusal(*reasons)
    if all(answer == BLANK for answer in wanted.values()):
        return Read(None, "blank")
    return Read(wanted, None)


def _candidates(question: PaperQuestion, given: Any, reasons: list[Reason]) -> list[int]:
    known = {candidate.id for candidate in question.candidates}
    ticked = sorted(set(given)) if isinstance(given, (list, tuple, set)) else []
    if not isinstance(given, (list, tuple, set)) or not set(ticked) <= known:
        reasons.append(nothing_said(question.field))
    elif len(ticked) > question.seats:
        reasons.append(Reason(
            "choice.too_many",
            say("%(ticked)s candidates are ticked; at most %(seats)s can be chosen.", ticked=len(ticked), seats=question.seats),
            say("Look again. If the sheet has that many ticks, choose \"no valid answer\"."), question.field,
        ))  # fmt: skip
    return ticked


def nothing_said(field: str) -> Reason:
    return Reason(
        "choice.missing",
        say("One question has no answer yet."),
        say("Choose what the sheet says. If no box or more than one is ticked, choose \"no valid answer\"."),
        field,
    )


def outcome_words(kind: str) -> Sentence:
    """What became of a sheet, in a few words."""
    return {
        "counted": say("counted"),
        "set_aside": say("not counted: another ballot of this owner stands"),
        "late": say("received at or after the closing"),
        "void": say("an older sheet: a newer one had been printed"),
        "unsigned": say("not signed"),
        "torn": say("torn or damaged"),
        "wrong_sheet": say("not the sheet of this vote"),
        "illegible": say("cannot be read"),
        "blank": say("no valid answer on it"),
        "not_on_roll": say("its homes are not on the voting roll any more"),
        "no_authority": say("signed under an authority that did not hold"),
    }.get(kind, say("not counted"))
