"""Values of a flat record that XML has no field for, kept in the extend_header of its line or entry.

The names are the column names of the flat formats, so that a person who opens the file understands them
and the way back finds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.model import ExtendHeader
from meruit.ledes.tables import table

if TYPE_CHECKING:
    from meruit.ledes.model import Line, Record

APP = "Meruit"
#: column of 98BI -> attribute of a line
COLUMNS = {c.name: c.key for c in table("LEDES98BI V2").columns if c.record == "Line" and c.key != "kind"}
_NAMES = {key: name for name, key in COLUMNS.items()}


def keep(record: Record, line: Line, *keys: str) -> None:
    """Keep the named values of `line` beside `record`; empty ones need no keeping."""
    pairs = [(_NAMES[key], getattr(line, key)) for key in keys if getattr(line, key)]
    if not pairs:
        return
    if record.extend is None:
        record.extend = ExtendHeader(app=APP)
    record.extend.pairs += pairs


def take(record: Record) -> dict[str, str]:
    """The kept values by attribute of a line; they leave the header, and an empty header goes."""
    header = record.extend
    if header is None:
        return {}
    found = {COLUMNS[name]: value for name, value in header.pairs if name in COLUMNS}
    header.pairs = [(name, value) for name, value in header.pairs if name not in COLUMNS]
    if not header.pairs and header.app in ("", APP) and not (header.vendor or header.sequence or header.date):
        record.extend = None
    return found
