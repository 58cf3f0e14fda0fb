"""All narratives of a block at once: the same places as one narrative after the other, by the public way."""

import random

import pytest

from meruit.guidelines.phrases import Phrases, literal
from meruit.screening.search import Search

PATTERNS = (
    literal("attention to"),
    r"\bdraft(?:ed|ing)?\b.{0,20}\b(motion|letter)s?\b",  # a group, and a gap that must not reach the next narrative
    r"[^;,]{0,8}, and",
    r"(?s)file.{0,30}call",
    r"\s+file",
    r"\S+\s\S+",
    r"caf.",
    r"\Bil",
    r"e\b",
    r"(?m)^draft",
)
OF_ONE_TEXT = (r"^draft", r"call$", r"\Afile", r"motion\z", r"^(?:call|file)\b.*letter$")
NOTHING_SOMEWHERE = (r"x*", r"\b", r"(?:file)?", r"$")
WORDS = ("draft", "Drafted", "motion", "letters", "attention", "to", "file", "call", ", and", ";", "café", "é", "", "x")


def narratives(chance):
    for _ in range(chance.randrange(1, 30)):
        yield " ".join(chance.choices(WORDS, k=chance.randrange(8))).strip()


def places(search, texts):
    """Each pattern that occurs with its places, by both steps."""
    return list(search.places(texts, search.which(texts)))


def slow(phrases, texts):
    """Pattern, narrative and span in bytes, found narrative by narrative with the public search."""
    for at, text in enumerate(texts):
        for pattern, start, end in phrases.find(text):
            yield pattern, at, len(text[:start].encode()), len(text[:end].encode())


@pytest.mark.parametrize("patterns", [PATTERNS, PATTERNS + OF_ONE_TEXT, PATTERNS + NOTHING_SOMEWHERE])
def test_together_gives_what_one_after_the_other_gives(patterns):
    phrases, chance = Phrases(patterns), random.Random(11)
    search, met = Search(phrases), set()
    for _ in range(300):
        texts = list(narratives(chance))
        found = places(search, [text.encode() for text in texts])
        flat = [(pattern, *place) for pattern, places in found for place in places]
        assert flat == sorted(slow(phrases, texts))
        met |= {pattern for pattern, *_ in flat}
    assert met >= set(range(len(PATTERNS)))


def test_no_match_crosses_from_one_narrative_into_the_next():
    phrases = Phrases([r"call[^;]{0,9}file", r"call(?s:.)file", r"call\nfile"])
    assert places(Search(phrases), [b"call", b"file"]) == []
    assert places(Search(phrases), [b"call file", b"call", b"file"]) == [(0, [(0, 0, 9)]), (1, [(0, 0, 9)])]


def test_no_patterns_find_nothing():
    assert places(Search(Phrases([])), [b"draft"]) == []
