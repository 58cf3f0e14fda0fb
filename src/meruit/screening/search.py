"""Many patterns in many narratives: which occur where, at the speed of the automata.

RE2's set says in one pass over a narrative which patterns occur in it (`which`). A pattern's places are then
sought in all narratives that hold it at once (`places`), joined by line breaks that its automaton cannot cross:
one call for each place, where narrative by narrative it takes another for each to learn that there is no more.

The compiled objects are called past the wrapper that google-re2 puts around them (generators and match
objects cost more than the search); a test holds that the public way finds the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import re2
from re2 import _re2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from meruit.guidelines.phrases import Phrases

    #: anchor, text, from, to -> the span of the first match, (-1, -1) where there is none.
    Match = Callable[[object, bytes, int, int], tuple[tuple[int, int]]]
    #: Number of the narrative, start and end in its bytes.
    Place = tuple[int, int, int]

_ANYWHERE = _re2.RE2.Anchor.UNANCHORED
#: Ends of a text, and any byte: these would take the end of a narrative for something else once it is joined.
_OF_ONE_TEXT = re.compile(r"(?<!\[)\^|\$|\\[AzC]")


def _alone() -> re2.Options:
    """Options of one pattern: places only, and no match that crosses a line break."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    options.never_nl = True
    return options


class Search:
    """The patterns of a set, searched in UTF-8 narratives without line breaks."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        # Compiled when it first occurs: most patterns of a client occur in few files.
        self._match: dict[int, Match | None] = {}

    def which(self, texts: Sequence[bytes]) -> list[list[int]]:
        """The patterns that each narrative holds, in no order."""
        if not self.phrases.patterns:
            return [[] for _ in texts]
        found: list[list[int]] = list(map(self.phrases.all._set.Match, texts))
        if not all(texts):  # a blank narrative says nothing, whatever a pattern makes of it
            return [patterns if text else [] for text, patterns in zip(texts, found, strict=True)]
        return found

    def places(self, texts: Sequence[bytes], which: Iterable[Sequence[int]]) -> Iterator[tuple[int, list[Place]]]:
        """Each pattern that occurs by `which`, in their order, with its places in the order of the narratives."""
        holders: defaultdict[int, list[int]] = defaultdict(list)
        for at, patterns in enumerate(which):
            for pattern in patterns:
                holders[pattern].append(at)
        for pattern in sorted(holders):
            yield pattern, self._places(pattern, holders[pattern], texts)

    def _places(self, pattern: int, holders: list[int], texts: Sequence[bytes]) -> list[Place]:
        """Where a pattern occurs in the narratives of which the set says that they hold it."""
        if pattern not in self._match:
            self._match[pattern] = self._compiled(pattern)
        match = self._match[pattern]
        if match is None:
            return self._one_by_one(pattern, holders, texts)
        held = [texts[at] for at in holders]
        joined = b"\n".join(held)
        size = len(joined)
        found: list[Place] = []
        following = zip(holders, map(len, held), strict=True)
        at, begin, stop, position = -1, 0, -1, 0
        while True:
            ((start, end),) = match(_ANYWHERE, joined, position, size)
            if start < 0:
                return found
            if start == end:
                return self._one_by_one(pattern, holders, texts)
            while start > stop:
                at, length = next(following)
                begin = stop + 1
                stop = begin + length
            found.append((at, start - begin, end - begin))
            position = end

    def _one_by_one(self, pattern: int, holders: list[int], texts: Sequence[bytes]) -> list[Place]:
        """The same for patterns that speak of the ends of a text, or match nothing at all somewhere."""
        found: list[Place] = []
        search = self.phrases.patterns[pattern].finditer
        for at in holders:
            text = texts[at].decode()
            for match in search(text):
                start, end = match.span()
                found.append((at, len(text[:start].encode()), len(text[:end].encode())))
        return found

    def _compiled(self, pattern: int) -> Match | None:
        """The automaton of one pattern; None where narratives must not be joined for it."""
        text = self.phrases.patterns[pattern].pattern
        if _OF_ONE_TEXT.search(text):
            return None
        match: Match = _re2.RE2(text.encode(), _alone()).Match
        return match
