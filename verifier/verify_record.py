#!/usr/bin/env python3
"""Check the evidence of a vote yourself, without trusting the site that counted it.

    python3 verify_record.py EVIDENCE.zip              the whole vote: record, roll, ballots, count, verdict
    python3 verify_record.py receipt RECEIPT.json      one ballot, with the proof file from its receipt page

You need Python 3.9 or newer and the package "cryptography" (python3 -m pip install cryptography).  This file is all
there is: it imports nothing of the site, it asks no network, it writes nothing.  Read it; it is meant to be read.

What it does, in this order (the words in capitals head the parts below):

    FILE       every byte of the evidence file is as it was when the file was made
    RECORD     the entries are joined anew into the one seal of the record, and the signature on that seal is checked;
               older seals (on posters, kept by witnesses, kept by you) must fit into the same record
    STEPS      every step of the vote is there, in the order and at the times that the rule allows
    SHOWN      what the site shows today is what the record says
    ROLL       the sealed lines of the frozen roll give its fingerprint, and add up to what the notice said
    BALLOTS    each sealed ballot is opened; which one stands for each owner is worked out anew
    (for a secret election, the box and the sums signed by the election board take the place of the next two)
    COUNT      weights, choices, channels, buildings, candidates are added up in whole numbers (areas in 1/100 m2)
    VERDICT    the rule that was frozen with the notice is put to these numbers, and everything is compared with what
               was announced, to the last 0.01 m2 and the last owner

The public evidence file holds no choices and no names: with it, all is checked but the opening of ballots and roll.
An auditor's file holds both, and must be kept as carefully as the ballots themselves.

Exit code: 0 everything that could be checked holds; 1 something is wrong; 2 nothing could be checked.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import os
import sys
import time
import zipfile
from datetime import datetime, timedelta

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # pragma: no cover
    sys.exit("This program needs the package cryptography:  python3 -m pip install cryptography")

HOLDS, WRONG, NOT_CHECKED = 0, 1, 2  # exit codes
MOST_EXAMPLES = 5  # of one kind of fault; the others are only counted


# ------------------------------------------------------------------------------------------------ small tools

def sha256(data):
    return hashlib.sha256(data).digest()


def canonical(data):
    """The one spelling of JSON that is sealed (RFC 8785 without fractions): sorted keys, no spaces, UTF-8."""
    return json.dumps(_sorted(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _sorted(data):
    if isinstance(data, dict):
        return {key: _sorted(data[key]) for key in sorted(data, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(data, list):
        return [_sorted(part) for part in data]
    if isinstance(data, float):
        raise ValueError("no fractions in the record")
    return data


def _no_fraction(text):
    raise ValueError("no fractions in the record: " + text)


def read_canonical(raw):
    """The object in these bytes; ValueError unless they are its one spelling (so that nothing is said twice)."""
    data = json.loads(raw.decode("utf-8"), parse_float=_no_fraction, parse_constant=_no_fraction)
    quick = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    if quick.encode("utf-8") != raw and canonical(data) != raw:
        raise ValueError("not in canonical form")
    return data


def commitment(salt, content):
    """The closed envelope: HMAC-SHA-256 with a secret salt of 32 bytes. Only salt and content together open it."""
    if len(salt) != 32:
        raise ValueError("a salt has 32 bytes")
    return hmac.new(salt, b"participation/record/commitment/v1\n" + content, hashlib.sha256).digest()


def hundredths(text):
    """'85.25' -> 8525. Areas are whole numbers of 1/100 m2; nothing is ever rounded."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, point, decimals = digits.partition(".")
    if not (point and len(decimals) == 2 and (whole + decimals).isascii() and (whole + decimals).isdigit()):
        raise ValueError("not an area: %r" % text)
    return sign * (int(whole) * 100 + int(decimals))


