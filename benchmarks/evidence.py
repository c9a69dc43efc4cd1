"""How long a stranger needs: the evidence of a large vote is written, and verified by the single file in a process of its own.

    python benchmarks/evidence.py [BALLOTS]        100,000 unless given

Prints the time and memory of writing the auditor's bundle and of verifying it, and the last lines of the report.
Exit code 1 when the program does not confirm the vote or needs more than a minute.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
AIM = 60.0  # seconds


def main() -> int:
    from benchmarks.neighbourhood import finished_vote
    from participation import create_app
    from participation.database import db, transaction
    from participation.setup import upgrade_database
    from participation.votes.evidence.bundle import write_bundle
    from participation.votes.models import Vote

    ballots = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        environ = {"DATABASE_URL": f"sqlite:///{folder}/site.db", "PARTICIPATION_INSTANCE": folder, "SECRET_KEY": "bench"}
        app = create_app({}, environ)
        upgrade_database(app)
        vote_id = finished_vote(app, "evidence", ballots)
        for kind in ("public", "auditor"):
            file, start = Path(folder) / f"{kind}.zip", time.perf_counter()
            with app.app_context(), transaction(write=False):
                write_bundle(db.session.get_one(Vote, vote_id), file, auditor=kind == "auditor")
            size = file.stat().st_size / 1e6
            print(f"EVIDENCE {kind} ballots={ballots} written_in={time.perf_counter() - start:.1f}s size={size:.1f}MB", flush=True)
        worst = 0.0
        for kind in ("public", "auditor"):
            start = time.perf_counter()
            run = subprocess.run(
                [sys.executable, str(ROOT / "verifier" / "verify_record.py"), f"{folder}/{kind}.zip", "--quiet"],
                capture_output=True, encoding="utf-8", check=False,
            )  # fmt: skip
            took = time.perf_counter() - start
            worst = max(worst, took)
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"VERIFY {kind} ballots={ballots} seconds={took:.1f} memory={memory:.0f}MB exit={run.returncode}", flush=True)
            if run.returncode:
                print(run.stdout[-3000:], run.stderr[-3000:])
                return 1
        print("\n".join(run.stdout.splitlines()[-14:]))
        return 1 if worst > AIM else 0


if __name__ == "__main__":
    raise SystemExit(main())
