"""The part of `meruit check` that asks a client's guidelines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from meruit import ledes
from meruit.guidelines import Context, Judge, Refused, load, read_context
from meruit.guidelines.csvfile import looks_like_entries
from meruit.ledes.api import looks_xml
from meruit.screening.core import judge_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from meruit.guidelines import GuidelineSet
    from meruit.screening.words import Tally


@dataclass(frozen=True)
class Guidelines:
    """A client's set and what is known beside the lines, as both were asked for; read once a process."""

    name: str
    context: str | None

    def read(self) -> tuple[GuidelineSet, Context]:
        """The set and the context; `Refused` says what is wrong with them."""
        return _read(self.name, self.context)

    @cached_property
    def is_words_alone(self) -> bool:
        """Whether the set needs nothing but narratives; also refuses a pattern or figure that cannot be used."""
        return Judge(*self.read()).is_words_alone


@dataclass(slots=True)
class Asked:
    """What the guidelines came to for one file, beside the findings of its report."""

    report: ledes.Report
    unjudged: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: list[str] = field(default_factory=list)
    #: Findings that were written at once and are not in the report.
    written: Tally | None = None


@cache
def _read(name: str, context: str | None) -> tuple[GuidelineSet, Context]:
    known = read_context(Path(context).read_text(encoding="utf-8"), context) if context else Context()
    return load(name), known


def ask(
    path: str,
    guidelines: Guidelines,
    *,
    portal: str | None,
    day: date,
    jobs: int,
    sink: TextIO | None,
    tick: Callable[[int], None] | None,
) -> Asked:
    """One file judged by its format and by the client's rules, or a CSV by the rules alone.

    Where `sink` is given and the rules are words alone, their findings go there while the file passes by.
    """
    file = Path(path)
    rules, known = guidelines.read()
    if sink is not None and guidelines.is_words_alone and _is_flat(file):
        from meruit.screening.words import screen_words

        report, tally = screen_words(file, rules, known, sink, portal=portal, as_of=day, jobs=jobs, progress=tick)
        return Asked(report, written=tally)
    try:
        report, screened = judge_file(file, rules, known, portal=portal, as_of=day, progress=tick)
    except Refused as error:
        raise ledes.NotLedes(str(error)) from None
    aside = [f"{path}, line {row.line}: {row.reason}" for row in screened.aside]
    return Asked(report, screened.unjudged, aside)


def _is_flat(file: Path) -> bool:
    with file.open("rb") as stream:
        head = stream.read(4096)
    return not looks_xml(head) and not looks_like_entries(head)
