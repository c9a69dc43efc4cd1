"""The owners in one row: several names in one cell, with their numbers, telephones and shares side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from participation.kernel.sentences import say
from participation.roll.importing.cells import folded, is_nothing, tightened
from participation.roll.importing.findings import CellProblem, Doubt
from participation.roll.importing.homes import RollHolder
from participation.roll.importing.identity import Identity, is_number_cell, parse_identity, parse_phone
from participation.roll.importing.measures import SHARE_SEPARATOR, parse_share
from participation.roll.importing.words import is_corporate, is_developer

_SEPARATORS = re.compile(r"[、/;|\n\r，,]+")
_COMPANY_SUFFIX = re.compile(r"(?:ltd|limited|inc|llc|plc|corp)\.?", re.I)
_MIDDLE_DOTS = re.compile(r"[•‧∙・･]")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN_ONLY = re.compile(r"[\x00-\u024f]*")
DoubtIn = Callable[[str, Doubt], None]  # field, doubt


class FieldProblem(Exception):
    """A CellProblem together with the field (column) that it is about."""

    def __init__(self, field: str, problem: CellProblem):
        super().__init__(str(problem))
        self.field, self.problem = field, problem


@dataclass(frozen=True, slots=True)
class OwnerCells:
    """The raw cells of one row that speak of its owners; '' where there is no such column."""

    owner: str
    identity: str = ""
    co_owner: str = ""
    co_identity: str = ""
    phone: str = ""
    share: str = ""


def holders_of(cells: OwnerCells, doubt: DoubtIn) -> tuple[RollHolder, ...]:
    """All owners that the row names, in its order. Raises FieldProblem for the cell that is in the way."""
    numbers = _pieces(cells.identity)
    names = split_names(cells.owner, len(numbers))
    others = split_names(cells.co_owner, len(_pieces(cells.co_identity)))
    if not names:
        raise FieldProblem(
            "owner",
            CellProblem(
                "owner_missing",
                say("The owner's name is missing."),
                say("Write the registered owner's name; for unsold homes, write “developer”."),
            ),
        )
    for name in (*names, *others):
        _check_name(name, "owner" if name in names else "co_owner")
    identities = _identities(names, others, cells, numbers, doubt)
    people = (*names, *others)
    phones = _phones(cells.phone, len(people), doubt)
    shares = _shares(cells.share, len(people))
    return tuple(
        RollHolder(
            name=name,
            id_last_four=identity.last_four if identity else None,
            id_number=identity.number if identity else None,
            phone=phone,
            share=share,
            is_developer=is_developer(name),
            is_corporate=is_corporate(name),
        )
        for name, identity, phone, share in zip(people, identities, phones, shares, strict=True)
    )


def split_names(cell: str, numbers: int) -> tuple[str, ...]:
    """'王芳、 李 雷 / 高明' -> three names. A comma inside a single Latin name or a company's name does not split it."""
    if not cell:
        return ()
    text = unicodedata.normalize("NFKC", cell)
    parts: list[str] = []
    for part in map(tightened, _SEPARATORS.split(text)):
        if parts and _COMPANY_SUFFIX.fullmatch(part):
            parts[-1] = f"{parts[-1]}, {part}"
        elif not is_nothing(part):
            parts.append(_MIDDLE_DOTS.sub("·", part))
    if len(parts) == 2 and numbers == 1 and set(_SEPARATORS.findall(text)) == {","} and _LATIN_ONLY.fullmatch(text):
        return (", ".join(parts),)
    return tuple(parts)


def _check_name(name: str, field: str) -> None:
    if not _LETTER.search(name):
        raise FieldProblem(
            field,
            CellProblem("owner_not_a_name", say("This is not a name."), say("Write the registered owner's name.")),
        )


