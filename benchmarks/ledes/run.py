"""How fast `meruit check` is, beside the one open library that reads LEDES in Python.

    python -m benchmarks.ledes.run [--rounds 3] [--lines 1000000] [--files 10000] [--write]

Peers live in an environment of their own (`ledes-parser` needs an old setuptools). Every round runs
each contender once, one after the other, so that whatever else the machine does falls on all of them;
the ratio of a round is formed within it, and the median over the rounds is told, by the clock and by the
CPU time spent, which a busy machine moves less. Ours is the whole
command with full validation and every finding written as JSON; theirs is parsing alone, in process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ledes.corpus import long_file, short_files

HERE = Path(__file__).parent
PROOF = HERE.parents[1] / "docs" / "proof" / "ledes.md"
PEER_LINES = 10_000


@dataclass(slots=True)
class Figures:
    """What the rounds measured, by contender."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    worked: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    #: CPU nanoseconds a line of the long file, by stage.
    stages: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, rate: float, worked: float, peak: float = 0.0) -> None:
        self.rates.setdefault(name, []).append(rate)
        self.worked.setdefault(name, []).append(worked)
        self.peaks[name] = max(peak, self.peaks.get(name, 0.0))

    def ratio(self, name: str, other: str, *, cpu: bool = False) -> float:
        of = self.worked if cpu else self.rates
        return statistics.median(a / b for a, b in zip(of[name], of[other], strict=True))


def peers(folder: Path) -> Path:
    """The peers' Python, its environment made on first use."""
    python = folder / "peers" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "peers"], check=True)
        wanted = ["ledes-parser==1.5.1", "setuptools==65.5.0"]
        subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True)
    return python


def ours(*words: str | Path) -> tuple[float, float, float]:
    """Seconds by the clock and of CPU, and peak MiB of the largest process, of one whole `meruit check`."""
    command = [Path(sys.executable).with_name("meruit"), "check", "--format", "json", "--as-of", "2026-11-01", *words]
    began = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([str(word) for word in command], stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit("meruit check could not use the corpus.")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(folder: Path, rounds: int, lines: int, files: int) -> Figures:
    figures = Figures()
    python = peers(folder)
    long = long_file(folder / f"long-{lines}.txt", lines)
    tenth = long_file(folder / f"long-{lines // 10}.txt", lines // 10)
    short = short_files(folder / f"short-{files}", files)
    peer_file = _clean(long, folder / "peer.txt")
    for round_number in range(1, rounds + 1):
        print(f"round {round_number} of {rounds}", file=sys.stderr)
        out = subprocess.run([python, HERE / "peer.py", peer_file], capture_output=True, text=True, check=True)
        figures.add("ledes-parser", *map(float, out.stdout.split()))
        for name, words, count in (
            ("one process", [long], lines),
            ("two processes", [long, "--jobs", "2"], lines),
            ("a tenth of the lines", [tenth], lines // 10),
            ("small files", [short], files),
            ("small files, two processes", [short, "--jobs", "2"], files),
        ):
            seconds, worked, peak = ours(*[str(word) for word in words])
            figures.add(name, count / seconds, count / worked, peak)
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.ledes.stages", long], capture_output=True, text=True, check=True
    )
    figures.stages = json.loads(told.stdout)
    return figures


def _clean(long: Path, target: Path) -> Path:
    """The first lines the peer can parse: it gives up a whole file for one odd cell."""
    good: list[bytes] = []
    with long.open("rb") as stream:
        for line in stream:
            cells = line.split(b"|")
            if len(good) < 2 or (cells[9] in (b"F", b"E") and cells[13][4:6] <= b"12"):
                good.append(line.replace(b"\r\n", b"\n"))
            if len(good) == PEER_LINES + 2:
                break
    target.write_bytes(b"".join(good))
    return target


def page(figures: Figures, rounds: int, lines: int, files: int) -> str:
    """The table as Markdown."""
    middle = {name: statistics.median(rates) for name, rates in figures.rates.items()}
    rows = [
        ("ledes-parser 1.5.1, parsing alone, in process", f"{middle['ledes-parser']:,.0f} lines/s", "1", "1", ""),
    ]
    for name in ("one process", "two processes"):
        times = f"{figures.ratio(name, 'ledes-parser'):.1f}"
        busy = f"{figures.ratio(name, 'ledes-parser', cpu=True):.1f}"
        peak = f"{figures.peaks[name]:.0f} MiB"
        rows.append((f"meruit check, {name}", f"{middle[name]:,.0f} lines/s", times, busy, peak))
    rows += [
        (f"meruit check, {name}", f"{middle[name]:,.0f} files/s", "", "", f"{figures.peaks[name]:.0f} MiB")
        for name in ("small files", "small files, two processes")
    ]
    linear = middle["one process"] / middle["a tenth of the lines"]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    said = [
        "# How fast LEDES files are judged",
        "",
        (
            f"{datetime.now(UTC):%d %B %Y}, commit {commit}, 2 cores, CPython {platform.python_version()}; medians of "
            f"{rounds} interleaved rounds."
        ),
        (
            f"The long file has {lines:,} line items, the {files:,} small files 100 each. Ours is the whole command "
            "with full validation, findings written as JSON."
        ),
        "",
        "| contender | speed | times ledes-parser | the same by CPU time | peak of one process |",
        "| --- | --- | --- | --- | --- |",
        *[f"| {' | '.join(row)} |" for row in rows],
        "",
        (
            f"Lines per second on the long file are {linear:.2f} times those on a tenth of it (1 is linear in lines; "
            "above 1 where starting Python weighs on the shorter file)."
        ),
        "",
        "## Where the time of one line goes",
        "",
        "One process on the long file, CPU time by a clock around each stage.",
        "",
        "| stage | nanoseconds a line |",
        "| --- | --- |",
        *[f"| {stage} | {spent:,.0f} |" for stage, spent in figures.stages.items()],
        "",
    ]
    return "\n".join(said)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--lines", type=int, default=1_000_000)
    asked.add_argument("--files", type=int, default=10_000)
    asked.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "meruit-bench-ledes")
    asked.add_argument("--write", action="store_true", help=f"keep the table in {PROOF.name} of docs/proof")
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    text = page(measure(given.folder, given.rounds, given.lines, given.files), given.rounds, given.lines, given.files)
    print(text)
    if given.write:
        PROOF.parent.mkdir(parents=True, exist_ok=True)
        PROOF.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
