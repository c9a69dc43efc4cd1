"""The parsing client must notice what it promises to notice."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.client import ParsingClient
from tests.support.html_checks import problems
from tests.support.page import Page

WELL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A page</title></head><body><main><h1>A page</h1>%s</main></body></html>"""


def found(app: Flask, inside: str) -> str:
    return "\n".join(problems(Page(WELL % inside, "/"), app))


def test_a_well_made_page_has_no_problems(app: Flask) -> None:
    inside = """<h2>Part</h2><a href="/notices">Notices</a>
    <form method="post" action="/preferences/language"><input type="hidden" name="csrf_token" value="x">
    <fieldset><legend>Language</legend><label>Your language <input name="language"></label></fieldset>
    <button>Keep</button></form><svg role="img" aria-label="two bars"><rect width="1" height="1"/></svg>"""
    assert found(app, inside) == ""


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("<p>open <b>and not closed</p>", "invalid HTML"),
        ("<h3>too deep</h3>", "level 3 follows level 1"),
        ("<h1>again</h1>", "2 elements h1"),
        ('<p id="a"></p><p id="a"></p>', "stands 2 times"),
        ('<p style="color: red">x</p>', "inline style"),
        ("<script>alert(1)</script>", "inline script"),
        ('<p onclick="x()">x</p>', "onclick"),
        ('<input name="a">', "has no label"),
        ('<p aria-describedby="nowhere">x</p>', "points to nothing"),
        ('<img src="/assets/x.png">', "without alt"),
        ('<a href="/notices"></a>', "says nothing"),
        ('<a href="/no/such/page">x</a>', "no such route"),
        ('<a href="notices">x</a>', "must begin with /"),
        ('<a href="javascript:x()">x</a>', "scheme javascript"),
        ('<a href="#nowhere">x</a>', "points to nothing"),
        ('<img alt="" src="https://elsewhere.example/a.png">', "from another site"),
        ('<link rel="stylesheet" href="/assets/site.0.css">', "no such asset"),
        ('<form method="post" action="/preferences/language"><button>x</button></form>', "no csrf_token"),
        ('<form action="/"><button>x</button></form>', "action and method"),
        ('<form method="post" action="/notices"><button>x</button></form>', "does not take POST"),
        ('<form method="get" action="/"></form>', "has no button"),
        ("<fieldset><p>x</p></fieldset>", "begins with a legend"),
        ("<svg></svg>", "neither named"),
        ("<ul><p>x</p></ul>", "holds"),
        ("<table><tr><td>x</td></tr></table>", "without a header cell"),
        ("<p>%(area)s homes</p>", "raw text"),
    ],
)
def test_the_client_tells(app: Flask, inside: str, told: str) -> None:
    assert told in found(app, inside)


def test_a_page_without_title_or_language_is_told(app: Flask) -> None:
    told = problems(Page("<!doctype html><html><head><title> </title></head><body></body></html>"), app)
    assert any("language" in line for line in told)
    assert any("title" in line for line in told)


def test_a_form_is_sent_as_the_page_filled_it_in() -> None:
    page = Page(
        WELL
        % """<form method="post" action="/x"><input type="hidden" name="key" value="k">
        <input type="radio" name="choice" value="yes"><input type="radio" name="choice" value="no" checked>
        <input type="checkbox" name="sure"><select name="s"><option value="1">a</option><option selected>b</option></select>
        <textarea name="t">
two</textarea><button name="go" value="1">Go</button></form>"""
    )
    assert page.form("/x").values() == {"key": ["k"], "choice": ["no"], "s": ["b"], "t": ["two"]}


def test_a_visitor_can_change_the_language_on_the_first_page(client: ParsingClient) -> None:
    client.see("/")
    assert client.page.one("html").attrib["lang"] == "en"
    answer = client.submit("/preferences/language", button="ko")
    assert answer.status_code == 200
    assert client.page.one("html").attrib["lang"] == "ko"


def test_filling_in_what_is_not_on_the_page_is_an_error(client: ParsingClient) -> None:
    client.see("/")
    with pytest.raises(AssertionError, match="the form has no"):
        client.submit("/preferences/language", colour="red")
