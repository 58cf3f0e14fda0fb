"""A narrative read word by word: each word or phrase with its class of meaning and its place.

Timekeepers write "t/c w/ OC re: 2nd set RFPs", dictate "I spoke with ...", or shout in capitals; so
abbreviations are spelled out and case is kept aside before any word is looked up. Every entry of a bill passes
here, so a text is cut at its spaces and known words are found by their very spelling; only what no table holds
is cut up by a pattern, and places in the text are worked out only when asked.
"""

from __future__ import annotations

import re
from functools import cache, reduce
from itertools import accumulate, compress
from operator import itemgetter, or_
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
    from collections.abc import Iterable, Mapping, Sequence

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
#: What is one part for certain: hours in brackets, an initial with its full stop, words tied by marks.
_HOURS = re.compile(r"\(\d{0,2}\.\d{1,2}\)")
_INITIAL = re.compile(r"[B-HJ-Z]\.")
_COMPOUND = re.compile(r"[A-Za-z]+(?:['&-][A-Za-z]+)+")
_ALL_CAPITALS = re.compile(r"[a-z]")

#: Phrases a word may begin, word by word: next word -> (the phrase that ends with it, how longer ones go on).
_Starts = dict[str, tuple["_Part | None", "_Starts | None"]]
#: Word in small letters, class bits, bits of the rules it may give rise to, base form, weight, phrases it begins.
_Part = tuple[str, int, int, str, int, "_Starts | None"]
#: The phrases a part begins.
_STARTS = itemgetter(5)

_SEMICOLON: _Part = (";", STRONG, 0, ";", 0, None)
_COLON: _Part = (":", STRONG | COLON, 0, ":", 0, None)
_COMMA: _Part = (",", WEAK, 0, ",", 0, None)
#: Marks that divide wherever they stand.
_MARKS = {**dict.fromkeys(";•|\n—", _SEMICOLON), **dict.fromkeys(",/&+", _COMMA)}

#: Marks that stand right after a word.
_TIGHT = frozenset({",", ";"})

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
    #: Of the single ones, those which between two spaces are one token whatever stands beside them.
    whole: Mapping[str, _Part]


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
        return _part(word, known, begins.get(word), (CAPITAL if capital else 0) | (NUMBER if word.isdigit() else 0))

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
    single = {word: found for word, found in single.items() if word not in short} | _MARKS
    return _Tables(single, short, {word: found for word, found in single.items() if _is_token(word)})


def _is_token(word: str) -> bool:
    if word.isalpha() and word.isascii():
        return True
    return not word[-1].isdigit() and word not in "\n—" and _TOKEN.findall(word) == [word]


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
        "_firsts",
        "_parts",
        "_starts",
        "bases",
        "bits",
        "cues",
        "text",
        "unit_cues",
        "weights",
        "words",
    )

    def __init__(self, text: str, units: list[_Part], firsts: Sequence[int], parts: _Parts) -> None:
        words, bits, cues, bases, weights, _ = zip(*units) if units else ((),) * 6  # noqa: B905 - all of six
        self.text = text
        self.words: tuple[str, ...] = words
        self.bits: list[int] = list(bits)
        self.unit_cues: tuple[int, ...] = cues
        self.bases: tuple[str, ...] = bases
        self.weights: list[int] = list(weights)
        self.cues: int = reduce(or_, filter(None, cues), 0)
        #: Per unit, the first of the parts it was read from; its last is before the next unit's first.
        self._firsts = firsts
        self._parts = parts
        #: Where each piece begins, once anybody asks.
        self._starts: list[int] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def place(self, unit: int) -> tuple[int, int]:
        """Where the unit stands in the text, in characters [start, end)."""
        firsts, parts = self._firsts, self._parts
        origins, inner = parts.origins, parts.inner
        starts = self._starts or self._begin()
        first = firsts[unit]
        last = firsts[unit + 1] - 1 if unit + 1 < len(firsts) else len(origins) - 1
        begun, ended = origins[first], origins[last]
        start, end = starts[begun], starts[ended]
        if first in inner:
            start += inner[first][0]
        if last in inner:
            end += inner[last][1]
        else:
            end += 1 if ended in parts.initials else len(parts.pieces[ended])
        return start, end

    def said(self, unit: int) -> str:
        """The unit as it is written."""
        start, end = self.place(unit)
        return self.text[start:end]

    def _begin(self) -> list[int]:
        """Where each piece begins."""
        pieces, gaps = self._parts.pieces, self._parts.gaps
        sizes = list(map(len, pieces))
        if gaps is not None:
            both = accumulate(size for pair in zip(map(len, gaps), [*sizes, 0], strict=True) for size in pair)
            starts = list(both)[::2]
        else:
            steps = [size + (after not in _TIGHT) for size, after in zip(sizes, pieces[1:], strict=False)]
            starts = list(accumulate(steps, initial=0))
            if starts[-1] + sizes[-1] != len(self.text):  # more than one space, or one before a mark
                starts, at, text = [], 0, _scanned(self.text)
                for piece, size in zip(pieces, sizes, strict=True):
                    at = text.index(piece, at)
                    starts.append(at)
                    at += size
        self._starts = starts
        return starts


