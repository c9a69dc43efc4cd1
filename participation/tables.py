"""Every table of the house: importing this makes the metadata complete (migrations, tests)."""

from participation.accounts import models as accounts
from participation.record import models as record
from participation.record import witness_models as witnesses
from participation.roll import models as roll
from participation.votes import audit_models as audits
from participation.votes import behalf_models as behalf
from participation.votes import erasure_models as erasures
from participation.votes import models as votes
from participation.votes import roll_models as frozen_rolls
from participation.votes import secret_models as secrets
from participation.votes import sheet_models as sheets
from participation.votes import station_models as station
from participation.votes import visit_models as visits

__all__ = ["accounts", "audits", "behalf", "erasures", "frozen_rolls", "record", "roll", "secrets", "sheets", "station", "visits", "votes", "witnesses"]
