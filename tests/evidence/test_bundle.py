"""A stranger with the file and the program confirms the result, in every language; the public file shows no secrets."""

from __future__ import annotations

import ast
import json
import re
import zipfile

import pytest

from participation.kernel.refusal import Refusal
from tests.evidence.story import Story
from tests.evidence.support import PROGRAM, codes, load_verifier, verify, verify_words, write_evidence
from tests.support.estates import Estate


def test_an_auditors_file_confirms_the_whole_vote(story: Story, tmp_path):
    file = write_evidence(story.app, story.vote, tmp_path / "audit.zip")
    code, report = verify(file)
    assert (report["wrong"], code) == ([], 0)
    assert {"sealed", "root", "printed", "steps", "shown", "fingerprint", "roll", "ballots", "sheets", "statements"} <= set(
        codes(report, "checked")
    )
    assert [line["values"]["stage"] for line in report["checked"] if line["code"] == "count"] == ["preliminary", "final"]
    outcomes = {line["values"]["number"]: line["values"]["outcome"] for line in report["results"] if line["code"] == "outcome"}
    assert list(outcomes.values()) == [question["outcome"] for question in story.final["questions"]]


def test_the_public_file_confirms_what_can_be_seen_without_secrets(story: Story, tmp_path):
    file = write_evidence(story.app, story.vote, tmp_path / "public.zip", auditor=False)
    code, report = verify(file, "--checkpoint", story.kept_at_notice, "--checkpoint", story.kept_while_open)
    assert (report["wrong"], code) == ([], 0)
    assert codes(report, "checked").count("kept") == 2
    assert {"roll_sealed", "ballots_sealed"} <= set(codes(report, "not_checked"))
    with zipfile.ZipFile(file) as archive:
        assert not {"roll.jsonl", "openings.jsonl"} & set(archive.namelist())
        everything = b"".join(archive.read(name) for name in archive.namelist())
    salts = [story.receipt(person)["opening"]["salt"] for person in story.estate.owners[:3]]
    # In quotes: hashes hold any four digits sooner or later.
    for secret in [*salts, "Owner 1", "Gao", '"7001"']:
        assert secret.encode() not in everything


@pytest.mark.parametrize(("lang", "words"), [("en", "Everything"), ("zh", "全部成立"), ("ko", "모두 맞습니다")])
def test_the_report_speaks_the_readers_language(story: Story, tmp_path, lang, words):
    code, text = verify_words(write_evidence(story.app, story.vote, tmp_path / "audit.zip"), "--lang", lang)
    assert code == 0
    assert words in text


def test_every_finding_has_its_words_in_every_language():
    """Each code that the program can report, with the values it brings, is a sentence in all three languages."""
    source = PROGRAM.read_text(encoding="utf-8")
    used = {}
    calls = [call for call in ast.walk(ast.parse(source)) if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)]
    for call in calls:
        if call.func.attr in ("ok", "skip", "fail", "result") and call.args and isinstance(call.args[0], ast.Constant):
            used.setdefault(call.args[0].value, set()).update(keyword.arg for keyword in call.keywords)
    verifier = load_verifier()
    assert len(used) > 60
    for code, values in used.items():
        for lang in verifier.LANGUAGES:
            words = verifier.WORDS[lang][code]
            assert set(re.findall(r"{(\w+)}", words)) <= values, (code, lang)
    for code, texts in verifier.TEXTS.items():
        fields = [set(re.findall(r"{(\w+)}", text)) for text in texts]
        assert len(texts) == 3 and fields[0] == fields[1] == fields[2], code


def test_the_same_record_gives_the_same_bytes(story: Story, tmp_path):
    first, second = (write_evidence(story.app, story.vote, tmp_path / name).read_bytes() for name in ("one", "two"))
    assert first == second


def test_an_owners_receipt_is_checked_alone_and_beside_the_evidence(story: Story, tmp_path):
    proof = tmp_path / "receipt.json"
    proof.write_text(json.dumps(story.receipt(story.estate.owners[2])), encoding="utf-8")
    code, report = verify("receipt", proof)
    assert (report["wrong"], code) == ([], 0)
    assert codes(report, "checked") == ["receipt_signed", "receipt_in", "receipt_opened"]
    file = write_evidence(story.app, story.vote, tmp_path / "public.zip", auditor=False)
    code, report = verify(file, "--receipt", proof)
    assert (report["wrong"], code) == ([], 0)
    assert {"receipt_here", "kept"} <= set(codes(report, "checked"))


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof["entry"].update(index=proof["entry"]["index"] + 1),
        lambda proof: proof["entry"].update(payload=proof["entry"]["payload"].replace("a", "b", 1)),
        lambda proof: proof["inclusion_proof"].pop(),
        lambda proof: proof["opening"]["content"].update(area="99.99"),
        lambda proof: proof["opening"].update(salt="00" * 32),
        lambda proof: proof.update(checkpoint=proof["checkpoint"].replace("\n", "\n1", 1)),
    ],
)
def test_a_changed_receipt_is_found_out(story: Story, tmp_path, change):
    proof = story.receipt(story.estate.owners[0])
    change(proof)
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(proof), encoding="utf-8")
    assert verify("receipt", path)[0] == 1


def test_a_file_that_is_no_evidence_is_not_judged(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello " * 40)
    assert verify(path)[0] == verify(tmp_path / "absent.zip")[0] == 2


def test_before_the_count_there_is_no_evidence(app, make, tmp_path):
    estate = Estate(app, make, [1, 1])
    vote = estate.announce()
    with pytest.raises(Refusal) as refused:
        write_evidence(app, vote, tmp_path / "early.zip")
    assert refused.value.codes == ("not_counted",)
    assert not list(tmp_path.glob("*.zip"))
