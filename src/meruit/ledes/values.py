"""Numbers and dates as LEDES files write them, read leniently.

Bias: refusing a good value is the worse mistake here, because one odd cell must not hide the rest of a
bill. `decimal_of` therefore understands what real files contain (`1250.`, `.5`, `+3`, `(12.50)`,
`$1,200.00`) and the judging of it is a rule's business; what has no single reading is None.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

#: Digits with an optional point and minus: all that the formats allow (reference 2.3).
STRICT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
#: Thousands groups of three only: `1,5` is a decimal comma to some and nothing to others.
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_MARKS = re.compile(r"^[-+(\s]*(?:[$€£]|USD|EUR|GBP)?\s*|\)$")
#: Longer runs of digits are no amount, and arithmetic on them would cost without bound.
LONGEST = 40


def decimal_of(text: str) -> Decimal | None:
    """The number a person would read in `text`, or None where there is none or more than one."""
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isascii():
        text = text.replace("−", "-").replace("€", "$").replace("£", "$").replace("\xa0", " ")
        if not text or len(text) > LONGEST or not text.isascii():
            return None
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    negative = text.startswith(("-", "(")) or text.endswith("-")
    if text.startswith("(") != text.endswith(")"):
        return None
    bare = _MARKS.sub("", text).strip().removesuffix("-").lstrip("-$ ")
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    if not re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", bare):
        return None
    return -Decimal(bare) if negative else Decimal(bare)


_FLAT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_XML_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00(?:\.0+)?Z?)?")


@lru_cache(maxsize=4096)
def day_of(text: str) -> date | None:
    """The calendar day written as YYYYMMDD or YYYY-MM-DD; None where it is no real day."""
    text = text.strip()
    parts = _FLAT_DATE.fullmatch(text) or _XML_DATE.fullmatch(text)
    if not parts:
        return None
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        return None
