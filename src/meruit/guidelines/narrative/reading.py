"""A narrative read word by word: each word or phrase with its class of meaning and its place.

Timekeepers write "t/c w/ OC re: 2nd set RFPs", dictate "I spoke with ...", or shout in capitals; so
abbreviations are spelled out and case is kept aside before any word is looked up. Every entry of a bill passes
here, so known words are found by their very spelling, and places in the text are worked out only when asked.
"""

from __future__ import annotations

import re
from functools import cache, reduce
from itertools import accumulate
from operator import or_
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
    from collections.abc import Mapping, Sequence

#: Hours in the text, which allocate time to the words beside them: (.3), (0.5 hrs), [1.2], 0.4h, 1.5 hours.
#: Then words with the marks that belong to them, figures, and the marks that divide.
#: The first alternative is for words that are nothing else: nearly all of a text. One group around all of it, so
#: that splitting a text by it gives what stands between the pieces as well, and with it the place of each.
_TOKEN = re.compile(
    r"([A-Za-zÀ-ÿ](?![/.])[A-Za-zÀ-ÿ]*(?:['’&-][A-Za-zÀ-ÿ0-9]+)*['’]?"
    r"|[(\[{]\s*\d{0,2}\.\d{1,2}\s*(?:h|hr|hrs|hour|hours)?\.?\s*[)\]}]"
    r"|[wW]/[oO]?(?![A-Za-z])|[bB]/[wW]\b|[A-Za-z]/[A-Za-z](?:/[A-Za-z])*\b"
    r"|[A-Za-z](?:\.[A-Za-z])+|[A-Za-zÀ-ÿ]+(?:['’&-][A-Za-zÀ-ÿ0-9]+)*['’]?"
    r"|(?<![\w.$])\d{0,2}\.\d{1,2}\s*(?:h|hr|hrs|hours|hour)\b\.?"
    r"|[$#§]?\d[\w,./:%$'’&-]*\w%?|\d"
    r"|[;•|\n:,/&+()\[\]]|\.(?=\s|$)|\s[-–—]+\s|—)"
)
_ALL_CAPITALS = re.compile(r"[a-z]")

#: Phrases a word may begin, word by word: next word -> (the phrase that ends with it, how longer ones go on).
_Starts = dict[str, tuple["_Part | None", "_Starts | None"]]
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
#: Of these only where a small letter follows: "Prep. outline", but "Trial prep. Call to client".
_SHORTENED_VERBS = group("reading.shortened-verb")


class _Tables(NamedTuple):
    """Known spellings: words and marks, and abbreviations with the words they stand for."""

    single: Mapping[str, _Part]
    short: Mapping[str, tuple[_Part, ...]]


