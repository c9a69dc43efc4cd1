"""The libraries the site stands on, made once and bound to an app in `create_app`."""

from __future__ import annotations

from pathlib import Path

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

ROOT = Path(__file__).resolve().parent.parent


class RouteLimiter(Limiter):
    """Every limit of this site stands on a route of its own and is checked there; other requests are not asked."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


babel = Babel()
csrf = CSRFProtect()
limiter = RouteLimiter(get_remote_address)
login_manager = LoginManager()
migrate = Migrate(directory=str(ROOT / "migrations"), compare_type=True, render_as_batch=False)
