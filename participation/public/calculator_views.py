"""The calculator's page: choose a rule, type the numbers, read the arithmetic. The address holds it all, to be shared."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request

from participation.kernel.sentences import Sentence, say
from participation.public.calculator import (
    GROUP_CHOICES,
    MOST_GROUPS,
    answer,
    row_label,
    rows_of,
    rule_or_none,
    rules_by_place,
)
from participation.public.views import blueprint
from participation.votes.pages import confidence_words
from participation.votes.rules import measure_name, rule_title, rule_use
from participation.votes.wording_data import test_words
from participation.web.access import PUBLIC, access

PLACES: dict[str, Sentence] = {
    "CN": say("China"), "KR": say("Korea"), "TW": say("Taiwan"), "JP": say("Japan"), "SG": say("Singapore"),
    "DE": say("Germany"), "FR": say("France"), "ES": say("Spain"), "GB": say("Scotland"), "own": say("The neighbourhood's own rules"),
}  # fmt: skip


@blueprint.get("/calculator")
@access(PUBLIC)
def calculator() -> Any:
    key = request.args.get("rule", "")
    if not key:
        return render_template(
            "public/calculator.html", unit=None, places=rules_by_place(), place_name=_place_name, rule_title=rule_title,
            rule_use=rule_use, confidence_words=confidence_words, test_words=test_words,
        )  # fmt: skip
    rule = rule_or_none(key)
    if rule is None:
        abort(404)
    typed = request.args
    given = any(value.strip() for name, value in typed.items() if name != "rule")
    found = answer(rule, typed) if given else None
    page = render_template(
        "public/calculation.html", unit=None, rule=rule, rows=rows_of(rule), typed=typed, answer=found,
        groups=range(1, MOST_GROUPS + 1) if rule.subgroups else (), group_choices=GROUP_CHOICES, row_label=row_label,
        measure_name=measure_name, place_name=_place_name, rule_title=rule_title, rule_use=rule_use,
        confidence_words=confidence_words, test_words=test_words,
    )  # fmt: skip
    return page, 422 if found is not None and found.reasons else 200


def _place_name(place: str) -> Sentence | str:
    return PLACES.get(place, PLACES.get(place.partition("-")[0], place))
