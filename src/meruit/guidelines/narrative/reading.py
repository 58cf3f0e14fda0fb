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

#: Phrases a word may begin: for each number of further words, longest first, those words -> part.
_Starts = list[tuple[int, "dict[str, _Part]"]]
#: Word in small letters, class bits, bits of the rules it may give rise to, base form, weight, phrases it begins.
_Part = tuple[str, int, int, str, int, "_Starts | None"]

_SEMICOLON: _Part = (";", STRONG, 0, ";", 0, None)
_COLON: _Part = (":", STRONG | COLON, 0, ":", 0, None)
_COMMA: _Part = (",", WEAK, 0, ",", 0, None)
#: Marks that divide wherever they stand.
_MARKS = {**dict.fromkeys(";•|\n—", _SEMICOLON), **dict.fromkeys(",/&+", _COMMA)}

#: After these a colon divides nothing.
_TAKES_COLON = frozenset({"re", "regarding", "concerning", "to", "from"})
#: A full stop after one of these belongs to the word.
_SHORTENED = group("reading.shortened")


class _Tables(NamedTuple):
    """Known spellings: words and marks, and abbreviations with the words they stand for."""

    single: Mapping[str, _Part]
    short: Mapping[str, tuple[_Part, ...]]


@cache
def _tables() -> _Tables:
    """Every word and abbreviation in small letters, with a capital, in capitals."""
    singles, phrases = lexicon().words, lexicon().phrases
    begins: dict[str, _Starts] = {
        first: [(size, {rest: _part(f"{first} {rest}", found) for rest, found in some.items()}) for size, some in sized]
        for first, sized in phrases.items()
    }

    def part(word: str, capital: bool) -> _Part:
        known = singles.get(word) or singles.get(word.removesuffix("'s"), _UNKNOWN)
        return _part(word, known, begins.get(word), CAPITAL if capital else 0)

    single: dict[str, _Part] = {
        spelling: part(word, spelling != word)
        for word in {*singles, *phrases}
        for spelling in (word, word.capitalize(), word.upper())
    }
    short = {
        spelling: tuple(part(word, False) for word in full.split())
        for full, abbreviations in rows("abbreviations.tsv")
        for abbreviation in abbreviations
        for spelling in (abbreviation, abbreviation.capitalize(), abbreviation.upper())
    }
    return _Tables({word: found for word, found in single.items() if word not in short} | _MARKS, short)


_UNKNOWN = Meaning(0, 0, "", WHOLE)


def _part(word: str, meaning: Meaning, starts: _Starts | None = None, extra: int = 0) -> _Part:
    return word, meaning.bits | extra, meaning.cues, meaning.base or word, meaning.weight, starts


class Reading:
    """The units of one narrative in order: `words`, `bits`, `bases`, `weights`, `unit_cues`; `cues` of all together."""

    __slots__ = ("_firsts", "_places", "bases", "bits", "cues", "text", "unit_cues", "weights", "words")

    def __init__(self, text: str, units: list[_Part], firsts: list[int]) -> None:
        self.text = text
        self.words = [unit[0] for unit in units]
        self.bits = [unit[1] for unit in units]
        self.unit_cues = found = [unit[2] for unit in units]
        self.bases = [unit[3] for unit in units]
        self.weights = [unit[4] for unit in units]
        cues = 0
        for bit in found:
            cues |= bit
        self.cues = cues
        #: Per unit, the first of the parts it was read from; its last is before the next unit's first.
        self._firsts = firsts
        self._places: list[tuple[int, int]] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def place(self, unit: int) -> tuple[int, int]:
        """Where the unit stands in the text, in characters [start, end).

        Few entries are asked for a place, so places are found by reading the text a second time.
        """
        if self._places is None:
            scanned = _scanned(self.text)
            origins: list[int] = []
            _parts(_TOKEN.findall(scanned), [], origins)
            spans = [match.span() for match in _TOKEN.finditer(scanned)]
            self._places = [spans[piece] for piece in origins]
        firsts = self._firsts
        last = firsts[unit + 1] - 1 if unit + 1 < len(firsts) else len(self._places) - 1
        return self._places[firsts[unit]][0], self._places[last][1]


def _scanned(text: str) -> str:
    """The text as it is scanned: small letters where all are capitals, for then case tells nothing."""
    return text if _ALL_CAPITALS.search(text) else text.lower()


