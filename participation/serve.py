"""Serving with the production server, gunicorn with threads: chosen by measurement (docs/decisions/0005-wsgi-server.md).

On loopback only; a proxy in front brings https and the world.  SIGTERM stops it cleanly: nobody new is
let in, whoever is being served gets their answer.  A worker that dies is replaced at once.
"""

from __future__ import annotations

import gc
import os
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from werkzeug.middleware.proxy_fix import ProxyFix

HOST = "127.0.0.1"
# Python runs one thread at a time; the others wait for the disk, for the database or for a slow phone.
THREADS = 8
SHARED_MEMORY = "/dev/shm"  # noqa: S108  (heartbeats touch a file there instead of waiting for a busy disk)


def settings(app: Flask) -> dict[str, Any]:
    """What gunicorn is told: threads, limits, patience in seconds, and to keep quiet."""
    return {
        "bind": f"{HOST}:{app.config['PORT']}",
        "worker_class": "gthread",
        "workers": workers(app),
        "threads": THREADS,
        "timeout": 60,  # a worker that has not stirred for so long is replaced
        "graceful_timeout": 20,
        "keepalive": 30,  # a proxy and a phone come back over the same connection
        "worker_connections": 1000,
        "limit_request_line": 4094,
        "limit_request_fields": 60,
        "limit_request_field_size": 8190,
        "forwarded_allow_ips": HOST,
        "worker_tmp_dir": SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None,
        "control_socket_disable": True,
        "loglevel": "warning",
        "errorlog": "-",
        "proc_name": "participation",
        # What was made at the start stays for ever: the collector need not walk through it again and again.
        "pre_fork": lambda _arbiter, _worker: gc.freeze(),
    }


def workers(app: Flask) -> int:
    """One process for SQLite, which has one writer; one for each processor, or WEB_CONCURRENCY, for PostgreSQL."""
    if str(app.config.get("SQLALCHEMY_DATABASE_URI", "sqlite")).startswith("sqlite"):
        return 1
    return int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)


class _Server(BaseApplication):
    """gunicorn around an application that is already made, told what to do by `settings` alone."""

    def __init__(self, app: Flask):
        self.application = app
        super().__init__()

    def load_config(self) -> None:
        for name, value in settings(self.application).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application


def serve(app: Flask) -> None:
    """Serve `app` on loopback at its configured port until SIGTERM or SIGINT; ends the process."""
    if app.config.get("MODE") == "production":
        # Only the proxy on this machine can reach us; what it says of the visitor's address and of https is true.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    click.echo(f"Serving on http://{HOST}:{app.config['PORT']} (stop with Ctrl+C)")
    _Server(app).run()
