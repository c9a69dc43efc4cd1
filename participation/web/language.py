"""Which language and text size this visitor reads, and saying a `Sentence` in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import get_locale, gettext
from flask_login import current_user
from markupsafe import Markup, escape

from participation.kernel.refusal import Reason
from participation.kernel.sentences import Sentence

# code for the page's lang attribute -> (Babel's name, the language's own name)
LANGUAGES = {"zh-Hans": ("zh_Hans", "中文"), "en": ("en", "English"), "ko": ("ko", "한국어")}
LANGUAGE_COOKIE = "language"
LARGE_COOKIE = "large"


def choose_locale() -> str:
    """Babel's name of the language: the visitor's own setting, else the browser's wish, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return LANGUAGES[chosen][0]
    saved = getattr(current_user, "locale", None)
    if saved in LANGUAGES:
        return LANGUAGES[saved][0]
    for wish, _ in request.accept_languages:
        code = wish.lower().split("-")[0]
        for name in LANGUAGES:
            if name.split("-")[0] == code:
                return LANGUAGES[name][0]
    return "zh_Hans"


def page_language() -> str:
    """The code for `<html lang>`."""
    return str(get_locale()).replace("_", "-")


def wants_large_text() -> bool:
    chosen = request.cookies.get(LARGE_COOKIE)
    return chosen == "1" if chosen is not None else bool(getattr(current_user, "large_text", False))


def said(sentence: Any) -> str | Markup:
    """Translate a `Sentence`, a `Reason` or plain text for the reader. Values that are sentences are said too."""
    if isinstance(sentence, Reason):
        sentence = sentence.message
    if not isinstance(sentence, Sentence):
        return str(sentence)
    values = {k: said(v) if isinstance(v, Sentence) else v for k, v in sentence.values.items()}
    translated = gettext(sentence.text)
    return translated % values if values else translated


def paragraphs(texts: Iterable[str]) -> Markup:
    return Markup("").join(Markup("<p>{}</p>").format(escape(t)) for t in texts)
