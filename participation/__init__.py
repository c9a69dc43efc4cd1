"""The place where a neighbourhood decides.

`create_app` is the table of contents: configuration, the libraries, the web's manners,
then every room of the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, request

from participation import cli, tables  # noqa: F401  (all tables must be known before the first query)
from participation.config import from_environment
from participation.database import db, prepare_engine
from participation.extensions import ROOT, babel, csrf, limiter, login_manager, migrate
from participation.kernel.clock import SystemClock
from participation.web import assets, compression, errors, filters, headers, language, preferences, translations


def create_app(config: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Flask:
    """The site. `config` overrides what `environ` says; tests use it."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(from_environment(environ))
    app.config.update(config or {})
    app.extensions["clock"] = SystemClock()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    translations.ensure_compiled(ROOT / "participation" / "translations")
    babel.init_app(app, locale_selector=language.choose_locale, default_locale="zh_Hans", default_timezone="UTC")
    language.init_app(app)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    migrate.init_app(app, db)

    compression.init_app(app)
    assets.init_app(app)
    headers.init_app(app)
    filters.init_app(app)
    errors.init_app(app)
    app.context_processor(_page_context)
    _register_rooms(app)
    cli.init_app(app)
    return app


def _register_rooms(app: Flask) -> None:
    from participation import accounts, demo, desk, public, roll, votes

    app.register_blueprint(preferences.blueprint)
    for room in (public, accounts, roll, votes, desk, demo):
        room.init_app(app)


def _page_context() -> dict[str, Any]:
    """What every template may use."""
    from flask_login import current_user

    return {
        "visitor": current_user if current_user.is_authenticated else None,
        "locale": language.page_language(),
        "large_text": language.wants_large_text(),
        "languages": [(code, own) for code, (_, own) in language.LANGUAGES.items()],
        "current_path": request.full_path.rstrip("?") if request.method == "GET" else request.path,
    }
