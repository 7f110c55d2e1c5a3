"""A piece of work done in a process of its own, which dies of kill -9 at a named place."""

from __future__ import annotations

import os
import subprocess
import sys

from nesk.core import config
from nesk.core.db import db, is_postgres
from tests.house.sources import ROOT

CHILD = """
import sys
from nesk import tasks
from nesk.core import clock, config, db
from nesk.privacy import closing, operations
db.init(config.current().database_url)
tasks.load()
with db.connection(), clock.stopped_at(sys.argv[1]):
    {work}
"""


def run_and_kill(work: str, place: str = "", *, at: str) -> int:
    """Run the line on the clock stopped at `at` over this test's database and files. Gives how the process ended."""
    home = config.current().home
    if place:
        (home / "fault").write_text(place)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "NESK_ENV": "test",
        "NESK_HOME": str(home),
        "DATABASE_URL": db.obj.database if is_postgres() else f"sqlite:///{db.obj.database}",
    }
    db.close()
    command = [sys.executable, "-c", CHILD.format(work=work), at]
    try:
        return subprocess.run(command, env=env, cwd=ROOT, check=False).returncode
    finally:
        db.connect()
