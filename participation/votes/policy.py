"""What the rules of a vote's questions allow, taken together: the strictest one decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from participation.votes.models import Question, Vote
from participation.votes.own_rules import rule_for
from participation.votes.rules import Rule, rule_from_data

# Where the statute weighs by something that follows from the exclusive area, the roll's area serves:
# floor area itself; votes in a Korean condominium (Art. 12, 37: by area) and a Japanese one (Art. 14, 38).
AREA_SERVES_AS = {"area", "floor", "votes"}
FROM_ROLL = {"heads"} | AREA_SERVES_AS


@dataclass(frozen=True)
class Policy:
    """Days are calendar days. `choices` maps question id to the answers its rule offers."""

    may_change: bool
    notice_days: int
    window_min_days: int
    window_max_days: int
    extension_max_days: int
    objection_days: int
    publishes_choice: bool
    choices: Mapping[int, tuple[str, ...]]


def rule_of(question: Question) -> Rule:
    """The rule as frozen at the notice; before it, the neighbourhood's own or the one that ships."""
    if question.rule is not None:
        return rule_from_data(question.rule)
    return rule_for(question.vote.unit_id, question.rule_key)


def policy_of(vote: Vote) -> Policy:
    rules = {question.id: rule_of(question) for question in vote.questions}
    found = list(rules.values())
    return Policy(
        may_change=bool(found) and all(rule.may_change != "no" for rule in found),
        notice_days=max((rule.notice_days for rule in found), default=15),
        window_min_days=max((rule.window_min_days for rule in found), default=1),
        window_max_days=min((rule.window_max_days for rule in found), default=60),
        extension_max_days=min((rule.extension_max_days for rule in found), default=0),
        objection_days=max((rule.objection_days for rule in found), default=7),
        publishes_choice=any(rule.publishes_choice for rule in found),
        choices={id_: choices_of(rule) for id_, rule in rules.items()},
    )


def choices_of(rule: Rule) -> tuple[str, ...]:
    return ("yes", "no", "abstain", "follow") if rule.follow_offered else ("yes", "no", "abstain")


def missing_measures(rule: Rule) -> tuple[str, ...]:
    """Measures the rule asks for that the roll does not hold (land shares, quotas ...)."""
    return tuple(measure for measure in rule.all_measures if measure not in FROM_ROLL)
