"""Doubts about persons that only the whole roll can raise: who is how many heads, and who may be whom."""

from __future__ import annotations

import re

from participation.kernel.sentences import say
from participation.roll.importing.columns import RollColumns
from participation.roll.importing.findings import Doubt, Findings, shown
from participation.roll.importing.homes import DEVELOPER_KEY, OwnerKey, RollHolder, RollHome, owner_key
from participation.roll.importing.words import is_developer

_BETWEEN_LETTERS = re.compile(r"[\s·.,'\-]+")


class PeopleDoubts:
    """Sees each home once, in order, and reports to `findings`."""

    def __init__(self, columns: RollColumns, findings: Findings):
        self._columns = columns
        self._findings = findings
        self._keys: dict[tuple[str, str], OwnerKey] = {}  # person -> first owner key
        self._in_several: set[tuple[str, str]] = set()
        self._developers: set[str] = set()
        self._unnumbered: dict[str, bool] = {}  # name -> somebody of this name has no last four
        self._spelled: dict[tuple[str, str], str] = {}  # (bare name, last four) -> first spelling
        self._numbers: dict[tuple[str, str], str] = {}  # person -> first whole number

    def see(self, home: RollHome) -> None:
        key = owner_key(home)
        for holder in home.holders:
            if home.title != "registered":
                self._see_developer(home, holder)
            self._see_heads(home, holder, key)
            if not holder.is_developer:
                self._see_number(home, holder)
                self._see_spelling(home, holder)

    def _see_developer(self, home: RollHome, holder: RollHolder) -> None:
        if is_developer(holder.name) or holder.name in self._developers:
            return
        if holder.is_corporate:
            self._developers.add(holder.name)  # a company is told of once, persons each time
        reason = say(
            "“%(name)s” holds an unsold or undelivered home and is counted as the developer, one head for all such homes.",
            name=shown(holder.name),
        )
        self._tell(
            home, "owner", holder, Doubt("developer_name", reason, say("Check that the state of the title is right."))
        )

    def _see_heads(self, home: RollHome, holder: RollHolder, key: OwnerKey) -> None:
        first = self._keys.setdefault(holder.person, key)
        if first == key or holder.person in self._in_several:
            return
        self._in_several.add(holder.person)
        if DEVELOPER_KEY in (key, first):
            reason = say(
                "“%(name)s” also holds homes that count for the developer; these are another head.",
                name=shown(holder.name),
            )
        else:
            reason = say(
                "“%(name)s” owns homes alone and with others, or with different others; each such set of owners is one head.",
                name=shown(holder.name),
            )
        remedy = say("The law is unsettled here: settle it with local counsel before a vote.")
        self._tell(home, "owner", holder, Doubt("owner_in_several_heads", reason, remedy))

    def _see_number(self, home: RollHome, holder: RollHolder) -> None:
        missing = holder.id_last_four is None
        before = self._unnumbered.get(holder.name)
        self._unnumbered[holder.name] = missing or bool(before)
        if missing and "identity" in self._columns.fields:
            reason = say("The last four of the identity number are missing: this owner cannot sign in with a letter.")
            self._tell(
                home,
                "identity",
                holder,
                Doubt("identity_missing", reason, say("Add them, or let the owner vote on paper.")),
            )
        if before is not None and (before or missing):
            reason = say(
                "Several homes name this owner, not always with an identity number: nobody can tell whether it is one person."
            )
            remedy = say("Add the last four of the identity number in each row.")
            self._tell(home, "owner", holder, Doubt("namesake_unnumbered", reason, remedy))
        if holder.id_number and self._numbers.setdefault(holder.person, holder.id_number) != holder.id_number:
            reason = say(
                "Two owners have the same name and last four but different identity numbers; they are counted as one."
            )
            remedy = say("Add something to one of the names that tells them apart.")
            self._tell(home, "owner", holder, Doubt("identity_namesake", reason, remedy))

    def _see_spelling(self, home: RollHome, holder: RollHolder) -> None:
        name, last_four = holder.person
        bare = _BETWEEN_LETTERS.sub("", name).casefold()
        if last_four and self._spelled.setdefault((bare, last_four), name) != name:
            reason = say(
                "This name is spelled differently in another row with the same last four; they are counted as two owners."
            )
            remedy = say("Spell the name as in the register in every row.")
            self._tell(home, "owner", holder, Doubt("name_spelled", reason, remedy))

    def _tell(self, home: RollHome, field: str, holder: RollHolder, doubt: Doubt) -> None:
        self._findings.doubt(home.lines[0], self._columns.header(field), shown(holder.name), doubt)
