"""A person's name, whole in 98B and in parts everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meruit.ledes.model import Line


def full_name(last: str, first: str) -> str:
    """`Last, First`, the safest order: portals that look at it want it so."""
    return ", ".join(filter(None, (last, first)))


def names_of(line: Line) -> tuple[str, str]:
    """Last and first name: stated in 98BI, by the comma in 98B, by the last word where there is none."""
    if line.timekeeper_last_name or line.timekeeper_first_name:
        return line.timekeeper_last_name, line.timekeeper_first_name
    last, comma, first = line.timekeeper_name.partition(",")
    if comma:
        return last.strip(), first.strip()
    words = line.timekeeper_name.split()
    return (words[-1], " ".join(words[:-1])) if len(words) > 1 else (line.timekeeper_name, "")
