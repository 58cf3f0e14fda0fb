"""Python looks for cycles among its objects after every few hundred new lists; rows by the hundred thousand have none.

Each full look costs as much as reading some thousand rows, so during an import they are made a hundred times less
often. What is in no cycle is freed at once as always.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 70_000
_lock = threading.Lock()
_running = 0
_usual = gc.get_threshold()


@contextmanager
def seldom() -> Iterator[None]:
    """Have the collector of cycles run seldom, until the last of those who asked for it is done."""
    global _running, _usual
    with _lock:
        if not _running:
            _usual = gc.get_threshold()
            gc.set_threshold(_SELDOM, *_usual[1:])
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if not _running:
                gc.set_threshold(*_usual)
