"""Whether an XML bill holds: its fields by the table, its references, and its sums.

Bias: refusing a good file is the worse mistake. Where the standard has two readings, a bill that fits
either one passes and the finding, if any, says which one it is. Amounts are compared as exact decimals;
only a product (units times rate, base times tax rate, a percentage) may differ by half of the
currency's smallest unit, because the standard does not say how a tie is rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.dialects import NONE, Dialect
from meruit.ledes.xml import amounts, fields, links
from meruit.ledes.xml.judge import Judge
from meruit.ledes.xml.layout import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from meruit.findings import Finding
    from meruit.ledes.model import File


def check(file: File, *, dialect: Dialect = NONE, as_of: date | None = None) -> Iterator[Finding]:
    """Every finding about `file`, the reader's own notes first."""
    judge = Judge(file, dialect)
    yield from judge.passed_on(file.notes)
    if not file.format.startswith(("LEDESXML", "LEDES2000")):
        return
    of = layout(file.format)
    for part in (fields.judge, links.judge, amounts.judge):
        part(judge, of, as_of)
        yield from judge.take()
