"""What the site shows of a vote at this moment: to be compared with what the record says was announced."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.kernel.quantities import format_hundredths
from participation.roll.models import Building
from participation.votes.models import Elector, ElectorHome, Objection, ObjectionAnswer, Result, RollCorrection, Vote


def shown(vote: Vote, size: int) -> dict[str, Any]:
    """The vote, its results, corrections and objections as the tables hold them, up to the record's entry `size`."""
    return {
        "vote": {
            "id": vote.id, "number": vote.number, "title": vote.title, "rehearsal": vote.rehearsal, "secret": vote.secret,
            "step": vote.step, "opens_at": _iso(vote.opens_at), "closes_at": _iso(vote.closes_at),
            "roll_fingerprint": vote.roll_fingerprint,
            "questions": [
                {"question": q.id, "kind": q.kind, "text": q.text, "rule": q.rule, "seats": q.seats, "consent": q.consent,
                 "candidates": [{"candidate": c.id, "name": c.name} for c in q.candidates]}
                for q in vote.questions
            ],
        },
        "results": [
            {"stage": r.stage, "at": _iso(r.at), "entry": r.log_index, "result": r.data}
            for r in db.session.scalars(
                select(Result).where(Result.vote_id == vote.id, Result.log_index < size).order_by(Result.log_index)
            )
        ],
        "corrections": _corrections(vote.id, size),
        "objections": _objections(vote.id, size),
    }  # fmt: skip


def _corrections(vote_id: int, size: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(RollCorrection, Elector.number, ElectorHome.label, Building.name)
        .join(Elector, Elector.id == RollCorrection.elector_id)
        .outerjoin(
            ElectorHome, (ElectorHome.home_id == RollCorrection.home_id) & (ElectorHome.vote_id == RollCorrection.vote_id)
        )
        .outerjoin(Building, Building.id == ElectorHome.building_id)
        .where(RollCorrection.vote_id == vote_id, RollCorrection.log_index < size)
        .order_by(RollCorrection.log_index)
    )
    return [
        {"elector": number, "home": label, "building": building, "correction": c.kind, "heads": c.heads_delta,
         "area": format_hundredths(c.area_delta), "reason": c.reason, "at": _iso(c.at), "entry": c.log_index}
        for c, number, label, building in rows
    ]  # fmt: skip


def _objections(vote_id: int, size: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Objection.number, Objection.about, Objection.log_index, ObjectionAnswer)
        .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
        .where(Objection.vote_id == vote_id, Objection.log_index < size)
        .order_by(Objection.log_index)
    )
    return [
        {"objection": number, "about": about, "entry": index,
         "answer": {"upheld": a.upheld, "answer": a.text, "entry": a.log_index} if a and a.log_index < size else None}
        for number, about, index, a in rows
    ]  # fmt: skip


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None
