"""The ways in, walked in a real browser."""

from __future__ import annotations

import pytest

from participation.accounts.models import Passkey
from participation.database import db
from tests.accounts.letters import PIN, code_of
from tests.accounts.test_way_in import link_for
from tests.support import browser as browsers
from tests.support.people import Make

pytestmark = pytest.mark.browser


def test_from_the_letter_to_the_first_page_with_eight_keystrokes(live, phone):
    lane = Make(live.app).neighbourhood()
    phone.goto(f"/i/{code_of(live.app, lane.unit, '1-1-101')}")
    phone.fill("#last_four", "101x")
    phone.click("main button")
    phone.fill("#pin", PIN)
    phone.click("main button")
    assert phone.url == live.url + "/"
    assert not browsers.axe_findings(phone)


def test_a_passkey_is_made_and_used_by_the_browser_itself(make_app, chromium):
    """The origin must be a name: browsers make no passkeys for a bare address."""
    port = browsers.free_port()
    site = f"http://localhost:{port}"
    app = make_app(environ={"PORT": str(port), "PUBLIC_URL": site})
    lane = Make(app).neighbourhood()
    with browsers.serving(app, port):
        context = chromium.new_context(base_url=site, viewport=browsers.PHONE, locale="en")
        page = context.new_page()
        page.set_default_timeout(10_000)
        devtools = context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True,
                         "isUserVerified": True, "automaticPresenceSimulation": True}},
        )  # fmt: skip
        page.goto(link_for(app, lane.lin))
        page.fill("#passphrase", "wooden kettle sails north")
        page.click("main button")
        page.click("form[data-passkey] button")
        page.wait_for_url("**/desk*")
        with app.app_context():
            assert db.session.query(Passkey).one().person_id == lane.lin.id
        context.clear_cookies()
        page.goto("/sign-in")
        page.fill("#login", "lin")
        page.fill("#passphrase", "wooden kettle sails north")
        page.click("main button")
        page.click("form[data-passkey] button")
        page.wait_for_url("**/desk*")
        page.goto("/account")
        assert "Lin" in page.inner_text("main")
        context.close()
