"""Whoever changes the database behind the application is found out by the program with the file written afterwards.

Each forgery of `docs/tampering.md` is one test here, under the same name.  `kept` says which older checkpoint the
stranger needs, where the forger has made everything fit and signed it with the site's own key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from participation.record.commitment import canonical, commit
from participation.record.signed_note import Signer
from tests.evidence.forging import Forger, evidence, forging
from tests.evidence.story import Story
from tests.evidence.support import codes, verify

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    forge: Callable[[Forger], object]
    found: str  # the fault that must be among those reported
    kept: str = ""  # the older checkpoint that finds it: notice, open, end; "" where none is needed
    auditor: bool = True


def turn_swapped(f: Forger) -> None:
    elector = f.elector(7)
    f.change("UPDATE ballots SET turn = turn + 10 WHERE elector_id = :id", id=elector)
    f.change("UPDATE ballots SET turn = 13 - turn WHERE elector_id = :id", id=elector)


def ballot_and_entry_deleted(f: Forger) -> None:
    row = f.ballot(2)
    f.change("DELETE FROM ballots WHERE id = :id", id=row.id)
    f.change('DELETE FROM log_entries WHERE "index" = :index', index=row.log_index)


def ballot_added(f: Forger, index: int | None = None) -> None:
    row = f.ballot(1)
    f.change(
        "INSERT INTO ballots (id, vote_id, elector_id, turn, channel, received_at, choices, idempotency_key, receipt, salt, log_index)"
        " VALUES (999, :vote, :elector, 1, 'paper', :at, :choices, 'forged', 'FORGED', :salt, :index)",
        elector=f.elector(11), at=row.received_at, choices=row.choices, salt=row.salt,
        index=row.log_index - 1 if index is None else index,
    )  # fmt: skip


def ballot_added_after_closing(f: Forger) -> None:
    content = f.story.receipt(f.story.estate.owners[1])["opening"]["content"]
    row = f.ballot(1)
    number = f.one("SELECT number FROM electors WHERE id = :id", id=f.elector(11))[0]
    sealed = commit(bytes(row.salt), canonical({**content, "elector": number, "area": "81.23", "channel": "paper"}))
    f.rewrite(lambda entries: entries.append({"kind": "ballot", "vote": f.vote, "commitment": sealed.hex()}))
    ballot_added(f, len(f.payloads()) - 1)


def ballot_added_before_closing(f: Forger) -> None:
    """The forger makes room before the closing: every later entry moves, and the result stays as it was announced."""
    content = f.story.receipt(f.story.estate.owners[1])["opening"]["content"]
    row = f.ballot(1)
    number = f.one("SELECT number FROM electors WHERE id = :id", id=f.elector(11))[0]
    sealed = commit(bytes(row.salt), canonical({**content, "elector": number, "area": "81.23", "channel": "paper"}))
    closing = next(index for index, entry in enumerate(f.payloads()) if entry["kind"] == "closing")
    for table in ("results", "vote_steps", "objections", "objection_answers", "roll_corrections"):
        f.sql(f"UPDATE {table} SET log_index = log_index + 1 WHERE log_index >= :closing", closing=closing)
    f.rewrite(lambda entries: entries.insert(closing, {"kind": "ballot", "vote": f.vote, "commitment": sealed.hex()}))
    ballot_added(f, closing)


def entry_rewritten(f: Forger) -> None:
    row = f.ballot(2)
    f.change(
        'UPDATE log_entries SET payload = :payload WHERE "index" = :index',
        payload=canonical({"kind": "ballot", "vote": f.vote, "commitment": "0" * 64}).decode(), index=row.log_index,
    )  # fmt: skip


def ballot_resealed(f: Forger) -> None:
    """Choice, seal and tree fit again, and the key is the site's own; only the count is left as it was announced."""
    content = f.story.receipt(f.story.estate.owners[2])["opening"]["content"]
    choices = {**content["choices"], str(f.story.decision): "yes"}
    edit = f.reseal_ballot(2, choices=choices)
    f.choose(2, decision="yes")
    f.rewrite(edit)


