"""Statutory votes: rules, notice, ballots, counting, result."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
    from participation.votes import (  # noqa: F401  (each hangs its pages on the blueprint)
        authority_views,
        ballot_views,
        evidence_views,
        objection_views,
        print_views,
        receipt_views,
        result_views,
        views,
        visit_views,
    )
    from participation.votes.anchoring import anchor_of
    from participation.votes.blueprint import blueprint
    from participation.votes.secret import views as secret_views  # noqa: F401
    from participation.votes.secret.about import about_secret
    from participation.votes.waiting import waiting_ballot
    from participation.votes.wording_data import law, spoken, spoken_line
    from participation.web import pictures

    # The picture macros are imported without a page's context, so they find the geometry among the globals.
    app.jinja_env.globals.setdefault("pictures", pictures)
    app.jinja_env.globals.update(anchor_of=anchor_of, about_secret=about_secret)
    app.jinja_env.filters.update(law=law, spoken=spoken, spoken_line=spoken_line)
    app.register_blueprint(blueprint)
    app.extensions.setdefault("waiting", []).append(waiting_ballot)
