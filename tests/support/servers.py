"""Which PostgreSQL the database tests run on.

All of them run on the wheel's, or with MERUIT_POSTGRES_BIN on the one whose `bin` folder it names:

    MERUIT_POSTGRES_BIN=/usr/lib/postgresql/15/bin make test

Where the system has another of the versions that Meruit runs on, the modules below run on that one as well, each
time; where it has none, the summary of the run says so.
"""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

from meruit.postgres import PostgresRefused
from meruit.postgres import binaries as programs

#: What leans hardest on the database: the ways around, the walk over the schema, ledger, audit, and a story.
ON_THE_SYSTEMS = {
    "tests.audit.test_trail",
    "tests.authority.test_schema",
    "tests.authority.test_ways_around",
    "tests.ledger.test_books",
    "tests.stories.test_three_months",
}
OURS, SYSTEMS = "ours", "the system's"
NONE = (
    f"no PostgreSQL {programs.OLDEST} to {programs.NEWEST} with its server is installed on this system, so these ran "
    "on ours alone"
)
#: Where systems keep them: Debian and its kin, Red Hat and its kin, Homebrew, PostgreSQL's own installers.
_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Library/PostgreSQL/*/bin",
    "usr/local/pgsql/bin",
)


@functools.cache
def of_the_system() -> programs.Binaries | None:
    """The oldest of the system's that Meruit runs on: the furthest from ours. None where a variable has chosen."""
    if os.environ.get(programs.VARIABLE):
        return None
    folders = {folder for pattern in _FOLDERS for folder in Path("/").glob(pattern)}
    if found := shutil.which("initdb"):
        folders.add(Path(found).resolve().parent)
    usable = []
    for folder in sorted(folders):
        try:
            usable.append(programs.find({programs.VARIABLE: str(folder)}))
        except PostgresRefused:
            continue  # a client without a server, or another version
    return min(usable, key=lambda found: found.version, default=None)
