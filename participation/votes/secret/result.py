"""The board's figures come back: checked, put on record, and counted under the frozen rule."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.counting import election_data
from participation.votes.models import Elector, Question, RollCorrection, Vote
from participation.votes.phases import Phase
from participation.votes.policy import rule_of
from participation.votes.rules import elect
from participation.votes.secret.opening import check_result, read_result
from participation.votes.secret.queries import announced_board, box_of, election_now, opening_of
from participation.votes.secret_models import SecretMark, SecretOpening
from participation.votes.services.steps import hold, record_step, require


def accept_opening(vote_id: int, file: bytes, by_id: int | None, clock: Clock) -> SecretOpening:
    """Take in what the board's command wrote. The same file again changes nothing; another one is refused."""
    held = hold(vote_id, clock)
    box, standing = box_of(vote_id), opening_of(vote_id)
    result = read_result(file)
    if standing is not None:
        if standing.data == result:
            return standing
        raise Refusal(Reason("opened", say("The figures of the election board are already on record."), say("They cannot be replaced. If they are wrong, object to the count."), "result"))
    require(held, Phase.CLOSED)
    if box is None:
        raise Refusal(Reason("box_open", say("The box has not been closed yet."), say("Close it, and give it to the election board.")))
    election, key = election_now(held.vote), announced_board(held.vote).key
    figures = check_result(result, election, box.root, box.ballots, key)
    step = record_step(held, "secret-result", by_id, public={"figures": figures, "signature": result["signature"]})
    assert step.log_index is not None
    opening = SecretOpening(vote_id=vote_id, data=result, at=held.now, by_id=by_id, log_index=step.log_index)
    db.session.add(opening)
    db.session.flush()
    return opening


def count_secret(vote: Vote) -> dict[str, Any]:
    """Every number of the result in the form of any other vote (`counting.count`); single areas are 0: none is known.

    Refusal while the board's figures have not come.
    """
    opening = opening_of(vote.id)
    if opening is None:
        raise Refusal(Reason("not_opened", say("The election board has not opened the box yet."), say("Close the box, give its file to the board, and upload the figures they bring back.")))
    roll = _sums(Elector.vote_id == vote.id, RollCorrection.vote_id == vote.id)
    part = _sums(
        Elector.id.in_(_marked(vote.id)), RollCorrection.elector_id.in_(_marked(vote.id))
    )
    figures = opening.data["figures"]
    if part["heads"] != figures["ballots"]:
        raise Refusal(Reason("ballots_and_marks", say("%(ballots)s ballots were opened, but %(heads)s owners are marked as having voted.", ballots=figures["ballots"], heads=part["heads"]), say("Do not go on. Tell the operator and the observers: the database was changed.")))
    return {
        "roll": roll,
        "part": part,
        "secret": {"ballots": figures["ballots"], "root": figures["root"], "opening": opening.log_index},
        "questions": [
            _count(question, lines, roll["heads"], part["heads"])
            for question, lines in zip(vote.questions, figures["questions"], strict=True)
        ],
    }


def _sums(electors: Any, corrections: Any) -> dict[str, int]:
    """Heads and area (1/100 m2) of these lines of the frozen roll, with the corrections to them."""
    heads, area = db.session.execute(select(_sum(Elector.heads), _sum(Elector.area)).where(electors)).one()
    more_heads, more_area = db.session.execute(
        select(_sum(RollCorrection.heads_delta), _sum(RollCorrection.area_delta)).where(corrections)
    ).one()
    return {"heads": int(heads) + int(more_heads), "area": int(area) + int(more_area)}


def _sum(column: Any) -> Any:
    return func.coalesce(func.sum(column), 0)


def _marked(vote_id: int) -> Any:
    return select(SecretMark.elector_id).where(SecretMark.vote_id == vote_id)


def _count(question: Question, figures: dict[str, Any], roll: int, part: int) -> dict[str, Any]:
    rule = rule_of(question)
    approvals = {line["candidate"]: line["heads"] for line in figures["approvals"]}
    verdict = elect(
        rule, {"heads": roll}, {"heads": part}, {str(id_): {"heads": n} for id_, n in approvals.items()}, question.seats or 0
    )
    return {
        **election_data(question, rule, verdict, _heads(part), {id_: _heads(n) for id_, n in approvals.items()}),
        "without_name": figures["blank"],
        "unresolved": _heads(0),
        "blank": _heads(0),
        "by_channel": {
            "phone": {"part": _heads(part), "candidates": {str(id_): _heads(n) for id_, n in sorted(approvals.items())}}
        },
    }


def _heads(number: int) -> dict[str, int]:
    return {"heads": number, "area": 0}
