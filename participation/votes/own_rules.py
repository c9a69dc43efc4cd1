"""A neighbourhood's own rules beside those that ship: added as data, never changed, copied into each vote at its notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import OwnRule
from participation.votes.rules import Rule, all_rules, load_rule, rule_from_data, rule_to_data


def rules_for(unit_id: int) -> tuple[Rule, ...]:
    """Every rule a vote of this neighbourhood can use: its own first, then those that ship."""
    newest = {
        row.key: rule_from_data(row.data)
        for row in db.session.scalars(select(OwnRule).where(OwnRule.unit_id == unit_id).order_by(OwnRule.id))
    }
    return (*newest.values(), *all_rules())


def rule_for(unit_id: int, key: str) -> Rule:
    """The rule with this key in this neighbourhood. Raises Refusal (code unknown_rule) if there is none."""
    own = db.session.scalars(
        select(OwnRule).where(OwnRule.unit_id == unit_id, OwnRule.key == key).order_by(OwnRule.id.desc()).limit(1)
    ).one_or_none()
    return rule_from_data(own.data) if own is not None else load_rule(key)


def add_rule(unit_id: int, data: Mapping[str, Any], at: datetime) -> Rule:
    """Add a rule, or a newer version of one's own. Raises Refusal where the data says nothing that can be decided."""
    rule = rule_from_data(data)
    if any(rule.key == shipped.key for shipped in all_rules()):
        raise Refusal(
            Reason(
                "rule_key_taken",
                say("The key %(key)s belongs to a rule that ships with the site.", key=rule.key),
                say("Choose a key of your own, such as our_estate.ordinary."),
                "key",
            )
        )
    db.session.add(OwnRule(unit_id=unit_id, key=rule.key, data=rule_to_data(rule), added_at=at))
    db.session.flush()
    return rule
