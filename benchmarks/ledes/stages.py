"""Where the time of one line goes: `python -m benchmarks.ledes.stages FILE` prints CPU nanoseconds a line, as JSON.

The stages of the wide way are timed from outside, by a clock around each call. Run by itself, not among the
contenders: the clocks cost a little.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from meruit.ledes.dialects import NONE
from meruit.ledes.flat import check
from meruit.ledes.flat.cutting import Cutter
from meruit.ledes.flat.look import Look
from meruit.ledes.flat.wide import way

#: Stage -> what is timed for it. A stage within another is told apart from it.
STAGES: dict[str, tuple[Any, str]] = {
    "read the file through for its encoding": (check, "detect"),
    "cut chunks into cells": (way, "Grid"),
    "find runs of one invoice": (way, "run_starts"),
    "amounts, days, narratives, numbers": (way, "Facts"),
    "codes and persons": (way.Runs, "repeats"),
    "damaged stretches": (Cutter, "feed"),
    "doubtful lines, by the rules": (Look, "say"),
    "take runs into their invoices": (way.Runs, "judge"),
}
#: Told together with the stage that calls them.
INSIDE = {"take runs into their invoices": ("doubtful lines, by the rules",)}


def timed(function: Callable[..., Any], spent: dict[str, float], stage: str) -> Callable[..., Any]:
    """`function` with its CPU seconds added to a stage."""

    def with_clock(*words: Any, **named: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*words, **named)
        finally:
            spent[stage] = spent.get(stage, 0.0) + time.thread_time() - began

    return with_clock


def stages(path: str) -> dict[str, float]:
    """CPU nanoseconds a line by stage, the whole last."""
    gc.disable()
    spent: dict[str, float] = {}
    for stage, (owner, name) in STAGES.items():
        setattr(owner, name, timed(getattr(owner, name), spent, stage))
    began = time.thread_time()
    report = check.check_flat(path, dialect=NONE, as_of=date(2026, 11, 1), wide=True)
    whole = time.thread_time() - began
    for stage, inside in INSIDE.items():
        spent[stage] -= sum(spent.get(other, 0.0) for other in inside)
    told = {stage: spent.get(stage, 0.0) for stage in STAGES}
    told["reading, putting together, all else"] = whole - sum(told.values())
    told["all of it, without starting Python"] = whole
    return {stage: seconds / report.lines * 1e9 for stage, seconds in told.items()}


if __name__ == "__main__":
    print(json.dumps(stages(sys.argv[1])))
