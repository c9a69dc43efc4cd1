"""Write versions/0001_initial.py anew from the models. Only until the first release: later changes are new files.

Run it as `make initial-migration` (or `python migrations/initial.py`) from the project's folder.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main() -> None:
    from flask import Flask
    from flask_migrate import revision

    from participation import tables  # noqa: F401  (the metadata must be complete)
    from participation.database import db, engine_options
    from participation.extensions import migrate

    versions = ROOT / "migrations" / "versions"
    others = sorted(file.name for file in versions.glob("*.py") if file.name != "0001_initial.py")
    if others:
        raise SystemExit(f"later migrations exist ({', '.join(others)}): write the next one with `flask db revision`")
    (versions / "0001_initial.py").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # Tables only: an empty database to compare with, no rooms and no pages.
        url = f"sqlite:///{folder}/empty.db"
        app = Flask("tables")
        app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
        db.init_app(app)
        migrate.init_app(app, db)
        with app.app_context():
            revision(directory=str(ROOT / "migrations"), message="initial", autogenerate=True, rev_id="0001")
            db.engine.dispose()
    print(versions / "0001_initial.py")  # noqa: T201


if __name__ == "__main__":
    main()
