"""The public record for everybody: every entry in words, proofs that a stranger can check, and old checkpoints compared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import text

from participation.database import db, transaction
from participation.public.entry_words import _PLAIN, _WORDS, entry_words
from participation.public.record_pages import entries_between
from participation.record.checkpoint import open_checkpoint, parse_checkpoint
from participation.record.merkle import leaf_hash, verify_consistency, verify_inclusion
from participation.record.services import append, hold_log, log_of
from participation.record.signed_note import Verifier, decode_base64, encode_base64
from participation.votes.services.correcting import correct_area
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.support.queries import count_queries
from tests.votes.pages_support import Hall, words

RECORD = "/units/lane-12/record"
DATA = "/record/lane-12"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "record.md"


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def grow(app: Flask, lane: Neighbourhood, entries: int) -> None:
    with app.app_context(), transaction():
        log, at = hold_log(lane.unit.id), app.extensions["clock"].now()
        for number in range(entries):
            append(log, "roll-change", {"home": f"home {number}", "what": "area"}, at)


def note_of(client: ParsingClient, size: int | None = None) -> str:
    return client.get(f"{DATA}/checkpoint" + (f"?size={size}" if size is not None else "")).get_data(as_text=True)


def test_a_stranger_reads_the_record_in_plain_words(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open("Renew the water pipes")
    hall.cast(vote, lane.wang, "no")
    with app.app_context(), transaction():
        correct_area(vote.id, lane.homes["1-101"].id, 8600, "Register of 2025", lane.lin.id, hall.clock)
    client.see(RECORD)
    said = words(client)
    assert "Roll corrected: area of 1-101 changed by" in said or "Roll corrected: area of" in said
    assert "Reason: Register of 2025" in said
    assert "Ballot sealed" in said
    assert "Vote announced: “Renew the water pipes”, 5 owners with" in said
    assert said.index("Roll corrected") < said.index("Ballot sealed") < said.index("Vote announced")
    for private in ("Wang", "Against"):
        assert private not in said


def test_a_vote_has_its_own_page_without_the_entries_of_others(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    grow(app, lane, 3)
    vote = hall.open("Pipes")
    other = hall.announce("Lift")
    client.see(f"/votes/{vote.id}/record")
    assert "“Pipes”" in words(client)
    assert "“Lift”" not in words(client)
    assert "home 1" not in words(client)
    client.see(f"/votes/{other.id}/record")
    assert "“Lift”" in words(client)


def test_a_draft_has_no_record_page(client: ParsingClient, hall: Hall) -> None:
    client.see(f"/votes/{hall.draft().id}/record", 404)


def test_pages_follow_each_other_without_gap_or_double(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    grow(app, lane, 120)
    seen, path = [], RECORD
    for _ in range(10):
        client.see(path)
        seen += [int(item.attrib["id"].removeprefix("entry-")) for item in client.page.select('.papers li[id]')]
        links = client.page.select('a[rel="next"]')
        if not links:
            break
        path = links[0].attrib["href"]
    assert seen == list(range(119, -1, -1))


def test_a_page_of_a_long_record_costs_what_a_page_of_a_short_one_costs(
    app: Flask, client: ParsingClient, lane: Neighbourhood
) -> None:
    grow(app, lane, 64)
    with count_queries(app) as few:
        client.see(RECORD)
    grow(app, lane, 960)
    with count_queries(app) as many:
        client.see(RECORD)
    with count_queries(app) as middle:
        client.see(f"{RECORD}?before=500")
    assert len(many) == len(few)
    assert len(middle) == len(few)
    assert not any("COUNT(" in query.upper() for query in many + middle)


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 30, "²"])
def test_a_strange_cursor_is_no_page(client: ParsingClient, lane: Neighbourhood, cursor: str) -> None:
    client.see(f"{RECORD}?before={quote(cursor)}", 404)


def test_an_empty_record_says_what_will_come(client: ParsingClient, lane: Neighbourhood) -> None:
    client.see(RECORD)
    assert "No entry yet" in words(client)
    assert client.get(f"{DATA}/entries").get_data() == b""
    client.see(f"{RECORD}/entries/0", 404)


def test_an_unknown_neighbourhood_has_no_record(client: ParsingClient, lane: Neighbourhood) -> None:
    for path in ("/units/nowhere/record", "/units/nowhere/record/check", "/record/nowhere/checkpoint"):
        assert client.get(path).status_code == 404


def test_the_entry_page_and_its_proof_hold(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    grow(app, lane, 21)
    client.see(f"{RECORD}/entries/13")
    assert "home 13" in words(client)
    data = client.get(f"{DATA}/proof?index=13&size=17").get_json()
    checkpoint, _ = open_checkpoint(data["checkpoint"], Verifier.from_vkey(data["verifier_key"]))
    leaf = leaf_hash(data["entry"].encode())
    proof = [decode_base64(node) for node in data["inclusion_proof"]]
    assert checkpoint.size == 17
    assert encode_base64(leaf) == data["leaf_hash"]
    assert verify_inclusion(leaf, 13, 17, proof, checkpoint.root)
    assert not verify_inclusion(leaf, 12, 17, proof, checkpoint.root)


@pytest.mark.parametrize("query", ["", "index=21", "index=-1", "index=5&size=5", "index=1&size=22", "index=a"])
def test_an_impossible_proof_is_not_there(app: Flask, client: ParsingClient, lane: Neighbourhood, query: str) -> None:
    grow(app, lane, 21)
    assert client.get(f"{DATA}/proof?{query}").status_code == 404


def test_consistency_between_any_two_sizes(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    grow(app, lane, 23)
    vkey = Verifier.from_vkey(client.get(f"{DATA}/key").get_data(as_text=True).strip())
    for first, second in ((1, 23), (7, 8), (8, 23), (0, 5), (23, 23)):
        data = client.get(f"{DATA}/consistency?from={first}&to={second}").get_json()
        newer, _ = open_checkpoint(data["checkpoint"], vkey)
        older, _ = open_checkpoint(note_of(client, first), vkey)
        proof = [decode_base64(node) for node in data["proof"]]
        assert (newer.size, older.size) == (second, first)
        assert verify_consistency(first, second, older.root, newer.root, proof)
    for query in ("from=5&to=4", "from=5&to=24", "to=-1", "from=x"):
        assert client.get(f"{DATA}/consistency?{query}").status_code == 404


def test_the_entries_as_lines_rebuild_the_root(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    from participation.record.merkle import root_of

    grow(app, lane, 1100)
    first = client.get(f"{DATA}/entries").get_data(as_text=True).splitlines()
    rest = client.get(f"{DATA}/entries?from={len(first)}").get_data(as_text=True).splitlines()
    assert (len(first), len(rest)) == (1000, 100)
    lines = [json.loads(line) for line in first + rest]
    assert [line["index"] for line in lines] == list(range(1100))
    root = root_of([leaf_hash(line["payload"].encode()) for line in lines])
    assert parse_checkpoint(note_of(client).partition("\n\n")[0] + "\n").root == root


def test_the_checkpoint_of_a_poster_is_a_beginning(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    grow(app, lane, 9)
    poster = note_of(client)
    grow(app, lane, 5)
    client.see(f"{RECORD}/check")
    client.submit("form#paste", checkpoint=poster.replace("\n", " \r\n").replace("—", "-"))
    assert "Yes" in words(client)
    assert "The record of today, with 14 entries, begins with exactly these 9." in words(client)
    assert "carries the valid signature of this record" in words(client)
    origin, size, root = poster.splitlines()[:3]
    for typed in (f"{origin}\n{size}\n{root}", f"\n {origin}\n\n{size}\n{root} \n"):
        client.see(f"{RECORD}/check?checkpoint={quote(typed)}")
        assert "begins with exactly these 9" in words(client)
        assert "carries the valid signature" not in words(client)


@pytest.mark.parametrize("form", ["base64", "address", "hex"])
def test_scanning_the_code_of_a_poster_answers_at_once(
    app: Flask, client: ParsingClient, lane: Neighbourhood, form: str
) -> None:
    grow(app, lane, 9)
    root = parse_checkpoint(note_of(client).partition("\n\n")[0] + "\n").root
    typed = {
        "base64": encode_base64(root),
        "address": encode_base64(root).rstrip("=").replace("+", "-").replace("/", "_"),
        "hex": root.hex().upper(),
    }[form]
    client.see(f"{RECORD}/check?size=9&root={quote(typed)}")
    assert "This is exactly the record of today." in words(client)
    grow(app, lane, 1)
    client.see(f"{RECORD}/check?size=9&root={quote(typed)}")
    assert "begins with exactly these 9" in words(client)
    wrong = bytes([root[0] ^ 1, *root[1:]]).hex()
    client.see(f"{RECORD}/check?size=9&root={wrong}")
    assert "No!" in words(client)
    assert "are not the ones the paper was printed from" in words(client)
    assert "First compare what you typed" in words(client)
    client.see(f"{RECORD}/check?size=11&root={wrong}")
    assert "The paper speaks of 11 entries, but the record of today has 10 only." in words(client)


@pytest.mark.parametrize(
    "query", ["checkpoint=hello", "size=9&root=abc", "size=x&root=" + "A" * 43, "root=" + "A" * 43, "size=5", "checkpoint=%00"]
)
def test_what_is_no_checkpoint_is_asked_for_again(client: ParsingClient, lane: Neighbourhood, query: str) -> None:
    client.see(f"{RECORD}/check?{query}", 422)
    assert "This cannot be read as a checkpoint" in words(client)


def test_a_checkpoint_of_another_neighbourhood_is_named_as_that(
    client: ParsingClient, lane: Neighbourhood, outsiders: Neighbourhood
) -> None:
    other = client.get(f"/record/{outsiders.unit.slug}/checkpoint").get_data(as_text=True)
    client.see(f"{RECORD}/check?checkpoint={quote(other)}")
    assert "This is a checkpoint of another record" in words(client)
    assert outsiders.unit.slug in words(client)


def test_a_rewritten_record_is_told_to_whoever_holds_a_signed_checkpoint(
    app: Flask, client: ParsingClient, lane: Neighbourhood
) -> None:
    grow(app, lane, 9)
    poster = note_of(client)
    with app.app_context(), transaction() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER log_nodes_no_update"))
        else:
            session.execute(text("DROP TRIGGER log_nodes_no_change ON log_nodes"))
        session.execute(
            text("UPDATE log_nodes SET hash = (SELECT o.hash FROM log_nodes AS o WHERE o.level = 0 AND o.\"index\" = 1) WHERE level = 3")
        )
    grow(app, lane, 1)
    client.see(f"{RECORD}/check?checkpoint={quote(poster)}")
    assert "No!" in words(client)
    assert "So the record has been changed since: do not ignore this." in words(client)


def test_entries_that_nobody_has_words_for_are_named_by_their_kind() -> None:
    for kind, payload in (("new-thing", "{}"), ("correction", "{}"), ("correction", "[]"), ("notice", "no JSON"), ("notice", "1")):
        assert str(entry_words(kind, payload)) == f"Entry of the kind “{kind}”"


def test_every_documented_kind_of_entry_has_words() -> None:
    """docs/record.md lists the kinds, and its own test holds it to the code."""
    table = DOCUMENT.read_text("utf-8").partition("### The kinds of entries")[2].partition("What the envelopes hold")[0]
    kinds = {kind for row in re.findall(r"^\| (`.*?`) \|", table, re.M) for kind in re.findall(r"`([a-z-]+)`", row)} - {"kind"}
    assert {"ballot", "notice", "witness-named", "erased", "sheet-outcome"} <= kinds
    assert kinds - set(_PLAIN) - set(_WORDS) == set()


def test_every_entry_of_a_real_vote_is_told_in_words(app: Flask, tmp_path: Path) -> None:
    from tests.evidence.story import Story

    story = Story(app, tmp_path)
    with app.app_context(), transaction(write=False):
        lines = entries_between(log_of(story.estate.unit.id), 0, 10_000)
    told = {line.kind: str(line.words) for line in lines}
    assert len(told) > 12
    assert not [words for words in told.values() if words.startswith("Entry of the kind")]


def test_the_record_is_linked_from_the_neighbourhood_and_the_vote(client: ParsingClient, hall: Hall) -> None:
    vote = hall.open()
    client.see("/units/lane-12")
    assert client.page.select(f'a[href="{RECORD}"]')
    client.see(f"/votes/{vote.id}")
    assert client.page.select(f'a[href="/votes/{vote.id}/record"]')
