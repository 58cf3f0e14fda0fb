"""Kills at instants drawn uniformly over the measured time of a run, kept for docs/proof/kills.md."""

from __future__ import annotations

import json
import os
import random
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROOF = bool(os.environ.get("MERUIT_PROOF"))
#: Where full counts leave their records, for `proof/kills.py`.
RECORDS = Path(__file__).resolve().parents[2] / "build" / "proof"


@dataclass
class Kills:
    """The kills of one kind of run: so many of each victim, at instants from a seed, and what was found after each."""

    run: str
    lasted: float
    each: int
    seed: int
    commit: str = field(default_factory=lambda: _commit())
    rows: list[dict[str, object]] = field(default_factory=list)

    def drawn(self, victims: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Each victim as often as asked, in turn; the draw does not depend on how many there are of another."""
        chances = {victim: random.Random(f"{self.seed} {self.run} {victim}") for victim in victims}
        print(f"{self.run}: MERUIT_SEED={self.seed}, {self.each} instants over {self.lasted:.2f} s each for {victims}")
        for _ in range(self.each):
            for victim in victims:
                yield victim, chances[victim].uniform(0, self.lasted)

    def note(self, victim: str, instant: float, found: str) -> None:
        """Keep what the kill left behind, once all that must hold has been found to hold."""
        print(f"{victim} killed at {instant:.3f} s: {found}")
        self.rows.append({"victim": victim, "instant": round(instant, 3), "found": found})
        if PROOF:
            RECORDS.mkdir(parents=True, exist_ok=True)
            (RECORDS / f"kills-{self.run}.json").write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def seed_of_this_run() -> int:
    """From MERUIT_SEED; full counts draw one of their own."""
    return int(os.environ.get("MERUIT_SEED", random.randrange(2**32) if PROOF else 20261124))


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=RECORDS.parents[1], capture_output=True, text=True
    )
    return asked.stdout.strip() or "unknown"
