"""A row of cells becomes a record, or a list of what is wrong with it. One bad cell never hides the others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from meruit.imports.core.fields import Field, Record
from meruit.imports.core.files import Row
from meruit.imports.core.problems import Problem
from meruit.imports.core.values import Unreadable, read_date, read_number, read_yes

_MOST_HOURS = 24


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that reads: its values by field (absent where blank), its natural key and the digest of what it says."""

    line: int
    values: dict[str, Any]
    key: str
    sha256: bytes
    raw: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is set aside, as it stood, with everything that is wrong."""

    line: int
    raw: dict[str, str]
    problems: tuple[Problem, ...]


def read(record: Record, columns: Mapping[str, str], style: str, row: Row) -> Taken | Refused:
    """Read one row by a confirmed mapping (`columns`: field -> header) in one style of dates."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    if "" in row.cells:
        problems.append(
            Problem("row", row.cells[""], "there are more cells than columns; a separator stands inside a cell")
        )
    for field in record.fields.values():
        header = columns.get(field.name)
        text = row.cells.get(header, "") if header else ""
        if header in row.formulas:
            problems.append(
                Problem(header or field.name, text, "this is a formula; save the sheet with values and import it again")
            )
        elif not text:
            if field.required:
                problems.append(Problem(header or field.name, "", f"it is blank; {_wanted(field)} is needed"))
        else:
            try:
                values[field.name] = _value(field, text, style)
            except Unreadable as wrong:
                problems.append(Problem(header or field.name, text, str(wrong)))
    if problems:
        return Refused(row.line, row.cells, tuple(problems))
    return Taken(row.line, values, _key(record, values, row), _digest(values), row.cells)


def _value(field: Field, text: str, style: str) -> Any:
    match field.type:
        case "date":
            return read_date(text, style)
        case "number" | "money":
            return read_number(text)
        case "hours":
            return _hours(text)
        case "yes":
            return read_yes(text)
        case "code":
            return text.upper()
        case _:
            return text


def _hours(text: str) -> Decimal:
    """Hours as a decimal, or 1:30 for an hour and a half."""
    if ":" in text:
        whole, _, minutes = text.partition(":")
        if not (whole.isdigit() and minutes.isdigit() and int(minutes) < 60):
            raise Unreadable("hours are wanted, for example 1.5 or 1:30")
        hours = Decimal(whole) + Decimal(minutes) / 60
    else:
        hours = read_number(text)
    if hours <= 0:
        raise Unreadable("hours are above zero; a correction is a new version of its entry, not a negative one")
    if hours > _MOST_HOURS:
        raise Unreadable(f"a day has {_MOST_HOURS} hours")
    if hours != round(hours, 2):
        raise Unreadable("hours have at most two decimals")
    return hours


def _wanted(field: Field) -> str:
    return {"date": "a date", "hours": "a number of hours", "money": "an amount", "number": "a number"}.get(
        field.type, "a value"
    )


def _key(record: Record, values: Mapping[str, Any], row: Row) -> str:
    """What tells this row from others: the record's key where the file has it, else all that it says."""
    if all(name in values for name in record.key) or (
        len(record.key) > 1 and any(name in values for name in record.key)
    ):
        return "\x1f".join(str(values.get(name, "")) for name in record.key)
    return "=" + _digest(values).hex()


def _digest(values: Mapping[str, Any]) -> bytes:
    return hashlib.sha256("\x1f".join(f"{k}={values[k]}" for k in sorted(values)).encode()).digest()
