"""Configuration comes from the environment, and from nowhere else.

PORT                     loopback port to serve on (5000)
PUBLIC_URL               where people reach the site; https means production
PARTICIPATION_INSTANCE   folder for the database, uploads and keys (./instance)
DATABASE_URL             sqlite:///... or postgresql+psycopg://... (a file in the instance folder)
SECRET_KEY               signs cookies; production refuses to start without one
PARTICIPATION_MODE       trial | production (production when PUBLIC_URL is not loopback)
RATELIMIT_STORAGE_URI    where shared rate limits live (memory://)
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from participation.database import engine_options

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class ConfigurationProblem(RuntimeError):
    """The environment does not allow a safe start; the message says what to do."""


def from_environment(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Flask configuration read from `environ` (default: the process's own)."""
    env = os.environ if environ is None else environ
    instance = Path(env.get("PARTICIPATION_INSTANCE") or "instance").resolve()
    port = int(env.get("PORT") or 5000)
    public_url = (env.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationProblem("PUBLIC_URL must be a full address such as https://decide.example.org")
    mode = env.get("PARTICIPATION_MODE") or ("trial" if parts.hostname in LOOPBACK else "production")
    if mode not in ("trial", "production"):
        raise ConfigurationProblem("PARTICIPATION_MODE is either trial or production")
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = _with_driver(env.get("DATABASE_URL") or f"sqlite:///{instance / 'participation.db'}")
    return {
        "MODE": mode,
        "PORT": port,
        "PUBLIC_URL": public_url,
        "INSTANCE": instance,
        "SECRET_KEY": env.get("SECRET_KEY") or _trial_secret(mode, instance),
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(database),
        "RATELIMIT_STORAGE_URI": env.get("RATELIMIT_STORAGE_URI") or "memory://",
        "RATELIMIT_HEADERS_ENABLED": True,
        "SESSION_COOKIE_NAME": "__Host-visit" if parts.scheme == "https" else "visit",
        "SESSION_COOKIE_SECURE": parts.scheme == "https",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # A resident's phone stays known for half a year; what it may do is decided by its row, not by the cookie.
        "PERMANENT_SESSION_LIFETIME": timedelta(days=180),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 2000,
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "TRUSTED_HOSTS": [parts.hostname, *LOOPBACK] if mode == "production" else None,
    }


def _with_driver(url: str) -> str:
    for plain in ("postgres://", "postgresql://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


def _trial_secret(mode: str, instance: Path) -> str:
    """A trial on one's own machine makes its secret once and keeps it; production must bring its own."""
    if mode == "production":
        raise ConfigurationProblem(
            "SECRET_KEY is not set. A public site must bring its own secret. Make one with\n"
            "    python -c 'import secrets; print(secrets.token_urlsafe(48))'\n"
            "keep it outside the database, and start again with SECRET_KEY set to it."
        )
    path = instance / "keys" / "trial-secret"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        # Linked only when it is whole: of two first starts at once, the first keeps its secret and the other reads it.
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii")
