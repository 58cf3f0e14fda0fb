"""The last word on loss: what was said before a conversion against what is said after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.convert.carried import DERIVED, reach_all, says_nothing
from meruit.ledes.convert.names import full_name, names_of
from meruit.ledes.convert.walk import values, walk
from meruit.ledes.model import Line, Timekeeper
from meruit.ledes.values import STRICT, day_of, decimal_of

if TYPE_CHECKING:
    from meruit.ledes.convert.report import Reporter
    from meruit.ledes.model import File

#: Amounts that change between net and gross; that none is lost is held by the sum due, not by their text.
_MONEY = frozenset(
    {("Line", "total"), ("Line", "tax_total"), ("Line", "adjustment"), ("Invoice", "total"), ("Adjustment", "amount")}
)


def account(before: File, after: File, source: str, report: Reporter) -> None:
    """The last word on loss: whatever `before` said and neither `after` nor the report says is reported.

    Each step of a conversion reports what it drops; this holds them to it, so that nothing vanishes
    because a step forgot.
    """
    said: set[str] = set()
    for _, record, _, _ in walk(after):
        said |= {_plain(value) for _, value in values(record)}
        said |= {_plain(value) for _, value in record.extend.pairs} if record.extend is not None else set()
        if isinstance(record, Timekeeper):
            said.add(full_name(record.last_name, record.first_name))
        elif isinstance(record, Line):
            said |= set(names_of(record))
    told = "\n".join({entry.value for entry in report.entries if entry.value})
    said |= {_plain(entry.value) for entry in report.entries if entry.value}
    origin = reach_all(source)
    for segment, record, invoice, line in walk(before):
        kind = type(record).__name__
        for path, value in values(record):
            if (kind, path) in DERIVED | _MONEY or says_nothing(kind, path, value):
                continue
            if _plain(value) in said or value in told:
                continue
            report.on(invoice)
            name = origin.name(segment, kind, path) or f"{kind}.{path}"
            report.add("lost", name, "nothing in the new file says it", line=line, value=value)
            said.add(_plain(value))
    report.on(None)


def _plain(value: str) -> str:
    """A value apart from how it is written: 400 and 400.00, 20260305 and 2026-03-05 are the same."""
    day = day_of(value)
    if day is not None:
        return day.isoformat()
    number = decimal_of(value) if STRICT.fullmatch(value) else None
    return value if number is None else f"{number.normalize():f}"
