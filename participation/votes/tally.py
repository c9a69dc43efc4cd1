"""What was counted, and what follows from it before any test is asked.

"Follow the majority" is resolved here: the ticks join the side that leads on **every** measure of the rule;
where nobody leads on all of them they are abstentions.  Silence is not taking part, unless the law says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from participation.votes.rule import Rule


class Choice(StrEnum):
    yes = "yes"
    no = "no"
    abstain = "abstain"
    follow = "follow"


Quantities = Mapping[str, int]  # measure -> units; an absent measure is zero


@dataclass(frozen=True, slots=True)
class Subgroup:
    """One building, or another part that the law asks by itself; its owners are in the whole as well."""

    by: str
    name: str
    roll: Quantities
    ballots: Mapping[str, Quantities]


@dataclass(frozen=True, slots=True)
class Tally:
    """Integers only: heads, flats, contracts as they are, all other measures in 1/100.

    `present` is the attendance of a meeting; without it those who handed in a ballot are the present.
    `consents` says for a veto of the rule whether everybody who holds it agreed; absent: nobody holds it.
    """

    roll: Quantities
    ballots: Mapping[str, Quantities]
    present: Quantities | None = None
    subgroups: tuple[Subgroup, ...] = ()
    consents: Mapping[str, bool] = field(default_factory=dict)


def taking_part(ballots: Mapping[str, Quantities], measure: str) -> int:
    """PART: every valid ballot, whatever it says."""
    return sum(ballots.get(choice, {}).get(measure, 0) for choice in Choice)


def leading_side(rule: Rule, ballots: Mapping[str, Quantities]) -> Choice:
    """`yes` or `no` if that side is ahead on every measure of the rule, else `abstain`."""
    yes, no = ballots.get("yes", {}), ballots.get("no", {})
    margins = [yes.get(measure, 0) - no.get(measure, 0) for measure in rule.measures]
    if margins and all(margin > 0 for margin in margins):
        return Choice.yes
    if margins and all(margin < 0 for margin in margins):
        return Choice.no
    return Choice.abstain


def side_to_follow(rule: Rule, ballots: Mapping[str, Quantities]) -> Choice | None:
    """Where the ticks for "follow the majority" go; None if there are none."""
    if not any(ballots.get("follow", {}).values()):
        return None
    return leading_side(rule, ballots) if rule.follow == "leading_side" else Choice.abstain


@dataclass(frozen=True, slots=True)
class Sums:
    """The sets of a rule, added up: `of("YES", "area")`. `silence` is counted as yes where the law does so."""

    roll: Quantities
    yes: Quantities
    no: Quantities
    abstain: Quantities
    silence: Quantities
    present: Quantities | None

    def of(self, name: str, measure: str) -> int:
        yes, no, abstain = self.yes.get(measure, 0), self.no.get(measure, 0), self.abstain.get(measure, 0)
        part = yes + no + abstain
        present = part if self.present is None else self.present.get(measure, part)
        match name:
            case "ALL":
                return self.roll.get(measure, 0)
            case "PART":
                return part
            case "PRESENT":
                return present
            case "ATTEND":
                return max(part, present)
            case "CAST":
                return yes + self.silence.get(measure, 0) + no
            case "YES":
                return yes + self.silence.get(measure, 0)
            case "NO":
                return no
        raise ValueError(f"unknown set: {name!r}")

    @property
    def effective(self) -> dict[str, dict[str, int]]:
        """Per choice, after following: yes + no + abstain = all ballots. `silence` is set only where it counts as yes."""
        found = {"yes": dict(self.yes), "no": dict(self.no), "abstain": dict(self.abstain)}
        return found | ({"silence": dict(self.silence)} if self.silence else {})


def add_up(
    rule: Rule,
    roll: Quantities,
    ballots: Mapping[str, Quantities],
    follow_to: Choice | None,
    present: Quantities | None = None,
) -> Sums:
    """Resolve the ballots of the whole, or of one subgroup (which follows the side of the whole)."""
    measures = tuple(dict.fromkeys((*roll, *(m for quantities in ballots.values() for m in quantities))))
    columns: dict[str, dict[str, int]] = {"yes": {}, "no": {}, "abstain": {}}
    for choice, column in columns.items():
        given, follow = ballots.get(choice, {}), ballots.get("follow", {}) if follow_to == choice else {}
        column.update({m: given.get(m, 0) + follow.get(m, 0) for m in measures})
    silence: dict[str, int] = {}
    if rule.silence == "yes":
        # Whoever came, or answered, was not silent: a person present without a ballot is not turned into a yes.
        for measure in measures:
            heard = taking_part(ballots, measure)
            heard = max(heard, present.get(measure, 0)) if present is not None else heard
            silence[measure] = roll.get(measure, 0) - heard
    return Sums(roll, columns["yes"], columns["no"], columns["abstain"], silence, present)
