"""Reading ahead: in order, bounded, and over when nobody listens any more."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from meruit.imports.core.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Iterator


def reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reading ahead"]


def test_what_is_read_ahead_comes_in_order_and_whole() -> None:
    assert list(ahead(range(10))) == list(range(10))
    assert list(ahead([])) == []
    assert not reading()


def test_trouble_in_the_file_is_raised_where_its_rows_are_waited_for() -> None:
    def torn() -> Iterator[int]:
        yield 1
        raise ValueError("line 2: the quotes do not close")

    taken = []
    with pytest.raises(ValueError, match="line 2"), closing(ahead(torn())) as items:
        taken.extend(iter(items.__next__, None))
    assert taken == [1]
    assert not reading()


def test_whoever_stops_early_stops_the_reading() -> None:
    made: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            made.append(len(made))
            yield made[-1]

    with closing(ahead(endless())) as items:
        assert next(items) == 0
    assert not reading()
    assert len(made) <= 5  # one taken, one waiting, one being made, and what is let go at the end
