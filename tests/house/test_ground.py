"""The tests' own ground: sign-ins, races, query counts and the browser do what they say."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from participation.accounts.models import Person
from participation.accounts.visitor import Visitor
from participation.database import db, transaction
from tests.support.browser import axe_findings
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.support.queries import count_queries
from tests.support.race import race


def test_each_test_has_its_own_empty_database(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalars(select(Person)).all() == []


def test_a_person_signed_in_is_known_to_the_site(client: ParsingClient, lane: Neighbourhood, app: Flask) -> None:
    client.sign_in(lane.wang, unlocked=True)
    seen: list[Visitor] = []

    @app.context_processor
    def _look() -> dict[str, Any]:
        from flask_login import current_user

        seen.append(current_user._get_current_object())
        return {}

    client.see("/notices")
    assert [seen[0].name, seen[0].kind, seen[0].person_id] == ["Wang", "device", lane.wang.id]
    assert seen[0].casting_unlocked(app.extensions["clock"].now())


def count_people(app: Flask, name: str) -> tuple[int, int]:
    """Runs in a process of its own."""
    with app.app_context():
        with transaction():
            db.session.add(Person(name=name, created_at=app.extensions["clock"].now()))
        return os.getpid(), len(db.session.scalars(select(Person.id)).all())


def test_racers_are_processes_over_one_database(app: Flask) -> None:
    answers = race(app, count_people, [("Wang",), ("Li",), ("Sun",)])
    assert len({process for process, _ in answers} | {os.getpid()}) == 4
    with app.app_context():
        assert sorted(db.session.scalars(select(Person.name))) == ["Li", "Sun", "Wang"]


def fail(app: Flask) -> None:
    raise ValueError("said in another process")


def test_a_racer_that_fails_fails_the_test(app: Flask) -> None:
    with pytest.raises(AssertionError, match="said in another process"):
        race(app, fail, [()])


def test_queries_are_counted(app: Flask) -> None:
    with count_queries(app) as queries, app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT 2"))
    assert queries == ["SELECT 1", "SELECT 2"]


@pytest.mark.browser
def test_axe_finds_a_fault_that_is_there(new_phone: Callable[..., Any]) -> None:
    phone = new_phone(java_script_enabled=True)
    phone.goto("/")
    phone.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in axe_findings(phone))
