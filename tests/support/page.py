"""A fetched page as a tree: parse errors kept, elements found by small selectors, forms with what they would send."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as EXPLANATIONS

_STEP = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[#.][\w-]+|\[[\w-]+(?:[*^]?=\"[^\"]*\")?\])*)", re.IGNORECASE)
_PART = re.compile(r"([#.])([\w-]+)|\[([\w-]+)(?:([*^]?=)\"([^\"]*)\")?\]")
_STEPS = re.compile(r'(?:[^\s"]|"[^"]*")+')


class Page:
    """`page.one("form[action*=\\"ballot\\"] button")`: tag, #id, .class, [name], [name="v"], [name*="v"], descendants."""

    def __init__(self, source: str, path: str = ""):
        self.source = source
        self.path = path
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        self.root: Element = parser.parse(source)
        for element in self.root.iter():
            if isinstance(element.tag, str):
                element.tag = element.tag.rpartition("}")[2]  # drawings without their namespace: `svg`, `text`
        self.parse_errors = [
            f"line {line}: {EXPLANATIONS.get(code, code) % values}" for (line, _), code, values in parser.errors
        ]

    @cached_property
    def parents(self) -> dict[Element, Element]:
        return {child: parent for parent in self.root.iter() for child in parent}

    @cached_property
    def ids(self) -> dict[str, Element]:
        return {element.attrib["id"]: element for element in self.elements() if "id" in element.attrib}

    def elements(self) -> Iterator[Element]:
        """Every element in document order (comments left out)."""
        return (element for element in self.root.iter() if isinstance(element.tag, str))

    def ancestors(self, element: Element) -> Iterator[Element]:
        while (parent := self.parents.get(element)) is not None:
            yield parent
            element = parent

    def select(self, selector: str) -> list[Element]:
        steps = _STEPS.findall(selector)
        return [element for element in self.elements() if self._matches(element, steps)]

    def one(self, selector: str) -> Element:
        """The only element that matches; AssertionError when there are none or several."""
        found = self.select(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector!r} on {self.path}\n{self.text()[:1500]}"
        return found[0]

    def _matches(self, element: Element, steps: list[str]) -> bool:
        if not _fits(element, steps[-1]):
            return False
        rest = steps[:-1]
        for ancestor in self.ancestors(element):
            if rest and _fits(ancestor, rest[-1]):
                rest = rest[:-1]
        return not rest

    def text(self, selector: str | None = None) -> str:
        """What a reader sees, blanks collapsed: of the page's body, or of the one element that matches."""
        return text_of(self.one(selector or "body"))

    @property
    def title(self) -> str:
        return text_of(self.one("head title"))

    @property
    def heading(self) -> str:
        return text_of(self.one("h1"))

    def links(self) -> dict[str, str]:
        """Address -> text of every link."""
        return {a.attrib["href"]: text_of(a) for a in self.select("a[href]")}

    def forms(self) -> list[Form]:
        return [Form(self, element) for element in self.select("form")]

    def form(self, which: str) -> Form:
        """The one form whose action contains `which`, or that the selector `which` finds."""
        found = [form for form in self.forms() if which in form.action]
        if not found and not which.startswith("/"):
            found = [Form(self, element) for element in self.select(which) if element.tag == "form"]
        actions = [form.action for form in self.forms()]
        assert len(found) == 1, f"{len(found)} forms for {which!r} on {self.path}, whose forms go to {actions}"
        return found[0]


@dataclass(frozen=True)
class Form:
    page: Page
    element: Element

    @property
    def action(self) -> str:
        return self.element.attrib.get("action", "")

    @property
    def method(self) -> str:
        return self.element.attrib.get("method", "get").upper()

    @property
    def is_multipart(self) -> bool:
        return self.element.attrib.get("enctype") == "multipart/form-data"

    def controls(self) -> list[Element]:
        mine = self.element.attrib.get("id")
        inside = set(self.element.iter())
        return [
            e
            for e in self.page.elements()
            if e.tag in ("input", "select", "textarea", "button")
            and (e.attrib["form"] == mine if "form" in e.attrib else e in inside)
        ]

    def names(self) -> set[str]:
        return {e.attrib["name"] for e in self.controls() if "name" in e.attrib}

    def values(self) -> dict[str, list[str]]:
        """What a browser would send if nothing were touched and no button named."""
        sent: dict[str, list[str]] = {}
        for control in self.controls():
            name = control.attrib.get("name")
            if name and "disabled" not in control.attrib:
                for value in _untouched(control):
                    sent.setdefault(name, []).append(value)
        return sent

    def buttons(self) -> list[Element]:
        return [
            e
            for e in self.controls()
            if (e.tag == "button" and e.attrib.get("type", "submit") == "submit") or e.attrib.get("type") == "submit"
        ]


def _untouched(control: Element) -> list[str]:
    kind = control.attrib.get("type", "text").lower()
    if control.tag == "textarea":
        return ["".join(control.itertext()).removeprefix("\n")]
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [o for o in options if "selected" in o.attrib]
        if not chosen and "multiple" not in control.attrib:
            chosen = options[:1]
        return [o.attrib.get("value", text_of(o)) for o in chosen]
    if control.tag == "button" or kind in ("submit", "button", "reset", "image", "file"):
        return []
    if kind in ("checkbox", "radio"):
        return [control.attrib.get("value", "on")] if "checked" in control.attrib else []
    return [control.attrib.get("value", "")]


def _fits(element: Element, step: str) -> bool:
    match = _STEP.fullmatch(step)
    assert match, f"not a selector: {step!r}"
    if match[1] and match[1] not in ("*", element.tag):
        return False
    for mark, word, name, how, value in _PART.findall(match[2] or ""):
        if mark == "#" and element.attrib.get("id") != word:
            return False
        if mark == "." and word not in element.attrib.get("class", "").split():
            return False
        if name:
            held = element.attrib.get(name)
            if held is None or (how == "=" and held != value):
                return False
            if (how == "*=" and value not in held) or (how == "^=" and not held.startswith(value)):
                return False
    return True


def text_of(element: Element) -> str:
    """The text of an element and what is in it, blanks collapsed; styles and scripts left out."""
    return re.sub(r"[ \t\r\n\f]+", " ", "".join(_texts(element))).strip()


def _texts(element: Element) -> Iterator[str]:
    if element.tag in ("script", "style", "template") or not isinstance(element.tag, str):
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""
