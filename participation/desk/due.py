"""What the support centre has to do next with a vote, and by when. Pure: phases and dates in, one step out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from participation.desk.queries import VoteLine
from participation.kernel.sentences import Sentence, say
from participation.votes.phases import Phase

POST_FINAL = timedelta(days=3)  # Beijing, and our own process: the result is posted within three days


@dataclass(frozen=True)
class Due:
    """One thing to do or to wait for. `page` is the last part of the vote's address, '' for the vote itself."""

    line: VoteLine
    text: Sentence
    action: Sentence
    page: str
    at: datetime | None
    at_label: Sentence
    is_now: bool

    def is_late(self, now: datetime) -> bool:
        return self.is_now and self.at is not None and now >= self.at


def next_step(line: VoteLine) -> Due | None:
    """The step that follows, or None where nothing is left but to read."""
    vote, phase = line.vote, line.phase
    if phase is Phase.DRAFT:
        return Due(line, say("A draft: nobody sees it yet."), say("Go on with the draft"), "", None, say("by"), True)
    if phase is Phase.NOTICE:
        return Due(
            line, say("Announced. It opens by itself."), say("Look at the vote"), "", vote.opens_at, say("Opens"), False
        )
    if phase is Phase.OPEN and line.waiting:
        return Due(
            line,
            say("Owners object to ballots cast for them; without an answer: %(n)s.", n=line.waiting),
            say("Answer the objections"),
            "/objections",
            vote.closes_at,
            say("Closes"),
            True,
        )
    if phase is Phase.OPEN:
        return Due(
            line,
            say("Owners are voting. It closes by itself."),
            say("See the turnout"),
            "/turnout",
            vote.closes_at,
            say("Closes"),
            False,
        )
    if phase is Phase.CLOSED:
        assert vote.closes_at is not None
        if vote.secret:
            text, action = say("Voting has ended. Close the box, and let the election board open it."), say("To the box")
            return Due(line, text, action, "/secret", vote.closes_at + timedelta(days=1), say("Best before"), True)
        return Due(
            line,
            say("Voting has ended. Count the ballots and post the preliminary count."),
            say("Count the ballots"),
            "/count",
            vote.closes_at + timedelta(days=1),
            say("Best before"),
            True,
        )
    if phase in (Phase.PRELIMINARY, Phase.ANSWERING) and line.waiting:
        return Due(
            line,
            say("Objections without an answer: %(n)s.", n=line.waiting),
            say("Answer the objections"),
            "/objections",
            vote.objections_until,
            say("Objections end"),
            True,
        )
    if phase is Phase.PRELIMINARY:
        return Due(
            line,
            say("The preliminary count is posted; owners can object."),
            say("Look at the vote"),
            "",
            vote.objections_until,
            say("Objections end"),
            False,
        )
    if phase is Phase.ANSWERING:
        assert vote.objections_until is not None
        return Due(
            line,
            say("No objection is open. Post the final result."),
            say("Post the final result"),
            "/final-result",
            vote.objections_until + POST_FINAL,
            say("Post it by"),
            True,
        )
    return None


def in_order(dues: list[Due]) -> list[Due]:
    """What can be done now first, by date; then what is only waited for; drafts last."""

    def place(due: Due) -> tuple[int, float, int]:
        rank = 2 if due.line.phase is Phase.DRAFT else 0 if due.is_now else 1
        return rank, due.at.timestamp() if due.at else 0.0, due.line.vote.id

    return sorted(dues, key=place)
