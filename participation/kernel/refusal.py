"""A refusal explains itself: what is in the way, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from participation.kernel.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing in the way. `code` is stable and for machines; the sentences are for people.

    `field` names the form field or the column the reason belongs to, if any.
    """

    code: str
    message: Sentence
    remedy: Sentence | None = None
    field: str | None = None


class Refusal(Exception):
    """Raised by services, returned by access rules: one or more reasons with remedies."""

    def __init__(self, *reasons: Reason):
        super().__init__("; ".join(str(r.message) for r in reasons))
        self.reasons: tuple[Reason, ...] = reasons

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)
