"""A narrative read word by word: each word or phrase with its class of meaning and its place.

Timekeepers write "t/c w/ OC re: 2nd set RFPs", dictate "I spoke with ...", or shout in capitals; so
abbreviations are spelled out and case is kept aside before any word is looked up.
"""

from __future__ import annotations

import re
from functools import cache

from meruit.guidelines.narrative.words import (
    ASIDE,
    BASE,
    CAPITAL,
    COLON,
    DATA,
    ED,
    NUMBER,
    STRONG,
    TIME,
    WEAK,
    WHOLE,
    Meaning,
    _rows,
    group,
    lexicon,
)

#: Hours in the text, which allocate time to the words beside them: (.3), (0.5 hrs), [1.2], 0.4h, 1.5 hours.
#: Then words with the marks that belong to them, figures, and the marks that divide.
_TOKEN = re.compile(
    r"(?P<time>[(\[{]\s*\d{0,2}\.\d{1,2}\s*(?:h|hr|hrs|hour|hours)?\.?\s*[)\]}]"
    r"|(?<![\w.$])\d{0,2}\.\d{1,2}\s*(?:h|hr|hrs|hours|hour)\b\.?)"
    r"|(?P<word>[wW]/[oO]?(?![A-Za-z])|[bB]/[wW]\b|[A-Za-z]/[A-Za-z](?:/[A-Za-z])*\b"
    r"|[A-Za-z](?:\.[A-Za-z])+\.?|[A-Za-z]+(?:['’&-][A-Za-z0-9]+)*['’]?)"
    r"|(?P<number>[$#§]?\d[\w,./:%$'’&-]*\w%?|\d)"
    r"|(?P<mark>[;•|\n]|[.,:/&+()\[\]]|\s[-–—]+\s|—|\"|“|”)"
)


@cache
def abbreviations() -> dict[str, str]:
    """How an abbreviation is spelled out; the key is lower case without the closing full stop."""
    found: dict[str, str] = {}
    for full, short in _rows("abbreviations.tsv"):
        for abbreviation in short:
            found[abbreviation] = full
    return found


_STRONG_MARKS = frozenset(";•|\n—")
_NUMBER = Meaning(NUMBER, 0, "#", WHOLE)
_TIME = Meaning(TIME, 0, "#h", 0)
_NOTHING = Meaning(0, 0, "", WHOLE)
_CAPITAL = Meaning(CAPITAL, 0, "", WHOLE)
_STRONG = Meaning(STRONG, 0, ";", 0)
_COLON = Meaning(STRONG | COLON, 0, ":", 0)
_WEAK = Meaning(WEAK, 0, ",", 0)
_INITIAL = Meaning(CAPITAL, 0, "initial", WHOLE)

_NAMES_MEAN_CASE = re.compile(r"[a-z]")


class Reading:
    """The units of one narrative in order: `words`, `bits`, `bases`, `starts`, `ends`; `cues` of all together."""

    __slots__ = ("bases", "bits", "cues", "ends", "starts", "text", "unit_cues", "weights", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.bits: list[int] = []
        self.bases: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.unit_cues: list[int] = []
        self.weights: list[int] = []
        self.cues = 0

    def __len__(self) -> int:
        return len(self.words)


def read(text: str) -> Reading:
    """`text` as units."""
    tokens = _tokens(text)
    return _units(text, tokens)


#: Word in lower case, its meaning if it is no word to look up, start, end, how deep in brackets.
_Token = tuple[str, "Meaning | None", int, int, int]


def _tokens(text: str) -> list[_Token]:
    short = abbreviations()
    cased = _NAMES_MEAN_CASE.search(text) is not None
    found: list[_Token] = []
    add = found.append
    length = len(text)
    depth = 0
    passed = -1  # a full stop that belongs to an abbreviation
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        start, end = match.span()
        piece = match.group()
        if kind == "word":
            word = piece.lower().replace("’", "'")
            bare = word.rstrip(".'")
            full = short.get(bare)
            if full is None and "." in bare:
                full = short.get(bare.replace(".", ""))
            if full is not None:
                for part in full.split():
                    add((part, None, start, end, depth))
                passed = end
                continue
            if len(bare) == 1 and bare not in "ai" and end < length and text[end] == ".":
                add((bare, _INITIAL, start, end, depth))
                continue
            if cased and piece[0].isupper():
                add((word, _CAPITAL, start, end, depth))
            else:
                add((word, None, start, end, depth))
        elif kind == "number":
            add((piece, _NUMBER, start, end, depth))
        elif kind == "time":
            add((piece, _TIME, start, end, depth))
        elif piece in _STRONG_MARKS or piece.strip() in ("-", "–", "—", "--"):
            add((";", _STRONG, start, end, depth))
        elif piece == ".":
            if start != passed and _ends_sentence(text, start, found):
                add((";", _STRONG, start, end, depth))
        elif piece == ":":
            if not found or found[-1][0] not in ("re", "regarding", "concerning", "to", "from"):
                add((":", _COLON, start, end, depth))
        elif piece in ",/&+":
            add((",", _WEAK, start, end, depth))
        elif piece in "([":
            if found:
                depth += 1
        elif piece in ")]":
            depth = max(0, depth - 1)
    return found


#: A full stop after one of these belongs to the word.
_SHORTENED = group("reading.shortened")


def _ends_sentence(text: str, at: int, before: list[_Token]) -> bool:
    after = text[at + 1 : at + 2]
    if after and not after.isspace():
        return False
    if not before:
        return False
    word, meaning, _, end, _ = before[-1]
    if end != at or meaning is _INITIAL:
        return False
    return word not in _SHORTENED or not after


def _units(text: str, tokens: list[_Token]) -> Reading:
    reading = Reading(text)
    words, bits, bases = reading.words, reading.bits, reading.bases
    starts, ends, unit_cues, weights = reading.starts, reading.ends, reading.unit_cues, reading.weights
    table = lexicon()
    singles, phrases = table.words, table.phrases
    cues = 0
    i, count = 0, len(tokens)
    while i < count:
        word, meaning, start, end, depth = tokens[i]
        step = 1
        extra = 0
        if meaning is None or meaning is _CAPITAL:
            extra = 0 if meaning is None else CAPITAL
            meaning = None
            if word in phrases:
                for rest, candidate in phrases[word]:
                    size = len(rest)
                    if i + size < count and all(tokens[i + 1 + k][0] == rest[k] for k in range(size)):
                        meaning, step, end = candidate, size + 1, tokens[i + size][3]
                        word = f"{word} {' '.join(rest)}"
                        break
            if meaning is None:
                meaning = singles.get(word)
                if meaning is None:
                    meaning = _possessive(word, singles) or _NOTHING
        words.append(word)
        bits.append(meaning.bits | extra | ASIDE if depth else meaning.bits | extra)
        bases.append(meaning.base or word)
        starts.append(start)
        ends.append(end)
        unit_cues.append(meaning.cues)
        weights.append(meaning.weight)
        cues |= meaning.cues
        i += step
    reading.cues = cues
    return reading


def _possessive(word: str, singles: dict[str, Meaning]) -> Meaning | None:
    if word.endswith(("'s", "s'")):
        return singles.get(word[:-2] if word.endswith("'s") else word[:-1])
    return None


__all__ = ["BASE", "DATA", "ED", "Reading", "read"]
