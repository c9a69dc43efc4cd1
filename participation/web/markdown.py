"""Markdown from people: HTML off in the parser, and bleach behind it with a short list. No images."""

from __future__ import annotations

import bleach
from markdown_it import MarkdownIt
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "h3", "h4", "a", "code", "pre", "hr",
        "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
ATTRIBUTES = {"a": ["href", "rel"]}


def render_markdown(text: str) -> Markup:
    """Safe HTML of `text`. Headings start at h3: the page's own stand above them."""
    html = _parser.render(text).replace("<h1", "<h3").replace("</h1", "</h3").replace("<h2", "<h3").replace("</h2", "</h3")
    clean = bleach.clean(html, tags=TAGS, attributes=ATTRIBUTES, protocols={"https", "http", "mailto", "tel"}, strip=True)
    return Markup(clean.replace("<a ", '<a rel="nofollow noopener ugc" '))
