"""A file of time through the real import, beside a bare COPY of the same rows and Django's bulk_create.

    python -m benchmarks.imports                 # 100,000 rows; prints only
    python -m benchmarks.imports --rows N --matters M
    python -m benchmarks.imports --write         # and writes docs/proof/import.md

The import reads the CSV, checks every row, prices it, keeps its natural key, and writes entry, version, history and
audit as in life. The two limits write the parsed rows, which stand in memory, into one bare table.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.chain.heading import heading
from meruit.postgres import logins, testing

PAGE = Path(__file__).parents[2] / "docs" / "proof" / "import.md"
ABOUT = [
    "One run on a throw-away server without durability: `python -m benchmarks.imports --write`. Only ratios can",
    "be compared, and a loaded machine blurs them.",
    "",
    "The import reads the file, checks and prices every row, keeps its key, and writes entry, version, history and",
    "audit. The limits write rows that stand parsed in memory into one bare table, and check nothing. The last row",
    "is the import's own floor: what it has written, copied into the same tables with their indexes, and unchecked.",
    "Bare COPY runs before and after the import, and the faster run counts.",
]


def main() -> int:
    """Run the size asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.imports", description="Time from a file, beside its limits.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--matters", type=int, default=2_000)
    parser.add_argument("--profile", action="store_true", help="tell where the import's Python spends its time")
    parser.add_argument("--write", action="store_true", help="write docs/proof/import.md")
    asked = parser.parse_args()
    arguments = [str(asked.rows), str(asked.matters), *(["--profile"] if asked.profile else [])]
    with testing.throwaway_cluster() as cluster:
        cluster.create_database("imports")
        urls = {login.variable: cluster.url(login, "imports") for login in logins.LOGINS}
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.imports.measure", *arguments],
            env={**os.environ, **urls},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    page = "\n".join([*heading("Import of time", ABOUT), told.stdout])
    print(page)
    if asked.write:
        PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