def history_rewritten(f: Forger) -> None:
    """As above, and the choice was abstract enough to leave every announced figure as it is: the salt alone changes."""
    row = f.ballot(1)
    salt = bytes(32)
    f.change("UPDATE ballots SET salt = :salt WHERE id = :id", salt=salt, id=row.id)
    content = f.story.receipt(f.story.estate.owners[1])["opening"]["content"]
    sealed = commit(salt, canonical(content)).hex()
    f.rewrite(lambda entries: entries[row.log_index].update(commitment=sealed))


def entries_reordered(f: Forger, *, nodes: bool = True) -> None:
    one, other = f.ballot(1).log_index, f.ballot(2).log_index

    def swap(entries):
        entries[one], entries[other] = entries[other], entries[one]

    f.rewrite(swap, nodes=nodes)
    if nodes:
        f.change("UPDATE ballots SET log_index = :far WHERE log_index = :one", one=one, far=10**6)
        f.change("UPDATE ballots SET log_index = :one WHERE log_index = :other", one=one, other=other)
        f.change("UPDATE ballots SET log_index = :other WHERE log_index = :far", other=other, far=10**6)


def log_cut(f: Forger) -> None:
    """Everything after the preliminary count is taken away: objection, correction, final result."""
    preliminary = next(i for i, entry in enumerate(f.payloads()) if entry["kind"] == "counted")
    for table in ("results", "vote_steps", "objections", "roll_corrections"):
        f.change(f"DELETE FROM {table} WHERE log_index > :last", last=preliminary)
    f.change("DELETE FROM objection_answers")
    f.rewrite(lambda entries: entries.__delitem__(slice(preliminary + 1, None)))


def roll_lines_swapped(f: Forger) -> None:
    f.change("UPDATE roll_lines SET number = number + 1000 WHERE number IN (2, 3) AND vote_id = :vote")
    f.change("UPDATE roll_lines SET elector_id = -elector_id WHERE number > 1000")
    two, three = (f.one("SELECT elector_id FROM roll_lines WHERE number = :n", n=n)[0] for n in (1002, 1003))
    f.change("UPDATE roll_lines SET elector_id = :id, number = 3 WHERE number = 1002", id=-three)
    f.change("UPDATE roll_lines SET elector_id = :id, number = 2 WHERE number = 1003", id=-two)


def elector_added(f: Forger) -> None:
    """A stranger on the roll, sealed properly; but the fingerprint was announced with the notice."""
    number = f.one("SELECT max(number) + 1 FROM electors WHERE vote_id = :vote")[0]
    salt = bytes(range(32))
    line = canonical({"elector": number, "owners": ["Nobody"], "heads": 1, "area": "80.00",
                      "homes": [{"home": "1-999", "building": "1", "area": "80.00"}]})  # fmt: skip
    f.change("INSERT INTO owners (id, unit_id, key) SELECT 9999, unit_id, 'x' FROM votes WHERE id = :vote")
    f.change("INSERT INTO electors (id, vote_id, number, owner_id, heads, area, salt)"
             " VALUES (9999, :vote, :number, 9999, 1, 8000, :salt)", number=number, salt=salt)  # fmt: skip
    f.change("INSERT INTO roll_lines (elector_id, vote_id, number, line, seal) VALUES (9999, :vote, :number, :line, :seal)",
             number=number, line=line.decode(), seal=commit(salt, line))  # fmt: skip


def elector_added_unsealed(f: Forger) -> None:
    elector_added(f)
    f.change("DELETE FROM roll_lines WHERE elector_id = 9999")


def set_aside_stands(f: Forger) -> None:
    f.change(
        "INSERT INTO ballots (id, vote_id, elector_id, turn, channel, received_at, choices, idempotency_key, receipt, salt, log_index)"
        " SELECT 998, vote_id, elector_id, 2, channel, received_at, choices, 'forged', 'FORGED', salt, log_index"
        " FROM ballots_set_aside"
    )
    f.change("DELETE FROM ballots_set_aside")


