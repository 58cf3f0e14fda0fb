"""Whether words stand in a document: the test that every drafted rule passes.

Line breaks and runs of blanks are the layout's and are not compared; every other character is. A quotation is at
least four words long, since one word stands in any document.
"""

from __future__ import annotations

import re
from decimal import Decimal

SHORTEST_WORDS = 4
_NUMBERS = {
    "one-half": "0.5", "half": "0.5", "one-tenth": "0.1", "tenth": "0.1", "tenths": "0.1", "quarter": "0.25",
    "one": "1", "once": "1", "two": "2", "twice": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "fifteen": "15", "twenty": "20",
    "thirty": "30", "forty-five": "45", "sixty": "60", "ninety": "90", "hundred": "100",
}  # fmt: skip


class Document:
    """A client's document, its words in one line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = " ".join(text.split())

    def holds(self, quotation: str) -> bool:
        """Whether the words stand there, in this order and spelling."""
        wanted = " ".join(quotation.split())
        return len(wanted.split()) >= SHORTEST_WORDS and wanted in self.words

    def names(self, clause: str) -> bool:
        """Whether a clause's number stands there as a number of its own: 4.2, and not within 14.2 or 4.25."""
        return bool(re.search(rf"(?<![\w.]){re.escape(clause)}(?!\w|\.\d)", self.words))


def figures(text: str) -> set[Decimal]:
    """The figures in words of a document: digits, percentages as such and as a share, and the usual number words."""
    found: set[Decimal] = set()
    for digits, percent in re.findall(r"(\d[\d,]*(?:\.\d+)?|\.\d+)\s*(%|percent|per cent)?", text):
        number = Decimal(digits.replace(",", ""))
        found.add(number)
        if percent:
            found.add(number / 100)
    for word in re.findall(r"[a-z]+(?:-[a-z]+)?", text.casefold()):
        if word in _NUMBERS:
            found.add(Decimal(_NUMBERS[word]))
    return found
