"""Labelled entries: the project's own, and a folder of outside ones when `MERUIT_FIELD` names it.

Own entries were written before the rules they test. Every `tune*.csv` was looked at while rules, confidences and the
second opinion were tuned; a `held_out*.csv` was written by the same conventions, and nothing was changed to fit its
rows. A file by new authors is halved by the hash of its narratives: `tune_x.csv` and the rows held out are by the same
hand. An outside file is split likewise: one half was looked at while tuning, the other only scored.
"""

from __future__ import annotations

import csv
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.guidelines import Entry
from meruit.guidelines.csvfile import read_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent / "labelled"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An entry and what is wrong with it."""

    entry: Entry
    labels: frozenset[str]
    origin: str


def read(path: Path) -> list[Labelled]:
    """The rows of one labelled CSV; a row that cannot be read stops the run."""
    data = path.read_bytes()
    entries = list(read_csv(data, path.name))
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    found = []
    for entry, row in zip(entries, rows, strict=True):
        if not isinstance(entry, Entry):
            raise ValueError(f"{path.name}, line {entry.line}: {entry.reason}")
        labels = frozenset(row["labels"].split(";")) - {"clean", ""}
        found.append(Labelled(entry, labels, row["origin"]))
    return found


def outside() -> Path | None:
    """The outside labelled entries, if there are any."""
    field = os.environ.get("MERUIT_FIELD")
    path = Path(field) / "reference" / "narratives_labelled.csv" if field else None
    return path if path is not None and path.is_file() else None


def halves(rows: list[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """(looked at while tuning, only scored), by the first bit of the hash of the narrative."""
    parts: tuple[list[Labelled], list[Labelled]] = ([], [])
    for row in rows:
        digest = hashlib.sha256((row.entry.narrative or "").encode()).digest()
        parts[digest[0] % 2].append(row)
    return parts


def tuned_on() -> list[Labelled]:
    """All own entries that rules were tuned on and the second opinion is learnt from."""
    return [row for path in sorted(HERE.glob("tune*.csv")) for row in read(path)]


def author(row: Labelled) -> str:
    """Who wrote the entry, so that it can be judged by what was learnt from the others."""
    first, _, rest = row.origin.partition("/")
    return rest if rest == "second-author" else first


def files() -> Iterator[tuple[str, list[Labelled]]]:
    """(title, rows) of everything that can be scored, tuning parts first: each `tune*.csv` and `held_out*.csv`."""
    for start, title in (("tune", "own, tuned on"), ("held_out", "own, held out")):
        for path in sorted(HERE.glob(f"{start}*.csv")):
            more = path.stem.removeprefix(start).strip("_").replace("_", " ")
            yield f"{title}, {more}" if more else title, read(path)
    path = outside()
    if path is not None:
        tuned, scored = halves(read(path))
        yield "outside, half looked at while tuning", tuned
        yield "outside, half only scored", scored
