"""Which language and text size this visitor reads, and saying a `Sentence` in it.

A whole number in a sentence is written as the reader writes numbers (2,099), whoever says the sentence: `said`,
`ngettext`, or a template with `_`, `ngettext` or `{% trans %}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal
from flask import Flask, request
from flask_babel import get_locale, get_translations, gettext
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

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
    return _wished(request.headers.get("Accept-Language", ""))


@lru_cache(256)  # browsers send few different wishes, and each of them many times
def _wished(header: str) -> str:
    for wish, _ in parse_accept_header(header, LanguageAccept):
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


def number(value: int) -> str:
    """2099 -> '2,099'."""
    return _number(value, str(get_locale()))


@lru_cache(4096)
def _number(value: int, locale: str) -> str:
    return format_decimal(value, locale=locale)


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a sentence with whole numbers as texts; True and False are words of the program, not numbers."""
    return {name: number(v) if isinstance(v, int) and not isinstance(v, bool) else v for name, v in values.items()}


def said(sentence: Any) -> str | Markup:
    """Translate a `Sentence`, a `Reason` or plain text for the reader. Values that are sentences are said too."""
    if isinstance(sentence, Reason):
        sentence = sentence.message
    if not isinstance(sentence, Sentence):
        return str(sentence)
    values = _written({k: said(v) if isinstance(v, Sentence) else v for k, v in sentence.values.items()})
    translated = gettext(sentence.text)
    return translated % values if values else translated


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a sentence that `count` asks for, with `%(num)s` as the reader writes it."""
    return get_translations().ungettext(one, many, count) % {"num": number(count)}


def paragraphs(texts: Iterable[str]) -> Markup:
    return Markup("").join(Markup("<p>{}</p>").format(escape(t)) for t in texts)


def init_app(app: Flask) -> None:
    """Let the sentences of templates write their numbers like all others."""
    texts = app.jinja_env.globals
    texts.update(gettext=_with_numbers(texts["gettext"]), ngettext=_with_numbers(texts["ngettext"], is_plural=True))


def _with_numbers(say_it: Callable[..., Any], is_plural: bool = False) -> Callable[..., Any]:
    @pass_context
    def say_with_numbers(context: Context, *given: Any, **values: Any) -> Any:
        if is_plural:
            values.setdefault("num", given[-1])
        return say_it(context, *given, **_written(values)) if values else say_it(context, *given)

    return say_with_numbers
