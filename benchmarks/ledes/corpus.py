"""A corpus of LEDES 1998B by a seed: one long file, or many short ones.

`MERUIT_FIELD/bench/gen_ledes.py` is used where it is present, so that figures can be compared with
others made from it; the generator below makes files of the same shape without it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from meruit.ledes import table

_VERBS = ["Drafted", "Reviewed", "Revised", "Prepared", "Researched", "Attended", "Outlined", "Discussed"]
_THINGS = [
    "the answer to the amended complaint", "the outline for the deposition of the site manager",
    "responses to the second set of requests", "the schedule of completion documents", "the indemnity clause",
    "the brief in reply", "the letter on late production", "the settlement term sheet",
]  # fmt: skip
_WITH = ["with the client", "with counsel for the landlord", "with the expert", "for the hearing", "for filing"]
_PEOPLE = [("Quist, Ben", "ASSOC", 32_500), ("Marlow, Ada", "PARTNR", 71_000), ("Iver, Cleo", "PARALG", 18_000)]
_TASKS = ["L110", "L120", "L210", "L240", "L310", "L320", "L330", "L430"]
_ACTIVITIES = ["A101", "A102", "A103", "A104", "A105", "A106", "A107"]


def long_file(path: Path, lines: int) -> Path:
    """One file of `lines` line items."""
    if not path.exists():
        field = _field_generator()
        if field:
            subprocess.run([sys.executable, field, "big", path, "--lines", str(lines)], check=True)
        else:
            path.write_bytes(b"".join(_records(random.Random(98), lines, 0)))
    return path


def short_files(folder: Path, files: int) -> Path:
    """A folder of files of 100 line items."""
    if not folder.exists():
        field = _field_generator()
        if field:
            subprocess.run([sys.executable, field, "many", folder, "--files", str(files)], check=True)
        else:
            folder.mkdir(parents=True)
            for number in range(files):
                (folder / f"bill{number:06}.txt").write_bytes(
                    b"".join(_records(random.Random(number), 100, number, size=100))
                )
    return folder


def _field_generator() -> Path | None:
    found = Path(os.environ.get("MERUIT_FIELD", "")) / "bench" / "gen_ledes.py"
    return found if os.environ.get("MERUIT_FIELD") and found.exists() else None


def _records(chance: random.Random, lines: int, first: int, size: int = 0) -> list[bytes]:
    spec = table("LEDES1998B")
    out = [f"{spec.heading.identifier}\r\n{'|'.join(spec.names)}[]\r\n".encode()]
    done, number = 0, first
    while done < lines:
        count = min(lines - done, size or chance.choice([5, 20, 60, 150, 400]))
        out += _invoice(chance, number, count)
        done, number = done + count, number + 1
    return out


def _invoice(chance: random.Random, number: int, count: int) -> list[bytes]:
    rows, total = [], 0
    for line in range(1, count + 1):
        name, grade, rate = chance.choice(_PEOPLE)
        tenths = chance.randint(1, 60)
        amount = rate * tenths // 10
        total += amount
        words = "; ".join(
            f"{chance.choice(_VERBS)} {chance.choice(_THINGS)} {chance.choice(_WITH)}"
            for _ in range(chance.randint(1, 4))
        )
        day = f"202602{chance.randint(1, 28):02}"
        rows.append(
            f"{line}|F|{tenths / 10:.2f}|0|{amount / 100:.2f}|{day}|{chance.choice(_TASKS)}||"
            f"{chance.choice(_ACTIVITIES)}|TK{name[0]}1|{words}|12-3456789|{rate / 100:.2f}|{name}|{grade}|CM-1[]\r\n"
        )
    head = f"20260305|B{number:07}|C1|C1-{number % 40}|{total / 100:.2f}|20260201|20260228|Services in February|"
    return [(head + row).encode() for row in rows]
