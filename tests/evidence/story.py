"""One finished vote with everything in it: ballots by phone, paper, at the polling point, by a proxy, two of one owner,
co-owners who disagree, corrections, an objection and its answer, a decision and an election.

    owner 0   three homes, one head; for; by phone          owner 5   on paper on the second day; for
    owner 1   for; by phone                                  owner 6   on paper; two persons differ, a third settles
    owner 2   against; by phone                              owner 7   phone first, but a sheet was in before: the sheet stands
    owner 3   follows the majority; at the polling point     owner 8   phone, and a sheet later: set aside
    owner 4   for; his proxy Jia casts                       owner 9   blank second question on paper
    owner 10  does not vote; the correction concerns him     owner 11  does not vote
    Gao and Ren own a home together: Gao casts for, Ren says against
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from participation.database import db, transaction
from participation.record.services import checkpoint, log_of
from participation.votes.behalf import Behalf
from participation.votes.electors import Weight, electors_of, weight_of
from participation.votes.models import Ballot, Objection, Question, Vote
from participation.votes.receipts import proof_data, prove_ballot
from participation.votes.services import authorities, casting, closing, correcting, drafting, noticing, objecting
from participation.votes.services.boxing import Origin, put_in_box
from participation.votes.services.keeping import Kept
from participation.votes.services.steps import hold
from participation.votes.standing import Channel
from tests.paper.desk_of import PaperDesk
from tests.support.estates import Estate
from tests.support.people import Make

HOMES = [3] + [1] * 11


class Story:
    """The vote, its people, and what those outside the site kept: checkpoints and a receipt."""

    def __init__(self, app: Flask, folder: Path):
        self.app, self.folder = app, folder
        self.make = Make(app)
        self.estate = Estate(app, self.make, HOMES, area=8123)
        self.clock = app.extensions["clock"]
        self.paper = PaperDesk(app, self.make, self.estate.unit)
        self._share_a_home()
        self.vote = self._announce()
        self.decision, self.special, self.election = self.estate.questions(self.vote)
        with self.estate.work() as session:
            self.candidates = [c.id for c in session.get(Question, self.election).candidates]
        self.kept_at_notice = self.keep_checkpoint("notice")
        self._vote()
        self.kept_while_open = self.keep_checkpoint("open")
        self._close()

    def _share_a_home(self) -> None:
        self.gao, self.ren = self.make.person("Gao"), self.make.person("Ren")
        holders = [
            self.make.titleholder(self.estate.unit, p.name, four, person=p)
            for p, four in ((self.gao, "7001"), (self.ren, "7002"))
        ]
        self.make.home(self.estate.unit, "1-900", 7777, holders)

    def _announce(self) -> int:
        opens = self.clock.now() + timedelta(days=16)
        with self.estate.work():
            vote = drafting.draft_vote(self.estate.unit.id, "Lamps, parking and a committee", None, self.clock.now())
            drafting.put_question(vote, "Shall we put up 48 lamps?", "other", "cn.278.ordinary")
            drafting.put_question(vote, "Shall the lawn become a car park?", "common_parts", "cn.278.special")
            election = drafting.put_question(
                vote, "Who shall sit on the committee?", "committee", "cn.278.ordinary", kind="election", seats=2,
                candidates=[("An", ""), ("Bo", ""), ("Cui", ""), ("Du", "")],
            )  # fmt: skip
            assert election is not None
            drafting.change_draft(vote, opens_at=opens, closes_at=opens + timedelta(days=20))
            noticing.publish_notice(vote.id, None, self.clock)
            vote_id = vote.id
        self.clock.at = opens
        return vote_id

    def choices(self, decision: str, special: Any = None, ticks: Any = (0,)) -> dict[str, Any]:
        """For the three questions; `ticks`: candidates by their place, or "blank"."""
        chosen = ticks if ticks == "blank" else sorted(self.candidates[place] for place in ticks)
        return {str(self.decision): decision, str(self.special): special or decision, str(self.election): chosen}

    def cast(self, person_id: int, *choices: Any, channel: Channel = Channel.PHONE) -> None:
        self.clock.advance(hours=1)
        with self.estate.work():
            elector = electors_of(person_id, self.vote)[0].id
            casting.cast(
                self.vote, elector, person_id, self.choices(*choices), f"key-{person_id}", self.clock, channel=channel
            )

    def box(self, person_id: int, choices: dict[str, Any], received: datetime, **origin: Any) -> None:
        """Straight into the box, as a device at the polling point does it."""
        with self.estate.work():
            held = hold(self.vote, self.clock)
            elector = electors_of(person_id, self.vote)[0]
            put_in_box(
                held, elector, weight_of(elector), casting.standing_ballot(self.vote, elector.id), choices,
                f"box-{person_id}-{received}", Origin(Channel.POLLING_POINT, received, **origin),
            )  # fmt: skip

    def sheet(self, person_id: int, choices: dict[str, Any], received: datetime, *, differs: bool = False) -> None:
        made = self.paper.hand_in(self.vote, person_id, received)
        if not differs:
            self.paper.read_twice(self.vote, made, choices)
            return
        self.paper.read(self.vote, made, self.paper.lin, choices)
        self.paper.read(self.vote, made, self.paper.mei, self.choices("no"))
        self.paper.settle(self.vote, made, self.paper.tao, "yes") if not choices else self._settle(made, choices)

    def _settle(self, made: int, choices: dict[str, Any]) -> None:
        from participation.votes.services.reading import settle

        with self.estate.work():
            settle(made, self.paper.tao, choices, None, self.clock)

    def _vote(self) -> None:
        owners = self.estate.owners
        self.cast(owners[0], "yes", "yes", (0, 1))
        self.cast(owners[1], "yes", "yes", (0, 2))
        self.cast(owners[2], "no", "no", (2,))
        with self.estate.work():
            home = self.estate.homes[1][0].id
            correcting.correct_area(self.vote, home, 8200, "The register shows 82.00", self.paper.lin, self.clock)
        self.clock.advance(days=1)
        second_day = self.clock.now()
        self.box(owners[3], self.choices("follow", "abstain", (1,)), second_day)
        self._by_proxy(owners[4])
        self.cast(owners[7], "no", "no", (3,))
        self.cast(owners[8], "yes", "no", (0, 1))
        self.clock.advance(days=1)
        self.sheet(owners[5], self.choices("yes", "yes", (0, 1)), second_day + timedelta(minutes=5))
        self.sheet(owners[6], self.choices("yes", "yes", ()), second_day + timedelta(minutes=6), differs=True)
        self.sheet(owners[7], self.choices("yes", "yes", (1,)), second_day + timedelta(minutes=7))
        self.sheet(owners[8], self.choices("no", "no", (3,)), self.clock.now())
        self.sheet(owners[9], self.choices("yes", "blank", "blank"), self.clock.now())
        self.cast(self.gao.id, "yes", "yes", (0,))
        with self.estate.work():
            elector = electors_of(self.ren.id, self.vote)[0].id
            casting.state_as_co_owner(self.vote, elector, self.ren.id, self.choices("no", "yes", (0,)), self.clock)

    def _by_proxy(self, owner: int) -> None:
        with self.estate.work():
            elector = electors_of(owner, self.vote)[0].id
            authority = authorities.record_authority(
                self.vote, elector, authorities.Paper(Behalf.PROXY, "Jia", "4242", self.clock.now()),
                Kept("0" * 64, "image/png"), self.paper.lin, self.clock,
            ).id  # fmt: skip
        self.clock.advance(hours=1)
        self.box(owner, self.choices("yes", "yes", (0,)), self.clock.now(), authority_id=authority)

    def _close(self) -> None:
        with self.estate.work() as session:
            self.clock.at = session.get(Vote, self.vote).closes_at + timedelta(hours=2)
        with self.estate.work():
            self.preliminary = closing.count_preliminarily(self.vote, None, self.clock).data
        self.clock.advance(days=2)
        with self.estate.work():
            objecting.object_to_count(self.vote, self.estate.owners[10], "My area is wrong.", self.clock)
        with self.estate.work() as session:
            correcting.correct_area(self.vote, self.estate.homes[10][0].id, 8000, "Survey", self.paper.lin, self.clock)
            first = session.scalars(select(Objection.id).where(Objection.vote_id == self.vote)).one()
            objecting.answer_objection(first, True, "Corrected.", self.paper.lin, self.clock)
        self.final = self.estate.finish(self.vote)

    def keep_checkpoint(self, name: str) -> Path:
        """What a witness, or a poster, keeps: the checkpoint of this moment."""
        path = self.folder / f"checkpoint-{name}.txt"
        with self.estate.work():
            path.write_text(checkpoint(log_of(self.estate.unit.id))[1], encoding="utf-8", newline="")
        return path

    def receipt(self, person_id: int) -> dict[str, Any]:
        """The proof file that this owner has downloaded."""
        with self.app.app_context(), transaction(write=False):
            vote = db.session.get_one(Vote, self.vote)
            elector = electors_of(person_id, self.vote)[0]
            ballot = db.session.scalars(select(Ballot).where(Ballot.elector_id == elector.id).order_by(Ballot.turn)).first()
            assert ballot is not None
            return proof_data(prove_ballot(vote, ballot), ballot, with_content=True)

    def weight(self, person_id: int) -> Weight:
        with self.estate.work():
            return weight_of(electors_of(person_id, self.vote)[0])
