"""Numbers of invoices and credit notes: one series, no gaps, taken last and never given twice.

The counter lives in the database; here is only how a count is written, read and named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: INVOICE_NUMBER of LEDES 1998B takes 20 characters, and every other format at least as many.
LONGEST = 20
_PREFIX = re.compile(r"[A-Z0-9]*(-[A-Z0-9]+)*", re.ASCII)


class NumberError(ValueError):
    """A series or number that could not be printed, sent or told from another."""


@dataclass(frozen=True, slots=True)
class Series:
    """How a firm writes its numbers: `2026-00017`, `LON-2026-00017`, `CN-2026-00003`, or `000017`."""

    prefix: str = ""
    by_year: bool = True
    digits: int = 5

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise NumberError(f'"{self.prefix}" is no prefix; use capital letters, digits and single hyphens.')
        if not 3 <= self.digits <= 9:
            raise NumberError(f"A number has 3 to 9 digits; this series asks for {self.digits}.")
        if len(self.write(2026, 1)) > LONGEST:
            raise NumberError(f"{self.write(2026, 1)} is longer than the {LONGEST} characters that e-bills carry.")

    def key(self, year: int) -> str:
        """The name of the counter: every year of a yearly series counts for itself."""
        parts = [self.prefix or "INVOICE", str(year)] if self.by_year else [self.prefix or "INVOICE"]
        return "-".join(parts)

    def write(self, year: int, count: int) -> str:
        """The number of the `count`-th document, from 1."""
        if count < 1 or len(str(count)) > self.digits:
            raise NumberError(f"Count {count} cannot be written in {self.digits} digits; start a new series.")
        parts = [self.prefix] if self.prefix else []
        parts += [str(year)] if self.by_year else []
        return "-".join([*parts, str(count).zfill(self.digits)])

    def read(self, number: str) -> tuple[int | None, int]:
        """Year and count of a number of this series; of another it is refused."""
        year = r"(?P<year>\d{4})-" if self.by_year else ""
        prefix = f"{re.escape(self.prefix)}-" if self.prefix else ""
        found = re.fullmatch(rf"{prefix}{year}(?P<count>\d{{{self.digits}}})", number, re.ASCII)
        if found is None or int(found["count"]) == 0:
            raise NumberError(f'"{number}" is not a number of this series; they look like {self.write(2026, 1)}.')
        return (int(found["year"]) if self.by_year else None), int(found["count"])
