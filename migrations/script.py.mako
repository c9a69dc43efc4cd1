"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from participation.database import UtcDateTime, append_only_triggers
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Facts are not undone by going back a version: restore the copy made before the upgrade."""
    raise RuntimeError("there is no way back: restore the backup that was made before the upgrade")


def make_append_only(table: str) -> None:
    for statement in append_only_triggers(table, op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(statement)