def _scanned(text: str) -> str:
    """The text as it is scanned: small letters where all are capitals, for then case tells nothing."""
    return text if _ALL_CAPITALS.search(text) else text.lower()


def read(text: str) -> Reading:
    """`text` as units."""
    scanned = _scanned(text)
    parts = _by_spaces(scanned) or _by_pattern(scanned)
    found = parts.found
    units: list[_Part] = found
    firsts: Sequence[int] = range(len(found))
    begun = compress(range(len(found) - 1), map(_STARTS, found))
    if merged := _phrases(found, begun):
        units, upto = [], 0
        kept: list[int] = []
        for start, end, phrase in merged:
            units += found[upto:start]
            kept += range(upto, start + 1)
            units.append(phrase)
            upto = end
        units += found[upto:]
        kept += range(upto, len(found))
        firsts = kept
    reading = Reading(text, units, firsts, parts)
    if parts.aside:
        inside = {part for start, end in parts.aside for part in range(start, end)}
        for k, first in enumerate(firsts):
            if first in inside:
                reading.bits[k] |= ASIDE
    return reading


def _phrases(parts: list[_Part], begun: Iterable[int]) -> list[tuple[int, int, _Part]]:
    """The phrases that begin at the parts `begun`, each the longest there: (first part, part after, phrase)."""
    found: list[tuple[int, int, _Part]] = []
    count, free = len(parts), 0
    for start in begun:
        starts, k = parts[start][5], start + 1
        if starts is None or parts[k][0] not in starts or start < free:
            continue
        phrase = None
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


class _Parts:
    """What the pieces of a text are, part by part, as far as they have been looked at."""

    __slots__ = ("abbreviated", "aside", "depth", "found", "gaps", "initials", "inner", "opened", "origins", "pieces")

    def __init__(self, pieces: list[str], gaps: list[str] | None) -> None:
        self.pieces = pieces
        #: What stands before each piece and after the last; None where no more than spaces.
        self.gaps = gaps
        self.found: list[_Part] = []
        #: Per part, the piece it was read from; and its place in that piece where the piece is more than it.
        self.origins: Sequence[int] = ()
        self.inner: dict[int, tuple[int, int]] = {}
        #: Pieces that are an initial and the full stop that belongs to it.
        self.initials: list[int] = []
        #: Parts in brackets, [first, after); how many brackets are open, and from which part on.
        self.aside: list[tuple[int, int]] = []
        self.depth = self.opened = 0
        #: Whether the last token was an abbreviation: a full stop after it is its own.
        self.abbreviated = False

    def close(self) -> None:
        """The text has ended; a bracket left open goes on to its end."""
        if self.depth:
            self.aside.append((self.opened, len(self.found)))

    def take(self, token: str, following: str) -> None:
        """What one token is, which may be several words, one or nothing."""
        single, short, _ = _tables()
        found = self.found
        abbreviated, self.abbreviated = self.abbreviated, False
        part = single.get(token)
        if part is None:
            if token in short:
                self.abbreviated = True
                found += short[token]
                return
            first = token[0]
            if first.isalpha():
                part = _word(token, following)
            elif first in "([{" and len(token) == 1:
                if found:
                    self.opened = self.opened if self.depth else len(found)
                    self.depth += 1
            elif first in ")]":
                if self.depth == 1:
                    self.aside.append((self.opened, len(found)))
                self.depth = max(0, self.depth - 1)
            elif first == "." and len(token) == 1:
                part = None if abbreviated else _full_stop(found, following)
            elif first == ":":
                part = None if not found or found[-1][0] in _TAKES_COLON else _COLON
            else:
                part = _figure(token, first)
            if part is None:
                return
        found.append(part)


