"""A vote and everything that was said and done in it. Steps, electors, ballots and results are only appended."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text, TypeDecorator

from participation.database import Base, append_only


class Json(TypeDecorator[Any]):
    """JSON as text, on both databases alike."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else json.loads(value)


class Vote(Base):
    """The procedure. `step` is the latest deliberate step; whether it is open follows from the clock."""

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("unit_id", "number"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    number: Mapped[int]
    title: Mapped[str]
    explanation: Mapped[str] = mapped_column(default="")  # markdown
    scope: Mapped[list[int]] = mapped_column(Json, default=list)  # building ids; empty = the whole neighbourhood
    stairwell_id: Mapped[int | None] = mapped_column(ForeignKey("stairwells.id"))  # a lift concerns one stairwell
    rehearsal: Mapped[bool] = mapped_column(default=False)  # without legal effect: periods may be cut short
    secret: Mapped[bool] = mapped_column(default=False)  # who voted and what was voted never meet (secret/)
    proxy_limit: Mapped[int] = mapped_column(default=2)  # owners for whom one proxy holder may vote; 0 = no proxies
    step: Mapped[str] = mapped_column(default="draft")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    noticed_at: Mapped[datetime | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    objections_until: Mapped[datetime | None]
    roll_fingerprint: Mapped[str | None]

    questions: Mapped[list[Question]] = relationship(order_by="Question.position", back_populates="vote")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")


@append_only
class OwnRule(Base):
    """A neighbourhood's own rule as data (a covenant may ask for more than the law); the newest of a key is in force."""

    __tablename__ = "own_rules"
    __table_args__ = (Index(None, "unit_id", "key"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    key: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    added_at: Mapped[datetime]


class VoteCount(Base):
    """Counts kept beside the ballots so that pages never count: all in heads and 1/100 m2."""

    __tablename__ = "vote_counts"

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    roll_heads: Mapped[int]
    roll_area: Mapped[int]
    part_heads: Mapped[int] = mapped_column(default=0)
    part_area: Mapped[int] = mapped_column(default=0)


class Question(Base):
    """One question. `rule` is the rule as data, copied at the notice so that later preset changes cannot touch it."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("vote_id", "position"),
        CheckConstraint("kind IN ('decision', 'election')", name="kind"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(default="decision")
    text: Mapped[str]
    matter: Mapped[str]
    rule_key: Mapped[str]
    rule: Mapped[dict[str, Any] | None] = mapped_column(Json)
    seats: Mapped[int | None]
    consent: Mapped[str | None]  # of specially affected owners, where the rule has a veto: nobody, given, refused

    vote: Mapped[Vote] = relationship(back_populates="questions")
    candidates: Mapped[list[Candidate]] = relationship(order_by="Candidate.position")


class Candidate(Base):
    __tablename__ = "candidates"
    __table_args__ = (UniqueConstraint("question_id", "position"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    position: Mapped[int]
    name: Mapped[str]
    statement: Mapped[str]


class Attachment(Base):
    """A document of a vote, kept as a file named by its hash."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    sha256: Mapped[str]
    added_at: Mapped[datetime]


@append_only
class VoteStep(Base):
    """A state is a row: noticed, extended, corrected, closed and counted, finalised, cancelled, archived."""

    __tablename__ = "vote_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    kind: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str]
    log_index: Mapped[int | None]


@append_only
class Elector(Base):
    """表决权人: one head on the frozen roll, with the sum of all its homes' areas."""

    __tablename__ = "electors"
    __table_args__ = (UniqueConstraint("vote_id", "owner_id"), UniqueConstraint("vote_id", "number"), {"sqlite_strict": True})
    __erased__ = {"owner_id": None, "voter_id": None, "salt": b""}  # who it was

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    number: Mapped[int]
    owner_id: Mapped[int] = mapped_column(ForeignKey("owners.id"), index=True, nullable=True)  # empty once erased
    heads: Mapped[int]  # 1; 0 for an elector whom a correction adds (the correction brings the head)
    area: Mapped[int]  # 1/100 m2 at freezing
    voter_id: Mapped[int | None] = mapped_column(ForeignKey("titleholders.id"))
    salt: Mapped[bytes]


@append_only
class ElectorHome(Base):
    """A home on the frozen roll."""

    __tablename__ = "elector_homes"
    __table_args__ = (Index(None, "vote_id", "building_id"), Index(None, "elector_id"), {"sqlite_strict": True})
    __erased__ = {"elector_id": None}  # whose room it was

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("homes.id"), primary_key=True)
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), nullable=True)  # empty once erased
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id"))
    label: Mapped[str]
    area: Mapped[int]  # 1/100 m2


@append_only
class RollCorrection(Base):
    """A public entry after the freeze: its deltas add to the elector's heads and area. Never an edit."""

    __tablename__ = "roll_corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), index=True)
    home_id: Mapped[int | None] = mapped_column(ForeignKey("homes.id"))
    kind: Mapped[str]  # added, removed, area
    heads_delta: Mapped[int]
    area_delta: Mapped[int]  # 1/100 m2
    reason: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    log_index: Mapped[int]


@append_only
class Ballot(Base):
    """One cast. `turn` counts an elector's casts from 1, and the last turn is the ballot that stands: a ballot
    that the rule does not let stand never gets a turn (`BallotSetAside`).

    `choices` maps question id to a choice ("yes", "no", "abstain", "follow"; on paper also "blank") or, in an
    election, to the list of approved candidate ids.  `received_at` is when the ballot was handed over, on
    paper earlier than when it was keyed in.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        UniqueConstraint("vote_id", "elector_id", "turn"),
        UniqueConstraint("elector_id", "idempotency_key"),
        {"sqlite_strict": True},
    )
    __erased__ = {"cast_by_id": None, "choices": "{}", "salt": b"", "assisted_by_id": None}

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"))  # found by the constraint on idempotency_key
    turn: Mapped[int]
    cast_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # whose device cast it; None: no device
    channel: Mapped[str]  # a `Channel`
    received_at: Mapped[datetime]
    choices: Mapped[dict[str, Any]] = mapped_column(Json)
    idempotency_key: Mapped[str]
    receipt: Mapped[str] = mapped_column(unique=True)
    salt: Mapped[bytes]
    log_index: Mapped[int]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authorities.id"))  # cast on the owner's behalf
    return_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_returns.id"))  # the paper it was keyed in from
    assisted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # who stood by at the polling point


@append_only
class BallotSetAside(Base):
    """A valid ballot of an owner whose other ballot stands: kept, on record, never counted."""

    __tablename__ = "ballots_set_aside"
    __erased__ = {"choices": "{}", "salt": b""}

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), index=True)
    channel: Mapped[str]
    received_at: Mapped[datetime]
    at: Mapped[datetime]
    choices: Mapped[dict[str, Any]] = mapped_column(Json)
    salt: Mapped[bytes]
    log_index: Mapped[int]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authorities.id"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_returns.id"))


@append_only
class DoubleBallot(Base):
    """An owner's ballots came in more than one way. Which one stands, and which other does not: a ballot cast
    before (`replaced_id`) or one that never stood (`set_aside_id`). Shown to the support centre and to the owner."""

    __tablename__ = "double_ballots"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), index=True)
    stands_id: Mapped[int] = mapped_column(ForeignKey("ballots.id"))
    replaced_id: Mapped[int | None] = mapped_column(ForeignKey("ballots.id"))
    set_aside_id: Mapped[int | None] = mapped_column(ForeignKey("ballots_set_aside.id"))
    at: Mapped[datetime]
    log_index: Mapped[int]


@append_only
class CoOwnerStatement(Base):
    """What another co-owner says about a ballot already cast for the home: the same choices, or a contradiction.

    It counts until it is taken back (`CoOwnerWithdrawal`); then the co-owner may speak again, on the next `turn`.
    """

    __tablename__ = "co_owner_statements"
    __table_args__ = (UniqueConstraint("vote_id", "elector_id", "by_id", "turn"), {"sqlite_strict": True})
    __erased__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    turn: Mapped[int]
    choices: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime]
    salt: Mapped[bytes]
    log_index: Mapped[int]


@append_only
class CoOwnerWithdrawal(Base):
    """A co-owner agrees after all: the statement does not count any more."""

    __tablename__ = "co_owner_withdrawals"
    __erased__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("co_owner_statements.id"), unique=True)
    at: Mapped[datetime]
    salt: Mapped[bytes]
    log_index: Mapped[int]


@append_only
class Objection(Base):
    __tablename__ = "objections"
    __erased__ = {"by_id": None, "text": "", "salt": b""}

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    number: Mapped[int]
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"), nullable=True)  # empty once erased
    about: Mapped[str] = mapped_column(default="count")  # the count, or "behalf": a ballot that somebody else cast
    text: Mapped[str]
    at: Mapped[datetime]
    salt: Mapped[bytes]
    log_index: Mapped[int]


@append_only
class ObjectionAnswer(Base):
    __tablename__ = "objection_answers"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    upheld: Mapped[bool]
    text: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    log_index: Mapped[int]


@append_only
class Result(Base):
    """A count as it was announced: `stage` is preliminary or final, `data` holds every number and every test."""

    __tablename__ = "results"
    __table_args__ = (Index(None, "vote_id", "stage"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    stage: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    log_index: Mapped[int]
