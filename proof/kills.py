"""The table of kills: writes docs/proof/kills.md from what the tests that kill left behind in this checkout.

    MERUIT_PROOF=1 python -m pytest -m proof tests/night/test_kills.py tests/portals/test_kills.py
    python proof/kills.py [--write FILE]

The tests themselves compare; a kill after which anything was lost, doubled, stuck or unseen fails them, and is not
among the rows here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / "build" / "proof"
WANTED = 50
#: What is compared after each kill with a run that nobody disturbed.
COMPARED = {
    "night": (
        "pre-bills, findings, proposals, decisions, invoices, artefacts, ledger, and the protocol item by item; then "
        "one more night must find nothing to do"
    ),
    "submission": (
        "submissions, attempts, what the portal took in (each file once), what it said, cuts, deadlines, payments, "
        "their lines, ledger; then one more round must find nothing to send. Just after each kill, what has arrived "
        "is known as arrived or as unknown"
    ),
}


def part(record: dict[str, Any]) -> list[str]:
    """One kind of run: its table, and every instant."""
    rows, run = record["rows"], record["run"]
    victims = list(dict.fromkeys(row["victim"] for row in rows))
    lines = [
        f"## A {run}",
        "",
        f"Commit {record['commit']}. It takes {record['lasted']:.2f} s by itself; instants are drawn uniformly",
        f"over that time (`MERUIT_SEED={record['seed']}` draws them again).",
        f"Compared with an undisturbed run: {COMPARED[run]}.",
        "",
        "| killed | kills | as it should be afterwards | found just after the kill |",
        "| --- | ---: | ---: | --- |",
    ]
    for victim in victims:
        mine = [row for row in rows if row["victim"] == victim]
        found = Counter(row["found"] for row in mine).most_common()
        told = "; ".join(f"{what} {count}" for what, count in found)
        lines.append(f"| {victim} | {len(mine)} | {len(mine)} | {told} |")
    lines += ["", "<details><summary>Every instant, in seconds</summary>", ""]
    for victim in victims:
        instants = ", ".join(f"{row['instant']:.3f}" for row in rows if row["victim"] == victim)
        lines += [f"{victim}: {instants}", ""]
    return [*lines, "</details>", ""]


def page(records: list[dict[str, Any]]) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Kills",
            "",
            f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()},",
            f"{os.cpu_count()} cores. Written by `proof/kills.py`. Every kill is signal 9. The server is the first",
            "process of PostgreSQL under the supervisor of `meruit serve`, which starts it again by itself.",
            "",
            *(line for record in records for line in part(record)),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="The table of kills.")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write it into this file")
    options = parser.parse_args()
    kept = [RECORDS / f"kills-{run}.json" for run in COMPARED]
    if missing := [path.name for path in kept if not path.exists()]:
        print(f"No kills are on record ({', '.join(missing)}); run the tests first, see above.", file=sys.stderr)
        return 2
    records = [json.loads(path.read_text(encoding="utf-8")) for path in kept]
    text = page(records)
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")
    counts = Counter((record["run"], row["victim"]) for record in records for row in record["rows"])
    return 0 if min(counts.values()) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
