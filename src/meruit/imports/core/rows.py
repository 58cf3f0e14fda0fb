"""A row of cells becomes a record, or a list of what is wrong with it. One bad cell never hides the others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from meruit.imports.core.fields import Field, Record
from meruit.imports.core.files import Row
from meruit.imports.core.problems import Problem
from meruit.imports.core.values import Unreadable, read_date, read_number, read_yes

_MOST_HOURS = 24
#: So many cells of a column are remembered, so that memory stays bounded.
_REMEMBERED = 50_000
#: Stands between the parts of a key and of what a row says; no cell holds it.
_BETWEEN = "\x1f"


class Taken(NamedTuple):
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
    return Reader(record, columns, style).read(row)


class _Column(NamedTuple):
    """A field and its header. `known`: the cells met so far and what they say; None where each cell is its own."""

    field: Field
    header: str
    says: str
    known: dict[str, tuple[Any, str]] | None


class Reader:
    """Reads rows by one mapping. A date, a number or a code that was met before is not worked out again."""

    def __init__(self, record: Record, columns: Mapping[str, str], style: str) -> None:
        self.record, self.columns, self.style = record, columns, style
        mapped = [record.fields[name] for name in sorted(record.fields) if name in columns]
        self._mapped = [_Column(f, columns[f.name], f"{f.name}=", None if f.type == "text" else {}) for f in mapped]
        self._unmapped = any(name not in columns for name in record.required)

    def read(self, row: Row) -> Taken | Refused:
        """The record of a row, or everything that is wrong with it."""
        cells = row.cells
        if "" in cells or row.formulas or self._unmapped:
            return self._judged(row)
        values: dict[str, Any] = {}
        said: list[str] = []
        for field, header, says, known in self._mapped:
            text = cells.get(header)
            if not text:
                if field.required:
                    return self._judged(row)
            elif known is None:
                values[field.name] = text
                said.append(says + text)
            else:
                found = known.get(text)
                if found is None:
                    try:
                        found = self._met(known, field, text)
                    except Unreadable:
                        return self._judged(row)
                values[field.name] = found[0]
                said.append(found[1])
        digest = hashlib.sha256(_BETWEEN.join(said).encode()).digest()
        return Taken(row.line, values, _key(self.record, values, digest), digest, cells)

    def _met(self, known: dict[str, tuple[Any, str]], field: Field, text: str) -> tuple[Any, str]:
        if len(known) >= _REMEMBERED:
            known.clear()
        value = _value(field, text, self.style)
        known[text] = found = value, f"{field.name}={value}"
        return found

    def _judged(self, row: Row) -> Taken | Refused:
        """The same, one cell after another, with everything that is wrong."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        if "" in row.cells:
            problems.append(
                Problem("row", row.cells[""], "there are more cells than columns; a separator stands inside a cell")
            )
        for field in self.record.fields.values():
            header = self.columns.get(field.name)
            text = row.cells.get(header, "") if header else ""
            if header in row.formulas:
                says = "this is a formula; save the sheet with values and import it again"
                problems.append(Problem(header or field.name, text, says))
            elif not text:
                if field.required:
                    problems.append(Problem(header or field.name, "", f"it is blank; {_wanted(field)} is needed"))
            else:
                try:
                    values[field.name] = _value(field, text, self.style)
                except Unreadable as wrong:
                    problems.append(Problem(header or field.name, text, str(wrong)))
        if problems:
            return Refused(row.line, row.cells, tuple(problems))
        digest = _digest(values)
        return Taken(row.line, values, _key(self.record, values, digest), digest, row.cells)


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


def _key(record: Record, values: Mapping[str, Any], digest: bytes) -> str:
    """What tells this row from others: the record's key where the file has it, else all that it says."""
    names = record.key
    if len(names) == 1:
        return str(values[names[0]]) if names[0] in values else f"={digest.hex()}"
    if any(name in values for name in names):
        return _BETWEEN.join(str(values.get(name, "")) for name in names)
    return f"={digest.hex()}"


def _digest(values: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(_BETWEEN.join(f"{k}={values[k]}" for k in sorted(values)).encode()).digest()
