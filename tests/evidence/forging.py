"""A forger who owns the machine: the triggers are off, every row can be changed, the log can be written anew and signed.

Everything happens in one transaction that is never committed: the next forger finds the vote as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from participation.database import db, transaction
from participation.record.commitment import canonical, commit
from participation.record.merkle import Frontier, leaf_hash
from participation.votes.evidence.bundle import write_bundle
from participation.votes.models import Vote
from tests.evidence.story import Story


class Undone(Exception):
    """Raised on purpose at the end: takes every forgery back."""


class Forger:
    def __init__(self, session: Any, story: Story):
        self.session, self.story, self.vote = session, story, story.vote

    def sql(self, statement: str, **values: Any) -> Any:
        return self.session.execute(text(statement), {"vote": self.vote, **values})

    def change(self, statement: str, **values: Any) -> None:
        """A statement that must really change something: a forgery that does nothing would prove nothing."""
        assert self.sql(statement, **values).rowcount >= 1, statement

    def one(self, statement: str, **values: Any) -> Any:
        return self.sql(statement, **values).one()

    def elector(self, owner: int) -> int:
        """The elector of the story's n-th owner."""
        return self.one(
            "SELECT e.id FROM electors e JOIN owner_members m ON m.owner_id = e.owner_id JOIN titleholders t"
            " ON t.id = m.titleholder_id WHERE e.vote_id = :vote AND t.person_id = :person",
            person=self.story.estate.owners[owner],
        )[0]

    def ballot(self, owner: int) -> Any:
        """The first ballot of the n-th owner."""
        return self.one("SELECT * FROM ballots WHERE elector_id = :id ORDER BY turn LIMIT 1", id=self.elector(owner))

    def choose(self, owner: int, **change: Any) -> None:
        """Change what the owner's ballot row says; `decision="no"` or `ticks=[...]`."""
        row = self.ballot(owner)
        choices = json.loads(row.choices)
        if "decision" in change:
            choices[str(self.story.decision)] = change["decision"]
        if "ticks" in change:
            choices[str(self.story.election)] = sorted(self.story.candidates[place] for place in change["ticks"])
        self.change("UPDATE ballots SET choices = :choices WHERE id = :id", choices=json.dumps(choices), id=row.id)

    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(row.payload) for row in self.sql('SELECT payload FROM log_entries ORDER BY log_id, "index"')]

    def rewrite(self, change: Callable[[list[dict[str, Any]]], Any], *, nodes: bool = True) -> None:
        """Let `change` edit the entries, then write them all anew; with their tree, so that the site signs the new root."""
        entries = self.payloads()
        change(entries)
        log = self.one("SELECT id FROM logs")[0]
        rows = self.sql('SELECT vote_id, kind, at FROM log_entries ORDER BY "index"').all()
        self.sql("DELETE FROM log_entries")
        if nodes:
            self.sql("DELETE FROM log_nodes")
        frontier = Frontier.empty()
        for index, entry in enumerate(entries):
            payload = canonical(entry)
            like = rows[min(index, len(rows) - 1)]
            self.sql(
                'INSERT INTO log_entries (log_id, "index", vote_id, kind, at, payload)'
                " VALUES (:log, :index, :of, :kind, :at, :payload)",
                log=log, index=index, of=entry.get("vote"), kind=entry["kind"], at=like.at, payload=payload.decode(),
            )  # fmt: skip
            frontier, made = frontier.append(leaf_hash(payload))
            for node in made if nodes else ():
                self.sql(
                    'INSERT INTO log_nodes (log_id, level, "index", hash) VALUES (:log, :level, :index, :hash)',
                    log=log, level=node.level, index=node.position, hash=node.hash,
                )  # fmt: skip
        if nodes:
            self.sql("UPDATE logs SET size = :size, frontier = :frontier", size=frontier.size, frontier=frontier.to_bytes())

    def reseal_ballot(self, owner: int, **content: Any) -> Callable[[list[dict[str, Any]]], None]:
        """An edit of the log that seals this owner's ballot anew, with the row as it is now and `content` changed."""
        row = self.ballot(owner)
        proof = self.story.receipt(self.story.estate.owners[owner])
        sealed = commit(bytes(row.salt), canonical({**proof["opening"]["content"], **content})).hex()

        def edit(entries: list[dict[str, Any]]) -> None:
            entries[row.log_index]["commitment"] = sealed

        return edit


@contextmanager
def forging(story: Story) -> Iterator[Forger]:
    """The forger at work; whatever was done is undone at the end."""
    try:
        with story.app.app_context(), transaction() as session:
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text("PRAGMA defer_foreign_keys = ON"))
                triggers = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
                for name in triggers:
                    session.execute(text(f'DROP TRIGGER "{name}"'))
            else:
                session.execute(text("SET LOCAL session_replication_role = replica"))
            yield Forger(session, story)
            raise Undone
    except Undone:
        pass


def evidence(forger: Forger, path: Path, *, auditor: bool = True) -> Path:
    """What the site hands out now."""
    db.session.expire_all()
    write_bundle(db.session.get_one(Vote, forger.vote), path, auditor=auditor)
    return path
