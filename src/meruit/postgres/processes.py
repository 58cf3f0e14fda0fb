"""Starting a process that cannot outlive the one that started it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_parent(sign: signal.Signals, umask: int = 0o077) -> Callable[[], None] | None:
    """A `preexec_fn` that has Linux send `sign` to the child when its parent dies, also by kill -9.

    Linux means the *thread* that started the child, so start children from one that stays. A change of user
    clears the wish, and `subprocess` changes the user before it calls this. Elsewhere there is no such
    wish; what is left over is found and stopped at the next start.
    """
    if os.name != "posix":
        return None
    parent = os.getpid()

    def prepare() -> None:
        os.umask(umask)
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
            if os.getppid() != parent:  # it died between fork and the line above
                os._exit(1)

    return prepare
