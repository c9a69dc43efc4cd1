"""From a draft to the notice, and what may still change while it is up: extension, cancellation."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.queries import totals_at
from participation.votes.models import Vote, VoteStep
from participation.votes.phases import Phase
from participation.votes.policy import missing_measures, policy_of, rule_of
from participation.votes.rules import rule_to_data
from participation.votes.secret.announcing import announced_secrecy
from participation.votes.secret.closing import discard_envelopes
from participation.votes.secret.drafting import secrecy_missing
from participation.votes.services.freezing import freeze_roll, heads_in_scope
from participation.votes.services.steps import hold, record_step, refuse_if, require


def still_missing(vote: Vote, now: datetime) -> list[Reason]:
    """What stands between this draft and its notice, each with its remedy. Empty: it can be announced."""
    reasons: list[Reason] = []
    if not vote.questions:
        reasons.append(Reason("no_question", say("There is no question yet."), say("Add the question that is to be decided.")))
    for question in vote.questions:
        rule = rule_of(question)
        lacking = missing_measures(rule)
        if lacking:
            reasons.append(Reason("measure", say("Rule %(rule)s needs %(measures)s, which the roll does not hold.", rule=rule.key, measures=", ".join(lacking)), say("Choose a rule that counts heads and area.")))
        if rule.present != "attendance":
            reasons.append(Reason("meeting", say("Rule %(rule)s counts who is present at a meeting, which this vote cannot know.", rule=rule.key), say("Use the calculator with the meeting's figures, or choose another rule.")))
        if rule.vetoes and question.consent is None:
            reasons.append(Reason("veto", say("Rule %(rule)s also needs the consent of specially affected owners.", rule=rule.key), say("Say in the question whether anybody is affected, and attach the written consents.")))
        if question.kind == "election" and len(question.candidates) < (question.seats or 1):
            reasons.append(Reason("candidates", say("There are fewer candidates than seats."), say("Add candidates, or lower the number of seats.")))
    if totals_at(vote.unit_id, now)[0] == 0:
        reasons.append(Reason("no_roll", say("The neighbourhood has no roll yet."), say("Import the owners' roll first.")))
    elif not heads_in_scope(vote, now):
        reasons.append(Reason("empty_scope", say("No home lies in the scope of this vote."), say("Choose other buildings, or the whole neighbourhood.")))
    return reasons + secrecy_missing(vote) + _dates_missing(vote, now)


def _dates_missing(vote: Vote, now: datetime) -> list[Reason]:
    if vote.opens_at is None or vote.closes_at is None:
        return [Reason("dates", say("Opening and closing have no date yet."), say("Choose both dates."))]
    if vote.closes_at <= vote.opens_at or vote.closes_at <= now:
        return [Reason("dates_order", say("The vote would close before it opens, or in the past."), say("Choose a later closing."))]
    if vote.rehearsal:
        return []
    policy, reasons = policy_of(vote), []
    window = vote.closes_at - vote.opens_at
    earliest = now + timedelta(days=policy.notice_days)
    if vote.opens_at < earliest:
        reasons.append(Reason("notice_short", say("The notice must stand for %(days)s days before the vote opens.", days=policy.notice_days), say("Choose an opening on or after %(date)s (UTC).", date=f"{earliest:%Y-%m-%d %H:%M}")))
    if window < timedelta(days=policy.window_min_days):
        reasons.append(Reason("window_short", say("The vote must stay open for at least %(days)s days.", days=policy.window_min_days), say("Choose a later closing.")))
    if window > timedelta(days=policy.window_max_days):
        reasons.append(Reason("window_long", say("The vote may stay open for at most %(days)s days.", days=policy.window_max_days), say("Choose an earlier closing.")))
    return reasons


def publish_notice(vote_id: int, by_id: int | None, clock: Clock) -> VoteStep:
    """Freeze questions, rules and roll, and put the notice on record: from here on nothing is edited."""
    held = hold(vote_id, clock)
    require(held, Phase.DRAFT)
    vote = held.vote
    refuse_if(still_missing(vote, held.now))
    for question in vote.questions:
        question.rule = rule_to_data(rule_of(question))
    count = freeze_roll(vote, held.now)
    vote.noticed_at, vote.step = held.now, "noticed"
    assert vote.opens_at is not None and vote.closes_at is not None
    public = {
        "title": vote.title,
        "rehearsal": vote.rehearsal,
        "proxy_limit": vote.proxy_limit,
        "opens_at": vote.opens_at.isoformat(timespec="seconds"),
        "closes_at": vote.closes_at.isoformat(timespec="seconds"),
        "questions": [
            {"question": q.id, "kind": q.kind, "text": q.text, "rule": q.rule, "seats": q.seats, "consent": q.consent,
             "candidates": [{"candidate": c.id, "name": c.name} for c in q.candidates]}
            for q in vote.questions
        ],
        "documents": [{"name": a.filename, "sha256": a.sha256} for a in vote.attachments],
        "roll": {"heads": count.roll_heads, "area": format_hundredths(count.roll_area), "fingerprint": vote.roll_fingerprint},
    }  # fmt: skip
    if vote.secret:
        public["secret"] = announced_secrecy(vote)
    return record_step(held, "notice", by_id, public=public)


def extend(vote_id: int, closes_at: datetime, reason: str, by_id: int | None, clock: Clock) -> VoteStep:
    """Move the closing to a later instant: while open, once, within the rule's limit, with a reason."""
    held = hold(vote_id, clock)
    require(held, Phase.OPEN)
    vote = held.vote
    assert vote.closes_at is not None
    limit = policy_of(vote).extension_max_days
    already = db.session.scalar(
        select(func.count()).select_from(VoteStep).where(VoteStep.vote_id == vote.id, VoteStep.kind == "extension")
    )
    reasons = _needs_reason(reason)
    if already:
        reasons.append(Reason("extended", say("The vote has already been extended once."), say("After closing, a new vote can be announced.")))
    if closes_at <= vote.closes_at:
        reasons.append(Reason("not_later", say("The new closing is not later than the present one."), say("An extension can only give more time."), "closes_at"))
    if closes_at > vote.closes_at + timedelta(days=limit) and not vote.rehearsal:
        reasons.append(Reason("too_late", say("The rule allows an extension of at most %(days)s days.", days=limit), say("Choose an earlier date."), "closes_at"))
    refuse_if(reasons)
    before = vote.closes_at.isoformat(timespec="seconds")
    vote.closes_at = closes_at
    return record_step(
        held, "extension", by_id, reason.strip(), public={"from": before, "to": closes_at.isoformat(timespec="seconds")}
    )


