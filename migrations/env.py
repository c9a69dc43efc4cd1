"""Runs the migrations (`flask init`) and compares the models with the database (`make initial-migration`, tests).

Offline mode (writing SQL to a file) is not offered: some steps look at the database.
"""

from __future__ import annotations

from alembic import context
from flask import current_app

from migrations.rendering import add_append_only, render_item
from participation.database import Base, db

engine = current_app.extensions["migrate"].db.engine

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        process_revision_directives=add_append_only,
        transaction_per_migration=False,
        # UtcDateTime and Json are other types on each database, so types are not compared here: the tests
        # compare the columns themselves.
        **{**current_app.extensions["migrate"].configure_args, "compare_type": False},
    )
    with context.begin_transaction():
        if db.engine.dialect.name == "postgresql":
            # Two starts at once: the second waits here and then finds nothing to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4242)")
        context.run_migrations()
