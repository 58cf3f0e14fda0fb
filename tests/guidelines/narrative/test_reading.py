"""A narrative as units: where each stands in the text, and phrases found word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.guidelines.narrative.reading import _TOKEN, _scanned, read
from meruit.guidelines.narrative.words import ASIDE

PIECES = [
    "call", "T/C w/ OC", "w/o", "re:", "(.3)", "0.5 hrs.", "foo.bar", "..", ". ", " - ", "a.m.", "U.S.C.", "$5", "$$",
    "REVIEW", "client's", "’", "—", "\n", "[", ")", "motion papers", "letter", ",", ";", " ", "é", "12:30",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text(max_size=40))
def test_every_unit_stands_where_the_scan_found_its_pieces(text: str) -> None:
    reading = read(text)
    starts = {match.start() for match in _TOKEN.finditer(_scanned(text))}
    ends = {match.end() for match in _TOKEN.finditer(_scanned(text))}
    places = [reading.place(k) for k in range(len(reading))]
    assert all(start in starts and end in ends for start, end in places)
    assert places == [read(text).place(k) for k in reversed(range(len(reading)))][::-1], "asked in any order"


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("Saw foo.bar. Call client", ";", "."),
        ("Discuss motion papers with client", "motion papers", "motion papers"),
        ("T/C with client", "telephone call", "T/C"),
        ("DRAFT MOTION", "motion", "MOTION"),
    ],
)
def test_a_unit_is_found_in_the_text_as_written(text: str, unit: str, words: str) -> None:
    reading = read(text)
    assert unit in reading.words
    start, end = reading.place(reading.words.index(unit))
    assert text[start:end] == words


def test_the_longest_phrase_wins_and_takes_its_words_with_it() -> None:
    reading = read("Provide comments on lease")
    assert reading.words == ("provide comments on", "lease")
    assert read("Provide comments").words == ("provide", "comments")


def test_words_in_brackets_are_asides_and_an_open_bracket_reaches_to_the_end() -> None:
    for text in ("Call client (Ada Marlow) re lease", "Call client (Ada Marlow re lease"):
        reading = read(text)
        inside = [word for word, bits in zip(reading.words, reading.bits, strict=True) if bits & ASIDE]
        assert inside[:2] == ["ada", "marlow"]
        assert ("lease" in inside) is (")" not in text)
