"""Making a draft a secret election: whose key the ballots are sealed to, and what stands in the way."""

from __future__ import annotations

from sqlalchemy import delete

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Vote
from participation.votes.policy import rule_of
from participation.votes.secret.board_key import read_board_key
from participation.votes.secret.sealing import SUITE
from participation.votes.secret_models import SecretBoard

RULE = "council.secret"
LONGEST_MEMBERS = 300


def make_secret(vote: Vote, key: str, members: str) -> None:
    """The draft becomes a secret election under this board. `members`: who holds the three shares, public."""
    _require_draft(vote)
    reasons: list[Reason] = []
    found = None
    try:
        found = read_board_key(key)
        SUITE.encrypt(b"", found.recipient)  # a key that nothing can be sealed to must not reach the notice
    except Refusal as refusal:
        reasons += refusal.reasons
    except ValueError:
        reasons.append(Reason("board_key_weak", say("Nothing can be sealed to this board key."), say("Ask the board to make a new one."), "board_key"))
    if not members.strip():
        reasons.append(Reason("board_members", say("It is not said who sits on the election board."), say("Name the three members; owners will read it on the notice."), "members"))
    if len(members) > LONGEST_MEMBERS:
        reasons.append(Reason("board_members_long", say("The names are longer than %(longest)s characters.", longest=LONGEST_MEMBERS), say("Shorten them."), "members"))
    if reasons or found is None:
        raise Refusal(*reasons)
    board = db.session.get(SecretBoard, vote.id) or SecretBoard(vote_id=vote.id)
    board.key, board.members = found.line, " ".join(members.split())
    db.session.add(board)
    vote.secret = True
    db.session.flush()


def make_open(vote: Vote) -> None:
    """The draft is an ordinary vote again."""
    _require_draft(vote)
    vote.secret = False
    forget_board(vote)


def forget_board(vote: Vote) -> None:
    """Of a draft, which was never public."""
    db.session.execute(delete(SecretBoard).where(SecretBoard.vote_id == vote.id))
    db.session.flush()


def secrecy_missing(vote: Vote) -> list[Reason]:
    """What keeps this draft from being announced as a secret election, or as an open one."""
    if not vote.secret:
        if any(question.rule_key == RULE for question in vote.questions):
            return [Reason("not_secret", say("The rule asks for a secret election, and this vote is not secret."), say("Make it secret with the key of an election board."))]
        return []
    reasons = []
    if db.session.get(SecretBoard, vote.id) is None:
        reasons.append(Reason("no_board", say("The election board has no key yet."), say("The board makes it on its own computer; paste its line here.")))
    for question in vote.questions:
        rule = rule_of(question)
        if question.kind != "election":
            reasons.append(Reason("secret_decision", say("Question %(position)s is not an election: only elections of people are secret.", position=question.position), say("Put it into a vote of its own.")))
        elif rule.all_measures != ("heads",) or rule.weight is not None:
            reasons.append(Reason("secret_area", say("Rule %(rule)s weighs ballots by more than heads, and a weight would give away whose a ballot is.", rule=rule.key), say("Choose a rule that counts heads only.")))
        if rule.publishes_choice or rule.subgroups:
            reasons.append(Reason("secret_named", say("Rule %(rule)s looks at single owners or buildings, which a secret election cannot.", rule=rule.key), say("Choose another rule.")))
    return reasons


def _require_draft(vote: Vote) -> None:
    if vote.step != "draft":
        raise Refusal(Reason("announced", say("This vote has been announced; its text can no longer be changed."), say("If it is wrong, cancel it with a reason and draft a new one.")))