def rule_changed(f: Forger) -> None:
    row = f.one("SELECT id, rule FROM questions WHERE id = :id", id=f.story.special)
    rule = json.loads(row.rule)
    rule["pass"] = [[*test[:4], "1/2", test[5]] for test in rule["pass"]]
    f.change("UPDATE questions SET rule = :rule WHERE id = :id", rule=json.dumps(rule), id=row.id)


def result_in_record(f: Forger) -> None:
    """The result is changed where it is shown and where it is recorded, and the record is signed again."""
    def edit(entries):
        for entry in entries:
            if entry["kind"] == "final-result":
                entry["result"]["questions"][1]["outcome"] = "passed"
                result = entry["result"]
                f.change("UPDATE results SET data = :data WHERE stage = 'final'", data=json.dumps(result))
    f.rewrite(edit)


def closing_in_record(f: Forger) -> None:
    """The notice is made to say an earlier closing, so that the last ballots would be late."""
    earlier = f.ballot(8).received_at
    at = earlier if isinstance(earlier, str) else earlier.isoformat()
    at = at[:19] + "+00:00"

    def edit(entries):
        for entry in entries:
            if entry["kind"] == "notice":
                entry["closes_at"] = at
            if entry["kind"] == "closing":
                entry["closed_at"] = at

    f.rewrite(edit)
    f.change("UPDATE votes SET closes_at = :at WHERE id = :vote", at=at)


def result_figures(f: Forger) -> None:
    data = json.loads(f.one("SELECT data FROM results WHERE stage = 'final'")[0])
    data["questions"][0]["ballots"]["yes"]["area"] += 1
    f.change("UPDATE results SET data = :data WHERE stage = 'final'", data=json.dumps(data))


def candidate_figures(f: Forger) -> None:
    data = json.loads(f.one("SELECT data FROM results WHERE stage = 'final'")[0])
    one, other = data["questions"][2]["candidates"][:2]
    one["heads"], other["heads"] = other["heads"], one["heads"]
    f.change("UPDATE results SET data = :data WHERE stage = 'final'", data=json.dumps(data))


def reading_changed(f: Forger) -> None:
    row = f.one("SELECT id, choices FROM sheet_readings WHERE choices IS NOT NULL ORDER BY id LIMIT 1")
    choices = {**json.loads(row.choices), str(f.story.decision): "no"}
    f.change("UPDATE sheet_readings SET choices = :choices WHERE id = :id", choices=json.dumps(choices), id=row.id)


def later(f: Forger, table: str, column: str, where: str, **values: object) -> None:
    """Move an instant by a day, in either database."""
    row = f.one(f"SELECT {column} FROM {table} WHERE {where}", **values)[0]
    moved = row.replace("2026-0", "2027-0") if isinstance(row, str) else row.replace(year=2027)
    f.change(f"UPDATE {table} SET {column} = :moved WHERE {where}", moved=moved, **values)


def own(f: Forger, owner: int, statement: str, **values: object) -> None:
    f.change(statement, id=f.ballot(owner).id, **values)


