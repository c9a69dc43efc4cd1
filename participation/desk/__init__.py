"""The staff's workspace: what is due, votes from draft to archive, objections, turnout, letters, people, look-ups."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
    from participation.desk import (  # noqa: F401  (each hangs its routes on the blueprint)
        authority_views,
        call_views,
        correction_views,
        document_views,
        doorstep_views,
        draft_views,
        evidence_views,
        letter_views,
        lookup_views,
        notice_views,
        objection_views,
        operator_views,
        paper_views,
        people_views,
        principal_views,
        question_views,
        result_views,
        retention_views,
        roll_home_views,
        roll_import_views,
        roll_views,
        secret_views,
        sheet_file_views,
        sheet_print_views,
        sheet_reading_views,
        sheet_return_views,
        station_views,
        ticket_views,
        turnout_views,
        two_ballots_views,
        views,
        vote_views,
        witness_views,
    )
    from participation.desk.blueprint import blueprint
    from participation.desk.handed_over import keep_in
    from participation.desk.navigation import page_context

    app.register_blueprint(blueprint)
    app.register_blueprint(operator_views.blueprint)
    app.context_processor(page_context)
    app.before_request(keep_in)
