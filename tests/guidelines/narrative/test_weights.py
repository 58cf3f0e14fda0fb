"""Tables of weights: what they hold likeliest, and that packing and learning keep to plain arithmetic."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.guidelines.narrative.fitting import fit
from meruit.guidelines.narrative.weights import UNIT, Weights

CODES = ("L110", "L120", "L330")
WEIGHT = st.integers(-3000, 3000)
ROW = st.lists(st.tuples(st.integers(0, 2), WEIGHT), max_size=3, unique_by=lambda pair: pair[0]).map(tuple)


def plain(table: Weights, told: list[str], permitted: frozenset[str] | None) -> dict[str, float]:
    """The shares by the definition: sums, divided by the root of the number of features, through the softmax."""
    sums = list(table.base)
    for feature in told:
        for at, weight in table.of.get(feature, ()):
            sums[at] += weight
    scale = UNIT / math.sqrt(len(told) + 1)
    raised = {
        code: math.exp(one * scale)
        for code, one in zip(table.codes, sums, strict=True)
        if permitted is None or code in permitted
    }
    return {code: one / sum(raised.values()) for code, one in raised.items()}


@given(
    base=st.lists(WEIGHT, min_size=3, max_size=3),
    rows=st.dictionaries(st.sampled_from(["w motion", "p motion compel", "s motio", "verb draft"]), ROW, min_size=1),
    permitted=st.none() | st.frozensets(st.sampled_from(CODES), min_size=1),
)
def test_shares_are_those_of_plain_sums(
    base: list[int], rows: dict[str, tuple[tuple[int, int], ...]], permitted: frozenset[str] | None
) -> None:
    table = Weights(CODES, tuple(base), {"w known": (), **rows})
    told = ["w known", *rows, "w never seen"]
    wanted = plain(table, told, permitted)
    found = table.likeliest(told, permitted)
    assert found is not None
    assert found.share == pytest.approx(wanted[found.code], abs=5e-4)
    assert found.share == pytest.approx(max(wanted.values()), abs=5e-4)
    others = [share for code, share in wanted.items() if code != found.code]
    assert found.next == pytest.approx(max(others, default=0.0), abs=5e-4)
    assert table.shares(told, permitted) == pytest.approx(wanted)
    assert Weights.from_plain(table.to_plain()) == table


def test_a_table_says_nothing_of_a_text_whose_words_it_does_not_know() -> None:
    table = Weights(CODES, (0, 0, 0), {"w motion": ((2, 400),), "verb draft": ((0, 900),)})
    assert table.likeliest(["w kiln", "verb draft"], None) is None
    assert table.likeliest(["w motion"], frozenset()) is None
    assert table.likeliest(["w motion"], frozenset({"B110"})) is None
    assert table.because(["w motion", "verb draft"], "L330") == "motion"


def test_what_speaks_besides_the_text_adds_to_the_score() -> None:
    table = Weights(CODES, (0, 0, 0), {"w letter": ((0, 100), (1, 90))})
    before, after = table.likeliest(["w letter"], None), table.likeliest(["w letter"], None, {"L120": 1.0})
    assert before is not None
    assert after is not None
    assert (before.code, after.code) == ("L110", "L120")


def test_learning_tells_words_apart_and_leaves_alone_what_rows_are_silent_of() -> None:
    rows = [(["w kiln", "w glaze"], "L110"), (["w motion", "w glaze"], "L330")] * 20
    first = fit(rows)
    assert fit(rows) == first
    kiln = first.likeliest(["w kiln"], None)
    assert kiln is not None
    assert (kiln.code, kiln.share > 0.8) == ("L110", True)
    later = fit([(["w motion"], "L120")] * 40, first)
    moved, kept = later.likeliest(["w motion"], None), later.likeliest(["w kiln"], None)
    assert moved is not None
    assert kept is not None
    assert (moved.code, kept.code) == ("L120", "L110")
    told = [{table.codes[at]: weight for at, weight in table.of["w kiln"]} for table in (first, later)]
    assert told[0] == told[1]
