"""Parts spread over a Ray cluster: one task a part, as many at work as the cluster has processors.

A task asks for one processor and hands back a number; findings go to the folder and not through the object
store, so nothing on the way grows with the count of lines. No actors: actors that take all processors starve
whatever feeds them.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from meruit.guidelines import Refused
from meruit.screening.bulk.work import work
from meruit.screening.tables import NEEDS, arrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from meruit.screening.bulk.job import Job
    from meruit.screening.bulk.plan import Part

#: Tasks waiting beside those at work, for each processor: a worker that is free finds the next one there.
AHEAD = 2


def ray() -> Any:
    """Ray, or what to install."""
    arrow()
    try:
        return import_module("ray")
    except ImportError:
        raise Refused(NEEDS) from None


def spread(job: Job, parts: Sequence[Part], folder: str) -> Iterator[Part]:
    """Judge parts on the cluster that is connected to or that RAY_ADDRESS names, else on this machine alone.

    Each part is given when it is kept.

    A part whose worker dies is tried again by Ray; what a part raises ends the run, and those done stay done.
    """
    engine = ray()
    own = not engine.is_initialized()
    if own:
        # Nothing is told to anybody: Ray's usage statistics are off, and so is its page.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        engine.init(include_dashboard=False, log_to_driver=False, logging_level="warning")
    try:
        task = engine.remote(num_cpus=1, max_retries=3)(work)
        asked = engine.put(job)
        # Large parts first, so that the last to end is a small one.
        waiting = sorted(parts, key=lambda part: part.size)
        most = AHEAD * max(1, int(engine.cluster_resources().get("CPU", 1)))
        running: dict[Any, Part] = {}
        while waiting or running:
            while waiting and len(running) < most:
                part = waiting.pop()
                running[task.remote(asked, part, folder)] = part
            done, _ = engine.wait(list(running), num_returns=1)
            for one in done:
                engine.get(one)
                yield running.pop(one)
    finally:
        if own:
            engine.shutdown()
