"""Canonical JSON: one value, one sequence of bytes, and nothing that two readers could read in two ways."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meruit.audit.core import NotCanonical, encode, read_exactly

if TYPE_CHECKING:
    from meruit.audit.core import Json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, False, None]}, b'{"a":[true,false,null],"b":1}'),
        ({}, b"{}"),
        ([[], ""], b'[[],""]'),
        (-0, b"0"),
        (2**53 - 1, b"9007199254740991"),
        ("Ōkubo – café", "“Ōkubo – café”".replace("“", '"').replace("”", '"').encode()),
        ('"\\/', b'"\\"\\\\/"'),
        ("\b\t\n\f\r\x00\x1f\x7f", b'"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f"'),
        ("\u2028\ufeff", '"\u2028\ufeff"'.encode()),
        # By code point, where RFC 8785 sorts by UTF-16 unit: U+FF5E stands before U+1F600.
        ({"😀": 1, "～": 2, "a": 3}, '{"a":3,"～":2,"😀":1}'.encode()),
    ],
)
def test_the_bytes_are_exactly_these(value: Json, expected: bytes) -> None:
    assert encode(value) == expected


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (0.5, "/ is 0.5 of type float"),
        ({"a": {"b/c": [1, 2.0]}}, "/a/b~1c/1 is 2.0"),
        ({"amount": Decimal("1.50")}, "/amount is Decimal"),
        ({"on": date(2026, 11, 24)}, "/on is datetime.date"),
        ({"n": 2**53}, "beyond 2[*][*]53 - 1"),
        ({"n": -(2**53)}, "beyond 2[*][*]53 - 1"),
        ({1: "a"}, "the key 1"),
        ({"t": ("a",)}, "of type tuple"),
        ({"b": b"bytes"}, "of type bytes"),
        ("\ud800", "half a surrogate pair"),
        ({"\udfff": 1}, "half a surrogate pair"),
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(value: Json, place: str) -> None:
    with pytest.raises(NotCanonical, match=place):
        encode(value)


@given(VALUES)
def test_bytes_read_back_to_the_value_and_to_the_same_bytes(value: Json) -> None:
    written = encode(value)
    assert json.loads(written) == value
    assert encode(json.loads(written)) == written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"amount": 12.50, "hours": 0.1}', {"amount": "12.50", "hours": "0.1"}),
        ("[1, -7, 9007199254740991]", [1, -7, 2**53 - 1]),
        (
            "[9007199254740992, 123456789012345678901234567890]",
            ["9007199254740992", "1" + "23456789012345678901234567890"],
        ),
        ("1e400", "1e400"),
        ("null", None),
    ],
)
def test_a_row_is_read_without_rounding(text: str, value: Json) -> None:
    assert read_exactly(text) == value
    assert type(read_exactly(text)) is type(value)


def test_not_a_number_is_refused_in_a_row() -> None:
    with pytest.raises(NotCanonical, match="NaN is not a number"):
        read_exactly('{"amount": NaN}')