def _pieces(cell: str) -> list[str]:
    """The numbers in a cell, empty ones between separators kept, since they stand for an owner without a number."""
    if cell.isalnum() and cell.isascii():
        return [str(cell)]  # nearly every cell
    text = unicodedata.normalize("NFKC", cell)
    if is_nothing(folded(text)):
        return []
    pieces = [piece.strip() for piece in re.split(r"[、/;|，,]|[\r\n]+", text)]
    if len(pieces) == 1 and re.fullmatch(r"[0-9Xx]{4}(?: +[0-9Xx]{4})+", pieces[0], re.ASCII):
        pieces = pieces[0].split()
    return pieces


def _identities(
    names: Sequence[str], others: Sequence[str], cells: OwnerCells, numbers: list[str], doubt: DoubtIn
) -> list[Identity | None]:
    more = _pieces(cells.co_identity)
    if more:
        return _paired(names, numbers, cells.identity, "identity", doubt) + _paired(
            others, more, cells.co_identity, "co_identity", doubt
        )
    everyone = [*names, *others]
    if others and len(numbers) == len(names):
        numbers = [*numbers, *("" for _ in others)]
    return _paired(everyone, numbers, cells.identity, "identity", doubt)


def _paired(names: Sequence[str], numbers: list[str], cell: str, field: str, doubt: DoubtIn) -> list[Identity | None]:
    if not numbers:
        return [None for _ in names]
    if len(numbers) > len(names):
        numbers = [number for number in numbers if number]
    if len(numbers) != len(names):
        raise FieldProblem(
            field,
            CellProblem(
                "identity_count",
                say(
                    "The row names %(names)s owners but holds %(numbers)s identity numbers.",
                    names=len(names),
                    numbers=len(numbers),
                ),
                say("Write one number for each owner in the same order, or one row for each owner."),
            ),
        )
    found: list[Identity | None] = []
    for name, number in zip(names, numbers, strict=True):
        try:
            identity, uncertain = parse_identity(
                number, is_corporate=is_corporate(name), is_number=is_number_cell(cell)
            )
        except CellProblem as problem:
            raise FieldProblem(field, problem) from None
        if uncertain is not None:
            doubt(field, uncertain)
        found.append(identity)
    return found


def _phones(cell: str, owners: int, doubt: DoubtIn) -> list[str | None]:
    """A telephone that cannot be read or given to somebody is left out with a doubt: no vote depends on it."""
    phones: list[str | None] = []
    for piece in _pieces(cell):
        try:
            phones.append(parse_phone(piece))
        except ValueError:
            doubt(
                "phone",
                Doubt(
                    "phone_unreadable",
                    say("This is not a telephone number; it is left out."),
                    say("Write the digits only."),
                ),
            )
            phones.append(None)
    if len(phones) > owners:
        phones = [phone for phone in phones if phone]
    if phones and len(phones) != owners and any(phones):
        doubt(
            "phone",
            Doubt(
                "phone_count",
                say(
                    "There are %(phones)s telephone numbers for %(owners)s owners; they are given to the owners in order.",
                    phones=len(phones),
                    owners=owners,
                ),
                say("Check whose number it is."),
            ),
        )
    return [*phones, *(None for _ in range(owners))][:owners]


def _shares(cell: str, owners: int) -> list[tuple[int, int] | None]:
    if owners == 1 and cell == "1/1":
        return [(1, 1)]
    text = unicodedata.normalize("NFKC", cell)
    pieces = [folded(piece) for piece in SHARE_SEPARATOR.split(text) if not is_nothing(folded(piece))]
    try:
        shares = [parse_share(piece) for piece in pieces]
    except CellProblem as problem:
        raise FieldProblem("share", problem) from None
    if not shares or (len(shares) == 1 and owners > 1 and shares[0] in (None, (1, 1))):
        return [None] * owners
    if len(shares) == 1 and owners > 1 and shares[0] is not None and Fraction(*shares[0]) * owners == 1:
        return shares * owners
    if len(shares) != owners:
        raise FieldProblem(
            "share",
            CellProblem(
                "share_count",
                say("The row names %(owners)s owners but %(shares)s shares.", owners=owners, shares=len(shares)),
                say("Write one share for each owner in the same order, or one row for each owner."),
            ),
        )
    return shares
