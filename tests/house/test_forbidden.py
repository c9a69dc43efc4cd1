"""The tree holds none of the things that tests/support/forbidden.py names."""

from __future__ import annotations

import re

from tests.support.forbidden import RULES, findings


def test_nothing_forbidden_stands_in_the_tree() -> None:
    assert list(findings()) == []


def test_the_patterns_find_what_they_are_for() -> None:
    examples = [
        "see /" + "work/main",
        "# TO" + "DO later",
        "raise NotImplemented" + "Error",
        "@pytest.mark." + "skip",
        "float" + "(area)",
        "    print" + "(x)",
        "{{ text | " + "safe }}",
        '<p style="' + 'color: red">',
        'src="https://' + 'cdn.example/x.js"',
        "from participation.votes" + ".models import Vote",
    ]
    assert [bool(re.search(pattern, line)) for (_, pattern, _), line in zip(RULES, examples, strict=True)] == [True] * 10
