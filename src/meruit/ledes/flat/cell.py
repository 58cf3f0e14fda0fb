"""The rules of one cell: what its column's table, the lists it belongs to and the portal's characters say."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from meruit.ledes.codes import classes, objection
from meruit.ledes.flat.amounts import plain
from meruit.ledes.flat.records import Flaw
from meruit.ledes.iso import countries, currencies
from meruit.ledes.values import STRICT, day_of, decimal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.findings import Severity
    from meruit.ledes.dialects import Dialect
    from meruit.ledes.flat.layout import Layout
    from meruit.ledes.tables import Column

_READABLE = re.compile(r"\+?[0-9]+\.?[0-9]*|[+-]?\.[0-9]+|-[0-9]+\.")
_FLAT_DATE = re.compile(r"[0-9]{8}")
#: Judged cells remembered: how many, and how long they may be.
_MOST_KNOWN, _LONGEST_KNOWN = 1 << 16, 64
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CellJudge:
    """What the table of one format and one portal say about a value in its column."""

    def __init__(self, layout: Layout, dialect: Dialect) -> None:
        self.layout = layout
        self.columns = layout.table.columns
        self.title = layout.table.heading.title
        self.dialect = dialect
        self.at = layout.index
        self._known: dict[tuple[int, str], tuple[Flaw, ...]] = {}

    def known(self, i: int, raw: str, value: str) -> tuple[Flaw, ...]:
        """`cell`, remembered for the short values which records repeat."""
        if len(raw) > _LONGEST_KNOWN:
            return tuple(self.cell(i, raw, value))
        flaws = self._known.get((i, raw))
        if flaws is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            flaws = self._known[i, raw] = tuple(self.cell(i, raw, value))
        return flaws

    def cell(self, i: int, raw: str, value: str) -> Iterator[Flaw]:
        """Everything the table and the portal's characters say about one cell."""
        column = self.columns[i]
        if raw != value and raw:
            yield from self._blanks(i, raw, value)
        if not value:
            yield from self._missing(i, column)
            return
        if not value.isascii() or not value.isprintable():
            yield from self._characters(i, value)
        if column.type == "date":
            yield from self._date(i, value)
        elif column.type in ("number", "currency", "decimal"):
            yield from self._number(i, column, value)
        else:
            yield from self._text(i, column, value)

    def _missing(self, i: int, column: Column) -> Iterator[Flaw]:
        portal = self.dialect
        if column.name in portal.required:
            yield self._flaw(
                "LR01",
                "error" if column.required == "R" else "portal",
                column.name,
                f"{column.name} is empty; {portal.title} wants it on every line.",
            )
        elif column.required == "R" and column.name not in portal.optional:
            yield self._flaw("LR01", "error", column.name, f"{column.name} is empty; {self.title} requires it.")

    def _blanks(self, i: int, raw: str, value: str) -> Iterator[Flaw]:
        name = self.columns[i].name
        bare = raw.strip()
        if bare.upper() == "NULL":
            refused = self.dialect.null_word == "refuse"
            yield Flaw(
                "LF05",
                "portal" if refused else "advice",
                i,
                f'{name} holds the word "{bare}"; an empty value stands for none.',
                bare,
                "",
            )
        elif "\t" in bare:
            yield Flaw("LF04", "advice", i, f"{name} holds a tab; it was read as a blank.", raw, value)
        elif bare == value and not self.columns[i].bytes:
            yield Flaw("LF05", "advice", i, f"{name} has blanks around its value; they were passed over.", raw, value)

    @cached_property
    def _character_severity(self) -> Severity:
        refused = self.dialect.characters == "ascii" and self.dialect.severity.get("LF05") != "warn"
        return "portal" if refused else "advice"

    def _characters(self, i: int, value: str) -> Iterator[Flaw]:
        name = self.columns[i].name
        if _CONTROL.search(value):
            odd = sorted({f"U+{ord(c):04X}" for c in _CONTROL.findall(value)})
            yield Flaw(
                "LF05", "error", i, f"{name} holds the control character {', '.join(odd)}.", ", ".join(odd), "none"
            )
        odd = sorted({c for c in value if not c.isascii()})
        if odd:
            shown = " ".join(odd[:8])
            yield Flaw(
                "LF05",
                self._character_severity,
                i,
                f"{name} holds characters outside ASCII ({shown}); some receivers replace or refuse them.",
                shown,
                None,
            )

    def _date(self, i: int, value: str) -> Iterator[Flaw]:
        if _FLAT_DATE.fullmatch(value) and day_of(value):
            return
        name = self.columns[i].name
        meant = day_of(value)
        if _FLAT_DATE.fullmatch(value):
            message = f'{name} is "{value}", which is no day of the calendar.'
        else:
            example = f"{meant:%Y%m%d}" if meant else "20260131"
            message = f'{name} is "{value}"; {self.title} wants YYYYMMDD, for example {example}.'
        yield Flaw("LT01", "error", i, message, value, f"{meant:%Y%m%d}" if meant else "YYYYMMDD")

    def _number(self, i: int, column: Column, value: str) -> Iterator[Flaw]:
        name = column.name
        number = decimal_of(value)
        if not STRICT.fullmatch(value):
            readable = number is not None and _READABLE.fullmatch(value)
            better = None if number is None else f"{number:f}"
            if readable:
                message = f'{name} is "{value}"; it was read as {better}.'
            else:
                message = f'{name} is "{value}"; {self.title} wants digits with an optional point and minus.'
            yield Flaw("LT02", "advice" if readable else "error", i, message, value, better or "a number")
        if number is None or column.whole is None or column.places is None:
            return
        if column.type == "decimal":
            if not 0 <= number < 1:
                meant = "" if not 1 <= number < 100 else f", for example {plain(number / 100)} for {value} %"
                yield Flaw(
                    "LT02",
                    "error",
                    i,
                    f'{name} is "{value}"; it is a fraction of 0 to below 1{meant}.',
                    value,
                    "0 to below 1",
                    reason="TAX-CODE",
                )
            return
        sign, digits, exponent = number.as_tuple()
        del sign
        whole = max(len(digits) + int(exponent), 1) if number else 1
        decimals = len(f"{number:f}".partition(".")[2].rstrip("0"))
        if whole > column.whole:
            yield Flaw(
                "LT03",
                "error",
                i,
                f'{name} is "{value}"; {column.whole} digits before the point are the most.',
                value,
                f"at most {column.whole} digits",
            )
        elif whole > column.whole - column.places:
            yield Flaw(
                "LT03",
                "advice",
                i,
                f'{name} is "{value}"; receivers that count {column.whole} digits in all, {column.places} of them '
                "after the point, have no room for it.",
                value,
                f"at most {column.whole - column.places} digits",
            )
        if decimals > column.places:
            yield Flaw(
                "LT03",
                "error",
                i,
                f'{name} is "{value}"; {column.places} decimals are the most.',
                value,
                f"at most {column.places} decimals",
                reason="AMT-PRECISION",
            )

    def _text(self, i: int, column: Column, value: str) -> Iterator[Flaw]:
        name = column.name
        if column.values and value not in column.values:
            if value.upper() in column.values:
                yield Flaw(
                    "LT04", "advice", i, f'{name} is "{value}"; it was read as "{value.upper()}".', value, value.upper()
                )
            else:
                wanted = ", ".join(column.values)
                yield Flaw("LT04", "error", i, f'{name} is "{value}"; it must be one of {wanted}.', value, wanted)
        if column.codes:
            yield from self._listed(i, column, value)
        limit = self.dialect.lengths.get(name)
        if column.length and len(value) > column.length and not column.values:
            yield self._too_long(i, "error", len(value), column.length, self.title, value)
        elif column.bytes and len(value.encode()) > column.bytes:
            yield self._too_long(i, "error", len(value.encode()), column.bytes, self.title, value)
        elif limit and len(value) > limit:
            yield self._too_long(i, "portal", len(value), limit, self.dialect.title, value)
        elif column.length and len(value.encode()) > column.length and not column.values:
            yield Flaw(
                "LT03",
                "advice",
                i,
                f"{name} has {len(value)} characters but {len(value.encode())} bytes; a receiver that counts bytes "
                f"holds {column.length}.",
                value,
                f"at most {column.length} bytes",
            )

    def _too_long(self, i: int, severity: Severity, size: int, limit: int, who: str, value: str) -> Flaw:
        return Flaw(
            "LT03",
            severity,
            i,
            f"{self.columns[i].name} is {size} long; {who} holds {limit}.",
            value if len(value) <= 200 else value[:200] + "...",
            f"at most {limit}",
        )

    def _listed(self, i: int, column: Column, value: str) -> Iterator[Flaw]:
        """Codes whose list is kept elsewhere: currencies, countries, classes, UTBMS."""
        name, kind, portal = column.name, column.codes, self.dialect
        if kind == "currency":
            if value not in currencies():
                yield Flaw(
                    "LT05",
                    "error",
                    i,
                    f'{name} is "{value}", which is no currency of ISO 4217.',
                    value,
                    "a code such as USD",
                )
        elif kind == "country":
            yield from self._country(i, name, value)
        elif kind == "class":
            if value not in classes() and value not in portal.classes and portal.unknown_class != "off":
                severity: Severity = "portal" if portal.unknown_class == "refuse" else "advice"
                yield Flaw(
                    "LT04",
                    severity,
                    i,
                    f'{name} is "{value}", which is on no published list; the client may have a list of its own.',
                    value,
                    None,
                    _listed(severity),
                    "TK-ROLE",
                )
        elif portal.unknown_codes != "off":
            wrong = objection(value, kind)
            if wrong:
                severity = "portal" if portal.unknown_codes == "refuse" else "advice"
                rule = "LR03" if kind == "expense" else "LR04"
                reason = {"task": "COD-TASK", "activity": "COD-ACTIVITY", "expense": "COD-EXPENSE"}[kind]
                yield Flaw(rule, severity, i, f'{name} "{value}" {wrong}.', value, None, _listed(severity), reason)

    def _country(self, i: int, name: str, value: str) -> Iterator[Flaw]:
        two, three = countries(), {long: short for short, long in countries().items()}
        if value not in two and value not in three:
            yield Flaw(
                "LT05",
                "error",
                i,
                f'{name} is "{value}", which is no country of ISO 3166.',
                value,
                "a code such as USA",
                reason="FMT-REQUIRED",
            )
            return
        letters = self.dialect.country_letters
        if letters and len(value) != letters:
            better = three[value] if letters == 2 else two[value]
            yield Flaw(
                "LT05",
                "portal",
                i,
                f'{name} is "{value}"; {self.dialect.title} wants {letters} letters, "{better}".',
                value,
                better,
                reason="FMT-REQUIRED",
            )

    def _flaw(
        self,
        rule: str,
        severity: Severity,
        name: str,
        message: str,
        found: str | None = None,
        expected: str | None = None,
        *,
        once: Literal["", "invoice", "file"] = "",
        reason: str | None = None,
    ) -> Flaw:
        return Flaw(rule, severity, self.at.get(name, -1), message, found, expected, once, reason)


def _listed(severity: Severity) -> Literal["", "file"]:
    """A code or class on no list is told once a file, but at every line where the portal refuses it."""
    return "file" if severity == "advice" else ""
