"""What the measured owners do: open the ballot, and cast what the form on it asks for."""

from __future__ import annotations

import re
from typing import NamedTuple

from benchmarks.client import Answer, get, post
from benchmarks.neighbourhood import Voter

COOKIE = "visit"
_FIELD = re.compile(rb'<input type="hidden" name="(csrf_token|elector|key)" value="([^"]*)"')
_QUESTION = re.compile(rb'name="(question-\d+)"')


class Filled(NamedTuple):
    """A ballot as its page left it in the browser's hands: cookie, fields, ready to be sent."""

    cookie: str
    fields: list[tuple[str, str]]


def opening(vote_id: int, voter: Voter) -> bytes:
    return get(f"/votes/{vote_id}/ballot", {COOKIE: voter.cookie}, Accept_Encoding="gzip")


def filled_in(voter: Voter, page: Answer) -> Filled:
    """The form of the ballot page with "for" ticked everywhere; its CSRF token belongs to the cookie it came with."""
    if page.status != 200:
        raise RuntimeError(f"the ballot page answered {page.status}, {page.location}")
    fields = {name.decode(): value.decode() for name, value in _FIELD.findall(page.page)}
    if int(fields["elector"]) != voter.elector_id:
        raise RuntimeError("somebody else's ballot")
    questions = sorted({name.decode() for name in _QUESTION.findall(page.page)})
    return Filled(page.cookies.get(COOKIE, voter.cookie), [*fields.items(), *((name, "yes") for name in questions)])


def casting(vote_id: int, ballot: Filled) -> bytes:
    return post(f"/votes/{vote_id}/ballots", ballot.fields, {COOKIE: ballot.cookie})


def receipt_of(answer: Answer) -> str:
    """The receipt to which a successful cast leads."""
    if answer.status != 303 or "/receipts/" not in answer.location:
        raise RuntimeError(f"a cast answered {answer.status} and led to {answer.location!r}\n{answer.body[-3000:].decode()}")
    return answer.location.rpartition("/")[2]
