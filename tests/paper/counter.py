"""The support centre of Lane 12 with a vote open and three people who read paper; and a photo of a sheet."""

from __future__ import annotations

from participation.accounts.models import Role
from participation.votes.sheet_codes import grouped
from tests.desk.steps import DESK, Bureau
from tests.paper.desk_of import PaperDesk
from tests.support.client import ParsingClient


def jpeg() -> bytes:
    """A whole JPEG of one pixel's header: frame, scan, end."""
    return (
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x54\xff\xd9"
    )


class Counter:
    """The support centre of Lane 12 with three people: Lin at the client, Mei and Tao with browsers of their own."""

    def __init__(self, bureau: Bureau, make, new_client):
        self.bureau, self.lane, self.clock, self.client = bureau, bureau.lane, bureau.clock, bureau.client
        self.paper = PaperDesk(bureau.app, make, bureau.lane.unit)
        self.mei = make.staff("Mei Hua", Role.SUPPORT, bureau.lane.unit)
        self.tao = make.staff("Tao Jun", Role.SUPPORT, bureau.lane.unit)
        self._new_client = new_client
        self.vote_id = bureau.announced()
        vote = bureau.vote(self.vote_id)
        self.field = f"question-{vote.questions[0].id}"
        bureau.wait(seconds=(vote.opens_at - self.clock.now()).total_seconds())

    @property
    def path(self) -> str:
        return f"{DESK}/votes/{self.vote_id}/paper"

    def visit(self, person) -> ParsingClient:
        client = self._new_client()
        client.sign_in(person, "staff")
        return client

    def print_all(self) -> str:
        self.client.see(f"{self.path}/sheets")
        self.client.submit("/paper/sheets")
        return self.client.page.path

    def code(self, person) -> str:
        return grouped(self.paper.code(self.vote_id, person.id))

    def receive(self, person, **fields):
        self.client.see(f"{self.path}/returns/new")
        return self.client.submit("/paper/returns", button="more", code=self.code(person), **fields)
