"""What must hold of every page, whatever it is about. `problems` lists what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from tests.support.page import Form, Page, text_of

LANGUAGES = {"zh-Hans", "en", "ko"}
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-errormessage", "list", "form")


def problems(page: Page, app: Flask) -> list[str]:
    """Everything that is wrong with the page, in sentences; empty when it is well."""
    found = [f"invalid HTML, {error}" for error in page.parse_errors]
    for check in (_frame, _ids, _headings, _nothing_inline, _controls, _pictures, _lists_and_tables, _raw_text):
        found += check(page)
    found += _forms(page, app)
    found += _addresses(page, app)
    return found


def _frame(page: Page) -> Iterator[str]:
    language = page.one("html").attrib.get("lang")
    if language not in LANGUAGES:
        yield f"the page's language is {language!r}"
    titles = page.select("head title")
    if len(titles) != 1 or not text_of(titles[0]):
        yield "the page needs one title, not empty"
    for tag, name in (("h1", "heading of the first level"), ("main", "main part")):
        if len(page.select(tag)) != 1:
            yield f"the page has {len(page.select(tag))} elements {tag}: one {name} is needed"
    for heading in page.select("h1"):
        if not text_of(heading):
            yield "the h1 is empty"
    if not page.select('meta[name="viewport"]'):
        yield "no viewport is declared: the page would be tiny on a phone"


def _ids(page: Page) -> Iterator[str]:
    counted = Counter(e.attrib["id"] for e in page.elements() if "id" in e.attrib)
    yield from (f"the id {name!r} stands {n} times" for name, n in counted.items() if n > 1)
    for element in page.elements():
        for attribute in REFERENCES:
            for name in element.attrib.get(attribute, "").split():
                if name not in counted:
                    yield f"<{element.tag} {attribute}={name!r}> points to nothing"


def _headings(page: Page) -> Iterator[str]:
    last = 0
    for element in page.elements():
        if element.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            level = int(element.tag[1])
            if level > last + 1:
                yield f"heading {text_of(element)!r} of level {level} follows level {last}"
            if not text_of(element):
                yield f"an empty h{level}"
            last = level


def _nothing_inline(page: Page) -> Iterator[str]:
    for element in page.elements():
        if element.tag == "style" or "style" in element.attrib:
            yield f"inline style at <{element.tag}>, which the policy refuses"
        if element.tag == "script" and "src" not in element.attrib and element.attrib.get("type") != "application/json":
            yield "inline script, which the policy refuses"
        for name in element.attrib:
            if name.lower().startswith("on"):
                yield f"{name} at <{element.tag}>: behaviours hang on data- attributes"


def name_of(page: Page, element: Element) -> str:
    """The accessible name, near enough: labels, aria, text, alternative text."""
    attributes = element.attrib
    if "aria-label" in attributes:
        return attributes["aria-label"].strip()
    if "aria-labelledby" in attributes:
        return " ".join(text_of(page.ids[i]) for i in attributes["aria-labelledby"].split() if i in page.ids)
    if element.tag in ("input", "select", "textarea"):
        labels = [e for e in page.select("label") if e.attrib.get("for") == attributes.get("id", "-")]
        labels += [e for e in page.ancestors(element) if e.tag == "label"]
        if element.attrib.get("type") == "submit":
            return attributes.get("value", "")
        return " ".join(text_of(label) for label in labels)
    pictures = [e.attrib.get("alt", "") for e in element.iter("img")]
    return " ".join([text_of(element), *pictures]).strip()


def _controls(page: Page) -> Iterator[str]:
    for element in page.elements():
        if element.tag in ("input", "select", "textarea"):
            if element.attrib.get("type") not in UNLABELLED and not name_of(page, element):
                yield f"<{element.tag} name={element.attrib.get('name')!r}> has no label"
        elif element.tag in ("button", "a", "summary") and ("href" in element.attrib or element.tag != "a"):
            if not name_of(page, element):
                yield f"<{element.tag}> {dict(element.attrib)} says nothing"
        elif element.tag == "fieldset":
            children = [child for child in element if isinstance(child.tag, str)]
            if not children or children[0].tag != "legend" or not text_of(children[0]):
                yield "a fieldset begins with a legend"


def _pictures(page: Page) -> Iterator[str]:
    for element in page.select("img"):
        if "alt" not in element.attrib:
            yield f"a picture without alt: {element.attrib.get('src', '')[:60]}"
    for element in page.elements():
        if element.tag == "svg":
            named = element.attrib.get("role") == "img" and (
                "aria-label" in element.attrib
                or "aria-labelledby" in element.attrib
                or any(child.tag == "title" and text_of(child) for child in element)
            )
            # A picture inside one that is named or hidden needs no name of its own.
            hidden = any(e.attrib.get("aria-hidden") == "true" for e in (element, *page.ancestors(element)))
            inner = any(e.tag == "svg" for e in page.ancestors(element))
            if not (named or hidden or inner):
                yield "an svg is neither named (role=img with a label) nor hidden"


def _lists_and_tables(page: Page) -> Iterator[str]:
    for element in page.elements():
        if element.tag in ("ul", "ol"):
            wrong = {c.tag for c in element if isinstance(c.tag, str)} - {"li", "script", "template"}
            if wrong:
                yield f"<{element.tag}> holds {sorted(wrong)}"
        if element.tag == "table" and not any(e.tag == "th" for e in element.iter()):
            yield "a table without a header cell"


def _raw_text(page: Page) -> Iterator[str]:
    words = page.text()
    for raw in ("%(", "{{", "{%", "Sentence(", "<participation."):
        if raw in words:
            at = words.index(raw)
            yield f"raw text reaches the reader: {words[max(0, at - 30) : at + 50]!r}"


def _forms(page: Page, app: Flask) -> Iterator[str]:
    for form in page.forms():
        if "action" not in form.element.attrib or form.element.attrib.get("method", "").lower() not in ("get", "post"):
            yield f"a form must say its action and method: {dict(form.element.attrib)}"
            continue
        yield from _form(form, app)


def _form(form: Form, app: Flask) -> Iterator[str]:
    problem = unresolved(form.action, form.page.path, app, form.method)
    if problem:
        yield f"the form to {form.action!r} ({form.method}): {problem}"
    has_token = any(form.values().get("csrf_token", []))
    if form.method == "POST" and not has_token:
        yield f"the form to {form.action!r} has no csrf_token"
    if form.method == "GET" and has_token:
        yield f"the form to {form.action!r} would put the csrf_token into the address"
    if any(e.attrib.get("type") == "file" for e in form.controls()) and not form.is_multipart:
        yield f"the form to {form.action!r} takes a file but is not multipart/form-data"
    if not form.buttons():
        yield f"the form to {form.action!r} has no button"


def _addresses(page: Page, app: Flask) -> Iterator[str]:
    for element in page.elements():
        for attribute in ("href", "src"):
            target = element.attrib.get(attribute)
            if target is None:
                continue
            if target.startswith("#"):
                if len(target) > 1 and target[1:] not in page.ids:
                    yield f"{target} points to nothing on this page"
                continue
            problem = unresolved(target, page.path, app, "GET", resource=attribute == "src" or element.tag == "link")
            if problem:
                yield f"<{element.tag} {attribute}={target[:80]!r}>: {problem}"


def unresolved(target: str, base: str, app: Flask, method: str, *, resource: bool = False) -> str | None:
    """Why an address leads nowhere, or None. Addresses of other sites are fine to link to, not to load from."""
    parts = urlsplit(target)
    if parts.scheme in ("mailto", "tel", "data"):
        return "code in an address" if parts.scheme == "data" and not resource else None
    if parts.scheme not in ("", "http", "https"):
        return f"scheme {parts.scheme} is not for pages"
    if parts.netloc and target.startswith(app.config["PUBLIC_URL"]):
        parts = urlsplit(target.removeprefix(app.config["PUBLIC_URL"]) or "/")
    elif parts.netloc:
        return "loaded from another site" if resource else None
    path = parts.path or urlsplit(base).path
    if not path.startswith("/"):
        return "an address must begin with / (relative ones break when a page moves)"
    try:
        endpoint, values = app.url_map.bind("localhost").match(path, method=method)
    except RequestRedirect as moved:
        return f"is redirected to {moved.new_url}: link there directly"
    except MethodNotAllowed:
        return f"the route does not take {method}"
    except HTTPException:
        return "no such route"
    if endpoint == "assets.serve" and values["name"] not in app.extensions["served_assets"]:
        return "no such asset"
    return None
