"""How fast the Ray engine is on two nodes of one machine, beside one process on the same files.

    python -m benchmarks.screen.on_ray [--rounds 3] [--files 8] [--lines 125000] [--write]

Both are the whole command with the 200 patterns. The cluster of two nodes with a processor each is started
before and its start is told apart; the command connects to it, has every part judged, and writes Parquet.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ledes.corpus import long_file
from benchmarks.screen.patterns import as_set, patterns

PROOF = Path(__file__).parents[2] / "docs" / "proof" / "screen-ray.md"
GOAL = 0.45


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall time of a command that finds something."""
    began = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment, check=False
    )
    if done.returncode != 1:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return time.perf_counter() - began


def measure(folder: Path, rounds: int, files: int, lines: int) -> tuple[float, list[float], list[float]]:
    """Seconds to start the cluster; lines per second by one process and by the cluster, round by round."""
    from ray.cluster_utils import Cluster

    rules, corpus = folder / "patterns.toml", folder / "corpus"
    rules.write_text(as_set(patterns()), encoding="utf-8")
    corpus.mkdir(exist_ok=True)
    bills = long_file(folder / "long.txt", lines).read_bytes()
    for number in range(files):
        # Numbers of invoices differ from file to file, as those of one firm do.
        own = bills.replace(b"|INV0", b"|I%03d" % number).replace(b"|B0", b"|B%03d" % number)
        (corpus / f"bills{number:03}.txt").write_bytes(own)
    began = time.perf_counter()
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    start = time.perf_counter() - began
    command = [str(Path(sys.executable).with_name("meruit")), "check", str(corpus), "--as-of", "2026-11-01"]
    command += ["--guidelines", str(rules)]
    environment = {**os.environ, "RAY_ADDRESS": cluster.address}
    alone, spread = [], []
    try:
        for _ in range(rounds):
            here = seconds([*command, "--format", "json", "-o", str(folder / "sink")], environment)
            shutil.rmtree(folder / "out", ignore_errors=True)
            there = seconds([*command, "--engine", "ray", "-o", str(folder / "out")], environment)
            alone.append(files * lines / here)
            spread.append(files * lines / there)
    finally:
        cluster.shutdown()
    return start, alone, spread


def page(start: float, alone: list[float], spread: list[float], files: int, lines: int) -> str:
    """The table as Markdown."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    ratio = statistics.median(there / here for here, there in zip(alone, spread, strict=True))
    met = "reached" if ratio >= GOAL else "not reached"
    when = f"{datetime.now(UTC):%d %B %Y}, commit {commit.stdout.strip()}, {os.cpu_count()} cores"
    return "\n".join(
        [
            "# How fast the Ray engine is",
            "",
            f"{when}, CPython {platform.python_version()}; medians of {len(alone)} interleaved rounds,",
            f"with {os.getloadavg()[1]:.0f} processes waiting for the cores on average.",
            f"{files} files of {lines:,} line items, 200 patterns. Both are the whole command: one process writes",
            "JSON, the cluster of two nodes with a processor each writes Parquet.",
            f"The cluster was started before, in {start:.1f} s.",
            "",
            "| engine | lines/s | from round to round |",
            "| --- | --- | --- |",
            f"| local, one process | {statistics.median(alone):,.0f} | {min(alone):,.0f} to {max(alone):,.0f} |",
            f"| ray, two nodes | {statistics.median(spread):,.0f} | {min(spread):,.0f} to {max(spread):,.0f} |",
            "",
            f"The cluster has {ratio:.2f} of the speed of one process; asked is {GOAL:.2f}: {met}.",
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--lines", type=int, default=125_000)
    parser.add_argument("--write", action="store_true", help="write the table to docs/proof/screen-ray.md")
    asked = parser.parse_args()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), asked.rounds, asked.files, asked.lines)
    text = page(*figures, asked.files, asked.lines)
    print(text)
    if asked.write:
        PROOF.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