def _by_pattern(text: str) -> _Parts:
    """The parts of any text."""
    split = _TOKEN.split(text)
    pieces = split[1::2]
    parts = _Parts(pieces, split[::2])
    origins: list[int] = []
    for i, piece in enumerate(pieces):
        parts.take(piece, pieces[i + 1] if i + 1 < len(pieces) else "")
        origins += [i] * (len(parts.found) - len(origins))
    parts.origins = origins
    parts.close()
    return parts


def _by_spaces(text: str) -> _Parts | None:
    """The parts of a text cut at its spaces; None where something goes on beyond a space, or a line is ended."""
    if "\n" in text:
        return None
    if not (".;" in text or ".," in text):  # there the full stop is the word's own
        text = text.replace("; ", " ; ").replace(", ", " , ")
    pieces = text.split()
    tables = _tables()
    short = tables.short
    known = tables.single
    looked_up = list(map(tables.whole.get, pieces))
    left, initials = False, list[int]()
    for i, part in enumerate(looked_up):
        if part is None:
            piece = pieces[i]
            if piece in short:
                left = True
            elif piece.isalpha() and piece[1:].islower() and piece.isascii():
                word = piece.lower()
                looked_up[i] = (word, (0 if word == piece else CAPITAL), 0, word, WHOLE, None)
            elif piece[0] == "(" and _HOURS.fullmatch(piece):
                looked_up[i] = (piece, TIME, 0, "#h", 0, None)
            elif _COMPOUND.fullmatch(piece):
                looked_up[i] = _word(piece, "")
            elif _INITIAL.fullmatch(piece) and piece[0] not in known and piece[0] not in short:
                looked_up[i] = (piece[0].lower(), CAPITAL, 0, "initial", WHOLE, None)
                initials.append(i)
            else:
                left = True
    parts = _Parts(pieces, None)
    parts.initials = initials
    if left:
        return _with_the_rest(parts, looked_up)
    parts.found = looked_up  # type: ignore[assignment]  # none is left
    parts.origins = range(len(pieces))
    return parts


def _with_the_rest(parts: _Parts, looked_up: list[_Part | None]) -> _Parts | None:
    """The parts where some pieces are still to be cut up."""
    found, origins = parts.found, parts.origins = [], []  # type: ignore[var-annotated]  # the attributes are
    upto = 0
    for i, part in enumerate(looked_up):
        if part is None:
            if upto < i:
                found += looked_up[upto:i]
                origins += range(upto, i)
                parts.abbreviated = False
            upto = i + 1
            if not _cut_up(parts, i):
                return None
    found += looked_up[upto:]
    origins += range(upto, len(looked_up))
    parts.close()
    return parts


def _cut_up(parts: _Parts, i: int) -> bool:
    """Reads the tokens of one piece; whether nothing in it can go on beyond the space."""
    pieces = parts.pieces
    piece = pieces[i]
    last = piece[-1]
    after = pieces[i + 1] if i + 1 < len(pieces) else ""
    if last in "([{-–—" or piece[0] in "-–—":
        return False
    if after and ((last.isdigit() and after[0] == "h") or after[0] in ")]}.-–—"):
        return False  # "1.5 hours", "(.5h )", "J ."
    found, inner = parts.found, parts.inner
    origins: list[int] = parts.origins  # type: ignore[assignment]  # still being made
    split = _TOKEN.split(piece)
    at, whole = 0, len(split) == 3 and not split[0] and not split[2]
    for k in range(1, len(split), 2):
        token = split[k]
        at += len(split[k - 1])
        before = len(found)
        if k + 2 < len(split):
            parts.take(token, split[k + 2])
        else:
            parts.take(token, _next_token(pieces, i) if len(token) == 1 else "")  # only a mark asks what follows
        count = len(found) - before
        origins += [i] * count
        if not whole:
            for place in range(before, before + count):
                inner[place] = (at, at + len(token))
        at += len(token)
    return True


def _next_token(pieces: list[str], i: int) -> str:
    """The first token after the piece `i`."""
    for piece in pieces[i + 1 :]:
        found = _TOKEN.search(piece)
        if found is not None:
            return found.group()
    return ""


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
    single, short, _ = _tables()
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
