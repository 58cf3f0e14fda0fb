"""The table of coded entries that is shipped: `data/coded.json`, from entries of our own.

    python -m training.codes            # learns the table anew and writes it
    python -m training.codes --measure  # tells how good it is on entries left out of learning

Two sources: the labelled entries that rules are tuned on, and `training/coded.tsv`, short pieces of work written
for each task code by its definition. Nothing in them is of a client, and the held-out entries teach nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.accuracy.data import HERE, read

from meruit.guidelines.narrative.history import Model, Row, learn, measure_by_parts
from meruit.guidelines.narrative.words import DATA

WRITTEN = Path(__file__).parent / "coded.tsv"
TABLE = DATA / "coded.json"


def rows() -> list[Row]:
    """All (narrative, task code, activity code) that the shipped table is learnt from."""
    found: list[Row] = []
    for line in WRITTEN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, narratives = line.split("\t")
            found += [(text, code, None) for text in narratives.split("|")]
    for row in read(HERE / "tune.csv"):
        entry = row.entry
        found.append((entry.narrative or "", entry.task_code, entry.activity_code))
    return found


def made() -> Model:
    """The table as it should be."""
    return learn(rows())


def main() -> None:
    if "--measure" in sys.argv:
        for kind, found in measure_by_parts(rows()).items():
            print(f"{kind}: {found.right:.3f} right where it answers, answers {found.answered:.3f} of {found.entries}")
        return
    TABLE.write_text(made().to_json() + "\n", encoding="utf-8")
    print(f"{TABLE.name}: {TABLE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
