"""How Python runs while rows are read by the hundred thousand in one thread and handed to the database in another.

It looks for cycles among its objects after every few hundred new lists. Rows have none, and each full look costs as
much as reading some thousand of them, so meanwhile it looks a hundred times less often; what is in no cycle is
freed at once as always. And a thread that has computed without a pause is asked to let another one go on after 5 ms:
whoever talks to the database would lose that much at every answer, and the server would wait for him.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM, _TURN_SECONDS = 70_000, 0.0005
_lock = threading.Lock()
_running = 0
_usual = (gc.get_threshold(), sys.getswitchinterval())


@contextmanager
def bulk() -> Iterator[None]:
    """Run at the pace of an import, until the last of those who asked for it is done."""
    global _running, _usual
    with _lock:
        if not _running:
            _usual = (gc.get_threshold(), sys.getswitchinterval())
            gc.set_threshold(_SELDOM, *_usual[0][1:])
            sys.setswitchinterval(min(_TURN_SECONDS, _usual[1]))
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if not _running:
                gc.set_threshold(*_usual[0])
                sys.setswitchinterval(_usual[1])
