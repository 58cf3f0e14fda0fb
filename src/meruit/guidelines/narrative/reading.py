"""A narrative read word by word: each word or phrase with its class of meaning and its place.

Timekeepers write "t/c w/ OC re: 2nd set RFPs", dictate "I spoke with ...", or shout in capitals; so
abbreviations are spelled out and case is kept aside before any word is looked up. Every entry of a bill passes
here, so known words are found by their very spelling, and places in the text are worked out only when asked.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.narrative.words import (
    ASIDE,
    CAPITAL,
    COLON,
    NUMBER,
    STRONG,
    TIME,
    WEAK,
    WHOLE,
    Meaning,
    group,
    lexicon,
    rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Hours in the text, which allocate time to the words beside them: (.3), (0.5 hrs), [1.2], 0.4h, 1.5 hours.
#: Then words with the marks that belong to them, figures, and the marks that divide.
_TOKEN = re.compile(
    r"[(\[{]\s*\d{0,2}\.\d{1,2}\s*(?:h|hr|hrs|hour|hours)?\.?\s*[)\]}]"
    r"|(?<![\w.$])\d{0,2}\.\d{1,2}\s*(?:h|hr|hrs|hours|hour)\b\.?"
    r"|[wW]/[oO]?(?![A-Za-z])|[bB]/[wW]\b|[A-Za-z]/[A-Za-z](?:/[A-Za-z])*\b"
    r"|[A-Za-z](?:\.[A-Za-z])+|[A-Za-zÀ-ÿ]+(?:['’&-][A-Za-zÀ-ÿ0-9]+)*['’]?"
    r"|[$#§]?\d[\w,./:%$'’&-]*\w%?|\d"
    r"|[;•|\n:,/&+()\[\]]|\.(?=\s|$)|\s[-–—]+\s|—"
)
_ALL_CAPITALS = re.compile(r"[a-z]")

_STRONG = Meaning(STRONG, 0, ";", 0)
_COLON = Meaning(STRONG | COLON, 0, ":", 0)
_WEAK = Meaning(WEAK, 0, ",", 0)
_NUMBER = Meaning(NUMBER, 0, "#", WHOLE)
_TIME = Meaning(TIME, 0, "#h", 0)
_INITIAL = Meaning(CAPITAL, 0, "initial", WHOLE)
_UNKNOWN = Meaning(0, 0, "", WHOLE)
_NAME = Meaning(CAPITAL, 0, "", WHOLE)

#: After these a colon divides nothing.
_TAKES_COLON = frozenset({"re", "regarding", "concerning", "to", "from"})
#: A full stop after one of these belongs to the word.
_SHORTENED = group("reading.shortened")


#: Phrases a word may begin: for each number of further words, longest first, those words -> meaning.
_Starts = list[tuple[int, dict[str, Meaning]]]
#: Word, meaning, the phrases it may begin.
_Part = tuple[str, Meaning, "_Starts | None"]


class _Known(NamedTuple):
    """A spelling found in the tables: the words it stands for, and whether it is short for them."""

    parts: tuple[_Part, ...]
    short: bool


@cache
def _spellings() -> Mapping[str, _Known]:
    """Every word and abbreviation in small letters, with a capital, in capitals."""
    found: dict[str, _Known] = {}
    singles = lexicon().words
    starters = lexicon().phrases

    def part(word: str, capital: bool) -> _Part:
        known = singles.get(word, _UNKNOWN)
        if capital:
            known = known._replace(bits=known.bits | CAPITAL)
        return word, known, starters.get(word)

    for word in {*singles, *starters}:
        for spelling in (word, word.capitalize(), word.upper()):
            found[spelling] = _Known((part(word, spelling != word),), False)
    for full, abbreviations in rows("abbreviations.tsv"):
        for short in abbreviations:
            parts = tuple(part(word, False) for word in full.split())
            for spelling in (short, short.capitalize(), short.upper()):
                found[spelling] = _Known(parts, True)
    return found


class Reading:
    """The units of one narrative in order: `words`, `bits`, `bases`, `weights`, `unit_cues`; `cues` of all together."""

    __slots__ = ("_places", "_sizes", "bases", "bits", "cues", "text", "unit_cues", "weights", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.bits: list[int] = []
        self.bases: list[str] = []
        self.unit_cues: list[int] = []
        self.weights: list[int] = []
        self.cues = 0
        #: Per unit, the first and last of the text's pieces it was read from.
        self._sizes: list[tuple[int, int]] = []
        self._places: list[tuple[int, int]] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def place(self, unit: int) -> tuple[int, int]:
        """Where the unit stands in the text, in characters [start, end)."""
        if self._places is None:
            self._places = [match.span() for match in _TOKEN.finditer(_scanned(self.text))]
        first, last = self._sizes[unit]
        return self._places[first][0], self._places[last][1]


def _scanned(text: str) -> str:
    """The text as it is scanned: small letters where all are capitals, for then case tells nothing."""
    return text if _ALL_CAPITALS.search(text) else text.lower()


#: Word in small letters, meaning, the phrases it may begin, place among the pieces, depth in brackets.
_Token = tuple[str, Meaning, "_Starts | None", int, int]


def read(text: str) -> Reading:
    """`text` as units."""
    tokens = _tokens(_TOKEN.findall(_scanned(text)))
    return _units(text, tokens)


def _tokens(pieces: list[str]) -> list[_Token]:
    spellings = _spellings()
    found: list[_Token] = []
    add = found.append
    depth = 0
    count = len(pieces)
    skip = -1
    for i, piece in enumerate(pieces):
        known = spellings.get(piece)
        if known is not None:
            if known.short and i + 1 < count and pieces[i + 1] == ".":
                skip = i + 1  # the full stop belongs to the abbreviation
            for word, meaning, starts in known.parts:
                add((word, meaning, starts, i, depth))
            continue
        first = piece[0]
        if first.isalpha():
            add(_word(piece, i, depth, pieces[i + 1] if i + 1 < count else ""))
        elif first in "([{":
            if len(piece) > 1:
                add((piece, _TIME, None, i, depth))
            elif found:
                depth += 1
        elif first.isdigit() or first in "$#§":
            add((piece, _TIME if piece[-1] in "hrs." and piece.rstrip("hours. ") != piece else _NUMBER, None, i, depth))
        elif first == ".":
            if len(piece) > 1:
                add((piece, _TIME, None, i, depth))
            elif i != skip and _ends_sentence(found, i + 1 == count):
                add((";", _STRONG, None, i, depth))
        elif first in ")]":
            depth = max(0, depth - 1)
        elif first == ":":
            if not found or found[-1][0] not in _TAKES_COLON:
                add((":", _COLON, None, i, depth))
        elif first in ",/&+":
            add((",", _WEAK, None, i, depth))
        else:
            add((";", _STRONG, None, i, depth))
    return found


def _word(piece: str, i: int, depth: int, following: str) -> _Token:
    """A word whose very spelling is in no table."""
    capital = piece[0].isupper()
    word = piece.lower().replace("’", "'")
    if len(word) == 1 and following == "." and word not in "ai":
        return word, _INITIAL, None, i, depth
    known = _spellings().get(word.rstrip(".'")) or _spellings().get(word.replace(".", ""))
    if known is not None and len(known.parts) == 1:
        word, meaning, starts = known.parts[0]
        return word, meaning._replace(bits=meaning.bits | CAPITAL) if capital else meaning, starts, i, depth
    if word.endswith(("'s", "s'")):
        owner = lexicon().words.get(word[:-2] if word.endswith("'s") else word[:-1])
        if owner is not None:
            return word, owner._replace(bits=owner.bits | CAPITAL) if capital else owner, None, i, depth
    return word, _NAME if capital else _UNKNOWN, None, i, depth


def _ends_sentence(before: list[_Token], last: bool) -> bool:
    if not before:
        return False
    word, meaning = before[-1][:2]
    return meaning is not _INITIAL and (last or word not in _SHORTENED)


def _units(text: str, tokens: list[_Token]) -> Reading:
    reading = Reading(text)
    units: list[tuple[str, int, Meaning]] = []
    sizes = reading._sizes
    i, count = 0, len(tokens)
    while i < count:
        word, meaning, starts, piece, depth = tokens[i]
        bits = meaning.bits
        step = 1
        last = piece
        if starts is not None:
            for size, candidates in starts:
                if i + size < count:
                    rest = " ".join([token[0] for token in tokens[i + 1 : i + 1 + size]])
                    candidate = candidates.get(rest)
                    if candidate is not None:
                        bits, meaning = candidate.bits | bits & CAPITAL, candidate
                        step, last = size + 1, tokens[i + size][3]
                        word = f"{word} {rest}"
                        break
        units.append((word, bits | ASIDE if depth else bits, meaning))
        sizes.append((piece, last))
        i += step
    reading.words = [word for word, _, _ in units]
    reading.bits = [bits for _, bits, _ in units]
    reading.bases = [meaning.base or word for word, _, meaning in units]
    reading.weights = [meaning.weight for _, _, meaning in units]
    reading.unit_cues = found = [meaning.cues for _, _, meaning in units]
    cues = 0
    for bit in found:
        cues |= bit
    reading.cues = cues
    return reading
