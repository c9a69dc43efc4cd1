"""New staff come in by a link that works once; the first operator by one that only the terminal shows."""

from __future__ import annotations

from urllib.parse import urlsplit

import pyotp
import pytest
from sqlalchemy import select

from participation.accounts import way_in
from participation.accounts.first_run import first_run_link
from participation.accounts.forms import passphrase_reasons
from participation.accounts.models import Grant, Passphrase, Person, SignIn
from participation.accounts.queries import operators
from participation.database import db, transaction
from tests.accounts.staff import PASSPHRASE, equip


def link_for(app, person, by=None) -> str:
    with app.test_request_context(), transaction():
        at = app.extensions["clock"].now()
        token = way_in.issue_way_in(person.id, at, by_id=by)
        return urlsplit(way_in.address(person.id, token)).path


def code_on_page(client, app) -> str:
    key = client.page.text("figcaption .mono")
    return pyotp.TOTP(key).at(app.extensions["clock"].now())


def walk_in(client, app, link: str, passphrase: str = PASSPHRASE) -> None:
    client.see(link)
    client.submit("/way-in/", passphrase=passphrase)
    client.submit("/way-in/second-step", code=code_on_page(client, app), follow=False)


def test_a_link_leads_over_passphrase_and_app_to_being_signed_in(client, app, lane):
    walk_in(client, app, link_for(app, lane.lin))
    assert "You are here as Lin" in client.see("/account").text()
    with app.app_context():
        assert db.session.scalars(select(Passphrase.hash)).one().startswith("$argon2id$")


def test_a_link_works_once(client, new_client, app, lane):
    link = link_for(app, lane.lin)
    walk_in(client, app, link)
    new_client().see(link, 404)


def test_a_link_is_not_used_up_half_way(client, new_client, app, lane):
    link = link_for(app, lane.lin)
    client.see(link)
    client.submit("/way-in/", passphrase=PASSPHRASE)
    walk_in(new_client(), app, link)


def test_a_link_ends_after_a_week(client, app, lane, clock):
    link = link_for(app, lane.lin)
    clock.advance(days=7, seconds=1)
    client.see(link, 404)


def test_a_new_link_voids_the_old_one_even_half_way(client, app, lane):
    old = link_for(app, lane.lin)
    client.see(old)
    client.submit("/way-in/", passphrase=PASSPHRASE)
    code = code_on_page(client, app)
    link_for(app, lane.lin)
    assert client.submit("/way-in/second-step", code=code).status_code == 404
    client.see(old, 404)


def test_a_link_is_for_its_person_only(client, app, lane):
    link = link_for(app, lane.lin)
    client.see(link.replace(f"/{lane.lin.id}/", f"/{lane.chen.id}/"), 404)


def test_a_wrong_code_does_not_finish(client, app, lane):
    client.see(link_for(app, lane.lin))
    client.submit("/way-in/", passphrase=PASSPHRASE)
    assert client.submit("/way-in/second-step", code="000000").status_code == 422
    assert client.get("/account").status_code == 302


def test_a_renewed_way_in_replaces_everything_and_ends_old_sessions(client, new_client, app, lane):
    equip(app, lane.lin)
    old = new_client()
    old.sign_in(lane.lin, "staff")
    walk_in(client, app, link_for(app, lane.lin), "another set of words here")
    assert old.get("/account").status_code == 302
    third = new_client()
    third.see("/sign-in")
    assert third.submit("/sign-in", login="lin", passphrase=PASSPHRASE).status_code == 422


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaaaa", "abcabcabcabc", "password123456", "123456789012", "lin lin lin li", "Password!2026", "王小明王小明"]
)
def test_weak_passphrases_are_refused_with_a_remedy(weak):
    (reason,) = passphrase_reasons(weak, "Lin", "lin")
    assert reason.remedy is not None


@pytest.mark.parametrize("good", [PASSPHRASE, "correct horse battery", "春天的河边有六棵树", "마을회관 앞 느티나무"])
def test_good_passphrases_are_taken_in_any_language(good):
    assert passphrase_reasons(good, "Lin", "lin") == []


