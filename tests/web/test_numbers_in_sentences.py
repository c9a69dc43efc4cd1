"""A number in the middle of a sentence is written like one that stands alone."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string

from participation.kernel.refusal import Reason
from participation.kernel.sentences import say
from participation.web.language import ngettext, said


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ('{{ ngettext("%(num)s home", "%(num)s homes", n) }}', "2,099 homes"),
        ("{% trans count=n %}{{ count }} home{% pluralize %}{{ count }} homes{% endtrans %}", "2,099 homes"),
        ("{% trans n=n %}All {{ n }}{% endtrans %}", "All 2,099"),
        ('{{ _("All %(n)s", n=n) }}', "All 2,099"),
        ('{{ _("All %(n)s", n=n | number) }}', "All 2,099"),
        ('{{ _("All %(n)s", n="2099") }}', "All 2099"),  # a text is a name, such as that of a home
        ('{{ _("It is %(word)s.", word=true) }}', "It is True."),
        ('{{ ngettext("%(num)s of %(all)s", "%(num)s of %(all)s", 1, all=n) }}', "1 of 2,099"),
        ('{{ ngettext("%(num)s home", "%(num)s homes", 1) }}', "1 home"),
        ("{{ sentence }}", "2,099 homes of 1,000,000"),
        ('{{ _("<b>%(name)s</b>", name="<i>") }}', "<b>&lt;i&gt;</b>"),
    ],
)
def test_in_a_template(app: Flask, template: str, shown: str) -> None:
    sentence = say("%(n)s homes of %(all)s", n=2099, all=say("%(n)s", n=10**6))
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert render_template_string(template, n=2099, sentence=sentence) == shown


def test_in_code(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert said(Reason("too_many", say("More than %(n)s rows.", n=400_000))) == "More than 400,000 rows."
        assert ngettext("%(num)s owner", "%(num)s owners", 2099) == "2,099 owners"
        assert ngettext("%(num)s owner", "%(num)s owners", 1) == "1 owner"
