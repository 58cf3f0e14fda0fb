"""Words and patterns of many rules as one search, in linear time.

RE2 first says which of all patterns occur at all (one pass whatever their number), and only those are
run for their places. It has no back-references and no look-around, so no client's pattern can run away.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import re2

from meruit.guidelines.params import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    # The automaton of hundreds of patterns: within this it forgets states and goes on, and never fails.
    options.max_mem = 64 << 20
    return options


def literal(phrase: str) -> str:
    """A pattern for the words of `phrase`, whole words only, any white space or hyphen between them."""
    words = [re.escape(word) for word in phrase.split()]
    start = r"\b" if phrase[:1].isalnum() else ""
    end = r"\b" if phrase[-1:].isalnum() else ""
    return start + r"[\s-]+".join(words) + end


class Phrases:
    """Patterns with a number each; `find` gives (number, start, end) in characters, all that occur.

    `all` says which patterns occur in a text, `patterns` are the single ones; both take UTF-8 bytes as well.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        options = _options()
        self.all = re2.Set.SearchSet(options)
        self.patterns = []
        for pattern in patterns:
            try:
                self.patterns.append(re2.compile(pattern, options))
            except re2.error as error:
                said = error.args[0]
                why = said.decode() if isinstance(said, bytes) else str(said)
                raise Refused(
                    f'The pattern "{pattern}" cannot be used: {why}. Patterns follow RE2: no look-around, '
                    "no back-references."
                ) from None
            self.all.Add(pattern)
        if self.patterns:
            self.all.Compile()

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Every match of every pattern that occurs, by pattern and then by place."""
        if not self.patterns or not text:
            return
        for number in sorted(self.all.Match(text) or ()):
            for match in self.patterns[number].finditer(text):
                start, end = match.span()
                yield number, start, end


def lacks(text: str, parts: tuple[str, ...]) -> bool:
    """Whether for certain none of some parts of words, in small letters, stands in a text in any case.

    Asked before a pattern that has one of the parts in each of its ways: most lines are answered by it.
    """
    if not text.isascii():
        return False  # letters beyond ASCII may be another's small letter
    small = text.lower()
    for part in parts:  # noqa: SIM110 - a loop costs a third of `any` over a generator
        if part in small:
            return False
    return True


@lru_cache(maxsize=4)
def phrases_of(patterns: tuple[str, ...]) -> Phrases:
    """These patterns made ready; a set that is judged by twice in a row is compiled once."""
    return Phrases(patterns)


_BLANKS = str.maketrans({chr(c): " " for c in range(128) if not chr(c).isalnum()})
_NOT_WORDS = re.compile(r"[\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a narrative without case, punctuation and spacing."""
    if text.isascii():
        return text.lower().translate(_BLANKS).split()
    return _NOT_WORDS.sub(" ", text.casefold()).split()


@lru_cache(maxsize=1)
def normalised(text: str) -> str:
    """The words of a narrative in one text, to tell whether two say the same.

    Several rules ask it of one line, so the last answer is kept.
    """
    return " ".join(words_of(text))