CASES = {
    "a choice is changed": Case(lambda f: f.choose(2, decision="yes"), "commitment_wrong"),
    "ticks are moved to another candidate": Case(lambda f: f.choose(1, ticks=[0, 3]), "commitment_wrong"),
    "the channel of a ballot is changed": Case(
        lambda f: own(f, 5, "UPDATE ballots SET channel = 'phone' WHERE id = :id"), "commitment_wrong"),
    "the time of receipt is changed": Case(
        lambda f: later(f, "ballots", "received_at", "id = :id", id=f.ballot(7).id), "commitment_wrong"),
    "two ballots of one owner change their turns": Case(turn_swapped, "commitment_wrong"),
    "a salt is changed": Case(
        lambda f: own(f, 0, "UPDATE ballots SET salt = :salt WHERE id = :id", salt=bytes(32)), "commitment_wrong"),
    "a proxy's ballot is made the owner's own": Case(
        lambda f: own(f, 4, "UPDATE ballots SET authority_id = NULL WHERE id = :id"), "commitment_wrong"),
    "a ballot is moved to another owner": Case(
        lambda f: own(f, 2, "UPDATE ballots SET elector_id = :to WHERE id = :id", to=f.elector(11)), "commitment_wrong"),
    "a ballot is deleted": Case(lambda f: own(f, 2, "DELETE FROM ballots WHERE id = :id"), "unopened"),
    "a ballot is deleted with its entry": Case(ballot_and_entry_deleted, "root_wrong", auditor=False),
    "a ballot is added": Case(ballot_added, "opening_astray"),
    "a ballot is added to the record after the count": Case(ballot_added_after_closing, "out_of_order", auditor=False),
    "a ballot is added to the record before the closing": Case(ballot_added_before_closing, "count_differs"),
    "a ballot that was set aside is made to stand": Case(set_aside_stands, "commitment_wrong"),
    "the area of an owner is changed": Case(
        lambda f: f.change("UPDATE electors SET area = area + 1 WHERE id = :id", id=f.elector(3)), "elector_changed"),
    "an owner is given a second head": Case(
        lambda f: f.change("UPDATE electors SET heads = 2 WHERE id = :id", id=f.elector(3)), "elector_changed"),
    "a home is moved to another owner": Case(
        lambda f: f.change("UPDATE elector_homes SET elector_id = :to WHERE elector_id = :id", id=f.elector(3), to=f.elector(4)),
        "elector_changed"),
    "an owner is added to the roll": Case(elector_added, "fingerprint_wrong", auditor=False),
    "an owner is added without a sealed line": Case(elector_added_unsealed, "elector_unsealed"),
    "two lines of the roll are swapped": Case(roll_lines_swapped, "roll_unopened"),
    "a name on the roll is changed": Case(
        lambda f: f.change("UPDATE roll_lines SET line = replace(line, 'Owner 3', 'Owner X') WHERE elector_id = :id", id=f.elector(3)),
        "roll_unopened"),
    "the fingerprint of the roll is replaced": Case(
        lambda f: f.change("UPDATE votes SET roll_fingerprint = :hash WHERE id = :vote", hash="0" * 64), "shown_differs", auditor=False),
    "a correction is removed": Case(
        lambda f: f.change("DELETE FROM roll_corrections WHERE elector_id = :id", id=f.elector(10)), "shown_differs", auditor=False),
    "a correction is enlarged": Case(
        lambda f: f.change("UPDATE roll_corrections SET area_delta = 5000 WHERE elector_id = :id", id=f.elector(1)),
        "shown_differs", auditor=False),
    "a co-owner's statement is removed": Case(lambda f: f.change("DELETE FROM co_owner_statements"), "unopened"),
    "a reading of a paper ballot is changed": Case(reading_changed, "commitment_wrong"),
    "the fraction of a rule is changed": Case(rule_changed, "shown_differs", auditor=False),
    "the question is reworded": Case(
        lambda f: f.change("UPDATE questions SET text = 'Shall we not?' WHERE id = :id", id=f.story.decision),
        "shown_differs", auditor=False),
    "the closing is moved": Case(
        lambda f: later(f, "votes", "closes_at", "id = :vote"), "shown_differs", auditor=False),
    "the closing is moved in the record as well": Case(closing_in_record, "outside_window"),
    "figures of the result are changed": Case(result_figures, "shown_differs", auditor=False),
    "candidates exchange their figures": Case(candidate_figures, "shown_differs", auditor=False),
    "the outcome is changed in the record as well": Case(result_in_record, "count_differs", auditor=False),
    "an answer to an objection is reworded": Case(
        lambda f: f.change("UPDATE objection_answers SET text = 'Rejected.'"), "shown_differs", auditor=False),
    "an objection is removed": Case(
        lambda f: (f.change("DELETE FROM objection_answers"), f.change("DELETE FROM objections")), "shown_differs", auditor=False),
    "an entry of the record is rewritten": Case(entry_rewritten, "root_wrong", auditor=False),
    "entries of the record change places": Case(lambda f: entries_reordered(f, nodes=False), "root_wrong", auditor=False),
    "a ballot is sealed anew and the record signed again": Case(ballot_resealed, "count_differs"),
    "history is rewritten so that everything fits": Case(history_rewritten, "fork", kept="open", auditor=False),
    "entries change places so that everything fits": Case(entries_reordered, "fork", kept="open", auditor=False),
    "the end of the record is cut off": Case(log_cut, "record_shorter", kept="end", auditor=False),
}  # fmt: skip


