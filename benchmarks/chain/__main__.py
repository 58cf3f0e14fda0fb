"""Month end from entry to LEDES bytes, stage by stage, beside the bare limits of the same server.

    python -m benchmarks.chain                         # 10,000 entries in 200 matters, then 100,000 in 2,000
    python -m benchmarks.chain --entries N --matters M # one size; prints only
    python -m benchmarks.chain --write                 # and writes docs/proof/chain.md

Every stage runs through the actions that people and the night use, as the application's and the worker's
logins, with guards, history and audit as in life.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chain.heading import heading

from meruit.postgres import logins, testing

PAGE = Path(__file__).parents[2] / "docs" / "proof" / "chain.md"
ABOUT = [
    "A throw-away server without durability; statistics are taken between stages, outside the figures, as",
    "autovacuum does in life. Limits are measured in the same run: only ratios can be compared, and a loaded",
    "machine blurs them.",
]
SIZES = ((10_000, 200), (100_000, 2_000))


@dataclass(slots=True)
class Run:
    """The seconds of every stage of one month end."""

    entries: int
    matters: int
    seconds: dict[str, float] = field(default_factory=dict)

    def time(self, stage: str, start: float) -> None:
        """Note what a stage took, and say so while it is being looked at."""
        self.seconds[stage] = time.perf_counter() - start
        print(f"  {stage:<44}{self.seconds[stage]:9.2f} s", file=sys.stderr, flush=True)

    def table(self) -> list[str]:
        """The run as a table of the proof page."""
        rows = [
            f"### {self.entries:,} entries in {self.matters:,} matters",
            "",
            "| stage | s | a second |",
            "| --- | ---: | ---: |",
        ]
        for stage, seconds in self.seconds.items():
            many = self.matters if stage.startswith(("review", "issue", "LEDES")) else self.entries
            rows.append(f"| {stage} | {seconds:.2f} | {many / seconds:,.0f} |")
        chain = sum(s for name, s in self.seconds.items() if not name.startswith("limit"))
        draft = self.seconds["draft pre-bills"] / self.seconds["limit: two bare statements (P9)"]
        prepare = 100 * self.seconds["limit: bare COPY (P8)"] / self.seconds["prepare entries"]
        return [
            *rows,
            "",
            f"The whole chain takes {chain:.1f} s.",
            f"Drafting takes {draft:.2f} times the two bare statements (wanted: at most 1.5).",
            f"Preparing entries runs at {prepare:.0f} % of bare COPY (wanted: at least 25 %).",
            "",
        ]


def main() -> int:
    """Run the sizes asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.chain", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int)
    parser.add_argument("--matters", type=int)
    parser.add_argument("--write", action="store_true", help="write docs/proof/chain.md")
    asked = parser.parse_args()
    sizes = ((asked.entries, asked.matters or max(1, asked.entries // 50)),) if asked.entries else SIZES
    told: list[str] = []
    with testing.throwaway_cluster() as cluster:
        for number, (entries, matters) in enumerate(sizes):
            name = f"chain_{number}"
            cluster.create_database(name)
            urls = {login.variable: cluster.url(login, name) for login in logins.LOGINS}
            worker = subprocess.run(
                [sys.executable, "-m", "benchmarks.chain.stages", str(entries), str(matters)],
                env={**os.environ, **urls},
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            told.append(worker.stdout)
            cluster.drop_database(name)
    page = "\n".join([*heading("Month end", ABOUT), *told])
    print(page)
    if asked.write:
        PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
