"""A row of cells becomes a record, or a list of what is wrong with it. One bad cell never hides the others.

Rows of a file are read by columns, many together: a cell that was met before is not worked out again. A row in
which anything is odd is judged by itself, cell by cell, so that its reasons are those of a single row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from meruit.imports.core.block import Block, Taken
from meruit.imports.core.fields import Field, Record
from meruit.imports.core.files import Lot, Row
from meruit.imports.core.problems import Problem
from meruit.imports.core.values import Unreadable, read_date, read_number, read_yes

_MOST_HOURS = 24
#: So many cells of a column are remembered, so that memory stays bounded.
_REMEMBERED = 50_000
#: Stands between the parts of a key and of what a row says; no cell holds it.
_BETWEEN = "\x1f"


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


#: What a blank cell says: nothing, with no value.
_BLANK = (None, "")


class Reader:
    """Reads rows by one mapping. A date, a number or a code that was met before is not worked out again."""

    def __init__(self, record: Record, columns: Mapping[str, str], style: str) -> None:
        self.record, self.columns, self.style = record, columns, style
        mapped = [record.fields[name] for name in sorted(record.fields) if name in columns]
        self._mapped = [
            _Column(f, columns[f.name], f"{_BETWEEN}{f.name}=", None if f.type == "text" else {}) for f in mapped
        ]
        self._unmapped = any(name not in columns for name in record.required)

    def read(self, row: Row) -> Taken | Refused:
        """The record of a row, cell by cell, or everything that is wrong with it."""
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

    def read_lot(self, lot: Lot) -> tuple[Block, list[Refused]]:
        """The records of rows that follow each other, and the rows that are none."""
        alone = list(lot.odd)
        lines, columns = lot.lines, lot.columns
        found = self._columns(lot)
        if isinstance(found, set):
            alone += [
                Row(lines[at], {h: column[at] for h, column in zip(lot.headers, columns, strict=True)})
                for at in sorted(found)
            ]
            kept = [at for at in range(len(lines)) if at not in found]
            lines, columns = [lines[at] for at in kept], [[column[at] for at in kept] for column in columns]
            found = self._columns(Lot(lot.headers, lines, columns))
            assert not isinstance(found, set)  # each row that one cell refuses is out
        values, said = found
        digests = [hashlib.sha256(text.encode()[1:]).digest() for text in said]
        block = Block(lot.headers, lines, columns, values, self._keys(values, digests), digests)
        judged = [self.read(row) for row in alone]
        if odd := [row for row in judged if isinstance(row, Taken)]:
            block = Block.of(sorted([*block, *odd], key=lambda row: row.line))
        return block, [row for row in judged if isinstance(row, Refused)]

    def _columns(self, lot: Lot) -> tuple[dict[str, Sequence[Any]], list[str]] | set[int]:
        """Each field's values and what each row says; or the places of rows that have to be judged by themselves."""
        if not lot.lines:
            return {}, []
        if self._unmapped:
            return set(range(len(lot.lines)))
        columns = dict(zip(lot.headers, lot.columns, strict=True))
        values: dict[str, Sequence[Any]] = {}
        said: list[Sequence[str]] = []
        odd: set[int] = set()
        for column in self._mapped:
            texts = columns.get(column.header) or ("",) * len(lot.lines)  # a header may have changed its case
            blank = "" in texts
            wrong = {""} if blank and column.field.required else set()
            if column.known is None:
                values[column.field.name] = [text or None for text in texts] if blank else texts
                said.append([column.says + text if text else "" for text in texts])
            else:
                wrong |= self._meet(column, texts)
                if not wrong:
                    met = [column.known[text] for text in texts]
                    values[column.field.name] = [value for value, _ in met]
                    said.append([says for _, says in met])
            if wrong:
                odd.update(place for place, text in enumerate(texts) if text in wrong)
        return odd or (values, list(map("".join, zip(*said, strict=True))))

    def _meet(self, column: _Column, texts: Sequence[str]) -> set[str]:
        """Work out the cells that were not met before; the ones that cannot be read."""
        known = column.known
        assert known is not None  # asked of typed columns only
        distinct, wrong = set(texts), set()
        if len(known) > _REMEMBERED:
            known.clear()
        for text in distinct.difference(known):
            try:
                value = _value(column.field, text, self.style) if text else None
            except Unreadable:
                wrong.add(text)
            else:
                known[text] = (value, f"{column.says}{value}") if text else _BLANK
        return wrong

    def _keys(self, values: Mapping[str, Sequence[Any]], digests: Sequence[bytes]) -> list[str]:
        names = self.record.key
        if len(names) == 1 and names[0] in values:
            return [
                f"={digest.hex()}" if value is None else str(value)
                for value, digest in zip(values[names[0]], digests, strict=True)
            ]
        if len(names) == 1 or not digests:
            return [f"={digest.hex()}" for digest in digests]
        blank = [None] * len(digests)
        keys = zip(*(values.get(name, blank) for name in names), strict=True)
        return [
            _BETWEEN.join("" if part is None else str(part) for part in key)
            if any(part is not None for part in key)
            else f"={digest.hex()}"
            for key, digest in zip(keys, digests, strict=True)
        ]


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
