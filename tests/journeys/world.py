"""A neighbourhood in which everything has happened: votes in every phase, people in every state, one way in for each.

Built once for the tests that look at every page. The clock then stands still; who looks around
changes nothing that another page shows.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from participation.accounts import totp, way_in
from participation.accounts.first_run import first_run_link
from participation.accounts.models import Person, Role
from participation.accounts.visitor import hash_token
from participation.database import db, transaction
from participation.demo.links import code as demo_code
from participation.kernel.clock import SettableClock
from participation.roll.letters import find_letter
from participation.roll.models import Home, RollUpload
from participation.roll.uploads import begin
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, Vote
from participation.votes.services import closing, correcting, drafting, noticing, objecting
from participation.votes.services.attaching import attach
from tests.accounts.letters import code_of
from tests.accounts.staff import equip
from tests.desk.test_documents import pdf
from tests.journeys.world_behalf import give_papers
from tests.journeys.world_evidence import hand_out_evidence
from tests.journeys.world_paper import hand_in_paper
from tests.journeys.world_record import watch_the_record
from tests.journeys.world_secret import hold_secret_elections
from tests.journeys.world_station import open_the_station
from tests.roll.office import Office, row, rows_csv
from tests.support.client import add_sign_in
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import Hall

LONG = "The stairwells were last painted in 1994.\n\n- **Lights** on every floor\n- [Plans](https://example.org/plans)\n"
COMMITTEE = [("Wang Minhua", "Retired teacher, gardener."), ("Liu Jianjun", "Electrician."), ("He Zhiqiang", "")]


class Stage(NamedTuple):
    """A world that is served, and its address."""

    world: World
    url: str


class World:
    """Votes by the phase they are in (`world.votes["open"]`), cookies by who carries them (`world.visits["wang"]`)."""

    def __init__(self, app: Flask):
        self.app, self.make = app, Make(app)
        self.lane: Neighbourhood = self.make.neighbourhood()
        self.hall = Hall(app, self.lane)
        self.votes: dict[str, Vote] = {}
        self.places: dict[str, Any] = {"slug": self.lane.unit.slug}
        self.visits: dict[str, dict[str, Any]] = {"nobody": {}}
        self._couple()
        self._old_votes()
        self._counted_votes()
        self._running_votes()
        self._people_come_in()
        self._rolls_come_in()
        open_the_station(self)
        hold_secret_elections(self)
        hand_in_paper(self)
        watch_the_record(self)
        give_papers(self)
        hand_out_evidence(self)

    @property
    def clock(self) -> SettableClock:
        return self.app.extensions["clock"]

    def cookie(self, who: str) -> str:
        """The signed cookie of this visitor's browser."""
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        return str(signer.dumps(self.visits[who]))

    @contextmanager
    def work(self) -> Iterator[None]:
        """A committed unit of work inside a request's surroundings."""
        with self.app.test_request_context(), transaction():
            yield

    def _couple(self) -> None:
        """Hao and Mei own 2-201 together and have named nobody; Mei owns 2-202 alone."""
        lane, make = self.lane, self.make
        for name, four in (("Hao", "3031"), ("Mei", "3032")):
            lane.people[name] = make.person(name)
            lane.holders[name] = make.titleholder(lane.unit, name, four, person=lane.people[name])
        lane.homes["2-201"] = make.home(lane.unit, "2-201", 6100, [lane.holders["Hao"], lane.holders["Mei"]])
        lane.homes["2-202"] = make.home(lane.unit, "2-202", 5150, [lane.holders["Mei"]])

    def _everybody(self, vote: Vote, *names: str, choice: str = "yes") -> None:
        for name in names:
            self.hall.cast(vote, self.lane.people[name], [COMMITTEE[0][0]] if choice == "tick" else choice)

    def _old_votes(self) -> None:
        """Announced together, opened together; some stay unfinished on the way."""
        start, hall = self.clock.now(), self.hall
        for name, settings in (
            ("final", {"explanation": LONG}), ("rejected", {"rule": "cn.278.special"}), ("archived", {}),
            ("answering", {"questions": 2}), ("cancelled", {}), ("too_few", {}), ("elected", {"questions": 0, "candidates": COMMITTEE, "seats": 2}),
        ):  # fmt: skip
            self.clock.at = start
            self.votes[name] = hall.announce(f"An old matter: {name}", **settings)
        opened = self.clock.at = self.votes["final"].opens_at + timedelta(days=1)
        lin = self.lane.lin.id
        with self.work():
            noticing.cancel(self.votes["cancelled"].id, "The offer was withdrawn.", lin, self.clock)
            noticing.extend(self.votes["final"].id, self.votes["final"].closes_at + timedelta(days=2), "Heavy rain.", lin, self.clock)
        for name in ("final", "rejected", "archived", "answering", "elected"):
            self._everybody(self.votes[name], "Wang", "Li", "Qian", choice="tick" if name == "elected" else "yes")
            self._everybody(self.votes[name], "Deng", "Mei", choice="tick" if name == "elected" else "no")
        self._everybody(self.votes["too_few"], "Deng")
        with self.work():
            correcting.correct_area(
                self.votes["final"].id, self.lane.homes["2-202"].id, 5175, "The register says 51.75.", lin, self.clock
            )
        self.clock.at = opened + timedelta(days=25)
        for name in ("final", "rejected", "archived", "answering", "elected", "too_few"):
            with self.work():
                closing.count_preliminarily(self.votes[name].id, lin, self.clock)
        with self.work():
            for name in ("final", "answering"):
                said = objecting.object_to_count(self.votes[name].id, self.lane.qian.id, "My shop is larger.", self.clock)
                self.places[f"objection_{name}"] = said.id
            objecting.answer_objection(self.places["objection_final"], False, "The register agrees with us.", lin, self.clock)
        self.clock.advance(days=8)
        for name in ("final", "rejected", "archived", "elected", "too_few"):
            with self.work():
                closing.finalise(self.votes[name].id, lin, self.clock)
        with self.work():
            closing.archive(self.votes["archived"].id, lin, self.clock)

    def _counted_votes(self) -> None:
        """One has its preliminary count posted, one is closed and waits for the count."""
        start, hall = self.clock.now(), self.hall
        self.votes["preliminary"] = hall.announce("Paint the stairwells", days=15)
        self.clock.at = start + timedelta(days=3)
        self.votes["closed"] = hall.announce("Repair the gate", days=15)
        self.clock.at = self.votes["closed"].opens_at
        for name in ("preliminary", "closed"):
            self._everybody(self.votes[name], "Wang", "Deng", "Hao")
        self.clock.at = self.votes["preliminary"].closes_at + timedelta(hours=1)
        with self.work():
            closing.count_preliminarily(self.votes["preliminary"].id, self.lane.lin.id, self.clock)
            said = objecting.object_to_count(self.votes["preliminary"].id, self.lane.deng.id, "Was my ballot counted?", self.clock)
            self.places["objection"] = said.id

    def _running_votes(self) -> None:
        """Open ones, plain and with everything; one announced; drafts, empty and complete."""
        self.clock.at = self.votes["closed"].closes_at - timedelta(days=18)
        with self.work():
            vote = drafting.draft_vote(self.lane.unit.id, "Renew the water pipes", self.lane.lin.id, self.clock.now())
            drafting.put_question(vote, "Do you agree to renew the pipes?", "use_fund", "cn.278.ordinary")
            opens = self.clock.now() + timedelta(days=16)
            drafting.change_draft(vote, explanation=LONG, opens_at=opens, closes_at=opens + timedelta(days=20))
            self.places["document_open"] = attach(vote, "Offer of the builder.pdf", io.BytesIO(pdf()), self.clock.now()).id
            noticing.publish_notice(vote.id, self.lane.lin.id, self.clock)
            _ = vote.questions, vote.attachments
            self.votes["open"] = vote
        self.votes["everything"] = self.hall.announce(
            "Three matters at once", questions=2, second_rule="cn.278.special", candidates=COMMITTEE, seats=2, rehearsal=True,
            explanation=LONG,
        )  # fmt: skip
        self.hall.amend_rule(self.votes["everything"], may_change="until_close")
        self.clock.at = self.votes["closed"].closes_at + timedelta(hours=2)
        self._everybody(self.votes["open"], "Qian", "Hao")
        self._everybody(self.votes["everything"], "Qian", "Li", choice="follow")
        self.votes["notice"] = self.hall.announce("A shelter for bicycles")
        with self.work():
            lin, now = self.lane.lin.id, self.clock.now()
            empty = drafting.draft_vote(self.lane.unit.id, "Only a title", lin, now)
            full = drafting.draft_vote(self.lane.unit.id, "Ready to be announced", lin, now)
            drafting.put_question(full, "Shall we?", "other", "cn.278.ordinary")
            drafting.change_draft(full, opens_at=now + timedelta(days=16), closes_at=now + timedelta(days=36))
            attached = attach(full, "Plan.pdf", io.BytesIO(pdf()), now)
            self.places |= {"draft": full.id, "empty_draft": empty.id, "question": full.questions[0].id, "document": attached.id}

    def _people_come_in(self) -> None:
        """Sign-ins, half-way steps and letters, at the instant at which the clock now stands."""
        lane, app, now = self.lane, self.app, self.clock.now()
        for name in ("Wang", "Li", "Sun", "Qian", "Deng", "Hao", "Mei", "Zhao"):
            self._sign_in(name.lower(), lane.people[name], "device", unlocked=True)
        self._sign_in("wang, locked", lane.wang, "device")
        for name in ("Chen", "Lin", "He", "Yu"):
            self._sign_in(name.lower(), lane.people[name], "staff")
        equip(app, lane.lin)
        self.visits["lin, half-way"] = {"half_way": {"person_id": lane.lin.id, "at": now.isoformat(), "next": None}}
        with self.work():
            token = way_in.issue_way_in(lane.chen.id, now, by_id=lane.lin.id)
            self.places["way_in"] = way_in.address(lane.chen.id, token).split("/", 3)[3]
            totp.start(lane.chen.id)
            self.places["first_run"] = str(first_run_link()).split("/", 3)[3]
            db.session.add(Person(name="Demonstration owner", login="demo:owner", created_at=now))
            self.places["demo"] = demo_code("owner")
            open_ = self.votes["open"]
            self.places["elector"] = electors_of(lane.wang.id, open_.id)[0].id
            self.places["mei_alone"] = next(e.id for e in electors_of(lane.mei.id, open_.id) if e.area == 5150)
            self.places["mei_with_hao"] = next(e.id for e in electors_of(lane.mei.id, open_.id) if e.area == 6100)
            for name, vote in self.votes.items():
                found = db.session.query(Ballot).filter_by(vote_id=vote.id).order_by(Ballot.id).first()
                if found is not None:
                    self.places[f"receipt_{name}"] = found.receipt
        self.visits["chen, enrolling"] = {
            "enrolling": {"person_id": lane.chen.id, "link": hash_token(token).hex(), "at": now.isoformat()}
        }
        self.places["letter"] = code_of(app, lane.unit, "1-1-101")
        with self.work():
            letter = find_letter(self.places["letter"], now)
        self.visits["nobody, proven"] = {
            "letter": {"id": letter.invitation_id, "at": now.isoformat(), "token": secrets.token_urlsafe(24)}
        }
        answer = {str(open_.questions[0].id): "yes"}
        self.visits["wang, filled in"] = self.visits["wang"] | {
            "ballot_in_hand": {"vote": open_.id, "elector": self.places["elector"], "choices": answer, "key": "k" * 24}
        }
        home = lane.homes["1-101"]
        self.places |= {"home": home.id, "building": home.building_id, "other_home": lane.homes["2-101"].id, "shared_home": lane.homes["2-201"].id}
        self.places |= {f"vote_{name}": vote.id for name, vote in self.votes.items()}

    def _rolls_come_in(self) -> None:
        """A second neighbourhood of Lin's, whose roll is in force; files wait there in every state."""
        office, names = Office.__new__(Office), self.places
        office.app, office.make, office.client, office.desk = self.app, self.make, self.app.test_client(), "/desk/jade"  # type: ignore[assignment]
        office.unit, office.lin = self.make.unit("Jade Gardens", "jade"), self.lane.lin
        self.make.grant(office.lin, Role.SUPPORT, office.unit)
        office.client.sign_in(office.lin, "staff")
        office.put_into_force(rows_csv(row("101", "王芳"), row("102", "李雷", four="2222"), row("201", "高明", four="4444")))
        names["committed"] = office.upload().id
        with self.work():
            names["jade_home"] = db.session.scalars(select(Home.id).where(Home.unit_id == office.unit.id)).first()
            names["jade_building"] = db.session.get_one(Home, names["jade_home"]).building_id
        office.hand_in(rows_csv(row("101", "王芳", area="80.01"), row("102", "韩梅", four="3333"), row("301", "高明", four="4444")), "new.csv")
        names["changed"] = office.upload().id
        office.hand_in_sample("estate-403-with-errors.csv")
        names["with_errors"] = office.upload().id
        office.hand_in_sample("tower-280.csv")
        names["doubtful"] = office.upload().id
        office.hand_in("甲,乙,丙\n1,2,3\n".encode(), "columns.csv")
        names["unread"] = office.upload().id
        office.hand_in(rows_csv(row("101", "王芳")), "busy.csv")
        names["busy"] = office.upload().id
        with self.work():
            begin(db.session.get_one(RollUpload, names["busy"]), "reading", self.clock.now())

    def _sign_in(self, who: str, person: Person, kind: str, *, unlocked: bool = False) -> None:
        token = secrets.token_urlsafe(24)
        add_sign_in(self.app, person, token, kind, unlocked=unlocked)
        self.visits[who] = {"_user_id": token, "_fresh": True}
