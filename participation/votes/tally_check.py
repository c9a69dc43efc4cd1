"""A tally that cannot be true gets no verdict. Here is why it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from participation.kernel.refusal import Reason
from participation.kernel.sentences import say
from participation.votes.rule import COUNTED, MEASURES, Amount, Rule
from participation.votes.tally import Choice, Quantities, Subgroup, Tally, taking_part

MOST = 10**14  # 1/100 m2: far beyond any estate, so that a slipped digit is noticed


def impossible(rule: Rule, tally: Tally) -> tuple[Reason, ...]:
    """Reasons why `tally` cannot be decided under `rule`; empty if all is well."""
    malformed = tuple(_malformed(tally))
    return malformed or (*_contradictions(rule, tally), *_subgroup_contradictions(rule, tally))


def _malformed(tally: Tally) -> Iterator[Reason]:
    yield from _quantities("roll", tally.roll)
    yield from _ballots("ballots", tally.ballots)
    yield from _quantities("present", tally.present or {})
    for group in tally.subgroups:
        yield from _quantities(f"subgroups.{group.name}.roll", group.roll)
        yield from _ballots(f"subgroups.{group.name}.ballots", group.ballots)


def _ballots(place: str, ballots: Mapping[str, Quantities]) -> Iterator[Reason]:
    for choice, quantities in ballots.items():
        if choice not in list(Choice):
            yield Reason(
                "unknown_choice", say("%(place)s: unknown choice %(choice)s.", place=place, choice=str(choice))
            )
        yield from _quantities(f"{place}.{choice}", quantities)


def _quantities(place: str, quantities: Quantities) -> Iterator[Reason]:
    for measure, units in quantities.items():
        if measure not in MEASURES:
            yield Reason(
                "unknown_measure",
                say("%(place)s: unknown measure %(measure)s.", place=place, measure=str(measure)),
                say("Use one of: %(known)s.", known=", ".join(MEASURES)),
                f"{place}.{measure}",
            )
        # bool is an int to Python, but True is not one head.
        elif type(units) is not int or not 0 <= units <= MOST:
            yield Reason(
                "not_a_quantity",
                say(
                    "%(place)s: %(measure)s must be a whole number of units, zero or more.",
                    place=place,
                    measure=measure,
                ),
                field=f"{place}.{measure}",
            )


def _contradictions(rule: Rule, tally: Tally) -> Iterator[Reason]:
    yield from _more_than_roll("ballots", tally.roll, tally.ballots)
    for measure in rule.all_measures:
        if tally.present is None or measure not in tally.present:
            continue
        units = tally.present[measure]
        if units > tally.roll.get(measure, 0):
            yield Reason(
                "present_exceed_roll",
                say(
                    "%(present)s are present, but the roll holds only %(roll)s.",
                    present=Amount(measure, units),
                    roll=Amount(measure, tally.roll.get(measure, 0)),
                ),
                say("Correct the attendance or the roll."),
                f"present.{measure}",
            )
        elif (missing := _ballots_from_outside(rule, tally, measure) - units) > 0:
            yield Reason(
                "ballots_exceed_present",
                say("%(missing)s more were counted than were present.", missing=Amount(measure, missing)),
                say("Add them to the attendance, or take their ballots out."),
                f"present.{measure}",
            )


def _ballots_from_outside(rule: Rule, tally: Tally, measure: str) -> int:
    """How much of the ballots must have been in the room; 0 where the law also takes ballots from elsewhere."""
    if rule.present == "in_person" or not any("PRESENT" in (t.numerator, t.denominator) for t in rule.tests):
        return 0
    part = taking_part(tally.ballots, measure)
    # Written objections after a second meeting (tw.condo.32) come from those who stayed away as well.
    return part - tally.ballots.get("no", {}).get(measure, 0) if rule.present == "objections_later" else part


def _more_than_roll(place: str, roll: Quantities, ballots: Mapping[str, Quantities]) -> Iterator[Reason]:
    for measure in MEASURES:
        part, whole = taking_part(ballots, measure), roll.get(measure, 0)
        if part > whole:
            yield Reason(
                "ballots_exceed_roll",
                say(
                    "%(place)s: the ballots add up to %(part)s, but the roll holds only %(roll)s.",
                    place=place,
                    part=Amount(measure, part),
                    roll=Amount(measure, whole),
                ),
                say("Look for a ballot counted twice, or a roll that is not complete."),
                f"{place}.{measure}",
            )


def _subgroup_contradictions(rule: Rule, tally: Tally) -> Iterator[Reason]:
    seen: set[tuple[str, str]] = set()
    for group in tally.subgroups:
        place = f"{group.by} {group.name}"
        if (group.by, group.name) in seen:
            yield Reason("subgroup_twice", say("%(place)s is given twice.", place=place))
        seen.add((group.by, group.name))
        known = [name for sub in rule.subgroups for name in (sub.by, *sub.also_called)]
        if known and group.by not in known:
            yield Reason(
                "unknown_subgroup",
                say("%(rule)s does not ask groups by %(by)s.", rule=rule.key, by=group.by),
                say("Use one of: %(known)s.", known=", ".join(known)),
            )
        yield from _more_than_roll(place, group.roll, group.ballots)
        yield from _more_than_whole(place, group, tally)
    for by in dict.fromkeys(group.by for group in tally.subgroups):
        yield from _together_more_than_whole(by, tally)


def _more_than_whole(place: str, group: Subgroup, tally: Tally) -> Iterator[Reason]:
    for what, part, whole in (
        ("roll", group.roll, tally.roll),
        *((choice.value, group.ballots.get(choice, {}), tally.ballots.get(choice, {})) for choice in Choice),
    ):
        for measure, units in part.items():
            # Where consents are gathered, the whole may name the yes alone; what it does not name it does not contradict.
            if units > whole.get(measure, 0 if what == "roll" else units):
                yield Reason(
                    "subgroup_exceeds_whole",
                    say(
                        "%(place)s has %(part)s under %(what)s, the whole has only %(whole)s.",
                        place=place,
                        part=Amount(measure, units),
                        what=what,
                        whole=Amount(measure, whole.get(measure, 0)),
                    ),
                )


def _together_more_than_whole(by: str, tally: Tally) -> Iterator[Reason]:
    groups = [group for group in tally.subgroups if group.by == by]
    for measure in MEASURES:
        # An owner with homes in two buildings is one head in each of them, but one head in the whole.
        if measure in COUNTED and measure != "flats":
            continue
        total = sum(group.roll.get(measure, 0) for group in groups)
        if total > tally.roll.get(measure, 0):
            yield Reason(
                "subgroups_exceed_whole",
                say(
                    "All groups by %(by)s together hold %(total)s, the roll only %(roll)s.",
                    by=by,
                    total=Amount(measure, total),
                    roll=Amount(measure, tally.roll.get(measure, 0)),
                ),
            )
