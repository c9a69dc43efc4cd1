"""Which votes have lost their personal contents because the retention time is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only

# The public entry of the notice says for how many years each question's rule keeps the ballots; the longest counts,
# from the day the vote ended.  Not the questions' own rows: those are no facts, and could be shortened.
_SQLITE = """
    EXISTS (SELECT 1 FROM votes WHERE votes.id = NEW.vote_id AND votes.step IN ('finalised', 'archived', 'cancelled'))
    AND EXISTS (SELECT 1 FROM log_entries WHERE log_entries.kind = 'erased' AND log_entries.vote_id = NEW.vote_id
                AND log_entries."index" = NEW.log_index)
    AND julianday(NEW.at) >= julianday(
        (SELECT MAX(vote_steps.at) FROM vote_steps
         WHERE vote_steps.vote_id = NEW.vote_id AND vote_steps.kind IN ('finalised', 'cancelled')),
        '+' || (SELECT MAX(json_extract(asked.value, '$.rule.retention_years'))
                FROM log_entries AS notice, json_each(notice.payload, '$.questions') AS asked
                WHERE notice.vote_id = NEW.vote_id AND notice.kind = 'notice') || ' years')
"""
_POSTGRESQL = """
    EXISTS (SELECT 1 FROM votes WHERE votes.id = NEW.vote_id AND votes.step IN ('finalised', 'archived', 'cancelled'))
    AND EXISTS (SELECT 1 FROM log_entries WHERE log_entries.kind = 'erased' AND log_entries.vote_id = NEW.vote_id
                AND log_entries."index" = NEW.log_index)
    AND NEW.at >= (SELECT MAX(vote_steps.at) FROM vote_steps
                   WHERE vote_steps.vote_id = NEW.vote_id AND vote_steps.kind IN ('finalised', 'cancelled'))
        + make_interval(years => (SELECT MAX(CAST(asked -> 'rule' ->> 'retention_years' AS int))
            FROM log_entries AS notice, jsonb_array_elements(CAST(notice.payload AS jsonb) -> 'questions') AS asked
            WHERE notice.vote_id = NEW.vote_id AND notice.kind = 'notice'))
"""


@append_only
class Erasure(Base):
    """A vote whose personal contents may go and have gone. The database takes the row only when the time is over,
    the vote has ended, and the erasure stands in the record."""

    __tablename__ = "erasures"
    __only_when__ = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: from the command line
    log_index: Mapped[int]