def test_a_weak_passphrase_changes_nothing(client, app, lane):
    link = link_for(app, lane.lin)
    client.see(link)
    assert client.submit("/way-in/", passphrase="too short").status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Passphrase)).all() == []


# --- the first run ---------------------------------------------------------------------------------------------


@pytest.fixture
def first_link(app):
    with app.app_context():
        return urlsplit(first_run_link()).path


def test_the_first_run_leads_from_the_terminal_to_a_founded_neighbourhood(client, app, first_link):
    client.see(first_link)
    client.submit("/first-run/", name="Yu", login="yu")
    client.submit("/way-in/", passphrase=PASSPHRASE)
    client.submit("/way-in/second-step", code=code_on_page(client, app))
    assert client.page.path == "/operator"
    client.submit("/operator", name="Jade Gardens", slug="jade-gardens", area="Riverside", is_support="1")
    assert client.page.path == "/desk/jade-gardens/people"
    assert "Yu" in client.text()


def test_the_first_link_is_dead_once_there_is_an_operator(client, new_client, app, first_link):
    client.see(first_link)
    client.submit("/first-run/", name="Yu", login="yu")
    client.submit("/way-in/", passphrase=PASSPHRASE)
    client.submit("/way-in/second-step", code=code_on_page(client, app))
    new_client().see(first_link, 404)
    with app.app_context():
        assert first_run_link() is None


def test_a_first_run_left_half_way_can_be_taken_up_again(client, new_client, app, first_link):
    client.see(first_link)
    client.submit("/first-run/", name="Yu", login="yu")
    with app.app_context():
        again = urlsplit(first_run_link()).path
    client.see(first_link, 404)
    other = new_client()
    other.see(again)
    other.submit("/first-run/", name="Yu Min", login="yu.min")
    other.submit("/way-in/", passphrase=PASSPHRASE)
    with app.app_context():
        (person,) = db.session.scalars(select(Person))
        assert (person.name, person.login) == ("Yu Min", "yu.min")
        assert [p.id for p in operators(app.extensions["clock"].now())] == [person.id]
        assert len(db.session.scalars(select(Grant)).all()) == 1


def test_a_guessed_first_link_is_no_page(client, first_link):
    client.see("/first-run/" + "A" * 32, 404)


def test_the_first_run_never_takes_over_somebody_elses_name(client, app, make, first_link):
    make.person("Lin", login="lin")
    client.see(first_link)
    assert client.submit("/first-run/", name="Mallory", login="lin").status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Person.name)).all() == ["Lin"]


def test_the_first_links_file_is_private_and_holds_no_token(app, first_link):
    path = app.config["INSTANCE"] / "keys" / "first-run"
    assert path.stat().st_mode & 0o077 == 0
    assert first_link.rpartition("/")[2] not in path.read_text()


def test_nobody_is_signed_in_by_half_a_first_run(client, app, first_link):
    client.see(first_link)
    client.submit("/first-run/", name="Yu", login="yu")
    client.submit("/way-in/", passphrase=PASSPHRASE)
    with app.app_context():
        assert db.session.scalars(select(SignIn)).all() == []


# --- the terminal ----------------------------------------------------------------------------------------------


def test_an_empty_site_prints_the_link_of_the_first_run_and_a_run_site_does_not(app, lane):
    runner = app.test_cli_runner()
    assert "/first-run/" in runner.invoke(args=["init"]).output
    assert "/first-run/" not in runner.invoke(args=["init", "--quiet"]).output
    equip(app, lane.yu)
    assert "/first-run/" not in runner.invoke(args=["init"]).output


def test_the_terminal_helps_a_locked_out_operator(client, app, lane):
    answer = app.test_cli_runner().invoke(args=["staff", "link", "yu"])
    walk_in(client, app, urlsplit(answer.output.strip()).path)
    assert "You are here as Yu" in client.see("/account").text()
    assert app.test_cli_runner().invoke(args=["staff", "link", "nobody"]).exit_code != 0
