"""The rules engine, from outside: what must be reached, what was reached, and what follows.

    verdict = decide(load_rule("cn.278.ordinary"), Tally(roll={"heads": 90, "area": 720000}, ballots={...}))

Plain arithmetic on integers, to be read beside the statute (docs/rules.md); no clock, no files but the presets,
no database.  The parts: `rule` (a rule as a value), `rule_data` (from data and back), `presets`, `titles` and
`matters` (what ships), `tally` (ballots added up, follow the majority), `verdict` (every test, the outcome),
`election` (committee members), `wording` (the arithmetic in words), `case` (a case as a file).
"""

from participation.votes.election import CandidateResult, ElectionVerdict, elect
from participation.votes.matters import MATTERS, Matter, load_matter
from participation.votes.presets import all_rules, load_rule, rule_title, rule_use
from participation.votes.rule import COUNTED, MEASURES, WEIGHED, Amount, Drop, Fallback, Rule, SubgroupRule, Test
from participation.votes.rule_data import rule_from_data, rule_to_data
from participation.votes.tally import Choice, Subgroup, Tally
from participation.votes.verdict import TestResult, Verdict, decide, progress
from participation.votes.wording import (
    amount_sentence,
    election_sentences,
    measure_name,
    outcome_sentence,
    result_sentences,
    summary_sentences,
)

__all__ = [
    "COUNTED",
    "MATTERS",
    "MEASURES",
    "WEIGHED",
    "Amount",
    "CandidateResult",
    "Choice",
    "Drop",
    "ElectionVerdict",
    "Fallback",
    "Matter",
    "Rule",
    "Subgroup",
    "SubgroupRule",
    "Tally",
    "Test",
    "TestResult",
    "Verdict",
    "all_rules",
    "amount_sentence",
    "decide",
    "elect",
    "election_sentences",
    "load_matter",
    "load_rule",
    "measure_name",
    "outcome_sentence",
    "progress",
    "result_sentences",
    "rule_from_data",
    "rule_title",
    "rule_to_data",
    "rule_use",
    "summary_sentences",
]
