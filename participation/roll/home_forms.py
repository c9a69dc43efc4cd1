"""What is typed into the forms about one home, read as strictly as a file is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from participation.accounts.forms import plain
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.roll.editing import as_developer
from participation.roll.importing import RollHolder, RollHome
from participation.roll.importing.findings import CellProblem
from participation.roll.importing.identity import parse_identity
from participation.roll.importing.measures import parse_area
from participation.roll.importing.words import is_corporate, is_developer

KINDS: dict[str, Sentence] = {
    "dwelling": say("dwelling"), "shop": say("shop"), "parking": say("parking space"), "other": say("other"),
}  # fmt: skip
BASES: dict[str, Sentence] = {
    "registry": say("land register"), "survey": say("survey"), "contract": say("sale contract"), "unknown": say("not known"),
}  # fmt: skip
TITLES: dict[str, Sentence] = {
    "registered": say("registered"), "unsold": say("not sold yet"), "sold_undelivered": say("sold, not handed over yet"),
}  # fmt: skip

MOST_OWNERS, LONGEST_NAME, LONGEST_PLACE, LONGEST_REASON = 20, 80, 40, 500
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER_AT_END = re.compile(r"^(.*?\S)[\s,，;；、:：]+([0-9A-Za-z*•]{1,20})$")
_HARMFUL = re.compile(r"[<>]|^[=+@]|^-(?![0-9])")


def read_reason(form: Mapping[str, str]) -> str:
    reason = plain(form.get("reason", ""), LONGEST_REASON)
    if not reason:
        raise Refusal(
            Reason("no_reason", say("The reason is missing."), say("Say what the register shows, and since when."), "reason")
        )
    return reason


def read_area(form: Mapping[str, str]) -> int:
    """1/100 m2."""
    try:
        return parse_area(plain(form.get("area", ""), 40))
    except CellProblem as problem:
        raise Refusal(Reason(problem.code, problem.reason, problem.remedy, "area")) from None


def read_choice(form: Mapping[str, str], field: str, known: Mapping[str, Any]) -> str:
    value = form.get(field, "")
    if value not in known:
        raise Refusal(Reason("no_choice", say("Nothing is chosen."), say("Choose one of the list."), field))
    return value


def read_owners(text: str, title: str) -> tuple[RollHolder, ...]:
    """One owner a line: the name, then the identity number or its last four. Nobody is needed for unsold homes."""
    lines = [line for line in (plain(line, 200) for line in text[:5_000].splitlines()) if line]
    if not lines and title == "registered":
        raise _owners(say("The owner's name is missing."), say("Write each owner on a line: the name, then the last four of the identity number."))
    if len(lines) > MOST_OWNERS:
        raise _owners(say("A home has at most %(n)s owners here.", n=MOST_OWNERS), say("Enter it with a file."))
    holders = tuple(_owner(line) for line in lines)
    if len({holder.person for holder in holders}) < len(holders):
        raise _owners(say("An owner is named twice."), say("Write each owner once."))
    return holders


def _owner(line: str) -> RollHolder:
    match = _NUMBER_AT_END.match(line)
    # A company's or a person's name may end in letters; only what holds a digit or a mask is a number.
    has_number = match is not None and any(c.isdigit() or c in "*•" for c in match.group(2))
    name, number = (match.group(1), match.group(2)) if match and has_number else (line, "")
    if not _LETTER.search(name) or _HARMFUL.search(name) or len(name) > LONGEST_NAME:
        raise _owners(say("This is not a name."), say("Write the registered owner's name."))
    try:
        identity, _ = parse_identity(number, is_corporate=is_corporate(name))
    except CellProblem as problem:
        raise _owners(problem.reason, problem.remedy) from None
    return RollHolder(
        name=name, id_last_four=identity.last_four if identity else None, id_number=identity.number if identity else None,
        is_developer=is_developer(name), is_corporate=is_corporate(name),
    )  # fmt: skip


def _owners(message: Sentence, remedy: Sentence) -> Refusal:
    return Refusal(Reason("owners", message, remedy, "owners"))


def read_home(form: Mapping[str, str]) -> RollHome:
    """A whole new home."""
    places = {name: plain(form.get(name, ""), LONGEST_PLACE) for name in ("building", "stairwell", "floor", "number")}
    for name in ("building", "number"):
        if not places[name]:
            raise Refusal(Reason("place_missing", say("Building and home number are needed."), say("Write them as on the door."), name))
    for name, text in places.items():
        if _HARMFUL.search(text):
            raise Refusal(Reason("place_markup", say("This is not the name of a place."), say("Write plain text."), name))
    title = read_choice(form, "title", TITLES)
    return RollHome(
        **places, kind=read_choice(form, "kind", KINDS), area=read_area(form),  # type: ignore[arg-type]
        area_basis=read_choice(form, "area_basis", BASES), title=title,  # type: ignore[arg-type]
        holders=_for_title(read_owners(form.get("owners", ""), title), title),
    )  # fmt: skip


def _for_title(holders: tuple[RollHolder, ...], title: str) -> tuple[RollHolder, ...]:
    return as_developer(holders) if title != "registered" else holders


def read_tenant(form: Mapping[str, str]) -> tuple[str, str]:
    """(name, last four) of somebody who lives in a home; the last four may be missing: then no letter brings them in."""
    name, four = plain(form.get("name", ""), LONGEST_NAME), plain(form.get("last_four", ""), 20)
    if not _LETTER.search(name) or _HARMFUL.search(name):
        raise Refusal(Reason("no_name", say("The name is missing."), say("Write the name of the person who lives here."), "name"))
    try:
        identity, _ = parse_identity(four, is_corporate=is_corporate(name))
    except CellProblem as problem:
        raise Refusal(Reason(problem.code, problem.reason, problem.remedy, "last_four")) from None
    return name, identity.last_four if identity else ""
