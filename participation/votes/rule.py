"""A rule as a value: what must be reached, and everything else the law says about the vote.

A rule is a list of tests `measure: numerator set / denominator set  comparator  p/q`; every test must hold.

Sets (of one measure):
    ALL      the frozen roll
    PART     valid ballots, abstentions included
    PRESENT  those present at the meeting; equals PART where no attendance was taken
    ATTEND   the larger of PART and PRESENT: in the room or by ballot, where the law counts both as attending
    CAST     yes + no
    YES, NO  after "follow the majority" has been resolved

Heads, flats and contracts are counted (plain integers).  Area, land, floor, share, quota and votes are weighed
(integers in 1/100).  Nothing here is ever divided: `numerator * q  comparator  denominator * p`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from participation.kernel.quantities import format_hundredths

COUNTED = ("heads", "flats", "contracts")
WEIGHED = ("area", "land", "floor", "share", "quota", "votes")
MEASURES = (*COUNTED, *WEIGHED)

SETS = ("ALL", "PART", "PRESENT", "ATTEND", "CAST", "YES", "NO")
# Before closing only turnout may be shown, so a quorum may not look at the split of yes and no.
QUORUM_SETS = ("ALL", "PART", "PRESENT", "ATTEND")
COMPARATORS = (">=", ">", "<=", "<")
STAGES = ("quorum", "pass")
OUTCOMES = ("passed", "rejected", "no_quorum", "vetoed", "second_vote")

_UNITS = {"area": " m2", "land": " m2", "floor": " m2", "share": " shares", "quota": " quota"}


@dataclass(frozen=True, slots=True)
class Amount:
    """So many units of a measure. Weighed measures are in 1/100. `str` is the plain English form with its unit.

    Sentences carry amounts, not texts, so that a page can write them in the reader's own way.
    """

    measure: str
    units: int

    @property
    def is_weighed(self) -> bool:
        return self.measure in WEIGHED

    @property
    def number(self) -> str:
        """The machine form: '4800.00' for weighed measures, '31' for counted ones."""
        return format_hundredths(self.units) if self.is_weighed else str(self.units)

    def __str__(self) -> str:
        return self.number + _UNITS.get(self.measure, f" {self.measure}")


@dataclass(frozen=True, slots=True)
class Test:
    """One condition, such as `area YES/PART > 1/2`. `p/q` is exact; 1/1 means all."""

    __test__: ClassVar[bool] = False  # not a test case, whatever a test runner thinks of its name

    name: str
    stage: str
    measure: str
    numerator: str
    denominator: str
    comparator: str
    p: int
    q: int

    @property
    def fraction(self) -> str:
        return f"{self.p}/{self.q}"

    def boundary(self, denominator: int) -> int:
        """The smallest numerator that holds (for > and >=), or the largest (for < and <=); denominator > 0."""
        whole, rest = divmod(denominator * self.p, self.q)
        if self.comparator == ">=":
            return whole + (1 if rest else 0)
        if self.comparator == ">":
            return whole + 1
        return whole if self.comparator == "<=" or rest else whole - 1

    def holds(self, numerator: int, denominator: int) -> bool:
        """Exact comparison. An empty base decides nothing: a zero denominator fails."""
        if denominator <= 0:
            return False
        left, right = numerator * self.q, denominator * self.p
        if self.comparator == ">=":
            return left >= right
        if self.comparator == ">":
            return left > right
        return left <= right if self.comparator == "<=" else left < right


@dataclass(frozen=True, slots=True)
class SubgroupRule:
    """Tests that each group must hold by itself. Groups of at most `skip_up_to` heads are left out."""

    by: str
    tests: tuple[Test, ...]
    skip_up_to: int = 0
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """When all of `when` hold, the tests on the measures in `drop` are not asked."""

    when: tuple[Test, ...]
    drop: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fallback:
    """After one of the outcomes in `after`, and if all of `when` hold, the matter goes to a second vote under `rule`."""

    rule: str
    after: tuple[str, ...]
    when: tuple[Test, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything a vote needs to know about its rule. Days are calendar days; see docs/rules.md for each field.

    confidence: V read in the law or an official notice, M from memory, D our own choice (the thresholds);
    procedure_confidence: the same for days, channels and publication.
    """

    key: str
    title: str
    place: str
    source: str
    clause: str
    tests: tuple[Test, ...]
    confidence: str
    procedure_confidence: str
    valid_from: date | None = None
    valid_to: date | None = None
    use: str = ""
    notes: tuple[str, ...] = ()
    scope: str = "neighbourhood"
    subgroups: tuple[SubgroupRule, ...] = ()
    drops: tuple[Drop, ...] = ()
    vetoes: tuple[str, ...] = ()
    fallback: Fallback | None = None
    follow: str = "abstain"
    silence: str = "not_taking_part"
    present: str = "attendance"
    heads: str = "owner"
    developer_one_head: bool = False
    weight: str | None = None
    coowners: str = "unresolved"
    untraceable: str = "stay"
    occupant_may_vote: bool = False
    channels: tuple[str, ...] = ("online", "paper")
    paper_on_request: bool = True
    separate_by_channel: bool = False
    may_change: str = "no"
    notice_days: int = 15
    window_min_days: int = 1
    window_max_days: int = 60
    extension_max_days: int = 0
    objection_days: int = 7
    post_final_days: int = 3
    published: tuple[str, ...] = ("room", "area", "voted")
    challenge_months: int = 0
    challenge_days: int = 0
    retention_years: int = 5
    also_called: Mapping[str, str] = field(default_factory=dict)

    @property
    def quorum_tests(self) -> tuple[Test, ...]:
        return tuple(test for test in self.tests if test.stage == "quorum")

    @property
    def pass_tests(self) -> tuple[Test, ...]:
        return tuple(test for test in self.tests if test.stage == "pass")

    @property
    def measures(self) -> tuple[str, ...]:
        """Measures of the rule's own tests, in the order of the rule: a side leads if it leads on all of them."""
        return tuple(dict.fromkeys(test.measure for test in self.tests))

    @property
    def all_measures(self) -> tuple[str, ...]:
        """Measures of any test of the rule, those of subgroups, drops and the fallback included."""
        more = [test for group in self.subgroups for test in group.tests]
        more += [test for drop in self.drops for test in drop.when]
        more += self.fallback.when if self.fallback else ()
        return tuple(dict.fromkeys(test.measure for test in (*self.tests, *more)))

    @property
    def follow_offered(self) -> bool:
        """Whether the ballot shows the choice "follow the majority"."""
        return self.follow == "leading_side"

    @property
    def publishes_choice(self) -> bool:
        """Whether the law wants each owner's choice by name; the ballot page must say so before the vote."""
        return "choice" in self.published

    @property
    def abstention_weighs(self) -> bool:
        """True where abstaining makes passing harder (it stays in a base); False where it is simply ignored."""
        return any(test.denominator not in ("CAST", "YES", "NO") for test in self.pass_tests)

    def in_force(self, on: date) -> bool:
        """Whether the rule was law on that day (both ends included; an open end is open)."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)
