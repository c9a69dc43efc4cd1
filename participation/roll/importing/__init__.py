"""Reading an owners' roll from the spreadsheet as it is.

    read_roll        file -> ParsedRoll: homes, totals, doubts, refused rows
    inspect_columns  file -> RollColumns, for correcting them by hand
    first_rows       file -> its first rows as they are, where no header is recognised
    difference       current roll + ParsedRoll -> what would change
    home_identity    what makes two rows speak of the same home
    owner_key        what makes two homes one head

Nothing here writes, and nothing knows of the web or the database.
"""

from participation.roll.importing.columns import FIELD_NAMES, Column, RollColumns
from participation.roll.importing.difference import Change, HomeState, RollDifference, difference, state_of
from participation.roll.importing.findings import Finding
from participation.roll.importing.header_row import likely_first_line
from participation.roll.importing.headers import FIELDS, MANDATORY
from participation.roll.importing.homes import (
    DEVELOPER_KEY,
    HomeIdentity,
    OwnerKey,
    ParsedRoll,
    RollHolder,
    RollHome,
    RollTotals,
    home_identity,
    owner_key,
)
from participation.roll.importing.reading import first_rows, inspect_columns, read_roll

__all__ = [
    "DEVELOPER_KEY",
    "FIELDS",
    "FIELD_NAMES",
    "MANDATORY",
    "Change",
    "Column",
    "Finding",
    "HomeIdentity",
    "HomeState",
    "OwnerKey",
    "ParsedRoll",
    "RollColumns",
    "RollDifference",
    "RollHolder",
    "RollHome",
    "RollTotals",
    "difference",
    "first_rows",
    "home_identity",
    "inspect_columns",
    "likely_first_line",
    "owner_key",
    "read_roll",
    "state_of",
]
