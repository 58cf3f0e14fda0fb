"""A bill written as LEDES 1998B or 98BI V2, strictly: one identifier, one header, one order.

The format has no escape, so a pipe, an end mark or a line break in a value is refused here; `mend`
replaces them, and lists it, for whoever asks. Values the records repeat are written from one place,
so they cannot disagree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meruit.ledes.flat.read import value_of
from meruit.ledes.refusals import CannotWrite
from meruit.ledes.tables import table

if TYPE_CHECKING:
    from meruit.ledes.model import File, Record
    from meruit.ledes.tables import Table

_FORBIDDEN = re.compile(r"[|\r\n\t]|\[\]")
_SEEN = {"|": "a pipe", "[]": "the end mark []", "\r": "a line break", "\n": "a line break", "\t": "a tab"}


def write_flat(file: File, format_name: str, *, encoding: str = "ascii", newline: str = "\r\n") -> bytes:
    """The bytes of `file` in `format_name`, records in the order of the file."""
    spec = table(format_name)
    rows = [spec.heading.identifier, "|".join(spec.names) + "[]"]
    for number, (invoice, matter, line) in enumerate(file.lines(), 1):
        records: dict[str, Record] = {
            "Invoice": invoice, "Firm": invoice.firm, "Client": invoice.client, "Matter": matter, "Line": line,
        }  # fmt: skip
        rows.append(_row(spec, records, line.differs, number))
    text = newline.join(rows) + (newline if file.ends_in_newline else "")
    try:
        body = text.encode("utf-8" if encoding == "utf-8-sig" else encoding)
    except UnicodeEncodeError as error:
        line_number = text.count("\n", 0, error.start) + 1
        raise CannotWrite(
            f"Line {line_number} holds {text[error.start]!r}, which {encoding} cannot express. Mend the bill, or write "
            "it in another encoding."
        ) from error
    return b"\xef\xbb\xbf" + body if encoding == "utf-8-sig" else body


def _row(spec: Table, records: dict[str, Record], differs: dict[str, str], number: int) -> str:
    """One record; the values a record stated otherwise than its invoice are written as it stated them."""
    cells = []
    for column in spec.columns:
        value = differs.get(column.name)
        if value is None:
            value = value_of(records[column.record], column.key)
        bad = _FORBIDDEN.search(value)
        if bad:
            raise CannotWrite(
                f"{column.name} of record {number} holds {_SEEN[bad[0]]}, which the format cannot: {value[:80]!r}."
            )
        cells.append(value)
    return "|".join(cells) + "[]"