def cancel(vote_id: int, reason: str, by_id: int | None, clock: Clock) -> VoteStep:
    """Cancel an announced vote, on record and with its reason. Ballots stay in the record; nothing is counted."""
    held = hold(vote_id, clock)
    require(held, Phase.NOTICE, Phase.OPEN, Phase.CLOSED)
    refuse_if(_needs_reason(reason))
    held.vote.step = "cancelled"
    if held.vote.secret:
        discard_envelopes(held.vote)
    return record_step(held, "cancelled", by_id, reason.strip())


def hasten(vote_id: int, by_id: int | None, clock: Clock) -> VoteStep:
    """Rehearsals only: let the next deadline (opening, closing, end of objections) be now."""
    held = hold(vote_id, clock)
    if not held.vote.rehearsal:
        raise Refusal(Reason("binding", say("Only a rehearsal can be moved on; this vote is binding."), say("Wait for the date on the notice.")))
    require(held, Phase.NOTICE, Phase.OPEN, Phase.PRELIMINARY)
    field = {Phase.NOTICE: "opens_at", Phase.OPEN: "closes_at", Phase.PRELIMINARY: "objections_until"}[held.phase]
    setattr(held.vote, field, held.now)
    return record_step(held, "hastened", by_id, public={field: held.now.isoformat(timespec="seconds")})


def _needs_reason(reason: str) -> list[Reason]:
    if reason.strip():
        return []
    return [Reason("reason_missing", say("This step is public and needs its reason."), say("Say in a sentence why."), "reason")]