def square_metres(units):
    return "%s%s.%02d" % ("-" if units < 0 else "", format(abs(units) // 100, ","), abs(units) % 100)


def instant(text):
    """An ISO time with its zone, such as 2026-03-26T01:00:00+00:00."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


# ------------------------------------------------------------------------------------------------ the Merkle tree
# RFC 6962 section 2.1.  Each entry is hashed; pairs of hashes are hashed again, up to one root: the seal of the record.

EMPTY_ROOT = sha256(b"")


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


class Tree:
    """Entries are added one by one; `root()` is the seal over all so far."""

    def __init__(self):
        self.size = 0
        self.peaks = []  # the roots of complete subtrees, largest first: one for every 1 in the binary size

    def add(self, leaf):
        size = self.size
        while size & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            size >>= 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_from_inclusion(leaf, index, size, proof):
    """The root that follows from a leaf at `index` of `size` and its proof (RFC 9162, 2.1.3.2). ValueError: no proof."""
    if not 0 <= index < size:
        raise ValueError("no such entry")
    at, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != 32:
            raise ValueError("the proof has the wrong length")
        if at & 1 or at == last:
            root = node_hash(sibling, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ValueError("the proof has the wrong length")
    return root


def is_consistent(first, second, root1, root2, proof):
    """Does the record of size `second` begin with the very entries of the one of size `first`? (RFC 9162, 2.1.4.2)"""
    if not 0 <= first <= second or any(len(part) != 32 for part in proof):
        return False
    if first == second:
        return not proof and root1 == root2
    if first == 0:
        return not proof and root1 == EMPTY_ROOT
    path = list(proof)
    if first & (first - 1) == 0:  # a power of two: the old root is itself a node of the new tree
        path.insert(0, root1)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, part)
        at, last = at >> 1, last >> 1
    return last == 0 and old == root1 and new == root2


# ------------------------------------------------------------------------------------------------ signed checkpoints
# c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature: a text, an empty line, and a line for each signature.

LOG_KEY, WITNESS_KEY = 1, 4  # kinds of Ed25519 keys


class Key:
    """A public key in one line: name+id+base64(kind, key)."""

    def __init__(self, line):
        parts = line.strip().split("+", 2)
        if len(parts) != 3:
            raise ValueError("not a key")
        self.line, self.name = line.strip(), parts[0]
        coded = unbase64(parts[2])
        self.kind, raw = coded[0] if coded else 0, coded[1:]
        self.id = sha256(self.name.encode("utf-8") + b"\n" + coded)[:4]
        if self.kind not in (LOG_KEY, WITNESS_KEY) or len(raw) != 32 or self.id.hex() != parts[1]:
            raise ValueError("not a key that this program knows")
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    def signed(self, message, signature):
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Checkpoint:
    """A note: origin (which record), size (how many entries) and root (their seal), with its signatures."""

    def __init__(self, note):
        self.text, blank, lines = note.rpartition("\n\n")
        if not blank:  # the three lines alone, as somebody copied them from paper
            self.text, lines = note.rstrip("\n"), ""
        self.text += "\n"
        parts = self.text.split("\n")
        if len(parts) < 4 or not note.endswith("\n"):
            raise ValueError("not a checkpoint")
        self.origin, size, root = parts[:3]
        if not size.isascii() or not size.isdigit() or str(int(size)) != size:
            raise ValueError("the size of a checkpoint is a plain number")
        self.size, self.root = int(size), unbase64(root)
        if len(self.root) != 32:
            raise ValueError("the root of a checkpoint has 32 bytes")
        self.signatures = []
        for line in lines[:-1].split("\n") if lines else ():
            dash, _, rest = line.partition(" ")
            name, _, coded = rest.partition(" ")
            if dash != "\u2014" or not name:
                raise ValueError("a signature begins with a dash and a name")
            signature = unbase64(coded)
            self.signatures.append((name, signature[:4], signature[4:]))

    def is_signed_by(self, key):
        """By the record's own key: True or False. A wrong signature of that key is False, whatever else is there."""
        mine = [signature for name, id_, signature in self.signatures if (name, id_) == (key.name, key.id)]
        return bool(mine) and all(key.signed(self.text.encode("utf-8"), signature) for signature in mine)

    def witnessed_at(self, key):
        """When a witness co-signed: seconds since 1970; None where it did not, False where its signature is wrong."""
        for name, id_, signature in self.signatures:
            if (name, id_) != (key.name, key.id):
                continue
            at = int.from_bytes(signature[:8], "big")
            message = "cosignature/v1\ntime %d\n%s" % (at, self.text)
            return at if len(signature) == 72 and key.signed(message.encode("utf-8"), signature[8:]) else False
        return None


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode("ascii") != text:
        raise ValueError("base 64 in an unusual spelling")
    return data


# ------------------------------------------------------------------------------------------------ what is found

class Report:
    """What was checked, what could not be, and what is wrong. Each line is a code with its values; words are below."""

    def __init__(self):
        self.checked, self.not_checked, self.wrong, self.results = [], [], [], []
        self._counts = {}

    def ok(self, code, **values):
        self.checked.append((code, values))

    def skip(self, code, **values):
        self.not_checked.append((code, values))

    def fail(self, code, **values):
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count <= MOST_EXAMPLES:
            self.wrong.append((code, values))

    def more(self):
        """Faults beyond those shown."""
        return sum(max(0, count - MOST_EXAMPLES) for count in self._counts.values())

    def faults(self):
        return sum(self._counts.values())

    def result(self, code, **values):
        self.results.append((code, values))


class Progress:
    """One line on the error stream, kept up to date, so that nobody thinks that the program hangs."""

    def __init__(self, words, quiet):
        self.words, self.quiet, self.shown, self.is_visible = words, quiet, time.monotonic(), False

    def __call__(self, done, of=None):
        now = time.monotonic()
        if self.quiet or now - self.shown < 0.5:
            return
        self.shown, self.is_visible = now, True
        told = "%s / %s" % (format(done, ","), format(of, ",")) if of else format(done, ",")
        sys.stderr.write("\r%s %s   " % (self.words, told))
        sys.stderr.flush()

    def end(self):
        if self.is_visible:
            sys.stderr.write("\r" + " " * 70 + "\r")
            sys.stderr.flush()


class Unreadable(Exception):
    """Not an evidence file, or not one that this program knows."""


# ------------------------------------------------------------------------------------------------ FILE

PUBLIC_MEMBERS = ("manifest.json", "verifier-key.txt", "checkpoint.txt", "record.jsonl", "shown.json", "roll-seals.txt")
AUDITOR_MEMBERS = ("roll.jsonl", "openings.jsonl")
OTHER_MEMBERS = ("witnesses.txt", "secret-box.txt", "secret-marks.txt")
SEAL = b"sha256:"


class Evidence:
    """The opened file. Small members are read at once, long ones line by line."""

    def __init__(self, path, report):
        self.path, self.report = path, report
        _check_seal(path, report)
        self.zip = None
        try:
            self.zip = zipfile.ZipFile(path)
            self.names = self.zip.namelist()
            self.manifest = json.loads(self.text("manifest.json"))
            self.is_auditors = self.manifest["kind"] == "auditor"
            self.vote_id, self.size = self.manifest["vote"]["id"], self.manifest["size"]
        except Exception as problem:  # a damaged ZIP file fails in many ways; all say the same
            self.close()
            raise Unreadable("not_evidence") from problem
        if self.manifest.get("format") != "participation/evidence/v1":
            self.close()
            raise Unreadable("other_format")
        wanted = set(PUBLIC_MEMBERS + (AUDITOR_MEMBERS if self.is_auditors else ()))
        extra = [n for n in self.names if n not in wanted and n not in OTHER_MEMBERS and not n.startswith("checkpoints/")]
        for name in sorted(wanted - set(self.names)):
            report.fail("member_missing", name=name)
        for name in extra:
            report.fail("member_extra", name=name)
        if len(set(self.names)) != len(self.names):
            report.fail("member_twice")

    def close(self):
        if self.zip is not None:
            self.zip.close()

    def text(self, name):
        return self.zip.read(name).decode("utf-8")

    def lines(self, name):
        """The lines of a member as bytes without their newline."""
        if name not in self.names:
            return
        with self.zip.open(name) as file:
            for line in io.BufferedReader(file, 1 << 18):
                yield line.rstrip(b"\n")

    def checkpoints(self):
        """(name, Checkpoint) of every signed note in the file: the newest, and those that were printed or witnessed."""
        for name in self.names:
            if name == "checkpoint.txt" or name.startswith("checkpoints/"):
                try:
                    yield name, Checkpoint(self.text(name))
                except ValueError:
                    self.report.fail("checkpoint_unreadable", name=name)


def _check_seal(path, report):
    """The last 71 bytes are "sha256:" and the hash of everything before them."""
    length = len(SEAL) + 64
    size, digest = os.path.getsize(path), hashlib.sha256()
    with open(path, "rb") as file:
        if size <= length or file.read(2) != b"PK":
            raise Unreadable("not_evidence")
        file.seek(0)
        left = size - length
        while left:
            chunk = file.read(min(1 << 20, left))
            digest.update(chunk)
            left -= len(chunk)
        if file.read() == SEAL + digest.hexdigest().encode("ascii"):
            report.ok("sealed", sha=digest.hexdigest()[:16])
        else:
            report.fail("seal_broken")


# ------------------------------------------------------------------------------------------------ RECORD

def check_record(evidence, options, report, progress):
    """Join all entries into the seal, check every checkpoint against it; returns this vote's entries [(index, data)]."""
    key = _record_key(evidence, options, report)
    newest, older = None, []
    for name, checkpoint in evidence.checkpoints():
        if name == "checkpoint.txt":
            newest = checkpoint
        else:
            older.append((name, checkpoint, True))
    for path in options.checkpoint:
        older.append((os.path.basename(path), _read_checkpoint(path, report), False))
    for path in options.receipt:
        proof = _read_json(path)
        older.append((os.path.basename(path), Checkpoint(proof["checkpoint"]), False))
    older = [(name, checkpoint, inside) for name, checkpoint, inside in older if checkpoint is not None]

    wanted = {checkpoint.size for _, checkpoint, _ in older}
    tree, roots, entries = Tree(), {0: EMPTY_ROOT}, []
    for raw in evidence.lines("record.jsonl"):
        tree.add(leaf_hash(raw))
        if tree.size in wanted:
            roots[tree.size] = tree.root()
        try:
            data = read_canonical(raw)
            if data.get("vote") == evidence.vote_id:
                entries.append((tree.size - 1, data))
        except (ValueError, AttributeError):
            report.fail("entry_unreadable", index=tree.size - 1)
        if tree.size % 2000 == 0:
            progress(tree.size, evidence.size)
    roots[tree.size] = tree.root()

    if newest is None:
        report.fail("checkpoint_missing")
    elif (newest.size, newest.root) != (tree.size, tree.root()) or tree.size != evidence.size:
        report.fail("root_wrong", size=tree.size, signed=newest.size)
    elif newest.origin != evidence.manifest["origin"]:
        report.fail("origin_wrong", name="checkpoint.txt", origin=newest.origin)
    elif key is None or not newest.is_signed_by(key):
        report.fail("signature_wrong", name="checkpoint.txt")
    else:
        report.ok("root", size=tree.size, root=base64.b64encode(tree.root()).decode("ascii"), origin=newest.origin)
    _check_older(older, key, roots, tree.size, evidence, report)
    _check_witnesses(evidence, options, [newest] + [checkpoint for _, checkpoint, _ in older], report)
    return entries


def _record_key(evidence, options, report):
    """The key that must have signed: yours, where you gave one; else the one in the file, to be compared with paper."""
    try:
        inside = Key(evidence.text("verifier-key.txt"))
    except (ValueError, KeyError):
        report.fail("key_unreadable")
        return None
    if options.key is None:
        report.skip("key_not_given", key=inside.line)
        return inside
    try:
        given = Key(options.key)
    except ValueError:
        report.fail("key_unreadable")
        return None
    if given.line == inside.line:
        report.ok("key_given", key=given.line)
    else:
        report.fail("key_other", key=inside.line)
    return given


def _read_checkpoint(path, report):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return Checkpoint(file.read().replace("\r\n", "\n").rstrip() + "\n")
    except (ValueError, OSError):
        report.fail("checkpoint_unreadable", name=path)
        return None


def _check_older(older, key, roots, size, evidence, report):
    """Every checkpoint that was ever given out must be a beginning of this very record."""
    fitting = 0
    for name, checkpoint, inside in older:
        if checkpoint.origin != evidence.manifest["origin"]:
            report.fail("origin_wrong", name=name, origin=checkpoint.origin)
        elif key is None or not (checkpoint.is_signed_by(key) or (not inside and not checkpoint.signatures)):
            report.fail("signature_wrong", name=name)  # what you copied from paper needs no signature: you saw it there
        elif checkpoint.size > size:
            report.fail("record_shorter", name=name, kept=checkpoint.size, size=size)
        elif roots.get(checkpoint.size) != checkpoint.root:
            report.fail("fork", name=name, size=checkpoint.size)
        elif inside:
            fitting += 1
        else:
            report.ok("kept", name=name, size=checkpoint.size)
    if fitting:
        report.ok("printed", number=fitting)
    if not any(not inside for _, _, inside in older):
        report.skip("no_older")


def _check_witnesses(evidence, options, checkpoints, report):
    """Co-signatures by people other than the site's operator: of the witnesses you name, and of those in the file."""
    lines = list(options.witness)
    if "witnesses.txt" in evidence.names:
        lines += evidence.text("witnesses.txt").split("\n")
    keys = {}
    for line in filter(None, (line.strip() for line in lines)):
        try:
            keys[line] = Key(line)
        except ValueError:
            report.fail("witness_key_unreadable", key=line[:80])
    for key in keys.values():
        signed = [(checkpoint.size, checkpoint.witnessed_at(key)) for checkpoint in filter(None, checkpoints)]
        for size, at in signed:
            if at is False:
                report.fail("witness_wrong", name=key.name, size=size)
        newest = max(((size, at) for size, at in signed if at not in (None, False)), default=None)
        if newest:
            when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(newest[1]))
            report.ok("witnessed", name=key.name, size=newest[0], when=when)
        else:
            report.skip("not_witnessed", name=key.name)


# ------------------------------------------------------------------------------------------------ STEPS

AUDITING = ("auditor-named", "evidence-handed-out")
OBJECTING = ("objection", "objection-answer")
SHEETS = ("sheets-printed", "sheet-received", "sheet-read", "sheet-settled", "sheet-outcome")
SECRET = ("secret-ballot", "secret-box", "secret-result")
BOX = SHEETS + SECRET + ("ballot", "ballot-set-aside", "two-ballots", "co-owner-statement", "co-owner-statement-withdrawn")
# Which kinds of entries may stand at which stage of a vote; kinds not named in any stage are not judged.
ALLOWED = {
    "before": ("notice",),
    "announced": BOX + OBJECTING + ("extension", "hastened", "correction", "cancelled", "closing"),
    "closing": ("preliminary-result",),
    "counted": OBJECTING + ("counted", "correction", "hastened", "final-result") + AUDITING,
    "final": ("finalised", "archived", "erased") + AUDITING,
    "cancelled": ("erased",),
}
NEXT = {"notice": "announced", "closing": "closing", "preliminary-result": "counted", "final-result": "final", "cancelled": "cancelled"}
KNOWN = {kind for kinds in ALLOWED.values() for kind in kinds}


CLOCK_SET_RIGHT = timedelta(seconds=60)  # a server's clock may be set back a little; the order of entries is what counts


class Course:
    """How the vote went, read from its entries: notice, present opening and closing, results, corrections."""

    def __init__(self):
        self.notice = None
        self.opens = self.closes = None
        self.hastened = self.is_extended = False
        self.objections_ended = False
        self.results = {}  # stage -> (index, payload)
        self.corrections = []  # (index, payload)
        self.objections, self.answers = {}, {}
        self.others = {}  # kinds that this program does not know -> how many
        self.stage = "before"

    @property
    def questions(self):
        return self.notice["questions"]

    @property
    def may_change(self):
        """Only if the rule of every question lets owners change their ballot."""
        return all(question["rule"]["may_change"] != "no" for question in self.questions)

    def days(self, name, choose):
        return timedelta(days=choose(question["rule"][name] for question in self.questions))


def check_steps(entries, report):
    """Walk through the vote's entries in the order of the record; returns its Course."""
    course, last_at, seen = Course(), None, []
    for index, entry in entries:
        kind = entry.get("kind")
        if kind not in KNOWN:
            course.others[kind] = course.others.get(kind, 0) + 1
            continue
        if kind not in ALLOWED[course.stage]:
            report.fail("out_of_order", index=index, kind=kind, stage=course.stage)
            continue
        try:
            at = instant(entry["at"]) if "at" in entry else None
            if at and last_at and at < last_at - CLOCK_SET_RIGHT:
                report.fail("time_backwards", index=index, kind=kind)
            last_at = at or last_at
            _take_step(course, index, kind, entry, at, report)
        except (KeyError, TypeError, ValueError):
            report.fail("entry_unreadable", index=index)
        course.stage = NEXT.get(kind, course.stage)
        if kind not in BOX and (not seen or seen[-1] != kind):
            seen.append(kind)
    if course.notice is None:
        report.fail("no_notice")
    elif not report.faults():
        report.ok("steps", steps=seen, dates=[course.opens.isoformat(), course.closes.isoformat()])
    for kind, number in sorted(course.others.items(), key=str):
        report.skip("kind_unknown", kind=kind, number=number)
    return course


def _take_step(course, index, kind, entry, at, report):
    if kind == "notice":
        course.notice, course.opens, course.closes = entry, instant(entry["opens_at"]), instant(entry["closes_at"])
        _check_periods(course, at, report)
    elif kind == "extension":
        _extend(course, index, entry, at, report)
    elif kind == "hastened":
        _hasten(course, index, entry, report)
    elif kind == "closing":
        if instant(entry["closed_at"]) != course.closes or at < course.closes:
            report.fail("closing_wrong", index=index)
    elif kind in ("preliminary-result", "final-result"):
        course.results[kind.partition("-")[0]] = (index, entry)
        if kind == "final-result":
            _check_objection_period(course, index, at, report)
    elif kind == "correction":
        course.corrections.append((index, entry))
    elif kind == "objection":
        if entry["objection"] in course.objections:
            report.fail("objection_twice", index=index)
        course.objections[entry["objection"]] = (index, entry.get("about"))
    elif kind == "objection-answer":
        if entry["objection"] not in course.objections or entry["objection"] in course.answers:
            report.fail("answer_wrong", index=index)
        course.answers[entry["objection"]] = {"upheld": entry["upheld"], "answer": entry["answer"], "entry": index}


def _check_periods(course, at, report):
    """Notice and window as long as the rules of all questions ask. A rehearsal decides nothing and may be short."""
    if course.closes <= course.opens or course.closes <= at:
        report.fail("dates_wrong")
    if course.notice["rehearsal"]:
        return
    if course.opens - at < course.days("notice_days", max):
        report.fail("notice_short")
    window = course.closes - course.opens
    if not course.days("window_min_days", max) <= window <= course.days("window_max_days", min):
        report.fail("window_wrong")


def _extend(course, index, entry, at, report):
    later = instant(entry["to"])
    limit = course.days("extension_max_days", min)
    too_far = later - course.closes > limit and not course.notice["rehearsal"]
    if course.is_extended or instant(entry["from"]) != course.closes or later <= course.closes or too_far:
        report.fail("extension_wrong", index=index)
    if not course.opens <= at < course.closes:
        report.fail("extension_late", index=index)
    course.is_extended, course.closes = True, later


def _hasten(course, index, entry, report):
    """A rehearsal may be moved on; a binding vote never."""
    if not course.notice["rehearsal"]:
        report.fail("hastened_binding", index=index)
    course.hastened = True
    if "opens_at" in entry:
        course.opens = instant(entry["opens_at"])
    elif "closes_at" in entry:
        course.closes = instant(entry["closes_at"])
    else:
        course.objections_ended = True


def _check_objection_period(course, index, at, report):
    counted = instant(course.results["preliminary"][1]["at"])
    if at - counted < course.days("objection_days", max) and not course.notice["rehearsal"]:
        report.fail("objections_short", index=index)
    for number in sorted(set(course.objections) - set(course.answers)):
        report.fail("unanswered", number=number)
    if course.objections:
        report.ok("answered", number=len(course.objections))


# ------------------------------------------------------------------------------------------------ SHOWN

def check_shown(evidence, course, report):
    """What the site shows today: questions, rules, dates, results, corrections, answers. The record has the last word."""
    before = report.faults()
    try:
        shown = json.loads(evidence.text("shown.json"))
        vote, notice = shown["vote"], course.notice
        expected = {
            "id": evidence.vote_id, "title": notice["title"], "rehearsal": notice["rehearsal"],
            "roll_fingerprint": notice["roll"]["fingerprint"], "questions": notice["questions"],
        }
        for name, value in expected.items():
            _compare("shown_differs", name, vote.get(name), value, report)
        if course.notice["title"] != evidence.manifest["vote"]["title"]:
            report.fail("shown_differs", where="title", found=evidence.manifest["vote"]["title"], expected=notice["title"])
        for name, at in (("opens_at", course.opens), ("closes_at", course.closes)):
            if instant(vote[name]) != at:
                report.fail("shown_differs", where=name, found=vote[name], expected=at.isoformat())
        results = [
            {"stage": stage, "at": entry["at"], "entry": index, "result": entry["result"]}
            for stage, (index, entry) in sorted(course.results.items(), key=lambda item: item[1][0])
        ]
        _compare("shown_differs", "results", shown["results"], results, report)
        names = ("elector", "home", "building", "correction", "heads", "area", "reason", "at")
        corrections = [dict({name: entry.get(name) for name in names}, entry=index) for index, entry in course.corrections]
        _compare("shown_differs", "corrections", shown["corrections"], corrections, report)
        objections = [
            {"objection": number, "about": about, "entry": index, "answer": course.answers.get(number)}
            for number, (index, about) in course.objections.items()
        ]
        _compare("shown_differs", "objections", shown["objections"], objections, report)
        if bool(vote["secret"]) != bool(notice.get("secret")):
            report.fail("shown_differs", where="secret", found=vote["secret"], expected=bool(notice.get("secret")))
    except (KeyError, TypeError, ValueError, AttributeError):
        report.fail("member_unreadable", name="shown.json")
    if report.faults() == before:
        report.ok("shown")


def _compare(code, where, found, expected, report):
    """Report every place at which two pieces of data differ."""
    if type(found) is type(expected) and isinstance(found, dict):
        for name in list(expected) + [name for name in found if name not in expected]:
            _compare(code, "%s.%s" % (where, name), found.get(name), expected.get(name), report)
    elif type(found) is type(expected) and isinstance(found, list) and len(found) == len(expected):
        for number, (one, other) in enumerate(zip(found, expected), 1):
            _compare(code, "%s.%d" % (where, number), one, other, report)
    elif found != expected or isinstance(found, bool) != isinstance(expected, bool):
        report.fail(code, where=where, found=_brief(found), expected=_brief(expected))


def _brief(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


# ------------------------------------------------------------------------------------------------ ROLL

class Roll:
    """Who may vote and for what: `weights` elector -> [heads, area in 1/100 m2], `homes` elector -> {building: area}."""

    def __init__(self):
        self.weights, self.homes = {}, {}
        self.building_of = {}  # label of a home -> building

    def take(self, elector, home, building, heads, area):
        weight = self.weights.setdefault(elector, [0, 0])
        weight[0] += heads
        weight[1] += area
        if home is not None:
            building = self.building_of.setdefault(home, building)
        buildings = self.homes.setdefault(elector, {})
        buildings[building] = buildings.get(building, 0) + area

    def correct(self, entry):
        """A public correction adds to an elector's heads and area; the frozen line stays as it is."""
        self.take(entry["elector"], entry["home"], entry.get("building"), entry["heads"], hundredths(entry["area"]))


def check_roll(evidence, course, report, progress):
    """The sealed lines give the fingerprint in the notice; an auditor sees what the lines say, and returns the Roll."""
    announced = course.notice["roll"]
    tree = Tree()
    for line in evidence.lines("roll-seals.txt"):
        try:
            tree.add(leaf_hash(bytes.fromhex(line.decode("ascii"))))
        except ValueError:
            report.fail("member_unreadable", name="roll-seals.txt")
            return None
    if tree.root().hex() != announced["fingerprint"]:
        report.fail("fingerprint_wrong")
    else:
        report.ok("fingerprint", lines=tree.size)
    if tree.size != announced["heads"]:
        report.fail("roll_length", lines=tree.size, heads=announced["heads"])
    if not evidence.is_auditors:
        report.skip("roll_sealed")
        return None
    return _open_roll(evidence, course, report, progress)


def _open_roll(evidence, course, report, progress):
    roll, opened, number, before = Roll(), Tree(), 0, report.faults()
    corrected = {entry["elector"] for _, entry in course.corrections}
    for raw in evidence.lines("roll.jsonl"):
        number += 1
        try:
            row = json.loads(raw.decode("utf-8"))
            if row["elector"] != number:
                report.fail("roll_order", number=number)
            if row["line"] is None:  # made by a public correction after the freeze, with nothing of its own
                if number not in corrected or row["now"]["heads"] or hundredths(row["now"]["area"]) or row["now"]["homes"]:
                    report.fail("elector_unsealed", number=number)
                continue
            line = row["line"].encode("utf-8")
            opened.add(leaf_hash(commitment(bytes.fromhex(row["salt"]), line)))
            _take_line(roll, number, read_canonical(line), row["now"], report)
        except (KeyError, TypeError, ValueError, AttributeError):
            report.fail("roll_unreadable", number=number)
        if number % 2000 == 0:
            progress(number)
    if opened.root().hex() != course.notice["roll"]["fingerprint"]:
        report.fail("roll_unopened")
    heads = sum(weight[0] for weight in roll.weights.values())
    area = sum(weight[1] for weight in roll.weights.values())
    if (heads, area) != (course.notice["roll"]["heads"], hundredths(course.notice["roll"]["area"])):
        report.fail("roll_total", heads=heads, area=square_metres(area))
    if report.faults() == before:
        report.ok("roll", heads=heads, area=square_metres(area), lines=opened.size)
    return roll


def _take_line(roll, number, line, now, report):
    """One owner: one head, the homes and their areas. What the site counts with now must be what was sealed."""
    homes = [(home["home"], home["building"], hundredths(home["area"])) for home in line["homes"]]
    area = hundredths(line["area"])
    if line["elector"] != number or line["heads"] != 1 or sum(part for _, _, part in homes) != area or area < 0:
        report.fail("roll_line_wrong", number=number)
    kept = sorted((home["home"], hundredths(home["area"])) for home in now["homes"])
    sealed = sorted((label, part) for label, _, part in homes if part)
    if (now["heads"], hundredths(now["area"]), kept) != (line["heads"], area, sealed):
        report.fail("elector_changed", number=number, sealed=line["area"], now=now["area"])
    roll.weights[number] = [line["heads"], area]
    for label, building, part in homes:
        roll.take(number, label, building, 0, part)
    roll.weights[number] = [line["heads"], area]


# ------------------------------------------------------------------------------------------------ BALLOTS

DIGITAL = ("phone",)  # where a question can not be left blank
CONTENT = {"vote", "elector", "turn", "heads", "area", "choices", "channel", "received_at"}


class Standing:
    """The ballot that stands for one owner."""

    __slots__ = ("channel", "choices", "index", "on_behalf", "received", "turn")

    def __init__(self, index, content, received):
        self.index, self.received, self.turn = index, received, content["turn"]
        self.channel, self.choices, self.on_behalf = content["channel"], content["choices"], content.get("on_behalf")


class Box:
    """The ballot box as the record fills it, entry by entry."""

    def __init__(self, course, roll, report):
        self.course, self.roll, self.report = course, roll, report
        self.standing = {}  # elector -> Standing
        self.elsewhere = {}  # index of a ballot that does not stand (any more) -> its elector
        self.pairs = {}  # elector -> (stands, does not stand, whether an entry must tell of it): the latest two ballots
        self.statements = {}  # elector -> {index of the statement: choices}
        self.latest = {}  # elector -> content of the newest ballot, whether or not it stands
        self.received, self.read, self.settled = {}, {}, {}  # paper: how it came in, what two persons read, who decided
        self.ballots = self.set_aside = self.replaced = self.sheets = 0

    def put(self, index, content):
        """A ballot (turn 1, 2, ...) or one set aside (turn 0), opened. The same rule for every channel."""
        elector, turn, received = content["elector"], content["turn"], instant(content["received_at"])
        self._check_content(index, content, received)
        self.latest[elector] = content
        before = self.standing.get(elector)
        if before is None:
            stands = True
        elif self.course.may_change:  # the last one received stands
            stands = received >= before.received
        else:  # the first one received stands
            stands = received < before.received
        if stands != (turn > 0) or (turn > 0 and turn != (before.turn if before else 0) + 1):
            self.report.fail("standing_wrong", index=index, number=elector)
        if turn == 0:
            self.set_aside += 1
            self.elsewhere[index] = elector
            if before is not None:
                self._pair(elector, before.index, index, True)
            return
        self.ballots += 1
        if before is not None:
            self.replaced += 1
            self.elsewhere[before.index] = elector
            came_otherwise = (before.channel, before.on_behalf) != (content["channel"], content.get("on_behalf"))
            self._pair(elector, index, before.index, came_otherwise)
        self.standing[elector] = Standing(index, content, received)

    def tell_of_two(self, index, entry):
        """An entry says which of two ballots of one owner stands: it must say what follows from the ballots themselves."""
        elector = self.elsewhere.get(entry["does_not_stand"])
        stands, other, _ = self.pairs.pop(elector, (None, None, None))
        if (stands, other) != (entry["stands"], entry["does_not_stand"]):
            self.report.fail("two_ballots_wrong", index=index)

    def _pair(self, elector, stands, other, must_be_told):
        self._told(elector)
        self.pairs[elector] = (stands, other, must_be_told)

    def _told(self, elector):
        stands, other, must_be_told = self.pairs.pop(elector, (None, None, False))
        if must_be_told:
            self.report.fail("two_ballots_untold", stands=stands, other=other)

    def state(self, index, content):
        """A co-owner says what they would have chosen, after the home's ballot came in."""
        if content["elector"] not in self.standing:
            self.report.fail("statement_wrong", index=index)
        at = instant(content["at"])
        if not self.course.opens <= at < self._end():
            self.report.fail("outside_window", index=index)
        self.statements.setdefault(content["elector"], {})[index] = content["choices"]

    def withdraw(self, index, entry, content):
        """A co-owner agrees after all: what was said does not count any more."""
        said = self.statements.get(content["elector"], {})
        if content["statement"] != entry["statement"] or said.pop(entry["statement"], None) is None:
            self.report.fail("statement_wrong", index=index)

    def take_paper(self, index, kind, content):
        """A sheet (or recorded call) came in, or one person wrote down what is on it."""
        if kind == "sheet-received":
            self.received[index] = content
        else:
            told = self.settled if kind == "sheet-settled" else self.read
            told.setdefault(content["received"], []).append(content.get("choices"))

    def end_of_sheet(self, index, entry):
        """What became of a sheet. One that gave a ballot must give the one that two persons read, or a third decided."""
        came = self.received.get(entry["received"])
        if came is None or entry["outcome"] not in ("counted", "set_aside"):
            return
        read = self.read.get(entry["received"], [])
        decided = self.settled.get(entry["received"]) or (read[:1] if len(read) == 2 and read[0] == read[1] else [None])
        ballot = self.latest.get(came["elector"])
        told = [ballot[name] for name in ("choices", "channel", "received_at")] if ballot else None
        if decided[0] is None or told != [decided[0], came["channel"], came["received_at"]]:
            self.report.fail("sheet_wrong", index=index)
        self.sheets += 1

    def close(self):
        for elector in list(self.pairs):
            self._told(elector)

    def _end(self):
        """The closing instant; a rehearsal that was hastened closed within the second that the record names."""
        return self.course.closes + timedelta(seconds=1 if self.course.hastened else 0)

    def _check_content(self, index, content, received):
        report, elector = self.report, content["elector"]
        if set(content) - {"on_behalf"} != CONTENT or content["vote"] != self.course.notice["vote"]:
            report.fail("ballot_form", index=index)
        if not self.course.opens <= received < self._end():
            report.fail("outside_window", index=index)
        weight = self.roll.weights.get(elector)
        if weight is None:
            report.fail("not_on_roll", index=index, number=elector)
        elif [content["heads"], hundredths(content["area"])] != weight or weight[0] < 1:
            report.fail("weight_wrong", index=index, number=elector, found=content["area"], expected=square_metres(weight[1]))
        questions = {str(question["question"]): question for question in self.course.questions}
        if set(content["choices"]) != set(questions):
            report.fail("choices_wrong", index=index)
            return
        for id_, choice in content["choices"].items():
            if not _is_choice(questions[id_], choice, content["channel"]):
                report.fail("choices_wrong", index=index)


def _is_choice(question, choice, channel):
    """Whether the question offers this answer."""
    if choice == "blank":
        return channel not in DIGITAL
    if question["kind"] == "election":
        known = {candidate["candidate"] for candidate in question["candidates"]}
        return (
            isinstance(choice, list) and len(choice) <= question["seats"]
            and choice == sorted(set(choice)) and set(choice) <= known
        )  # fmt: skip
    offered = ("yes", "no", "abstain") + (("follow",) if question["rule"]["follow"] == "leading_side" else ())
    return choice in offered


def check_ballots(evidence, entries, course, roll, report, progress):
    """Open every sealed entry in the order of the record, fill the box, and count where a result was announced."""
    openings, box, before = _openings(evidence, report), Box(course, roll, report), report.faults()
    opening, unopened, others = next(openings, None), {}, 0
    for position, (index, entry) in enumerate(entries):
        while opening is not None and opening["index"] < index:
            report.fail("opening_astray", index=opening["index"])
            opening = next(openings, None)
        content, kind = None, entry.get("kind")
        if opening is not None and opening["index"] == index:
            content = _opened(entry, opening, report)
            opening = next(openings, None)
        elif "commitment" in entry and kind in BOX and kind not in SHEETS + SECRET:
            report.fail("unopened", index=index, kind=kind)
        elif "commitment" in entry:
            unopened[kind] = unopened.get(kind, 0) + 1
        try:
            others += _fill(box, index, kind, entry, content, before, report)
        except (KeyError, TypeError, ValueError, AttributeError):
            report.fail("entry_unreadable", index=index)
        if position % 2000 == 0:
            progress(position, len(entries))
    while opening is not None:
        report.fail("opening_astray", index=opening["index"])
        opening = next(openings, None)
    for kind, number in sorted(unopened.items(), key=str):
        report.skip("unopened_kind", kind=kind, number=number)
    if others:
        report.ok("opened_others", number=others)
    return box


def _fill(box, index, kind, entry, content, before, report):
    """Take one entry into account; returns 1 for an opened entry that is none of the ballot box."""
    if kind in ("ballot", "ballot-set-aside"):
        if content is not None:
            if (content.get("turn") == 0) != (kind == "ballot-set-aside"):
                report.fail("standing_wrong", index=index, number=content.get("elector"))
            box.put(index, content)
    elif kind == "two-ballots":
        box.tell_of_two(index, entry)
    elif kind == "co-owner-statement":
        if content is not None:
            box.state(index, content)
    elif kind == "co-owner-statement-withdrawn":
        if content is not None:
            box.withdraw(index, entry, content)
    elif kind in ("sheet-received", "sheet-read", "sheet-settled"):
        if content is not None:
            box.take_paper(index, kind, content)
    elif kind == "sheet-outcome":
        box.end_of_sheet(index, entry)
    elif kind == "correction":
        box.roll.correct(entry)
    elif kind == "closing":
        box.close()
        if report.faults() == before:
            report.ok("ballots", number=box.ballots, standing=len(box.standing), replaced=box.replaced, aside=box.set_aside)
            if box.sheets:
                report.ok("sheets", number=box.sheets)
            if box.statements:
                report.ok("statements", number=sum(map(len, box.statements.values())))
    elif kind in ("preliminary-result", "final-result"):
        check_count(kind.partition("-")[0], entry["result"], count(box), box.course, report)
    else:
        return int(content is not None)
    return 0


def _openings(evidence, report):
    last = -1
    for raw in evidence.lines("openings.jsonl"):
        try:
            opening = json.loads(raw.decode("utf-8"))
            if opening["index"] <= last:
                report.fail("opening_astray", index=opening["index"])
                continue
            last = opening["index"]
            yield opening
        except (KeyError, TypeError, ValueError):
            report.fail("member_unreadable", name="openings.jsonl")


def _opened(entry, opening, report):
    """The content of a sealed entry, or None (and a fault) where salt and content do not open it."""
    try:
        sealed = commitment(bytes.fromhex(opening["salt"]), canonical(opening["content"]))
        if sealed.hex() == entry["commitment"]:
            return opening["content"]
    except (KeyError, TypeError, ValueError):
        pass
    report.fail("commitment_wrong", index=opening["index"], kind=entry.get("kind"))
    return None


# ------------------------------------------------------------------------------------------------ COUNT

AREA_MEASURES = ("area", "floor", "votes")  # for these the roll's area serves


class Sum:
    """So many heads, so much area (1/100 m2)."""

    __slots__ = ("area", "heads")

    def __init__(self, heads=0, area=0):
        self.heads, self.area = heads, area

    def add(self, weight):
        self.heads += weight[0]
        self.area += weight[1]

    def of(self, measure):
        if measure == "heads":
            return self.heads
        if measure in AREA_MEASURES:
            return self.area
        raise ValueError("the roll does not hold %s" % measure)

    def data(self):
        return {"heads": self.heads, "area": self.area}


def count(box):
    """Every number of a result, from the ballots that stand and the roll with its corrections so far."""
    everybody, taking_part = Sum(), Sum()
    for weight in box.roll.weights.values():
        everybody.add(weight)
    for elector in box.standing:
        taking_part.add(box.roll.weights.get(elector, (0, 0)))
    count_one = {"decision": count_decision, "election": count_election}
    return {
        "roll": everybody.data(),
        "part": taking_part.data(),
        "questions": [count_one[question["kind"]](question, box, everybody) for question in box.course.questions],
    }


def is_contradicted(box, elector, question):
    """Whether co-owners of one home said different things about this question."""
    mine = box.standing[elector].choices[question]
    return any(said.get(question) != mine for said in box.statements.get(elector, {}).values())


def count_decision(question, box, everybody):
    rule, key = question["rule"], str(question["question"])
    choices, channels, on_behalf, unresolved, blank, valid = {}, {}, {}, Sum(), Sum(), {}
    for elector, ballot in box.standing.items():
        weight, choice = box.roll.weights.get(elector, (0, 0)), ballot.choices[key]
        if choice == "blank":  # no valid answer: the home does not take part in this question
            blank.add(weight)
            continue
        if is_contradicted(box, elector, key):
            unresolved.add(weight)
            if rule["coowners"] != "no_consent":
                continue  # unresolved: the home does not take part in this question
            choice = "abstain"  # no consent, but took part
        valid[elector] = choice
        choices.setdefault(choice, Sum()).add(weight)
        channels.setdefault(ballot.channel, {}).setdefault(choice, Sum()).add(weight)
        if ballot.on_behalf:
            on_behalf.setdefault(ballot.on_behalf, Sum()).add(weight)
    decided = decide(rule, everybody, choices, buildings_of(rule, box.roll, valid), question.get("consent"))
    return dict(
        decided, question=question["question"], unresolved=unresolved.data(), blank=blank.data(),
        by_channel={
            channel: {choice: total.data() for choice, total in found.items()} for channel, found in channels.items()
        },
        on_behalf={kind: total.data() for kind, total in on_behalf.items()},
    )  # fmt: skip


def buildings_of(rule, roll, valid):
    """For rules that ask each building by itself: name -> (its roll, its ballots). An owner counts wherever he owns."""
    if not rule["subgroups"]:
        return {}
    found = {}
    for elector, buildings in roll.homes.items():
        for building, area in buildings.items():
            weight = (1 if area > 0 and roll.weights[elector][0] else 0, area)
            whole, ballots = found.setdefault(building, (Sum(), {}))
            whole.add(weight)
            if elector in valid:
                ballots.setdefault(valid[elector], Sum()).add(weight)
    return found


def count_election(question, box, everybody):
    rule, key = question["rule"], str(question["question"])
    approvals = {candidate["candidate"]: Sum() for candidate in question["candidates"]}
    part, unresolved, blank, channels, on_behalf = Sum(), Sum(), Sum(), {}, {}
    for elector, ballot in box.standing.items():
        weight, ticked = box.roll.weights.get(elector, (0, 0)), ballot.choices[key]
        if ticked == "blank":
            blank.add(weight)
        elif is_contradicted(box, elector, key):
            unresolved.add(weight)
        else:
            part.add(weight)
            channel = channels.setdefault(ballot.channel, (Sum(), {id_: Sum() for id_ in approvals}))
            channel[0].add(weight)
            if ballot.on_behalf:
                on_behalf.setdefault(ballot.on_behalf, Sum()).add(weight)
            for candidate in ticked:
                approvals[candidate].add(weight)
                channel[1][candidate].add(weight)
    elected = elect(rule, everybody, part, approvals, question["seats"] or 0)
    return dict(
        elected, question=question["question"], part=part.data(), unresolved=unresolved.data(), blank=blank.data(),
        by_channel={
            channel: {"part": total.data(), "candidates": {str(id_): found[id_].data() for id_ in found}}
            for channel, (total, found) in channels.items()
        },
        on_behalf={kind: total.data() for kind, total in on_behalf.items()},
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ VERDICT
# A rule is a list of tests [measure, numerator, denominator, comparator, "p/q", name]; every one must hold.
# numerator * q  is compared with  denominator * p: nothing is divided, nothing rounded.

def holds(numerator, comparator, denominator, p, q):
    if denominator <= 0:
        return False  # an empty base decides nothing
    left, right = numerator * q, denominator * p
    return {">=": left >= right, ">": left > right, "<=": left <= right, "<": left < right}[comparator]


def boundary(comparator, denominator, p, q):
    """The smallest numerator that holds (for "at most" tests: the largest)."""
    share = denominator * p
    if comparator == ">=":
        return -(-share // q)
    if comparator == ">":
        return share // q + 1
    if comparator == "<=":
        return share // q
    return -(-share // q) - 1


def ask(test, stage, sets, name=None):
    """One test, with all its numbers as they are announced. `sets` gives a set's size: sets("YES", "area")."""
    measure, over, under, comparator, fraction = test[:5]
    p, q = (int(part) for part in fraction.split("/"))
    numerator, denominator = sets(over, measure), sets(under, measure)
    reached, needed = holds(numerator, comparator, denominator, p, q), boundary(comparator, denominator, p, q)
    return {
        "name": name or (test[5] if len(test) > 5 else "%s.%s" % (stage, measure)), "stage": stage, "measure": measure,
        "numerator_set": over, "denominator_set": under, "comparator": comparator, "p": p, "q": q,
        "numerator": numerator, "denominator": denominator, "holds": reached, "needed": needed,
        "short_by": 0 if reached else max(1, abs(needed - numerator)),
    }  # fmt: skip


def sets_of(whole, yes, no, abstain, silent=None):
    """The sets of a rule. Nobody sits in a room here: whoever is present, or attends, has handed in a ballot."""
    def size(name, measure):
        part = yes.of(measure) + no.of(measure) + abstain.of(measure)
        agreed = yes.of(measure) + (silent.of(measure) if silent else 0)
        return {
            "ALL": whole.of(measure), "PART": part, "PRESENT": part, "ATTEND": part,
            "CAST": agreed + no.of(measure), "YES": agreed, "NO": no.of(measure),
        }[name]  # fmt: skip
    return size


def measures_of(rule):
    """The measures of the rule's own tests, in their order."""
    return list(dict.fromkeys(test[0] for test in rule["quorum"] + rule["pass"]))


def side_to_follow(rule, choices):
    """Where the ticks for "follow the majority" go: the side ahead on every measure, else nowhere; None: no ticks."""
    ticks = choices.get("follow")
    if ticks is None or not (ticks.heads or ticks.area):
        return None
    if rule["follow"] != "leading_side":
        return "abstain"
    yes, no = choices.get("yes", Sum()), choices.get("no", Sum())
    leads = [yes.of(measure) - no.of(measure) for measure in measures_of(rule)]
    if leads and min(leads) > 0:
        return "yes"
    return "no" if leads and max(leads) < 0 else "abstain"


def resolve(rule, whole, choices, follow_to):
    """(yes, no, abstain, silent or None) after following; silence counts as yes only where the law says so."""
    resolved = {choice: Sum() for choice in ("yes", "no", "abstain")}
    taking_part = Sum()
    for choice, total in choices.items():
        resolved[follow_to if choice == "follow" else choice].add((total.heads, total.area))
        taking_part.add((total.heads, total.area))
    silent = Sum(whole.heads - taking_part.heads, whole.area - taking_part.area) if rule["silence"] == "yes" else None
    return resolved["yes"], resolved["no"], resolved["abstain"], silent


def ask_all(rule, sets):
    """The rule's own tests as (asked, dropped): some laws do not ask heads where nearly all of the land agrees."""
    dropped = set()
    for drop in rule["drops"]:
        if all(ask(test, "pass", sets)["holds"] for test in drop["when"]):
            dropped.update(drop["drop"])
    results = [ask(test, stage, sets) for stage in ("quorum", "pass") for test in rule[stage]]
    return [r for r in results if r["measure"] not in dropped], [r for r in results if r["measure"] in dropped]


def ask_buildings(rule, buildings, follow_to):
    results = []
    for group in rule["subgroups"]:
        for name, (whole, ballots) in buildings.items():
            if group["skip_up_to"] and whole.heads <= group["skip_up_to"]:
                continue  # the law does not ask small buildings
            sets = sets_of(whole, *resolve(rule, whole, ballots, follow_to))
            results += [ask(test, "pass", sets, ".".join((group["by"], name, test[0]))) for test in group["tests"]]
    return results


def decide(rule, whole, choices, buildings, consent, announced_groups=None):
    """The verdict on a decision. `announced_groups`: tests of buildings taken as announced, where ballots are sealed."""
    follow_to = side_to_follow(rule, choices)
    yes, no, abstain, silent = resolve(rule, whole, choices, follow_to or "abstain")
    sets = sets_of(whole, yes, no, abstain, silent)
    asked, dropped = ask_all(rule, sets)
    groups = ask_buildings(rule, buildings, follow_to or "abstain") if announced_groups is None else announced_groups
    tests = asked + groups
    vetoed_by = list(rule["vetoes"]) if consent == "refused" else []
    failed = {test["stage"] for test in tests if not test["holds"]}
    if "quorum" in failed:
        outcome = "no_quorum"
    elif failed:
        outcome = "rejected"
    else:
        outcome = "vetoed" if vetoed_by else "passed"
    fallback, next_rule = rule.get("fallback"), None
    if fallback and outcome in fallback["after"] and all(ask(t, "pass", sets)["holds"] for t in fallback["when"]):
        outcome, next_rule = "second_vote", fallback["rule"]
    effective = {"yes": yes.data(), "no": no.data(), "abstain": abstain.data()}
    return {
        "rule": rule["key"], "source": rule["source"], "outcome": outcome, "tests": tests, "dropped": dropped,
        "followed": follow_to, "next_rule": next_rule, "vetoed_by": vetoed_by,
        "ballots": {choice: total.data() for choice, total in choices.items()},
        "effective": dict(effective, silence=silent.data()) if silent else effective,
    }  # fmt: skip


def elect(rule, whole, part, approvals, seats):
    """Fill the seats: quorum of the vote, the rule's tests for each candidate, then more heads, then more area."""
    turnout, _ = ask_all(rule, sets_of(whole, Sum(), Sum(), part))
    quorum = [test for test in turnout if test["stage"] == "quorum"]
    has_quorum = all(test["holds"] for test in quorum)
    order = sorted(measures_of(rule), key=lambda measure: measure != "heads")
    tests, support, passing = {}, {}, []
    for id_, given in approvals.items():
        against = Sum(part.heads - given.heads, part.area - given.area)  # not ticked is a no to this candidate
        asked, _ = ask_all(rule, sets_of(whole, given, against, Sum()))
        tests[id_] = [test for test in asked if test["stage"] == "pass"]
        support[id_] = tuple(given.of(measure) for measure in order)
        if has_quorum and all(test["holds"] for test in tests[id_]):
            passing.append(id_)
    standing, rank = {}, {}
    for id_ in passing:
        ahead = sum(support[other] > support[id_] for other in passing)
        equal = sum(support[other] == support[id_] for other in passing)
        rank[id_] = ahead + 1
        if ahead + equal <= seats:
            standing[id_] = "elected"
        else:  # equals who would have to share the last seat draw by lot, in public
            standing[id_] = "tied" if ahead < seats else "no_seat"
    taken = sum(word == "elected" for word in standing.values())
    if not has_quorum:
        outcome = "no_quorum"
    elif "tied" in standing.values():
        outcome = "tied"
    elif taken == seats:
        outcome = "elected"
    else:
        outcome = "partly" if taken else "rejected"
    fallback = "not_enough" if has_quorum else "no_quorum"
    return {
        "rule": rule["key"], "source": rule["source"], "outcome": outcome, "tests": quorum, "seats": seats,
        "open_seats": seats - taken,
        "candidates": [
            dict(given.data(), candidate=id_, standing=standing.get(id_, fallback), rank=rank.get(id_), tests=tests[id_])
            for id_, given in approvals.items()
        ],
    }  # fmt: skip


def check_count(stage, announced, counted, course, report):
    """Compare a result as it was announced with the one worked out here, number by number."""
    before = report.faults()
    _compare("count_differs", stage, _in_order(announced), _in_order(counted), report)
    if report.faults() == before:
        report.ok("count", stage=stage, heads=counted["part"]["heads"], area=square_metres(counted["part"]["area"]))
    _tell_result(stage, counted, course, report)


def _in_order(result):
    """Lists whose order says nothing (candidates of equal support, buildings) in an order of their own."""
    questions = []
    for question in result["questions"]:
        question = dict(question, tests=sorted(question["tests"], key=lambda test: test["name"]))
        if "candidates" in question:
            question["candidates"] = sorted(question["candidates"], key=lambda line: line["candidate"])
        questions.append(question)
    return dict(result, questions=questions)


def _tell_result(stage, result, course, report):
    if stage != max(course.results, key=lambda name: course.results[name][0]):
        return
    report.result("who", heads=result["part"]["heads"], of=result["roll"]["heads"],
                  area=square_metres(result["part"]["area"]), of_area=square_metres(result["roll"]["area"]))  # fmt: skip
    for number, (question, told) in enumerate(zip(result["questions"], course.questions), 1):
        report.result("outcome", number=number, text=told["text"], outcome=question["outcome"], rule=question["rule"])
        tests = list(question["tests"])
        for line in question.get("candidates", ()):
            name = next(c["name"] for c in told["candidates"] if c["candidate"] == line["candidate"])
            report.result("candidate", name=name, heads=line["heads"], area=square_metres(line["area"]), standing=line["standing"])
        for test in tests:
            weighed = test["measure"] != "heads"
            show = square_metres if weighed else (lambda units: format(units, ","))
            group = test["name"].split(".")[1:-1] if test["name"].split(".")[0] == "building" else ()
            report.result("test", name=test["name"], stage=test["stage"], measure=test["measure"],
                          over=test["numerator_set"], under=test["denominator_set"],
                          group=".".join(group), numerator=show(test["numerator"]), denominator=show(test["denominator"]),
                          comparator=test["comparator"], fraction="%d/%d" % (test["p"], test["q"]),
                          holds=test["holds"], short=show(test["short_by"]))  # fmt: skip


# ------------------------------------------------------------------------------------------------ without the ballots

def check_announced(entries, course, report):
    """With the public file: do the announced sums add up, and does the outcome follow from them under the rule?"""
    totals = _public_totals(course)
    ballots = sum(entry["kind"] == "ballot" for _, entry in entries)
    for stage, (index, entry) in sorted(course.results.items(), key=lambda item: item[1][0]):
        before, result = report.faults(), entry["result"]
        try:
            heads, area = totals(index)
            _compare("count_differs", stage + ".roll", result["roll"], {"heads": heads, "area": area}, report)
            if result["part"]["heads"] > ballots:
                report.fail("too_few_ballots", stage=stage, heads=result["part"]["heads"], number=ballots)
            for question, told in zip(result["questions"], course.questions):
                _check_question(stage, result, question, told, report)
        except (KeyError, TypeError, ValueError, AttributeError):
            report.fail("entry_unreadable", index=index)
        if report.faults() == before:
            report.ok("arithmetic", stage=stage)
        _tell_result(stage, result, course, report)


def _public_totals(course):
    """Heads and area of the whole roll before an entry: the notice and the public corrections."""
    def totals(index):
        heads, area = course.notice["roll"]["heads"], hundredths(course.notice["roll"]["area"])
        for at, entry in course.corrections:
            if at < index:
                heads, area = heads + entry["heads"], area + hundredths(entry["area"])
        return heads, area
    return totals


def _check_question(stage, result, question, told, report):
    rule, whole = told["rule"], Sum(result["roll"]["heads"], result["roll"]["area"])
    where = "%s.%s" % (stage, question["question"])
    aside = [Sum(**question["blank"])]
    if told["kind"] == "election":
        part = Sum(**question["part"])
        approvals = {line["candidate"]: Sum(line["heads"], line["area"]) for line in question["candidates"]}
        expected = elect(rule, whole, part, approvals, told["seats"] or 0)
        parts, aside = [part], aside + [Sum(**question["unresolved"])]
        channels = [Sum(**channel["part"]) for channel in question["by_channel"].values()]
    else:
        choices = {choice: Sum(**total) for choice, total in question["ballots"].items()}
        groups = [test for test in question["tests"] if test["name"].split(".")[0] in {g["by"] for g in rule["subgroups"]}]
        for test in groups:
            again = ask([test["measure"], "N", "D", test["comparator"], "%d/%d" % (test["p"], test["q"])], test["stage"],
                        lambda name, _m, t=test: t["numerator"] if name == "N" else t["denominator"])  # fmt: skip
            if (again["holds"], again["short_by"]) != (test["holds"], test["short_by"]):
                report.fail("count_differs", where=where + "." + test["name"], found=test["holds"], expected=again["holds"])
        expected = decide(rule, whole, choices, {}, told.get("consent"), announced_groups=groups)
        parts = list(choices.values())
        if rule["coowners"] != "no_consent":
            aside.append(Sum(**question["unresolved"]))
        channels = [Sum(**total) for channel in question["by_channel"].values() for total in channel.values()]
    here = _in_order({"questions": [question]})["questions"][0]
    again = _in_order({"questions": [expected]})["questions"][0]
    _compare("count_differs", where, {name: here.get(name) for name in again}, again, report)
    for name in ("heads", "area"):
        total = sum(getattr(part, name) for part in parts)
        if total != sum(getattr(channel, name) for channel in channels):
            report.fail("channels_wrong", where=where)
        if total + sum(getattr(part, name) for part in aside) != result["part"][name]:
            report.fail("parts_wrong", where=where)


# ------------------------------------------------------------------------------------------------ secret elections
# Nobody can open single ballots.  The site knows who has voted and holds sealed ballots; the election board alone can
# open them, and signs sums.  So: as many ballots as marks, the box that was opened is the box on record, the sums are
# the board's own, and the outcome follows from them.

def check_secret(evidence, entries, course, roll, report):
    before, standing, box, told = report.faults(), set(), None, None
    for index, entry in entries:
        kind = entry.get("kind")
        if kind == "secret-ballot":
            if box is not None or ("replaces" in entry and entry["replaces"] not in standing):
                report.fail("secret_ballot_wrong", index=index)
            standing.discard(entry.get("replaces"))
            standing.add(index)
        elif kind in ("ballot", "ballot-set-aside"):
            report.fail("out_of_order", index=index, kind=kind, stage="announced")
        elif kind in ("secret-box", "secret-result"):
            if (box if kind == "secret-box" else told) is not None:
                report.fail("out_of_order", index=index, kind=kind, stage="announced")
            box, told = (entry, told) if kind == "secret-box" else (box, entry)
    if not course.results:
        return
    if box is None or told is None:
        report.fail("secret_incomplete")
        return
    tree, last = Tree(), b""
    for line in evidence.lines("secret-box.txt"):
        if line <= last:
            report.fail("box_wrong")  # in the order of their hashes, so that their places tell nothing; none twice
        tree.add(leaf_hash(bytes.fromhex(line.decode("ascii"))))
        last = line
    figures, secret = told["figures"], course.notice["secret"]
    keys = base64.urlsafe_b64decode(secret["board_key"].partition("_")[2])
    try:
        Ed25519PublicKey.from_public_bytes(keys[32:64]).verify(
            unbase64(told["signature"]), b"participation/secret-result/v1\n" + canonical(figures)
        )
    except InvalidSignature:
        report.fail("board_signature_wrong")
    expected = {"origin": evidence.manifest["origin"], "vote": evidence.vote_id, "board_key": secret["board_key"],
                "root": box["root"], "ballots": box["ballots"]}  # fmt: skip
    if {name: figures.get(name) for name in expected} != expected or tree.root().hex() != box["root"]:
        report.fail("box_wrong")
    if not len(standing) == tree.size == box["ballots"]:
        report.fail("box_number", entries=len(standing), ballots=tree.size, told=box["ballots"])
    if report.faults() == before:
        report.ok("secret_box", number=box["ballots"], board=secret["fingerprint"])
    _check_secret_counts(evidence, entries, course, roll, figures, report)


def _check_secret_counts(evidence, entries, course, roll, figures, report):
    marks = [int(line) for line in evidence.lines("secret-marks.txt")] if roll is not None else None
    totals = _public_totals(course)
    for index, entry in entries:
        if roll is not None and entry.get("kind") == "correction":
            roll.correct(entry)
        if entry.get("kind") not in ("preliminary-result", "final-result"):
            continue
        stage, result, before = entry["kind"].partition("-")[0], entry["result"], report.faults()
        heads, area = totals(index)
        part = dict(result["part"])  # the area that took part can be added up only by whoever knows who has voted
        if marks is not None:
            weights = [roll.weights.get(number, (0, 0)) for number in marks]
            part = {"heads": sum(weight[0] for weight in weights), "area": sum(weight[1] for weight in weights)}
            if len(set(marks)) != len(marks):
                report.fail("marks_wrong")
        if part["heads"] != figures["ballots"] or not 0 <= part["area"] <= area:
            report.fail("marks_wrong")
        counted = {
            "roll": {"heads": heads, "area": area}, "part": part,
            "secret": {"ballots": figures["ballots"], "root": figures["root"],
                       "opening": next(at for at, other in entries if other.get("kind") == "secret-result")},
            "questions": [
                _count_secret(question, told, heads, figures["ballots"])
                for question, told in zip(course.questions, figures["questions"])
            ],
        }  # fmt: skip
        _compare("count_differs", stage, _in_order(result), _in_order(counted), report)
        if report.faults() == before:
            report.ok("secret_count", stage=stage, number=figures["ballots"])
        _tell_result(stage, result, course, report)


def _count_secret(question, told, heads, ballots):
    """The board's sums of one question under the frozen rule: heads only, since an area would give away whose it is."""
    approvals = {line["candidate"]: Sum(line["heads"]) for line in told["approvals"]}
    part, none = Sum(ballots), {"heads": 0, "area": 0}
    return dict(
        elect(question["rule"], Sum(heads), part, approvals, question["seats"] or 0),
        question=question["question"], part=part.data(), unresolved=none, blank=none, without_name=told["blank"],
        by_channel={"phone": {"part": part.data(), "candidates": {str(id_): one.data() for id_, one in approvals.items()}}},
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ one receipt

def check_receipt(proof, options, report):
    """The proof file of one ballot: the entry is in the record under a signed checkpoint, and the envelope holds it."""
    if not isinstance(proof, dict) or proof.get("format") != "participation/ballot-proof/v1":
        raise Unreadable("other_format")
    try:
        key, checkpoint = Key(options.key or proof["verifier_key"]), Checkpoint(proof["checkpoint"])
        index, payload = proof["entry"]["index"], proof["entry"]["payload"].encode("utf-8")
        siblings = [unbase64(part) for part in proof["inclusion_proof"]]
        entry = read_canonical(payload)
    except (KeyError, TypeError, ValueError, AttributeError):
        report.fail("receipt_unreadable")
        return
    if options.key is None:
        report.skip("key_not_given", key=key.line)
    elif proof["verifier_key"] != key.line:
        report.fail("key_other", key=proof["verifier_key"])
    if checkpoint.origin != key.name or not checkpoint.is_signed_by(key):
        report.fail("signature_wrong", name="receipt")
    else:
        report.ok("receipt_signed", size=checkpoint.size, origin=checkpoint.origin)
    try:
        is_in = root_from_inclusion(leaf_hash(payload), index, checkpoint.size, siblings) == checkpoint.root
    except ValueError:
        is_in = False
    if is_in and entry.get("kind") == "ballot" and unbase64(proof["leaf_hash"]) == leaf_hash(payload):
        report.ok("receipt_in", index=index, size=checkpoint.size)
    else:
        report.fail("receipt_not_in", index=index)
    _open_receipt(proof, entry, report)
    _compare_with_older(checkpoint, key, options, report)


def _open_receipt(proof, entry, report):
    opening = proof.get("opening")
    if opening is None:
        report.skip("receipt_sealed")
        return
    content = _opened(entry, dict(opening, index=proof["entry"]["index"]), report)
    if content is not None and content.get("vote") == entry.get("vote"):
        report.ok("receipt_opened")
        report.result("your_ballot", choices=_brief(content["choices"]), area=content["area"], at=content["received_at"],
                      channel=content["channel"], turn=content["turn"])  # fmt: skip


def _compare_with_older(checkpoint, key, options, report):
    """With a checkpoint you kept: the same size must have the same seal; another size needs a consistency proof."""
    proofs = [_read_json(path) for path in options.consistency]
    for path in options.checkpoint:
        kept = _read_checkpoint(path, report)
        if kept is None:
            continue
        older, newer = sorted((kept, checkpoint), key=lambda point: point.size)
        if kept.origin != checkpoint.origin or (kept.signatures and not kept.is_signed_by(key)):
            report.fail("signature_wrong", name=path)
        elif older.size == newer.size:
            if older.root == newer.root:
                report.ok("kept", name=path, size=kept.size)
            else:
                report.fail("fork", name=path, size=kept.size)
        else:
            fitting = [[unbase64(part) for part in _proof_list(proof)] for proof in proofs]
            if not fitting:
                report.skip("no_consistency", first=older.size, second=newer.size)
            elif any(is_consistent(older.size, newer.size, older.root, newer.root, proof) for proof in fitting):
                report.ok("kept", name=path, size=kept.size)
            else:
                report.fail("fork", name=path, size=kept.size)


def _proof_list(proof):
    return proof if isinstance(proof, list) else proof.get("proof") or proof.get("consistency_proof") or []


def check_receipts_in(evidence, paths, report):
    """Receipts beside the evidence: the entry of each must stand in this record, word for word."""
    wanted = {}
    for path in paths:
        entry = _read_json(path)["entry"]
        wanted.setdefault(entry["index"], []).append((path, entry["payload"].encode("utf-8")))
    found = 0
    for index, raw in enumerate(evidence.lines("record.jsonl")):
        for path, payload in wanted.pop(index, ()):
            if payload == raw:
                report.ok("receipt_here", name=os.path.basename(path), index=index)
                found += 1
            else:
                report.fail("receipt_not_here", name=os.path.basename(path), index=index)
    for index, missing in wanted.items():
        for path, _ in missing:
            report.fail("receipt_not_here", name=os.path.basename(path), index=index)
    return found


def _read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as problem:
        raise Unreadable("file_unreadable") from problem


# ------------------------------------------------------------------------------------------------ the whole vote

def check_evidence(path, options, report):
    say = WORDS[options.lang]
    if not os.path.isfile(path):
        raise Unreadable("no_file")
    evidence = Evidence(path, report)
    progress = [Progress(say["progress_" + part], options.quiet) for part in ("record", "roll", "ballots")]
    try:
        entries = check_record(evidence, options, report, progress[0])
        if options.receipt:
            check_receipts_in(evidence, options.receipt, report)
        course = check_steps(entries, report)
        if course.notice is None:
            return
        check_shown(evidence, course, report)
        roll = check_roll(evidence, course, report, progress[1])
        if not course.results:
            report.skip("no_result")
        if course.notice.get("secret"):
            check_secret(evidence, entries, course, roll, report)
            report.skip("secret")
        elif roll is not None:
            check_ballots(evidence, entries, course, roll, report, progress[2])
        else:
            check_announced(entries, course, report)
            report.skip("ballots_sealed", number=sum(entry["kind"] == "ballot" for _, entry in entries))
    except Exception as problem:  # whatever the file was made to do: what cannot be followed to the end does not hold
        report.fail("broken", problem="%s %s" % (type(problem).__name__, str(problem)[:80]))
    finally:
        evidence.close()
        for part in progress:
            part.end()


# ------------------------------------------------------------------------------------------------ words
# code -> (English, 简体中文, 한국어)

TEXTS = {
    # what was checked
    "sealed": ("The file is whole: no byte has changed since it was made (SHA-256 {sha}...).",
               "文件完整:自生成以来没有一个字节被改动(SHA-256 {sha}…)。",
               "파일이 온전합니다: 만들어진 뒤 한 바이트도 바뀌지 않았습니다 (SHA-256 {sha}...)."),
    "key_given": ("The record is signed with the key that you gave.", "公开记录由您提供的公钥对应的密钥签名。", "기록은 당신이 제시한 열쇠로 서명되었습니다."),
    "root": ("The record has {size} entries. Their seal, computed anew from every entry, is the one that is signed: {root}",
             "公开记录共有 {size} 条。由每一条重新算出的总印与签名的一致:{root}",
             "기록은 {size}건입니다. 모든 항목에서 다시 계산한 봉인이 서명된 것과 같습니다: {root}"),
    "printed": ("{number} earlier checkpoints (posters, witnesses) fit: the record still begins as it did then.",
                "{number} 个较早的校验点(张贴的、见证的)全部吻合:记录的开头仍与当时相同。",
                "이전 체크포인트 {number}개(게시물, 증인)가 맞습니다: 기록은 그때와 같이 시작합니다."),
    "kept": ("The checkpoint that you kept ({name}, {size} entries) fits: nothing before it was changed or taken out.",
             "您保存的校验点({name},{size} 条)吻合:它之前的内容没有被改动或删除。",
             "당신이 보관한 체크포인트({name}, {size}건)가 맞습니다: 그 앞의 어떤 것도 바뀌거나 빠지지 않았습니다."),
    "witnessed": ("{name} has co-signed the record of {size} entries on {when}.", "{name} 于 {when} 对含 {size} 条的记录作了见证签名。", "{name}이(가) {when}에 {size}건의 기록에 공동 서명했습니다."),
    "receipt_here": ("The ballot of the receipt {name} stands in this record, word for word (entry {index}).",
                     "回执 {name} 的表决票一字不差地在本记录中(第 {index} 条)。",
                     "영수증 {name}의 투표지가 이 기록에 글자 그대로 있습니다 (항목 {index})."),
    "steps": ("The steps of the vote are complete and in the order and times of the rule: {steps}. Open from {dates}.",
              "表决的各个步骤齐全,顺序和时间符合规则:{steps}。投票时间:{dates}。",
              "표결의 단계가 모두 있으며 순서와 시기가 규칙에 맞습니다: {steps}. 투표 기간: {dates}."),
    "answered": ("All objections ({number}) were answered before the final result.", "全部异议({number} 件)在最终结果之前都已答复。", "이의 {number}건 모두 확정결과 전에 답변되었습니다."),
    "shown": ("What the site shows (questions, rules, dates, results, corrections, answers) is what the record says.",
              "网站显示的内容(事项、规则、时间、结果、更正、答复)与记录一致。",
              "사이트가 보여 주는 것(안건, 규칙, 날짜, 결과, 정정, 답변)이 기록과 같습니다."),
    "fingerprint": ("The seals of the {lines} lines of the frozen roll give the fingerprint that stands in the notice.",
                    "表决名册 {lines} 行的封印得出公告中的名册指纹。",
                    "선거인명부 {lines}줄의 봉인이 공고의 명부 지문과 일치합니다."),
    "roll": ("Every line of the roll opens its seal. They add up to {heads} owners and {area} m2, as in the notice, and the site counts with them.",
             "名册每一行都能打开其封印。合计 {heads} 人、{area} 平方米,与公告一致,网站正是按此计票。",
             "명부의 모든 줄이 봉인을 엽니다. 합계 {heads}명, {area} m2로 공고와 같고, 사이트도 이것으로 셉니다."),
    "ballots": ("All {number} ballots open their sealed entries, came in while the vote was open, and weigh what the roll says. "
                "One stands for each of {standing} owners; {replaced} were replaced and {aside} set aside, as the rule says.",
                "全部 {number} 张表决票都能打开其封存的记录,均在投票期间收到,权重与名册一致。{standing} 位业主各有一张有效;按规则 {replaced} 张被替换,{aside} 张不计入。",
                "투표지 {number}장이 모두 봉인된 항목을 열고, 투표 기간에 접수되었으며, 무게가 명부와 같습니다. 소유자 {standing}명마다 한 장이 유효하고, 규칙에 따라 {replaced}장은 교체, {aside}장은 제외되었습니다."),
    "sheets": ("{number} ballots from paper or recorded calls are what two persons read alike, or what a third decided.", "{number} 张纸质票或录音电话票与两人各自录入的一致,或由第三人裁定。", "종이나 녹음 통화에서 온 투표지 {number}장은 두 사람이 똑같이 읽었거나 제3자가 정한 것과 같습니다."),
    "statements": ("{number} statements of co-owners were opened and taken into account as the rule says.", "已打开 {number} 份共有人的陈述,并按规则计入。", "공유자 진술 {number}건을 열어 규칙대로 반영했습니다."),
    "opened_others": ("{number} further sealed entries (objections, sheets, authorities and the like) open as well.", "另有 {number} 条封存记录(异议、纸质票、授权等)也能打开。", "그 밖의 봉인된 항목 {number}건(이의, 종이 투표지, 위임 등)도 열립니다."),
    "count": ("{stage}: counted anew, {heads} owners and {area} m2 taking part. Every number, every test and the outcome are as announced.",
              "{stage}:重新计票,参与 {heads} 人、{area} 平方米。每个数字、每项检验和结果都与公布的一致。",
              "{stage}: 다시 세었습니다. 참여 {heads}명, {area} m2. 모든 숫자와 검사와 결과가 공고와 같습니다."),
    "arithmetic": ("{stage}: the announced sums add up, by channel and together, and the outcome follows from them under the frozen rule.",
                   "{stage}:公布的各项合计(分渠道与总计)相符,按冻结的规则得出所公布的结果。",
                   "{stage}: 공고된 합계가 경로별로도 전체로도 맞고, 동결된 규칙에 따라 결과가 나옵니다."),
    "secret_box": ("The box holds {number} sealed ballots, as many as stand in the record; it is the box that the election board opened, and the sums bear the board's signature (key {board}).",
                   "票箱中有 {number} 张密封票,与记录中有效的数量相同;选举委员会打开的正是此票箱,合计有委员会的签名(公钥 {board})。",
                   "투표함에는 봉인된 투표지 {number}장이 있고 기록에 유효한 수와 같습니다. 선거위원회가 연 것이 이 투표함이며, 합계에는 위원회의 서명이 있습니다 (열쇠 {board})."),
    "secret_count": ("{stage}: {number} ballots, as many as owners marked as having voted; seats and outcome follow from the board's sums under the frozen rule.",
                     "{stage}:{number} 张票,与标记为已投票的业主数相同;席位和结果按冻结的规则由委员会的合计得出。",
                     "{stage}: 투표지 {number}장, 투표한 것으로 표시된 소유자 수와 같습니다. 의석과 결과는 동결된 규칙에 따라 위원회의 합계에서 나옵니다."),
    "receipt_signed": ("The checkpoint ({size} entries of {origin}) is signed with the key of the record.", "校验点({origin} 的 {size} 条)由公开记录的密钥签名。", "체크포인트({origin}, {size}건)는 기록의 열쇠로 서명되었습니다."),
    "receipt_in": ("Your ballot is entry {index} of the record, unchanged, under that checkpoint ({size} entries).", "您的表决票是该校验点({size} 条)下记录的第 {index} 条,未被改动。", "당신의 투표지는 그 체크포인트({size}건) 아래 기록의 항목 {index}이며 바뀌지 않았습니다."),
    "receipt_opened": ("The sealed envelope in that entry holds exactly the ballot below.", "该条中的密封信封里正是下面这张表决票。", "그 항목의 봉투에는 아래의 투표지가 그대로 들어 있습니다."),
    # what could not be checked
    "key_not_given": ("Whether the key is the true one: compare this line with the poster or with somebody you trust, or pass it with --key. {key}",
                      "公钥是否真实:请将此行与张贴的公告或您信任的人所持的核对,或用 --key 传入。{key}",
                      "열쇠가 진짜인지: 이 줄을 게시물이나 믿는 사람의 것과 비교하거나 --key로 넘기십시오. {key}"),
    "no_older": ("Whether an older record was replaced as a whole: pass a checkpoint from a poster or witness with --checkpoint.",
                 "整份记录是否被替换过:请用 --checkpoint 传入张贴的或见证人保存的校验点。",
                 "이전 기록이 통째로 바뀌었는지: 게시물이나 증인의 체크포인트를 --checkpoint로 넘기십시오."),
    "not_witnessed": ("What {name} has seen: the file holds no co-signature by this witness. Ask for the one they kept.", "{name} 所见:文件中没有该见证人的签名。请向其索取所保存的校验点。", "{name}이(가) 본 것: 파일에 이 증인의 서명이 없습니다. 보관한 것을 달라고 하십시오."),
    "kind_unknown": ("{number} entries \u201c{kind}\u201d are in their place in the record, but were not interpreted.", "{number} 条“{kind}”在记录中的位置正确,但未作解读。", "항목 “{kind}” {number}건은 기록의 제자리에 있으나 해석하지 않았습니다."),
    "roll_sealed": ("The lines of the roll: they hold names and are in the auditor's file only.", "名册各行:含有姓名,只在审计员的文件中。", "명부의 줄: 이름이 있어 감사인의 파일에만 있습니다."),
    "ballots_sealed": ("What the {number} ballots hold: they are sealed here and opened in the auditor's file only. Every owner can check the own one by receipt.",
                       "{number} 张表决票的内容:在此密封,只在审计员的文件中打开。每位业主可凭回执核对自己的一张。",
                       "투표지 {number}장의 내용: 여기서는 봉인되어 있고 감사인의 파일에서만 열립니다. 소유자는 누구나 영수증으로 자기 것을 확인할 수 있습니다."),
    "unopened_kind": ("{number} sealed entries \u201c{kind}\u201d were not opened: the file does not hold their contents.", "{number} 条封存的“{kind}”未打开:文件中没有其内容。", "봉인된 “{kind}” {number}건은 열지 않았습니다: 파일에 내용이 없습니다."),
    "no_result": ("A result: none has been announced yet.", "结果:尚未公布。", "결과: 아직 공고되지 않았습니다."),
    "secret": ("What single ballots of this secret election hold: nobody but the election board can open them. Look your tracker up in the list of the box.",
               "秘密选举中单张票的内容:只有选举委员会能打开。请在票箱清单中查找您的追踪码。",
               "비밀 선거의 낱낱의 투표지: 선거위원회만 열 수 있습니다. 투표함 목록에서 당신의 추적 번호를 찾으십시오."),
    "no_consistency": ("Whether the record of {second} entries goes on from the one of {first}: pass the consistency proof with --consistency.", "含 {second} 条的记录是否承接含 {first} 条的记录:请用 --consistency 传入一致性证明。", "{second}건의 기록이 {first}건의 기록을 이어 가는지: --consistency로 일관성 증명을 넘기십시오."),
    "receipt_sealed": ("What the ballot holds: this file is without its salt. Take the one from your own receipt page.", "表决票的内容:此文件不含盐值。请使用您自己回执页上的文件。", "투표지의 내용: 이 파일에는 솔트가 없습니다. 자신의 영수증 화면의 파일을 쓰십시오."),
    # what is wrong
    "seal_broken": ("The file has been changed since it was made: its last line does not seal it.", "文件自生成后被改动:末尾的封印不符。", "파일이 만들어진 뒤 바뀌었습니다: 마지막 줄의 봉인이 맞지 않습니다."),
    "broken": ("The file is damaged: {problem}", "文件已损坏:{problem}", "파일이 손상되었습니다: {problem}"),
    "member_missing": ("{name} is missing from the file.", "文件中缺少 {name}。", "파일에 {name}이(가) 없습니다."),
    "member_extra": ("{name} does not belong into the file.", "文件中不应有 {name}。", "{name}은(는) 이 파일에 속하지 않습니다."),
    "member_twice": ("A part of the file is there twice.", "文件的某一部分出现了两次。", "파일의 한 부분이 두 번 있습니다."),
    "member_unreadable": ("{name} cannot be read.", "无法读取 {name}。", "{name}을(를) 읽을 수 없습니다."),
    "checkpoint_missing": ("The signed checkpoint is missing or unreadable.", "缺少已签名的校验点,或无法读取。", "서명된 체크포인트가 없거나 읽을 수 없습니다."),
    "checkpoint_unreadable": ("{name} is no checkpoint.", "{name} 不是校验点。", "{name}은(는) 체크포인트가 아닙니다."),
    "key_unreadable": ("The key of the record cannot be read.", "无法读取公开记录的公钥。", "기록의 열쇠를 읽을 수 없습니다."),
    "key_other": ("The record is signed with another key than the one you gave: {key}", "记录的签名密钥与您提供的不同:{key}", "기록이 당신이 제시한 것과 다른 열쇠로 서명되었습니다: {key}"),
    "root_wrong": ("The entries do not give the signed seal: an entry was changed, taken out, added or moved ({size} entries here, {signed} signed).",
                   "各条记录得不出签名的总印:有记录被改动、删除、增加或调换(此处 {size} 条,签名 {signed} 条)。",
                   "항목들이 서명된 봉인과 맞지 않습니다: 항목이 바뀌거나 빠지거나 더해지거나 옮겨졌습니다 (여기 {size}건, 서명 {signed}건)."),
    "origin_wrong": ("{name} is a checkpoint of another record: {origin}", "{name} 是另一份记录的校验点:{origin}", "{name}은(는) 다른 기록의 체크포인트입니다: {origin}"),
    "signature_wrong": ("The signature of {name} is not by the key of the record.", "{name} 的签名不是公开记录的密钥所签。", "{name}의 서명이 기록의 열쇠로 된 것이 아닙니다."),
    "record_shorter": ("{name} was signed over {kept} entries, but the record now has only {size}: entries were taken away.", "{name} 签名时有 {kept} 条,而记录现在只有 {size} 条:有记录被删去。", "{name}은(는) {kept}건에 서명되었는데 기록은 이제 {size}건뿐입니다: 항목이 없어졌습니다."),
    "fork": ("{name} (over {size} entries) does not fit: the record was rewritten. Keep both files: together they prove it.", "{name}({size} 条)不吻合:记录被改写。请保存两份文件,它们合起来就是证据。", "{name}({size}건)이(가) 맞지 않습니다: 기록이 다시 쓰였습니다. 두 파일을 보관하십시오. 함께 증거가 됩니다."),
    "witness_key_unreadable": ("The key of a witness cannot be read: {key}", "无法读取见证人的公钥:{key}", "증인의 열쇠를 읽을 수 없습니다: {key}"),
    "witness_wrong": ("The co-signature of {name} (over {size} entries) is wrong.", "{name} 的见证签名({size} 条)有误。", "{name}의 공동 서명({size}건)이 틀립니다."),
    "entry_unreadable": ("Entry {index} of the record is malformed.", "记录第 {index} 条格式有误。", "기록의 항목 {index}의 형식이 잘못되었습니다."),
    "no_notice": ("The record has no notice of this vote.", "记录中没有本次表决的公告。", "기록에 이 표결의 공고가 없습니다."),
    "out_of_order": ("Entry {index} ({kind}) may not stand there: the vote was at \u201c{stage}\u201d.", "第 {index} 条({kind})不应在此处:当时表决处于“{stage}”。", "항목 {index}({kind})은(는) 거기 있을 수 없습니다: 표결은 “{stage}” 단계였습니다."),
    "time_backwards": ("Entry {index} ({kind}) is earlier than the one before it.", "第 {index} 条({kind})的时间早于前一条。", "항목 {index}({kind})이(가) 앞 항목보다 이릅니다."),
    "closing_wrong": ("Entry {index}: the vote was closed at another time than announced.", "第 {index} 条:截止时间与公布的不同。", "항목 {index}: 공고와 다른 시각에 마감되었습니다."),
    "dates_wrong": ("The vote closes before it opens, or before its notice.", "投票截止早于开始或早于公告。", "마감이 개시나 공고보다 이릅니다."),
    "notice_short": ("The notice was shorter than the rule asks.", "公告期短于规则要求。", "공고 기간이 규칙보다 짧았습니다."),
    "window_wrong": ("The vote was open shorter or longer than the rule allows.", "投票期短于或长于规则允许。", "투표 기간이 규칙보다 짧거나 길었습니다."),
    "extension_wrong": ("Entry {index}: this extension is not one the rule allows.", "第 {index} 条:规则不允许这样的延期。", "항목 {index}: 규칙이 허용하지 않는 연장입니다."),
    "extension_late": ("Entry {index}: extended when the vote was not open.", "第 {index} 条:在投票未开放时延期。", "항목 {index}: 투표가 열려 있지 않을 때 연장되었습니다."),
    "hastened_binding": ("Entry {index}: a binding vote was cut short.", "第 {index} 条:有法律效力的表决被提前结束。", "항목 {index}: 구속력 있는 표결이 단축되었습니다."),
    "objection_twice": ("Entry {index}: two objections have one number.", "第 {index} 条:两件异议编号相同。", "항목 {index}: 두 이의의 번호가 같습니다."),
    "answer_wrong": ("Entry {index} answers no open objection.", "第 {index} 条所答复的异议不存在或已答复。", "항목 {index}은(는) 열린 이의에 대한 답이 아닙니다."),
    "objections_short": ("Entry {index}: the time for objections was shorter than the rule asks.", "第 {index} 条:异议期短于规则要求。", "항목 {index}: 이의 기간이 규칙보다 짧았습니다."),
    "unanswered": ("Objection {number} was not answered before the final result.", "异议 {number} 在最终结果之前没有答复。", "이의 {number}이(가) 확정결과 전에 답변되지 않았습니다."),
    "shown_differs": ("The site shows something else than the record at {where}: {found} instead of {expected}", "网站在 {where} 处显示的与记录不同:{found},应为 {expected}", "{where}에서 사이트가 기록과 다르게 보여 줍니다: {found}, 기록은 {expected}"),
    "fingerprint_wrong": ("The seals of the roll do not give the fingerprint of the notice: the roll was changed.", "名册的封印得不出公告中的指纹:名册被改动。", "명부의 봉인이 공고의 지문과 다릅니다: 명부가 바뀌었습니다."),
    "roll_length": ("The roll has {lines} sealed lines, the notice says {heads} owners.", "名册有 {lines} 行封印,公告为 {heads} 人。", "명부의 봉인은 {lines}줄인데 공고는 {heads}명입니다."),
    "roll_order": ("Line {number} of the roll is not in its place.", "名册第 {number} 行不在其位。", "명부 {number}번째 줄이 제자리에 없습니다."),
    "elector_unsealed": ("Owner {number} counts, but has no line in the sealed roll.", "业主 {number} 被计入,但封存的名册中没有此行。", "소유자 {number}이(가) 세어지지만 봉인된 명부에 줄이 없습니다."),
    "roll_unreadable": ("Line {number} of the roll cannot be read.", "无法读取名册第 {number} 行。", "명부 {number}번째 줄을 읽을 수 없습니다."),
    "roll_unopened": ("The lines of the roll do not open their seals: a line or a salt was changed, or lines were swapped.", "名册各行打不开其封印:有行或盐值被改动,或行被调换。", "명부의 줄이 봉인을 열지 못합니다: 줄이나 솔트가 바뀌었거나 줄이 뒤바뀌었습니다."),
    "roll_total": ("The lines of the roll add up to {heads} owners and {area} m2, not to what the notice says.", "名册各行合计 {heads} 人、{area} 平方米,与公告不符。", "명부의 합계는 {heads}명, {area} m2로 공고와 다릅니다."),
    "roll_line_wrong": ("Line {number} of the roll contradicts itself.", "名册第 {number} 行自相矛盾。", "명부 {number}번째 줄이 서로 맞지 않습니다."),
    "elector_changed": ("Owner {number} is counted with {now} m2 or homes other than sealed ({sealed} m2).", "业主 {number} 计入的面积({now} 平方米)或房屋与封存的({sealed} 平方米)不同。", "소유자 {number}이(가) 봉인된 것({sealed} m2)과 다른 면적({now} m2)이나 집으로 세어집니다."),
    "ballot_form": ("Entry {index} is no ballot of this vote.", "第 {index} 条不是本次表决的表决票。", "항목 {index}은(는) 이 표결의 투표지가 아닙니다."),
    "outside_window": ("Entry {index} was received while the vote was not open.", "第 {index} 条在投票未开放时收到。", "항목 {index}은(는) 투표가 열려 있지 않을 때 접수되었습니다."),
    "not_on_roll": ("Entry {index}: owner {number} is not on the roll.", "第 {index} 条:业主 {number} 不在名册上。", "항목 {index}: 소유자 {number}은(는) 명부에 없습니다."),
    "weight_wrong": ("Entry {index}: owner {number} was counted with {found} m2; the roll says {expected} m2.", "第 {index} 条:业主 {number} 按 {found} 平方米计,名册为 {expected} 平方米。", "항목 {index}: 소유자 {number}이(가) {found} m2로 세어졌으나 명부는 {expected} m2입니다."),
    "choices_wrong": ("Entry {index} holds an answer that the ballot does not offer.", "第 {index} 条含有表决票上没有的选项。", "항목 {index}에 투표지에 없는 답이 있습니다."),
    "standing_wrong": ("Entry {index}: which ballot of owner {number} stands is not what the rule says.", "第 {index} 条:业主 {number} 的哪张票有效与规则不符。", "항목 {index}: 소유자 {number}의 어느 투표지가 유효한지가 규칙과 다릅니다."),
    "two_ballots_wrong": ("Entry {index} tells of two ballots what does not follow from them.", "第 {index} 条对两张票的说明与票本身不符。", "항목 {index}이(가) 두 투표지에 대해 사실과 다르게 말합니다."),
    "two_ballots_untold": ("Ballots {stands} and {other} of one owner came in different ways, but no entry tells which one stands.", "同一业主的票 {stands} 与 {other} 来自不同渠道,却没有记录说明哪张有效。", "한 소유자의 투표지 {stands}와 {other}이(가) 다른 길로 왔으나 어느 것이 유효한지 말하는 항목이 없습니다."),
    "secret_ballot_wrong": ("Entry {index}: a sealed ballot after the box was closed, or one that replaces none.", "第 {index} 条:票箱关闭后的密封票,或所替换的票不存在。", "항목 {index}: 투표함이 닫힌 뒤의 투표지이거나 대신할 투표지가 없습니다."),
    "secret_incomplete": ("A result was posted, but the box or the board's figures are not on record.", "已公布结果,但记录中没有票箱或委员会的合计。", "결과가 공고되었으나 투표함이나 위원회의 합계가 기록에 없습니다."),
    "board_signature_wrong": ("The sums do not bear the signature of the election board.", "合计没有选举委员会的签名。", "합계에 선거위원회의 서명이 없습니다."),
    "box_wrong": ("The box is not the one on record, or not the one that the board opened.", "票箱不是记录中的,或不是委员会打开的那个。", "투표함이 기록의 것이 아니거나 위원회가 연 것이 아닙니다."),
    "box_number": ("{entries} sealed ballots stand in the record, {ballots} are in the box, {told} are said to be.", "记录中有效的密封票 {entries} 张,箱中 {ballots} 张,公布为 {told} 张。", "기록에 유효한 투표지 {entries}장, 투표함에 {ballots}장, 공고는 {told}장입니다."),
    "marks_wrong": ("Not as many ballots as owners marked as having voted.", "票数与标记为已投票的业主数不符。", "투표지 수가 투표한 것으로 표시된 소유자 수와 다릅니다."),
    "sheet_wrong": ("Entry {index}: the ballot is not what two persons read on its sheet.", "第 {index} 条:该票与两人从纸上读到的不符。", "항목 {index}: 투표지가 두 사람이 종이에서 읽은 것과 다릅니다."),
    "statement_wrong": ("Entry {index}: a co-owner's statement without a ballot or without its counterpart.", "第 {index} 条:共有人的陈述没有对应的表决票或陈述。", "항목 {index}: 공유자 진술에 짝이 되는 투표지나 진술이 없습니다."),
    "opening_astray": ("The file opens entry {index}, which is none of this vote or was opened twice: a ballot was added or moved.", "文件打开的第 {index} 条不属于本次表决或被打开两次:有票被增加或移动。", "파일이 이 표결에 없는, 또는 두 번 열린 항목 {index}을(를) 엽니다: 투표지가 더해지거나 옮겨졌습니다."),
    "unopened": ("Entry {index} ({kind}) is sealed, and what opens it is gone: it was deleted from the site.", "第 {index} 条({kind})已封存,而打开它的内容不见了:已从网站删除。", "항목 {index}({kind})은(는) 봉인되어 있는데 여는 것이 없습니다: 사이트에서 지워졌습니다."),
    "commitment_wrong": ("Entry {index} ({kind}) was sealed with another content: what the site holds now was changed afterwards.", "第 {index} 条({kind})封存的是别的内容:网站现有的内容事后被改动。", "항목 {index}({kind})은(는) 다른 내용으로 봉인되었습니다: 사이트의 내용이 나중에 바뀌었습니다."),
    "count_differs": ("The announced result is not what follows, at {where}: announced {found}, counted {expected}", "公布的结果与计算不符({where}):公布 {found},计算 {expected}", "공고된 결과가 계산과 다릅니다 ({where}): 공고 {found}, 계산 {expected}"),
    "too_few_ballots": ("{stage}: {heads} owners are said to take part, but the record holds only {number} ballots.", "{stage}:公布有 {heads} 人参与,但记录中只有 {number} 张表决票。", "{stage}: {heads}명이 참여했다지만 기록에는 투표지가 {number}장뿐입니다."),
    "channels_wrong": ("The figures by channel do not add up ({where}).", "分渠道的数字加起来不符({where})。", "경로별 숫자의 합이 맞지 않습니다 ({where})."),
    "parts_wrong": ("The answers do not add up to those who took part ({where}).", "各项答复加起来与参与者不符({where})。", "답의 합이 참여자와 맞지 않습니다 ({where})."),
    "receipt_unreadable": ("The file is no proof of a ballot.", "该文件不是表决票的证明。", "이 파일은 투표지의 증명이 아닙니다."),
    "receipt_not_in": ("Entry {index} is not in the record under this checkpoint, or is no ballot.", "第 {index} 条不在该校验点下的记录中,或不是表决票。", "항목 {index}은(는) 이 체크포인트의 기록에 없거나 투표지가 아닙니다."),
    "receipt_not_here": ("The ballot of the receipt {name} is not in this record as entry {index}: it was changed or taken out.", "回执 {name} 的表决票不在本记录第 {index} 条:已被改动或删除。", "영수증 {name}의 투표지가 이 기록의 항목 {index}에 없습니다: 바뀌었거나 빠졌습니다."),
    # results
    "who": ("{heads} of {of} owners took part, with {area} of {of_area} m2.", "{of} 位业主中 {heads} 位参与,面积 {of_area} 平方米中的 {area} 平方米。", "소유자 {of}명 중 {heads}명, {of_area} m2 중 {area} m2가 참여했습니다."),
    "outcome": ("Question {number}, {text}  ->  {outcome} (rule {rule})", "事项 {number}:{text}  ->  {outcome}(规则 {rule})", "안건 {number}, {text}  ->  {outcome} (규칙 {rule})"),
    "candidate": ("    {name}: {heads} owners, {area} m2: {standing}", "    {name}:{heads} 人,{area} 平方米:{standing}", "    {name}: {heads}명, {area} m2: {standing}"),
    "test": ("    {stage}{group}, {measure}: {over} {numerator}, {under} {denominator}, asked {comparator} {fraction}: {holds}",
             "    {stage}{group},{measure}:{over} {numerator},{under} {denominator},要求 {comparator} {fraction}:{holds}",
             "    {stage}{group}, {measure}: {over} {numerator}, {under} {denominator}, 요건 {comparator} {fraction}: {holds}"),
    "your_ballot": ("Choices {choices}, {area} m2, received {at} ({channel}), ballot number {turn} of this owner.", "选择 {choices},{area} 平方米,{at} 收到({channel}),该业主的第 {turn} 张票。", "선택 {choices}, {area} m2, {at} 접수 ({channel}), 이 소유자의 {turn}번째 투표지."),
    # nothing could be checked
    "no_file": ("There is no such file.", "没有这个文件。", "그런 파일이 없습니다."),
    "file_unreadable": ("The file cannot be read.", "无法读取文件。", "파일을 읽을 수 없습니다."),
    "not_evidence": ("This is no evidence file, or it is damaged beyond reading.", "这不是证据文件,或已损坏到无法读取。", "증거 파일이 아니거나 읽을 수 없을 만큼 손상되었습니다."),
    "other_format": ("This file has a format that this program does not know. Take the newest verify_record.py.", "本程序不认识该文件的格式。请使用最新的 verify_record.py。", "이 프로그램이 모르는 형식입니다. 최신 verify_record.py를 쓰십시오."),
    # single words
    "checked": ("CHECKED", "已核对", "확인함"),
    "not_checked": ("NOT CHECKED", "未核对", "확인하지 못함"),
    "wrong": ("WRONG", "有误", "잘못됨"),
    "results": ("THE RESULT, WORKED OUT ANEW", "重新计算的结果", "다시 계산한 결과"),
    "results_announced": ("THE RESULT, AS ANNOUNCED", "公布的结果", "공고된 결과"),
    "all_holds": ("Everything that could be checked holds.", "凡能核对的,全部成立。", "확인할 수 있는 것은 모두 맞습니다."),
    "all_wrong": ("Something is wrong: {faults} faults. Do not rely on this result; show this to the observers and to the supervising office.",
                  "发现问题:{faults} 处。请勿依据此结果,并将本报告交给监督员和主管部门。",
                  "문제가 있습니다: {faults}건. 이 결과에 의지하지 말고 참관인과 감독 관청에 보이십시오."),
    "and_more": ("... and {more} more of the same kinds", "……另有同类问题 {more} 处", "... 같은 종류가 {more}건 더 있습니다"),
    "progress_record": ("Reading the record", "正在读取记录", "기록을 읽는 중"),
    "progress_roll": ("Opening the roll", "正在打开名册", "명부를 여는 중"),
    "progress_ballots": ("Opening the ballots", "正在打开表决票", "투표지를 여는 중"),
    "passed": ("passed", "通过", "가결"), "rejected": ("rejected", "未通过", "부결"), "vetoed": ("vetoed", "被否决", "거부됨"),
    "no_quorum": ("no quorum", "参与人数或面积不足", "정족수 미달"), "second_vote": ("a second vote follows", "需再次表决", "재투표"),
    "elected": ("elected", "当选", "당선"), "partly": ("elected in part", "部分当选", "일부 당선"), "tied": ("a draw by lot is needed", "需抽签", "추첨 필요"),
    "no_seat": ("no seat left", "无剩余席位", "남은 자리 없음"), "not_enough": ("not enough", "票数不足", "표 부족"),
    "preliminary": ("Preliminary count", "初步统计", "잠정집계"), "final": ("Final result", "最终结果", "확정결과"),
    "before": ("not yet announced", "尚未公告", "공고 전"), "announced": ("announced", "已公告", "공고됨"),
    "quorum": ("quorum", "参与门槛", "정족수"), "pass": ("majority", "同意门槛", "의결"),
    "heads": ("owners", "人数", "인원"), "area": ("m2", "面积(平方米)", "면적(m2)"), "floor": ("m2", "面积(平方米)", "면적(m2)"),
    "votes": ("votes by area", "按面积的票权", "면적 의결권"),
    "ALL": ("all", "全体", "전체"), "PART": ("taking part", "参与", "참여"), "PRESENT": ("present", "出席", "출석"),
    "ATTEND": ("attending", "出席", "출석"), "CAST": ("for or against", "同意与反对", "찬반"), "YES": ("for", "同意", "찬성"), "NO": ("against", "反对", "반대"),
    "notice": ("notice", "公告", "공고"), "extension": ("extension", "延期", "연장"), "hastened": ("rehearsal moved on", "演练提前", "연습 진행"),
    "correction": ("correction of the roll", "名册更正", "명부 정정"), "cancelled": ("cancellation", "取消", "취소"), "closing": ("closing", "截止", "마감"),
    "preliminary-result": ("preliminary count", "初步统计", "잠정집계"), "final-result": ("final result", "最终结果", "확정결과"),
    "counted": ("time for objections", "异议期", "이의 기간"), "finalised": ("decided", "定案", "확정"), "archived": ("archived", "归档", "보관"),
    "objection": ("objection", "异议", "이의"), "objection-answer": ("answer", "答复", "답변"), "erased": ("erasure", "清除", "삭제"),
    "auditor-named": ("auditor named", "指定审计员", "감사인 지정"), "evidence-handed-out": ("evidence handed out", "交付证据", "증거 제공"),
    "ballot": ("ballot", "表决票", "투표지"), "ballot-set-aside": ("ballot set aside", "不计入的票", "제외된 투표지"),
    "co-owner-statement": ("co-owner's statement", "共有人陈述", "공유자 진술"), "authority": ("written authority", "书面授权", "위임장"),
    "authority-revoked": ("authority taken back", "撤回授权", "위임 철회"), "visit": ("visit at the door", "上门", "방문"),
    "owners-told": ("letters to owners", "致业主的信", "소유자에게 보낸 편지"), "two-ballots": ("two ballots of one owner", "同一业主的两张票", "한 소유자의 두 투표지"),
    "secret-ballot": ("sealed ballot", "密封票", "봉인된 투표지"), "secret-box": ("box closed", "票箱关闭", "투표함 닫음"), "secret-result": ("figures of the board", "委员会的合计", "위원회의 합계"),
    True: ("holds", "成立", "충족"), False: ("does not hold", "不成立", "불충족"),
}  # fmt: skip
LANGUAGES = ("en", "zh", "ko")
WORDS = {lang: {code: texts[at] for code, texts in TEXTS.items()} for at, lang in enumerate(LANGUAGES)}
WORD_FIELDS = ("outcome", "standing", "stage", "holds", "measure", "over", "under", "kind", "steps")  # values that are words of the table themselves


def sentence(code, values, lang):
    words = WORDS[lang]
    shown = {}
    for name, value in values.items():
        if name in WORD_FIELDS and isinstance(value, (str, bool)):
            value = words.get(value, value)
        elif name in WORD_FIELDS and isinstance(value, list):
            value = ", ".join(words.get(part, part) for part in value)
        elif name == "group":
            value = " (%s)" % value if value else ""
        elif isinstance(value, list):
            value = (" \u2013 " if name == "dates" else ", ").join(map(str, value))
        elif isinstance(value, int) and not isinstance(value, bool) and name not in ("index", "number", "turn"):
            value = format(value, ",")
        shown[name] = value
    return words[code].format(**shown)


# ------------------------------------------------------------------------------------------------ the command

def tell(report, lang, recounted):
    words, lines = WORDS[lang], []
    for title, mark, found in (
        ("checked", "+", report.checked), ("not_checked", "?", report.not_checked), ("wrong", "!", report.wrong),
    ):  # fmt: skip
        if found:
            lines += [words[title]] + ["  %s %s" % (mark, sentence(code, values, lang)) for code, values in found]
    if report.more():
        lines.append("    " + sentence("and_more", {"more": report.more()}, lang))
    if report.results:
        lines.append(words["results" if recounted else "results_announced"])
        lines += ["  " + sentence(code, values, lang) for code, values in report.results]
    lines.append("")
    lines.append(sentence("all_wrong", {"faults": report.faults()}, lang) if report.faults() else words["all_holds"])
    return "\n".join(lines)


def as_data(report, lang):
    def listed(found):
        return [{"code": code, "values": values, "text": sentence(code, values, lang).strip()} for code, values in found]
    return {
        "holds": not report.faults(), "faults": report.faults(), "checked": listed(report.checked),
        "not_checked": listed(report.not_checked), "wrong": listed(report.wrong), "results": listed(report.results),
    }  # fmt: skip


def arguments(argv):
    is_receipt = bool(argv) and argv[0] == "receipt"
    parser = argparse.ArgumentParser(
        prog="verify_record.py" + (" receipt" if is_receipt else ""),
        description="Check the proof file of one ballot." if is_receipt else
        "Check the evidence file of a vote. For one ballot: verify_record.py receipt RECEIPT.json",
    )  # fmt: skip
    parser.add_argument("file", metavar="RECEIPT.json" if is_receipt else "EVIDENCE.zip")
    parser.add_argument("--key", metavar="LINE", help="the key of the record as printed on paper (name+id+key)")
    parser.add_argument("--checkpoint", metavar="FILE", action="append", default=[], help="a checkpoint that you kept; repeatable")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the report")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress on the error stream")
    if is_receipt:
        parser.add_argument("--consistency", metavar="FILE", action="append", default=[], help="JSON with a consistency proof")
    else:
        parser.add_argument("--witness", metavar="LINE", action="append", default=[], help="the key of a witness; repeatable")
        parser.add_argument("--receipt", metavar="FILE", action="append", default=[], help="proof file of a ballot; repeatable")
    options = parser.parse_args(argv[1:] if is_receipt else argv)
    options.is_receipt = is_receipt
    return options


def main(argv=None):
    options = arguments(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    report = Report()
    try:
        if options.is_receipt:
            check_receipt(_read_json(options.file), options, report)
        else:
            check_evidence(options.file, options, report)
    except Unreadable as problem:
        code = str(problem)
        if not report.faults():  # a file that was sealed and does not open is wrong; one that never was is just another file
            text = WORDS[options.lang][code]
            print(json.dumps({"holds": None, "text": text}, ensure_ascii=False) if options.json else text)
            return NOT_CHECKED
        report.fail("broken", problem=WORDS[options.lang][code])
    if options.json:
        print(json.dumps(as_data(report, options.lang), ensure_ascii=False, indent=1))
    else:
        recounted = any(code in ("count", "receipt_opened", "count_differs") for code, _ in report.checked + report.wrong)
        print(tell(report, options.lang, recounted and not any(code == "ballots_sealed" for code, _ in report.not_checked)))
    return WRONG if report.faults() else HOLDS


if __name__ == "__main__":
    sys.exit(main())