@cache
def _tables() -> _Tables:
    """Every word and abbreviation in small letters, with a capital, in capitals."""
    singles, phrases = lexicon().words, lexicon().phrases
    begins = {
        first: _branches(first, [pair for _, some in sized for pair in some.items()])
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


def _branches(begun: str, phrases: list[tuple[str, Meaning]]) -> _Starts:
    """The phrases that go on after the words `begun`, by their next word."""
    by_word: dict[str, list[tuple[str, Meaning]]] = {}
    for rest, meaning in phrases:
        word, _, further = rest.partition(" ")
        by_word.setdefault(word, []).append((further, meaning))
    found: _Starts = {}
    for word, ends in by_word.items():
        whole = f"{begun} {word}"
        done = next((_part(whole, meaning) for further, meaning in ends if not further), None)
        longer = [(further, meaning) for further, meaning in ends if further]
        found[word] = (done, _branches(whole, longer) if longer else None)
    return found


_UNKNOWN = Meaning(0, 0, "", WHOLE)


def _part(word: str, meaning: Meaning, starts: _Starts | None = None, extra: int = 0) -> _Part:
    return word, meaning.bits | extra, meaning.cues, meaning.base or word, meaning.weight, starts


class Reading:
    """The units of one narrative in order: `words`, `bits`, `bases`, `weights`, `unit_cues`; `cues` of all together."""

    __slots__ = (
        "_ends",
        "_firsts",
        "_origins",
        "_split",
        "bases",
        "bits",
        "cues",
        "text",
        "unit_cues",
        "weights",
        "words",
    )

    def __init__(
        self, text: str, units: list[_Part], firsts: Sequence[int], origins: list[int], split: list[str]
    ) -> None:
        words, bits, cues, bases, weights, _ = zip(*units, strict=True) if units else ((),) * 6
        self.text = text
        self.words: tuple[str, ...] = words
        self.bits: list[int] = list(bits)
        self.unit_cues: tuple[int, ...] = cues
        self.bases: tuple[str, ...] = bases
        self.weights: list[int] = list(weights)
        self.cues: int = reduce(or_, filter(None, cues), 0)
        #: Per unit, the first of the parts it was read from; its last is before the next unit's first.
        self._firsts = firsts
        #: Per part, the piece of the text it was read from.
        self._origins = origins
        #: The text cut up: what stands before the first piece, the piece, what stands before the next, and so on.
        self._split = split
        #: Where each of these ends, once anybody asks.
        self._ends: list[int] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def place(self, unit: int) -> tuple[int, int]:
        """Where the unit stands in the text, in characters [start, end)."""
        firsts, origins, ends = self._firsts, self._origins, self._ends
        if ends is None:
            ends = self._ends = list(accumulate(map(len, self._split)))
        first = origins[firsts[unit]]
        last = origins[firsts[unit + 1] - 1 if unit + 1 < len(firsts) else -1]
        return ends[2 * first], ends[2 * last + 1]


def _scanned(text: str) -> str:
    """The text as it is scanned: small letters where all are capitals, for then case tells nothing."""
    return text if _ALL_CAPITALS.search(text) else text.lower()


def read(text: str) -> Reading:
    """`text` as units."""
    split = _TOKEN.split(_scanned(text))
    parts, origins, begun, aside = _parts(split[1::2])
    units: list[_Part] = parts
    firsts: Sequence[int] = range(len(parts))
    if begun and (merged := _phrases(parts, begun)):
        units, upto = [], 0
        kept: list[int] = []
        for start, end, phrase in merged:
            units += parts[upto:start]
            kept += range(upto, start + 1)
            units.append(phrase)
            upto = end
        units += parts[upto:]
        kept += range(upto, len(parts))
        firsts = kept
    reading = Reading(text, units, firsts, origins, split)
    if aside:
        inside = {part for start, end in aside for part in range(start, end)}
        for k, first in enumerate(firsts):
            if first in inside:
                reading.bits[k] |= ASIDE
    return reading


def _phrases(parts: list[_Part], begun: list[int]) -> list[tuple[int, int, _Part]]:
    """The phrases that begin at the parts `begun`, each the longest there: (first part, part after, phrase)."""
    found: list[tuple[int, int, _Part]] = []
    count, free = len(parts), 0
    for start in begun:
        starts = parts[start][5]
        if start < free:
            continue
        phrase, k = None, start + 1
        while starts is not None and k < count:
            step = starts.get(parts[k][0])
            if step is None:
                break
            done, starts = step
            k += 1
            if done is not None:
                phrase, free = done, k
        if phrase is not None:
            if parts[start][1] & CAPITAL:
                phrase = (phrase[0], phrase[1] | CAPITAL, *phrase[2:])
            found.append((start, free, phrase))
    return found


def _parts(pieces: list[str]) -> tuple[list[_Part], list[int], list[int], list[tuple[int, int]]]:
    """What the pieces of the text are, the piece of each part, the parts that may begin a phrase, those in brackets."""
    single, short = _tables()
    known = single.get
    found: list[_Part] = []
    origins: list[int] = []
    begun: list[int] = []
    aside: list[tuple[int, int]] = []
    depth = opened = 0
    abbreviated = -2  # the last piece that was an abbreviation: a full stop after it is its own
    for i, piece in enumerate(pieces):
        part = known(piece)
        if part is None:
            if piece in short:
                abbreviated = i
                for part in short[piece]:
                    if part[5] is not None:
                        begun.append(len(found))
                    found.append(part)
                    origins.append(i)
                continue
            first = piece[0]
            if first.isalpha():
                if len(piece) > 1 and piece.isalpha() and piece[1:].islower():
                    word = piece.lower()
                    part = word, (0 if word == piece else CAPITAL), 0, word, WHOLE, None
                else:
                    part = _word(piece, pieces[i + 1] if i + 1 < len(pieces) else "")
            elif first in "([{" and len(piece) == 1:
                if found:
                    opened = opened if depth else len(found)
                    depth += 1
            elif first in ")]":
                if depth == 1:
                    aside.append((opened, len(found)))
                depth = max(0, depth - 1)
            elif first == "." and len(piece) == 1:
                part = None if abbreviated == i - 1 else _full_stop(found, pieces[i + 1] if i + 1 < len(pieces) else "")
            elif first == ":":
                part = None if not found or found[-1][0] in _TAKES_COLON else _COLON
            else:
                part = _figure(piece, first)
            if part is None:
                continue
        if part[5] is not None:
            begun.append(len(found))
        found.append(part)
        origins.append(i)
    if depth:
        aside.append((opened, len(found)))
    return found, origins, begun, aside


def _figure(piece: str, first: str) -> _Part:
    """Hours allocated to a task, a number, or a dash that divides."""
    if first in "([{.":
        return piece, TIME, 0, "#h", 0, None
    if first.isdigit() or first in "$#§":
        hours = piece[-1] in "hrs." and piece.rstrip("hours. ") != piece
        return (piece, TIME, 0, "#h", 0, None) if hours else (piece, NUMBER, 0, "#", WHOLE, None)
    return _SEMICOLON


def _full_stop(before: list[_Part], following: str) -> _Part | None:
    if not before or before[-1][3] == "initial":
        return None
    if following and (before[-1][0] in _SHORTENED or (following[0].islower() and before[-1][0] in _SHORTENED_VERBS)):
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
