"""The 403 owners of the handed-over worksheet vote by phone, on paper, at the polling point and through proxies; a stranger
with one file and one program, and nothing of the site, confirms the one result."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from participation.accounts.models import Person
from participation.database import transaction
from participation.kernel.quantities import format_hundredths
from participation.roll.models import OwnerMember, Titleholder
from participation.votes.behalf import Behalf
from participation.votes.models import DoubleBallot, Elector, Result, Vote
from participation.votes.services import authorities, casting, closing, drafting, noticing, station
from participation.votes.services.keeping import Kept
from participation.votes.sheet_models import Sheet
from participation.votes.standing import Channel
from tests.evidence.support import PROGRAM
from tests.paper.desk_of import PaperDesk
from tests.support.people import Make

WORKSHEET = Path(__file__).parent.parent / "data" / "rolls" / "estate-403-as-handed-over.xlsx"
HEADS, AREA = 403, 66_783_97
# Owner after owner in the order of the roll: four phones, three sheets, one at the polling point, one proxy, one silent.
WAYS = ("phone", "phone", "phone", "phone", "paper", "paper", "paper", "polling_point", "proxy", "silent")
CHOICES = ("yes", "yes", "no", "yes", "abstain", "yes", "yes")


class Poll:
    """The vote of the estate; each owner votes once, in one way."""

    def __init__(self, app: Flask, make: Make):
        self.app, self.clock = app, app.extensions["clock"]
        unit = make.unit("心园", "estate")
        self.desk = PaperDesk(app, make, unit)
        run("roll", "import", WORKSHEET, "--unit", "estate", "--commit", app=app)
        opens = self.clock.now() + timedelta(days=16)
        with self.desk.work():
            vote = drafting.draft_vote(unit.id, "更换供水管", None, self.clock.now())
            drafting.put_question(vote, "是否同意使用专项维修资金更换供水管?", "use_fund", "cn.278.ordinary")
            drafting.change_draft(vote, opens_at=opens, closes_at=opens + timedelta(days=30))
            noticing.publish_notice(vote.id, None, self.clock)
            self.vote, self.question = vote.id, str(vote.questions[0].id)
        self.clock.at = opens
        with self.desk.work() as session:
            self.electors: Sequence[Elector] = session.scalars(select(Elector).order_by(Elector.number)).all()
        self.way = {e.id: WAYS[n % len(WAYS)] for n, e in enumerate(self.electors)}
        self.choice = {e.id: CHOICES[n % len(CHOICES)] for n, e in enumerate(self.electors)}

    def voters(self, *ways: str) -> list[Elector]:
        return [e for e in self.electors if self.way[e.id] in ways]

    def answer(self, choice: str) -> dict[str, str]:
        return {self.question: choice}

    def holder(self, session: Any, elector: Elector) -> Titleholder:
        query = select(Titleholder).join(OwnerMember, OwnerMember.titleholder_id == Titleholder.id)
        found: Titleholder = session.scalars(query.where(OwnerMember.owner_id == elector.owner_id)).first()
        return found

    def by_phone(self, elector: Elector, choice: str) -> None:
        with self.desk.work() as session:
            holder = self.holder(session, elector)
            person = Person(name=holder.name, created_at=self.clock.now())
            session.add(person)
            session.flush()
            holder.person_id = person.id
            casting.cast(self.vote, elector.id, person.id, self.answer(choice), f"phone-{elector.id}", self.clock)

    def at_the_polling_point(self, elector: Elector) -> None:
        with self.desk.work() as session:
            holder, answer = self.holder(session, elector), self.answer(self.choice[elector.id])
            station.cast_at_station(self.vote, elector.id, holder.id, answer, f"st-{elector.id}", self.desk.lin, self.clock)

    def on_paper(self) -> None:
        """Sheets come in first; two persons key them in after the closing, and count all the same."""
        authority = {e.id: self._authority(n, e) for n, e in enumerate(self.voters("proxy"))}
        with self.desk.work() as session:
            codes = dict(session.execute(select(Sheet.elector_id, Sheet.code)).all())
        self.sheets = {
            e.id: self.desk.receive(self.vote, codes[e.id], authority_id=authority.get(e.id))[0]
            for e in self.voters("paper", "proxy")
        }

    def _authority(self, number: int, elector: Elector) -> int:
        paper = authorities.Paper(Behalf.PROXY, f"Neighbour {number // 2}", f"{number // 2:04d}", self.clock.now())
        with self.desk.work():
            return authorities.record_authority(
                self.vote, elector.id, paper, Kept("0" * 64, "image/png"), self.desk.lin, self.clock
            ).id

    def key_in(self) -> None:
        for elector_id, made in self.sheets.items():
            assert self.desk.read_twice(self.vote, made, self.choice[elector_id]) in ("counted", "set_aside")

    def close(self) -> Result:
        with self.desk.work() as session:
            self.clock.at = session.get_one(Vote, self.vote).closes_at + timedelta(hours=1)
        self.key_in()
        with self.desk.work():
            preliminary = closing.count_preliminarily(self.vote, None, self.clock)
        self.clock.at = preliminary.at + timedelta(days=8)
        with self.desk.work():
            return closing.finalise(self.vote, None, self.clock)

    def sums(self) -> dict[str, dict[str, dict[str, int]]]:
        """channel -> choice -> heads and area, added up from who voted how."""
        found: Any = defaultdict(lambda: defaultdict(lambda: {"heads": 0, "area": 0}))
        for elector in self.voters(*set(WAYS) - {"silent"}):
            way = self.way[elector.id]
            cell = found["paper" if way == "proxy" else way][self.choice[elector.id]]
            cell["heads"] += 1
            cell["area"] += elector.area
        return {channel: dict(choices) for channel, choices in found.items()}


def run(*arguments: Any, app: Flask) -> str:
    done = app.test_cli_runner().invoke(args=[str(part) for part in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_stranger_confirms_a_vote_of_403_owners_by_every_way(app: Flask, make: Make, tmp_path: Path) -> None:
    poll = Poll(app, make)
    assert (len(poll.electors), sum(e.area for e in poll.electors)) == (HEADS, AREA)
    poll.desk.print(poll.vote)
    for elector in poll.voters("phone"):
        poll.by_phone(elector, poll.choice[elector.id])
    for elector in poll.voters("polling_point"):
        poll.at_the_polling_point(elector)
    poll.on_paper()
    twice = poll.voters("phone")[:3]  # these also hand in a sheet, a day after: what they cast on the phone stands
    poll.clock.advance(days=1)
    with poll.desk.work() as session:
        codes = dict(session.execute(select(Sheet.elector_id, Sheet.code)).all())
    poll.sheets |= {e.id: poll.desk.receive(poll.vote, codes[e.id])[0] for e in twice}
    final = poll.close().data

    (question,) = final["questions"]
    assert final["roll"] == {"heads": HEADS, "area": AREA}
    assert question["by_channel"] == poll.sums()
    assert set(question["by_channel"]) == {Channel.PHONE, Channel.PAPER, Channel.POLLING_POINT}
    combined = {
        choice: {m: sum(channel.get(choice, {m: 0})[m] for channel in poll.sums().values()) for m in ("heads", "area")}
        for choice in set(CHOICES)
    }
    assert question["ballots"] == combined
    assert question["on_behalf"]["proxy"]["heads"] == len(poll.voters("proxy"))
    with app.app_context(), transaction(write=False) as session:
        assert len(session.scalars(select(DoubleBallot)).all()) == len(twice)

    for name, more in (("public", ()), ("auditor", ("--auditor", "--purpose", "court"))):
        bundle = tmp_path / f"{name}.zip"
        run("evidence", "write", "--vote", poll.vote, "--out", bundle, *more, app=app)
        told = stranger(bundle, tmp_path / name)
        assert told["holds"] and not told["wrong"], told
        counted = [line["values"] for line in told["checked"] if line["code"] == "count"]
        part = {"heads": final["part"]["heads"], "area": format_hundredths(final["part"]["area"])}
        for values in counted:  # preliminary and final, which only the auditor's file opens
            assert int(values["heads"]) == part["heads"] and values["area"].replace(",", "") == part["area"]
        assert len(counted) == (2 if more else 0)


def stranger(bundle: Path, folder: Path) -> dict[str, Any]:
    """What the one-file program says of the bundle in an empty folder, where Python sees nothing of the project."""
    folder.mkdir()
    shutil.copy(PROGRAM, folder)
    done = subprocess.run(
        [sys.executable, "-I", str(folder / PROGRAM.name), str(bundle), "--json", "--quiet"],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report