def read(text: str) -> Reading:
    """`text` as units."""
    aside: list[int] = []
    parts = _parts(_TOKEN.findall(_scanned(text)), aside, None)
    units: list[_Part] = []
    firsts: list[int] = []
    i, count = 0, len(parts)
    while i < count:
        part = parts[i]
        step = 1
        starts = part[5]
        if starts is not None:
            for size, candidates in starts:
                if i + size < count:
                    found = candidates.get(" ".join([p[0] for p in parts[i + 1 : i + 1 + size]]))
                    if found is not None:
                        if part[1] & CAPITAL:
                            found = (found[0], found[1] | CAPITAL, *found[2:])
                        part, step = found, size + 1
                        break
        units.append(part)
        firsts.append(i)
        i += step
    reading = Reading(text, units, firsts)
    if aside:
        inside = set(aside)
        for k, first in enumerate(firsts):
            if first in inside:
                reading.bits[k] |= ASIDE
    return reading


def _parts(pieces: list[str], aside: list[int], origins: list[int] | None) -> list[_Part]:
    """What the pieces of the text are; `aside` takes the parts in brackets, `origins` the piece of each part."""
    single, short = _tables()
    found: list[_Part] = []
    depth = 0
    before = ""  # the piece before, if it was an abbreviation
    count = len(pieces)
    for i, piece in enumerate(pieces):
        part = single.get(piece)
        if part is None:
            if piece in short:
                before = piece
                for word in short[piece]:
                    found.append(word)
                    if depth:
                        aside.append(len(found) - 1)
                    if origins is not None:
                        origins.append(i)
                continue
            first = piece[0]
            if first.isalpha():
                part = _word(piece, pieces[i + 1] if i + 1 < count else "")
            elif first in "([{" and len(piece) == 1:
                depth += 1 if found else 0
            elif first in ")]":
                depth = max(0, depth - 1)
            elif first == "." and len(piece) == 1:
                part = None if before else _full_stop(found, i + 1 == count)
            elif first == ":":
                part = None if not found or found[-1][0] in _TAKES_COLON else _COLON
            else:
                part = _figure(piece, first)
            if part is None:
                before = ""
                continue
        before = ""
        found.append(part)
        if depth:
            aside.append(len(found) - 1)
        if origins is not None:
            origins.append(i)
    return found


def _figure(piece: str, first: str) -> _Part:
    """Hours allocated to a task, a number, or a dash that divides."""
    if first in "([{.":
        return piece, TIME, 0, "#h", 0, None
    if first.isdigit() or first in "$#§":
        hours = piece[-1] in "hrs." and piece.rstrip("hours. ") != piece
        return (piece, TIME, 0, "#h", 0, None) if hours else (piece, NUMBER, 0, "#", WHOLE, None)
    return _SEMICOLON


def _full_stop(before: list[_Part], last: bool) -> _Part | None:
    if not before or before[-1][3] == "initial" or (before[-1][0] in _SHORTENED and not last):
        return None
    return _SEMICOLON


def _word(piece: str, following: str) -> _Part:
    """A word whose very spelling is in no table: a possessive, dotted, oddly capitalised or unknown one."""
    capital = CAPITAL if piece[0].isupper() else 0
    word = piece.lower()
    if piece.isalpha() and (word == piece or piece[1:].islower()):
        if len(word) == 1 and following == "." and word not in "ai":
            return word, CAPITAL, 0, "initial", WHOLE, None
        return word, capital, 0, word, WHOLE, None
    word = word.replace("’", "'")
    if len(word) == 1 and following == "." and word not in "ai":
        return word, CAPITAL, 0, "initial", WHOLE, None
    single, short = _tables()
    for spelling in (word, word.rstrip(".'"), word.replace(".", "")):
        known = single.get(spelling)
        if known is None and len(short.get(spelling, ())) == 1:
            known = short[spelling][0]
        if known is not None:
            return (known[0], known[1] | capital, *known[2:])
    if word.endswith(("'s", "s'")):
        owner = lexicon().words.get(word[:-2] if word.endswith("'s") else word[:-1])
        if owner is not None:
            return _part(word, owner._replace(base=owner.base or word), None, capital)
    return word, capital, 0, word, WHOLE, None
