"""One file judged by what it is: by its format, and by a client's set where one is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from meruit import ledes
from meruit.guidelines import Refused
from meruit.guidelines.csvfile import looks_like_entries
from meruit.ledes.api import looks_xml
from meruit.screening.core import judge_file
from meruit.screening.tables import looks_like_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from meruit.guidelines import Context, GuidelineSet
    from meruit.screening.words import Tally


@dataclass(slots=True)
class Asked:
    """What the guidelines came to for one file, beside the findings of its report."""

    report: ledes.Report
    unjudged: Counter[tuple[str, str]] = field(default_factory=Counter)
    aside: list[str] = field(default_factory=list)
    #: Findings that were written at once and are not in the report.
    written: Tally | None = None


def ask(
    path: str,
    rules: GuidelineSet,
    known: Context,
    *,
    words_alone: bool,
    portal: str | None = None,
    as_of: date | None = None,
    jobs: int = 1,
    sink: TextIO | None = None,
    tick: Callable[[int], None] | None = None,
) -> Asked:
    """One file judged by its format and by the client's rules, or entries by the rules alone.

    Where `sink` is given and the rules are words alone, their findings go there while the file passes by.
    """
    file = Path(path)
    if sink is not None and words_alone and is_flat(file):
        from meruit.screening.parts import screen_words

        report, tally = screen_words(file, rules, known, sink, portal=portal, as_of=as_of, jobs=jobs, progress=tick)
        return Asked(report, written=tally)
    try:
        report, screened = judge_file(file, rules, known, portal=portal, as_of=as_of, progress=tick)
    except Refused as error:
        raise ledes.NotLedes(str(error)) from None
    aside = [f"{path}, line {row.line}: {row.reason}" for row in screened.aside]
    return Asked(report, screened.unjudged, aside)


def is_flat(file: Path) -> bool:
    """Whether a file is neither XML nor entries."""
    with file.open("rb") as stream:
        head = stream.read(4096)
    return not (looks_xml(head) or looks_like_entries(head) or looks_like_table(head))
