"""A secret election: as many ballots as marks, the box on record, the board's own sums; never what anybody chose."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from participation.database import transaction
from tests.evidence.support import codes, verify, write_evidence
from tests.support.estates import Estate
from tests.votes.secret_support import Booth

EVERYBODY = range(8)


@pytest.fixture
def finished(app, make):
    """Six of eight owners have voted, one of them twice."""
    estate = Estate(app, make, [1] * 8)
    booth = Booth(app, estate.unit)
    vote = booth.open()
    for number, names in enumerate((["Bai"], ["Bai", "Cai"], ["Cai"], ["Bai"], [], ["Bai", "Dai"])):
        booth.cast(vote, estate.owners[number], names)
    booth.cast(vote, estate.owners[0], ["Cai"], "changed")
    booth.count(vote)
    return estate, vote.id


@pytest.mark.parametrize("auditor", [False, True])
def test_box_marks_and_sums_are_confirmed(app, finished, tmp_path, auditor):
    _, vote = finished
    code, report = verify(write_evidence(app, vote, tmp_path / "secret.zip", auditor=auditor))
    assert (report["wrong"], code) == ([], 0)
    assert {"secret_box", "secret_count", "steps", "shown"} <= set(codes(report, "checked"))
    assert "secret" in codes(report, "not_checked")


def forge(app, vote, path, *statements):
    """Evidence written from a database that was changed behind the application."""
    with app.app_context(), transaction() as session:
        if session.get_bind().dialect.name == "sqlite":
            for name in session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            assert session.execute(text(statement)).rowcount > 0, statement
    return write_evidence(app, vote, path)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM secret_ballots WHERE position = 2", "box_wrong"),
        ("UPDATE secret_ballots SET sealed = (SELECT sealed FROM secret_ballots WHERE position = 1) WHERE position = 3", "box_wrong"),
        ("DELETE FROM secret_marks WHERE elector_id IN (SELECT min(elector_id) FROM secret_marks)", "marks_wrong"),
        ("UPDATE votes SET secret = (1 = 0)", "shown_differs"),
    ],
)
def test_a_changed_box_or_mark_is_found(app, finished, tmp_path, statement, found):
    _, vote = finished
    code, report = verify(forge(app, vote, tmp_path / "forged.zip", statement))
    assert code == 1
    assert found in codes(report)


def test_a_changed_sum_is_not_what_the_board_signed(app, finished, tmp_path):
    _, vote = finished
    with app.app_context(), transaction(write=False) as session:
        payload = session.execute(text("SELECT payload FROM log_entries WHERE kind = 'secret-result'")).scalar_one()
    entry = json.loads(payload)
    entry["figures"]["questions"][0]["approvals"][0]["heads"] -= 1
    entry["figures"]["questions"][0]["approvals"][1]["heads"] += 1
    changed = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("'", "''").replace(":", "\\:")
    path = forge(app, vote, tmp_path / "f.zip", f"UPDATE log_entries SET payload = '{changed}' WHERE kind = 'secret-result'")
    code, report = verify(path)
    assert code == 1
    assert {"root_wrong", "board_signature_wrong", "count_differs"} <= set(codes(report))
