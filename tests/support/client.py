"""The parsing client: whatever page a test fetches is checked as a whole, so that every test guards every page.

`client.get("/votes/1")` raises AssertionError when the page is not valid, labelled, linked and protected.
`client.page` is the last page; `client.submit("/votes/1/ballot", choice="yes")` fills in the form found on it.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from participation.accounts.models import Person, SignIn
from participation.accounts.visitor import hash_token
from participation.database import db, transaction
from tests.support.html_checks import problems, unresolved
from tests.support.page import Page


class ParsingClient(FlaskClient):
    """A visitor with a browser that forgives nothing. Reads English unless `language` is set."""

    application: Flask
    language: str = "en"
    checking: bool = True
    page: Page
    token: str | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if not args or isinstance(args[0], str):
            headers = dict(kwargs.pop("headers", None) or {})
            if not any(name.lower() == "accept-language" for name in headers):
                headers["Accept-Language"] = self.language
            kwargs["headers"] = headers
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.request.method != "HEAD" and not response.location:
            self._read(response)
        if self.checking:
            _check_headers(response, self.application)
        return response

    def _read(self, response: TestResponse) -> None:
        path = response.request.full_path.rstrip("?")
        self.page = Page(response.get_data(as_text=True), path)
        if self.checking:
            wrong = problems(self.page, self.application)
            assert not wrong, f"{response.request.method} {path} ({response.status_code}):\n  " + "\n  ".join(wrong)

    def see(self, path: str, status: int = 200, **kwargs: Any) -> Page:
        """Fetch a page, following redirects, and expect this status."""
        response = self.get(path, follow_redirects=True, **kwargs)
        assert response.status_code == status, f"{path} answered {response.status_code}\n{self._told(response)}"
        return self.page

    def submit(self, which: str, *, follow: bool = True, button: str | None = None, **fields: Any) -> TestResponse:
        """Send the form on the last page whose action contains `which` (or that this selector finds).

        What the page had filled in (hidden fields, defaults) is kept; `fields` are what the visitor
        changes: text, a list for several values, (file, filename) for an upload, None to leave a field
        out.  `button` names the button by its value or its text when it has a name to send.
        Unknown fields are an error: a visitor cannot fill in what is not there.
        """
        form = self.page.form(which)
        unknown = set(fields) - form.names()
        assert not unknown, f"the form has no {sorted(unknown)}; it has {sorted(form.names())}"
        data: dict[str, Any] = {**form.values(), **fields}
        data.update(_button(form, button))
        data = {name: value for name, value in data.items() if value is not None}
        if form.method == "GET":
            return self.get(form.action or self.page.path, query_string=data, follow_redirects=follow)
        extra = {"content_type": "multipart/form-data"} if form.is_multipart else {}
        return self.post(form.action or self.page.path, data=data, follow_redirects=follow, **extra)

    def send(self, path: str, *, follow: bool = False, **fields: Any) -> TestResponse:
        """POST without a page (a retry, a forged request); the visitor's csrf token is added."""
        return self.post(path, data={"csrf_token": self.csrf_token(), **fields}, follow_redirects=follow)

    def csrf_token(self) -> str:
        """The token of this visitor's session, from the last page or the first one."""
        page = getattr(self, "page", None)
        if page is None or not page.select('input[name="csrf_token"]'):
            page = self.see("/")
        return page.select('input[name="csrf_token"]')[0].attrib["value"]

    def text(self) -> str:
        """What a reader sees of the last page's main part."""
        return self.page.text("main")

    def sign_in(self, person: Person, kind: str = "device", *, unlocked: bool = False, **columns: Any) -> str:
        """Sign this person in as if the ceremony were done; returns the token. `kind`: device or staff."""
        self.token = token = secrets.token_urlsafe(24)
        add_sign_in(self.application, person, token, kind, unlocked=unlocked, **columns)
        self.carry(token)
        return token

    def carry(self, token: str) -> None:
        """Put the cookie of an existing sign-in into this browser."""
        self.token = token
        with self.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True

    def _told(self, response: TestResponse) -> str:
        return self.page.text()[:1500] if response.mimetype == "text/html" else response.get_data(as_text=True)[:1500]


def add_sign_in(
    app: Flask, person: Person, token: str, kind: str, *, unlocked: bool = False, **columns: Any
) -> None:
    """The row behind a cookie; `unlocked` opens casting for ten minutes of the app's clock."""
    at = app.extensions["clock"].now()
    with app.app_context(), transaction():
        row = SignIn(
            token_hash=hash_token(token),
            person_id=person.id,
            kind=kind,
            user_agent="test browser",
            created_at=at,
            last_seen_at=at,
            unlocked_until=at + timedelta(minutes=10) if unlocked else None,
        )
        for name, value in columns.items():
            setattr(row, name, value)
        db.session.add(row)


def _button(form: Any, wanted: str | None) -> dict[str, str]:
    """The name and value of the pressed button: the wanted one, or the only one there is."""
    from tests.support.page import text_of

    buttons = form.buttons()
    if wanted is not None:
        buttons = [b for b in buttons if wanted in (b.attrib.get("value"), b.attrib.get("name"), text_of(b))]
        assert len(buttons) == 1, f"{len(buttons)} buttons {wanted!r} in the form to {form.action}"
    if len(buttons) == 1 and "name" in buttons[0].attrib:
        return {buttons[0].attrib["name"]: buttons[0].attrib.get("value", "")}
    return {}


def _check_headers(response: TestResponse, app: Flask) -> None:
    headers, request = response.headers, response.request
    where = f"{request.method} {request.path} ({response.status_code})"
    policy = headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, f"{where} lacks its content security policy"
    assert "unsafe" not in policy, f"{where} loosens the content security policy: {policy}"
    assert headers.get("X-Content-Type-Options") == "nosniff", where
    assert headers.get("Cache-Control"), f"{where} does not say whether it may be kept"
    if 300 <= response.status_code < 400 and response.location:
        problem = unresolved(response.location, request.path, app, "GET")
        assert problem is None, f"{where} redirects to {response.location}: {problem}"
