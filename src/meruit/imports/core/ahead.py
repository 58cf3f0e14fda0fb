"""Reading ahead: the next chunk of a file is read while the database takes the one before.

One thread reads and hands over whole chunks; at most one waits, so that memory stays bounded.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable
from typing import TypeVar

Row = TypeVar("Row")


def ahead(source: Iterable[Row]) -> Generator[Row, None, None]:
    """The same, each item made by another thread while the one before is worked on.

    What the source raises is raised here, in its place. A consumer that stops early stops the thread as well.
    """
    ready: queue.Queue[tuple[Row] | BaseException | None] = queue.Queue(maxsize=1)
    left = threading.Event()

    def make() -> None:
        try:
            for item in source:
                ready.put((item,))
                if left.is_set():
                    return
            ready.put(None)
        except BaseException as trouble:  # handed over whole: it is raised where the rows are waited for
            ready.put(trouble)

    thread = threading.Thread(target=make, name="reading ahead", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        left.set()
        while thread.is_alive():  # it may wait to hand over what nobody takes
            _empty(ready)
            thread.join(0.05)


def _empty(ready: queue.Queue[tuple[Row] | BaseException | None]) -> None:
    try:
        ready.get_nowait()
    except queue.Empty:
        return
