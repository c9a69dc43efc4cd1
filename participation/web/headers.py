"""Response headers that keep a page to itself: CSP without inline code, no framing, no sniffing, no leaking."""

from __future__ import annotations

from flask import Flask, Response, request

CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    )
)


def init_app(app: Flask) -> None:
    secure = app.config["SESSION_COOKIE_SECURE"]

    @app.after_request
    def _headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CSP)
        headers["X-Content-Type-Options"] = "nosniff"
        # Not no-referrer for letters: over https the CSRF check wants to see at least the origin.
        headers["Referrer-Policy"] = "strict-origin" if request.path.startswith("/i/") else "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
        headers["X-Frame-Options"] = "DENY"
        if secure:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        # Pages differ by visitor and language: a shared cache must not keep them unless a view says so.
        headers.setdefault("Cache-Control", "no-store" if request.cookies.get(app.config["SESSION_COOKIE_NAME"]) else "no-cache")
        return response
