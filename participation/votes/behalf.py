"""Who may act for an owner, in words: a proxy, a guardian, the person who represents a company."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from enum import StrEnum

from participation.kernel.refusal import Reason
from participation.kernel.sentences import say


class Behalf(StrEnum):
    """The kinds of written authority (Assembly rules 22, 25-27)."""

    PROXY = "proxy"  # for one vote; a holder may hold only so many
    GUARDIAN = "guardian"  # votes for an owner who cannot act, until a day
    REPRESENTATIVE = "representative"  # acts for an owner that is a company, until a day


def same_person_key(name: str, last_four: str) -> tuple[str, str]:
    """Same name and same last four = same person, however wide or spaced it was typed."""
    plain = unicodedata.normalize("NFKC", name)
    return "".join(plain.split()).casefold(), unicodedata.normalize("NFKC", last_four).strip().upper()


def owner_has_voted() -> Reason:
    return Reason(
        "owner_has_voted",
        say("The owner has voted. Nobody can vote for an owner who has voted."),
        say("Nothing is left to do: the owner's own ballot counts."),
    )


def owners_sheet_is_in() -> Reason:
    return Reason(
        "owners_sheet_is_in",
        say("A paper ballot of this owner has been received and is being read."),
        say("Wait until it has been read. If the owner has handed in no sheet, tell the support centre at once."),
    )


def authority_ended() -> Reason:
    return Reason(
        "authority_ended",
        say("The authority to vote for this owner has been taken back or has ended."),
        say("Ask the owner. A new written authority can be recorded at the support centre."),
    )


def cast_for_you(holder: str, at: datetime) -> Reason:
    return Reason(
        "cast_for_you",
        say("%(holder)s has voted for you, and this rule allows no change.", holder=holder),
        say("If you did not want this, object: the support centre must answer on record."),
    )
