"""How fast `meruit check --guidelines` is, beside a LEDES parser and beside `rg`.

    python -m benchmarks.screen [--rounds 3] [--lines 1000000] [--rp1-lines 100000] [--write]

Ours is the whole command: parsing, full validation, 200 patterns as a guideline set, and each finding with
line, rule and span written as JSON. `ledes-parser` parses and does nothing else, in process; `rg -n -o -i`
searches the same patterns in the same file and prints line and words. All write to a file of the same
folder. Every round runs each contender once, one after the other, so that whatever else the machine does
falls on all of them; ratios are formed within a round, and their median is told. RP-1 with every rule on runs over
a shorter file made by the same seed; its lines a second are held against those of one process on the long file.
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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ledes.corpus import long_file
from benchmarks.ledes.run import HERE as PEER_HOME
from benchmarks.ledes.run import _clean, peers
from benchmarks.screen.patterns import as_set, patterns

PROOF = Path(__file__).parents[2] / "docs" / "proof" / "screen.md"
#: What the issue asks: name, contender, its yardstick, how many times as fast, or the most it may take.
GOALS = (
    ("one process, lines/s against ledes-parser", "one process", "ledes-parser", 25.0),
    ("two processes, lines/s against ledes-parser", "two processes", "ledes-parser", 48.0),
    ("one process, speed of rg", "one process", "rg", 1 / 3.0),
    ("two processes, speed of rg", "two processes", "rg", 1 / 1.6),
    ("RP-1 with every rule on, speed of the patterns", "RP-1", "one process", 1 / 6),
)
PEAK = 200


@dataclass(slots=True)
class Figures:
    """What the rounds measured: lines per second and peak MiB by contender."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    #: The same per second of processor time, which other work on the machine disturbs less.
    by_cpu: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, rate: float, by_cpu: float, peak: float = 0.0) -> None:
        self.rates.setdefault(name, []).append(rate)
        self.by_cpu.setdefault(name, []).append(by_cpu)
        self.peaks[name] = max(peak, self.peaks.get(name, 0.0))

    def ratio(self, name: str, other: str) -> float:
        return _median_ratio(self.rates[name], self.rates[other])

    def ratio_by_cpu(self, name: str, other: str) -> float:
        return _median_ratio(self.by_cpu[name], self.by_cpu[other])


def _median_ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def installed(folder: Path) -> dict[str, str]:
    """The environment of an installation: modules are compiled once, which a developer's shell may forbid."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def timed(command: list[str], sink: Path, environment: dict[str, str] | None = None) -> tuple[float, float, float]:
    """Seconds, seconds of processor time and peak MiB of a command whose output goes to `sink`."""
    began = time.perf_counter()
    with sink.open("wb") as out, open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, stdout=out, stderr=nowhere, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} could not do its work: exit code {os.waitstatus_to_exitcode(status)}.")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(folder: Path, rounds: int, lines: int, rp1_lines: int) -> Figures:
    figures = Figures()
    found = patterns()
    rules, list_ = folder / "patterns.toml", folder / "patterns.txt"
    rules.write_text(as_set(found), encoding="utf-8")
    list_.write_text("\n".join(found) + "\n", encoding="utf-8")
    long, short = (long_file(folder / f"long-{count}.txt", count) for count in (lines, rp1_lines))
    peer_file, python, sink = _clean(long, folder / "peer.txt"), peers(folder), folder / "sink"
    check = [str(Path(sys.executable).with_name("meruit")), "check", "--format", "json", "--as-of", "2026-11-01"]
    by_patterns = [*check, "--guidelines", str(rules)]
    rg = shutil.which("rg") or os.environ.get("MERUIT_RG", "")
    environment = installed(folder)
    timed([*by_patterns, str(long), "--jobs", "2"], sink, environment)  # compiles what is not compiled yet
    for round_number in range(1, rounds + 1):
        print(f"round {round_number} of {rounds}", file=sys.stderr)
        out = subprocess.run([python, PEER_HOME / "peer.py", peer_file], capture_output=True, text=True, check=True)
        wall, cpu = out.stdout.split()
        figures.add("ledes-parser", float(wall), float(cpu))
        if rg:
            seconds, cpu_seconds, peak = timed([rg, "-n", "-o", "-i", "-f", str(list_), str(long)], sink)
            figures.add("rg", lines / seconds, lines / cpu_seconds, peak)
        for name, command, count in (
            ("one process", [*by_patterns, str(long)], lines),
            ("two processes", [*by_patterns, str(long), "--jobs", "2"], lines),
            ("RP-1", [*check, "--guidelines", "RP-1", str(short)], rp1_lines),
        ):
            seconds, cpu_seconds, peak = timed(command, sink, environment)
            figures.add(name, count / seconds, count / cpu_seconds, peak)
    return figures


def page(figures: Figures, rounds: int, lines: int, rp1_lines: int) -> str:
    """The tables as Markdown."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    rows = [
        f"| {name} | {statistics.median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} | "
        f"{statistics.median(figures.by_cpu[name]):,.0f} | "
        f"{f'{figures.peaks[name]:.0f}' if figures.peaks[name] else ''} |"
        for name, rates in figures.rates.items()
    ]
    goals = []
    for told, name, other, goal in GOALS:
        if other in figures.rates:
            ratio = figures.ratio(name, other)
            alone = "" if name.startswith("two") else f"{figures.ratio_by_cpu(name, other):.2f}"
            met = "reached" if ratio >= goal else "not reached"
            goals.append(f"| {told} | {ratio:.2f} | {alone} | {goal:.2f} | {met} |")
        else:
            goals.append(f"| {told} | `{other}` is not on this machine | | {goal:.2f} | |")
    peak = figures.peaks["one process"]
    met = "reached" if peak <= PEAK else "not reached"
    goals.append(f"| peak of one process in MiB | {peak:.0f} | | at most {PEAK} | {met} |")
    when = f"{datetime.now(UTC):%d %B %Y}, commit {commit.stdout.strip()}, 2 cores, CPython {platform.python_version()}"
    sizes = f"The file has {lines:,} line items, that for RP-1 with every rule on {rp1_lines:,}."
    return "\n".join(
        [
            "# How fast lines are screened",
            "",
            f"{when}; medians of {rounds} interleaved rounds,",
            f"with {os.getloadavg()[1]:.0f} processes waiting for the 2 cores on average.",
            f"{sizes} Ours is the whole command: parsing, full validation, 200 patterns,",
            "each finding with line, rule and span written as JSON to a file.",
            "`ledes-parser` parses alone, in process. `rg -n -o -i` searches and prints, without parsing.",
            "RP-1's lines per second stand beside those of one process with the patterns on the long file.",
            "",
            "| contender | lines/s | from round to round | lines per second of processor time | peak MiB |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
            "| goal | measured | by processor time | asked | |",
            "| --- | --- | --- | --- | --- |",
            *goals,
            "",
            "What the Ray engine comes to beside one process stands in [screen-ray.md](screen-ray.md).",
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rp1-lines", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the corpus is kept between runs")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/proof/screen.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        folder = asked.folder or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        figures = measure(folder, asked.rounds, asked.lines, asked.rp1_lines)
    text = page(figures, asked.rounds, asked.lines, asked.rp1_lines)
    print(text)
    if asked.write:
        PROOF.parent.mkdir(parents=True, exist_ok=True)
        PROOF.write_text(text, encoding="utf-8")
