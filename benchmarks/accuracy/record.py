"""The scores as one file that the pages read: what was measured, when, at which commit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meruit.guidelines import types

if TYPE_CHECKING:
    from benchmarks.accuracy.score import Count, Scores

FILE = Path(__file__).parents[2] / "src" / "meruit" / "web" / "data" / "accuracy.json"


def part(title: str, scores: Scores) -> dict[str, Any]:
    """One part of the labelled entries: counts alone, from which every share follows."""
    slugs = {kind.id: kind.slug for kind in types().values()}
    return {
        "title": title,
        "entries": scores.rows,
        "any_violation": _count(scores.any_violation),
        "rules": {slugs[id]: _count(count) for id, count in scores.ids.items()},
    }


def write(parts: list[dict[str, Any]], made_on: str, commit: str) -> None:
    """Write the file."""
    found = {"made_on": made_on, "commit": commit, "written_by": "python -m benchmarks.accuracy", "parts": parts}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _count(count: Count) -> dict[str, int]:
    return {"right": count.right, "wrong": count.wrong, "missed": count.missed}
