"""Configuration comes from the environment; an unsafe start is refused with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from participation.config import ConfigurationProblem, from_environment
from tests.support.client import ParsingClient


def test_production_without_a_secret_is_refused_with_the_remedy(tmp_path: Path) -> None:
    environ = {"PUBLIC_URL": "https://decide.example.org", "PARTICIPATION_INSTANCE": str(tmp_path)}
    with pytest.raises(ConfigurationProblem, match="SECRET_KEY is not set") as told:
        from_environment(environ)
    assert "secrets.token_urlsafe" in str(told.value)
    config = from_environment({**environ, "SECRET_KEY": "brought along"})
    assert (config["MODE"], config["SECRET_KEY"]) == ("production", "brought along")


def test_a_trial_makes_its_secret_once_and_keeps_it(tmp_path: Path) -> None:
    environ = {"PARTICIPATION_INSTANCE": str(tmp_path)}
    first, second = from_environment(environ), from_environment(environ)
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) >= 48
    kept = tmp_path / "keys" / "trial-secret"
    assert kept.stat().st_mode & 0o077 == 0, "nobody else on the machine may read it"


def test_two_trials_have_different_secrets(tmp_path: Path) -> None:
    secrets = {from_environment({"PARTICIPATION_INSTANCE": str(tmp_path / n)})["SECRET_KEY"] for n in "ab"}
    assert len(secrets) == 2


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PUBLIC_URL", "decide.example.org", "full address"),
        ("PUBLIC_URL", "ftp://decide.example.org", "full address"),
        ("PARTICIPATION_MODE", "demo", "trial or production"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(tmp_path: Path, name: str, value: str, told: str) -> None:
    with pytest.raises(ConfigurationProblem, match=told):
        from_environment({"PARTICIPATION_INSTANCE": str(tmp_path), name: value})


def test_cookies_of_a_public_site_are_bound_to_its_host(tmp_path: Path) -> None:
    config = from_environment(
        {"PUBLIC_URL": "https://decide.example.org", "SECRET_KEY": "s", "PARTICIPATION_INSTANCE": str(tmp_path)}
    )
    assert config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert config["SESSION_COOKIE_SECURE"] is True
    assert config["TRUSTED_HOSTS"][0] == "decide.example.org"


def test_a_postgresql_address_gets_the_driver(tmp_path: Path) -> None:
    config = from_environment({"PARTICIPATION_INSTANCE": str(tmp_path), "DATABASE_URL": "postgres://a@db/decide"})
    assert config["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://a@db/decide"


def test_the_site_says_that_it_is_well(client: ParsingClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_public_site_speaks_https_only(make_app, app: Flask) -> None:  # type: ignore[no-untyped-def]
    public = make_app(environ={"PUBLIC_URL": "https://decide.example.org"})
    client = public.test_client()
    client.checking = False  # the page's links are for another host than the test client's
    answer = client.get("/healthz", base_url="https://decide.example.org")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Strict-Transport-Security" not in app.test_client().get("/healthz").headers
    assert client.get("/healthz", base_url="https://evil.example").status_code == 400
