"""Every table of the house: importing this makes the metadata complete (migrations, tests)."""

from participation.accounts import models as accounts
from participation.record import models as record
from participation.roll import models as roll
from participation.votes import models as votes

__all__ = ["accounts", "record", "roll", "votes"]
