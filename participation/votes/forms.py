"""What a ballot form sends: choices, the head they are for, and the key that makes a retry harmless."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import session
from werkzeug.datastructures import MultiDict

from participation.votes.paper import Paper

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEPT = "ballot_in_hand"

Choices = dict[str, Any]  # question id -> a choice, or the ticked candidate ids


class BallotForm(NamedTuple):
    """A ballot on its way to the box. The server stores nothing of it until it is cast."""

    elector_id: int
    choices: Choices
    key: str


def new_key() -> str:
    """One key per filled-in ballot: however often it is sent, it is one ballot."""
    return secrets.token_urlsafe(18)


def read_ballot(paper: Paper, form: MultiDict[str, str]) -> BallotForm:
    """The ballot as the form has it; the service checks the choices themselves."""
    key = form.get("key", "")
    elector = form.get("elector", "")
    return BallotForm(
        int(elector) if elector.isascii() and elector.isdecimal() and len(elector) < 16 else 0,
        read_choices(paper, form),
        key if _KEY.fullmatch(key) else new_key(),
    )


def read_choices(paper: Paper, form: MultiDict[str, str]) -> Choices:
    """The answers in the form. An election without a tick is an answer: none of the candidates."""
    choices: Choices = {}
    for question in paper.questions:
        if question.is_election:
            known = {str(candidate.id): candidate.id for candidate in question.candidates}
            choices[str(question.id)] = [known[value] for value in form.getlist(question.field) if value in known]
        elif form.get(question.field):
            choices[str(question.id)] = form[question.field]
    return choices


def keep_in_hand(vote_id: int, ballot: BallotForm) -> None:
    """Hold a filled-in ballot in this browser's signed cookie until it is cast or the visitor signs out.

    So it can be looked at once more, and the PIN asked again, while the server stores nothing of it.
    """
    session[_KEPT] = {"vote": vote_id, "elector": ballot.elector_id, "choices": ballot.choices, "key": ballot.key}


def in_hand(vote_id: int) -> BallotForm | None:
    """The ballot that waits in this browser for this vote, if any."""
    kept: Mapping[str, Any] | None = session.get(_KEPT)
    if not kept or kept["vote"] != vote_id:
        return None
    return BallotForm(kept["elector"], kept["choices"], kept["key"])


def let_go() -> None:
    """Forget the ballot in the cookie: it has been cast, or another one was begun."""
    session.pop(_KEPT, None)