@pytest.fixture(scope="module")
def kept(story: Story) -> dict[str, Path]:
    """Checkpoints that somebody outside the site has kept: from the poster of the notice, from a witness, from the end."""
    return {"notice": story.kept_at_notice, "open": story.kept_while_open, "end": story.keep_checkpoint("end")}


@pytest.mark.parametrize("name", CASES)
def test_is_found(story: Story, kept, tmp_path, name):
    case = CASES[name]
    with forging(story) as forger:
        case.forge(forger)
        file = evidence(forger, tmp_path / "evidence.zip", auditor=case.auditor)
    code, report = verify(file, *(("--checkpoint", kept[case.kept]) if case.kept else ()))
    assert code == 1
    assert case.found in codes(report), [line["text"] for line in report["wrong"]]
    assert not report["holds"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kept])
def test_needs_the_older_checkpoint(story: Story, tmp_path, name):
    """Whoever holds the site's key can make everything fit: this is why posters and witnesses keep checkpoints."""
    with forging(story) as forger:
        CASES[name].forge(forger)
        file = evidence(forger, tmp_path / "evidence.zip")
    code, report = verify(file)
    assert (report["wrong"], code) == ([], 0)
    assert "no_older" in codes(report, "not_checked")


def test_an_older_receipt_finds_a_rewritten_history_too(story: Story, tmp_path):
    proof = tmp_path / "receipt.json"
    proof.write_text(json.dumps(story.receipt(story.estate.owners[1])), encoding="utf-8")
    with forging(story) as forger:
        history_rewritten(forger)
        file = evidence(forger, tmp_path / "evidence.zip", auditor=False)
    code, report = verify(file, "--receipt", proof)
    assert code == 1
    assert {"fork", "receipt_not_here"} <= set(codes(report))


def test_a_record_signed_with_another_key_is_found(story: Story, kept, tmp_path):
    """The forger has no key of the site: a new one makes everything fit, but it is not the one on the poster."""
    signers = story.app.extensions["record_signers"]
    [(origin, own_key)] = signers.items()
    forged = Signer(origin, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    signers[origin] = forged
    try:
        with forging(story) as forger:
            history_rewritten(forger)
            file = evidence(forger, tmp_path / "evidence.zip")
    finally:
        signers[origin] = own_key
    assert verify(file)[0] == 0  # consistent in itself
    code, report = verify(file, "--key", own_key.verifier.vkey)
    assert code == 1
    assert {"key_other", "signature_wrong"} <= set(codes(report))
    code, report = verify(file, "--checkpoint", kept["notice"])
    assert code == 1
    assert "signature_wrong" in codes(report)


def test_the_vote_is_as_it_was_after_all_that(story: Story, kept, tmp_path):
    """The forgeries above were really undone: else one could have hidden behind another."""
    with forging(story) as forger:
        file = evidence(forger, tmp_path / "evidence.zip")
    code, report = verify(file, *(part for path in kept.values() for part in ("--checkpoint", path)))
    assert (report["wrong"], code) == ([], 0)


def test_every_forgery_stands_in_the_documentation_with_the_file_that_finds_it():
    rows = [line.strip("| ").split(" | ") for line in (ROOT / "docs" / "tampering.md").read_text(encoding="utf-8").splitlines()]
    documented = {row[0].lower(): row[2] for row in rows if len(row) == 3}
    assert {name.lower(): "auditor" if case.auditor else "public" for name, case in CASES.items()} == {
        name: file for name, file in documented.items() if name not in ("forgery", "a record signed with another key")
    }
