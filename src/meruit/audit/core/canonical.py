"""Canonical JSON: one value, one sequence of bytes, so that a hash over it means something.

The rule, in full (close to RFC 8785, stricter on numbers):

1. UTF-8, no byte order mark, no white space outside strings.
2. Object keys are strings, each at most once, sorted by code point (the order of their UTF-8 bytes).
3. In strings only `"`, `\\` and U+0000 to U+001F are escaped: `\\b \\t \\n \\f \\r` by letter, the others as
   `\\u00xx` in lower case. Everything else stands as itself; a lone surrogate is refused.
4. Numbers are whole, between -(2**53 - 1) and 2**53 - 1, written without sign of plus, leading zero, point
   or exponent. There are no fractions: money, hours and rates are text, so no reader makes floats of them.
5. `true`, `false`, `null` as they are.
"""

from __future__ import annotations

import json
from typing import Final, TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

#: Beyond this a reader in JavaScript loses digits without a word (RFC 8785 section 3.2.2.3, RFC 7493 2.2).
LARGEST_INTEGER: Final = 2**53 - 1
#: Readers in many languages give up between 100 and 1,000 levels.
DEEPEST: Final = 64

_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


class NotCanonical(ValueError):
    """A value that has no canonical bytes, named by its place."""


def encode(value: Json) -> bytes:
    """The canonical bytes of `value`; refuses what the rule does not allow."""
    _check(value, "")
    try:
        return _encoder.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical(
            f"A text holds half a surrogate pair ({error.object[error.start]!r}), which UTF-8 cannot write."
        ) from error


def read_exactly(text: str) -> Json:
    """Reads JSON whose numbers may have fractions (a row as jsonb) without rounding any of them.

    A number with a point or an exponent, or beyond `LARGEST_INTEGER`, becomes the text it was written as. So does
    what is nested deeper than `DEEPEST`: a row that somebody made to choke readers must not stop the sealer.
    """
    try:
        value: Json = json.loads(text, parse_float=str, parse_int=_whole, parse_constant=_refuse_constant)
    except RecursionError:
        return text
    return value if _depth_within(value, DEEPEST) else text


def pointer(parent: str, step: str | int) -> str:
    """One step further in a JSON pointer (RFC 6901)."""
    return f"{parent}/{str(step).replace('~', '~0').replace('/', '~1')}"


def _check(value: object, place: str) -> None:
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return
    if isinstance(value, int) and kind is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise NotCanonical(f"{place or '/'} is {value}; a whole number beyond 2**53 - 1 is written as text.")
    elif isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not str:
                raise NotCanonical(f"{place or '/'} has the key {key!r}; keys are text.")
            _check(item, pointer(place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, pointer(place, index))
    else:
        raise NotCanonical(
            f"{place or '/'} is {value!r} of type {kind.__name__}; a record holds text, whole numbers, true, "
            "false, null, lists and objects, and money as text."
        )


def _depth_within(value: Json, levels: int) -> bool:
    if isinstance(value, dict):
        return levels > 0 and all(_depth_within(item, levels - 1) for item in value.values())
    if isinstance(value, list):
        return levels > 0 and all(_depth_within(item, levels - 1) for item in value)
    return True


def _whole(digits: str) -> int | str:
    # A number of 16 digits or fewer is compared as a number; a longer one is text without being read.
    if len(digits) > 17:
        return digits
    number = int(digits)
    return number if -LARGEST_INTEGER <= number <= LARGEST_INTEGER else digits


def _refuse_constant(name: str) -> Json:
    raise NotCanonical(f"{name} is not a number that a record can hold.")
