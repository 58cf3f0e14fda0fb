"""What an approval covers: the two hashes of a bill.

The first hash covers payer, lines, narratives, hours, rates, amounts, tax and timekeepers. When it
changes, the approval is void and the partner approves the difference. The second covers ids, codes,
format and attachments, which a biller may mend; its change is logged and voids nothing.

Both are SHA-256 over the UTF-8 bytes of a canonical text, and the database computes the first one too.
The text is a run of cells without separators between records:

- a cell is the length of its value in bytes, a colon, the value, a comma: `5:USD 1,`; an absent value
  (NULL) is `~,`, which no value can look like;
- whole numbers are written in digits, days as YYYY-MM-DD, amounts, hours, units and rates with exactly
  four decimals and a point: `1250.0000`, `-0.5000`, and zero as `0.0000`;
- text is taken as it is stored, byte for byte: nothing is trimmed or normalised;
- each record starts with a tag of one letter, and a tag always has the same number of cells.

docs/algorithms/bill-hash.md shows a worked example and the same text made in SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import TypeVar

_SCALE = Decimal("0.0001")
#: The first cell of each canonical text; another rule of writing it gets another version.
FIRST_VERSION = "meruit-bill-1"
SECOND_VERSION = "meruit-formalities-1"

Value = str | int | date | Decimal | None
Row = TypeVar("Row", "PayerTotal", "ContentLine")


@dataclass(frozen=True, slots=True)
class PayerTotal:
    """What one payer is asked for: the sums of that payer's invoice."""

    payer: int
    fees: Decimal
    costs: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line that goes on the bill; lines on hold are not part of it."""

    number: int
    kind: str  # time, expense, or adjustment: a charge of the arrangement, which is nobody's hours
    timekeeper: int | None
    worked_on: date
    narrative: str
    hours: Decimal | None  # as billed
    units: Decimal | None
    rate: Decimal | None
    amount: Decimal  # as billed


@dataclass(frozen=True, slots=True)
class BillContent:
    """All that the first hash covers."""

    currency: str
    payers: tuple[PayerTotal, ...]
    lines: tuple[ContentLine, ...]

    def canonical(self) -> str:
        """The canonical text: B currency; P per payer by id; L per line by number."""
        records = [("B", FIRST_VERSION, self.currency)]
        payers = [("P", *_values(p)) for p in sorted(self.payers, key=lambda p: p.payer)]
        lines = [("L", *_values(line)) for line in sorted(self.lines, key=lambda line: line.number)]
        return _text([*records, *payers, *lines])


@dataclass(frozen=True, slots=True)
class LineCodes:
    """The codes of one line, which the payer leaves to the biller."""

    number: int
    task_code: str
    activity_code: str
    expense_code: str


@dataclass(frozen=True, slots=True)
class Formalities:
    """All that the second hash covers: ids by name, codes by line, format, attachments by their SHA-256."""

    ids: Mapping[str, str]
    codes: tuple[LineCodes, ...]
    format: str
    attachments: tuple[str, ...] = ()

    def canonical(self) -> str:
        """The canonical text: F format; I per id by name; C per line by number; A per attachment in order."""
        ids = [("I", name, self.ids[name]) for name in sorted(self.ids, key=str.encode)]
        codes = [("C", *_values(c)) for c in sorted(self.codes, key=lambda c: c.number)]
        attached = [("A", digest) for digest in self.attachments]
        return _text([("F", SECOND_VERSION, self.format), *ids, *codes, *attached])


def first_hash(content: BillContent) -> bytes:
    """The 32 bytes that an approval is bound to."""
    return hashlib.sha256(content.canonical().encode()).digest()


def second_hash(formalities: Formalities) -> bytes:
    """The 32 bytes whose change is checked and logged."""
    return hashlib.sha256(formalities.canonical().encode()).digest()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what was approved and what stands now; None: not there."""

    where: str  # "currency", "payer 7", "line 3"
    field: str
    before: str | None
    after: str | None


def difference(approved: BillContent, now: BillContent) -> list[Change]:
    """What the partner has to approve anew, and nothing else. Empty exactly when the first hash is unchanged."""
    changes = []
    if approved.currency != now.currency:
        changes.append(Change("currency", "currency", approved.currency, now.currency))
    payers = _compare("payer", {p.payer: p for p in approved.payers}, {p.payer: p for p in now.payers})
    lines = _compare("line", {x.number: x for x in approved.lines}, {x.number: x for x in now.lines})
    return [*changes, *payers, *lines]


def _compare(what: str, before: Mapping[int, Row], after: Mapping[int, Row]) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        one, two = before.get(key), after.get(key)
        known = one or two
        assert known is not None
        for field in fields(known):
            old = None if one is None else _written(getattr(one, field.name))
            new = None if two is None else _written(getattr(two, field.name))
            if old != new:
                yield Change(f"{what} {key}", field.name, old, new)


def _values(record: PayerTotal | ContentLine | LineCodes) -> tuple[Value, ...]:
    return tuple(getattr(record, field.name) for field in fields(record))


def _text(records: Iterable[tuple[Value, ...]]) -> str:
    return "".join(_cell(value) for record in records for value in record)


def _cell(value: Value) -> str:
    written = _written(value)
    return "~," if written is None else f"{len(written.encode())}:{written},"


def _written(value: Value) -> str | None:
    match value:
        case None | str():
            return value
        case Decimal():
            fixed = value.quantize(_SCALE)
            if fixed != value:
                raise ValueError(f"{value} has more than four decimals and cannot be part of an approved bill.")
            return format(abs(fixed) if fixed.is_zero() else fixed, "f")
        case date():
            return value.isoformat()
        case _:
            return str(value)
