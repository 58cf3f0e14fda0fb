"""Keeping a served process from files of the very user it runs as.

The owner's password opens every door, and on a small installation everything runs as one user, so file
permissions keep nobody out. Linux can: with Landlock (Documentation/userspace-api/landlock.rst, from 5.19) a
process gives up files for itself and all it starts, for good. It then also may not look into the memory or
the environment of a process outside, its supervisor say. Landlock only knows what stays allowed, so every
neighbour of a hidden path is allowed, up to the root; a file that appears later right beside one of those
folders stays closed to the process until the next start.

What it does not do: a process of the same user may still leave a trap for the user's next login, in a shell
profile say. docs/operations.md says what holds.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# linux/landlock.h and the system call table, which is one for all architectures since 5.1.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH, _VERSION_FLAG = 1, 1
_WRITE_FILE, _READ_FILE, _MAKE_BLOCK, _REFER = 1 << 1, 1 << 2, 1 << 11, 1 << 13
_OLDEST_ABI = 2  # before it, a confined process could not move a file between folders
_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 38, 24  # linux/prctl.h
#: What root keeps (linux/capability.h): reading and writing files, their modes, and ports below 1024.
_KEPT_CAPABILITIES = frozenset({1, 3, 10})
_LAST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class _Ruleset(ctypes.Structure):
    _fields_ = (("handled_access_fs", ctypes.c_uint64),)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def is_possible() -> bool:
    """Whether this system can hide files from a process of the same user."""
    return _libc is not None and int(_libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)) >= _OLDEST_ABI


def left_open(hidden: Sequence[Path], needed: Sequence[Path] = (), top: Path = Path("/")) -> Iterator[Path]:
    """The fewest files and folders that together are everything but `hidden`; no links, they lead elsewhere.

    In a folder that may be passed through and not listed, only the way to what is `needed` is known.
    """
    if top in hidden:
        return
    if not any(path.is_relative_to(top) for path in hidden):
        yield top
        return
    try:
        with os.scandir(top) as entries:
            names = {entry.name for entry in entries if not entry.is_symlink()}
    except (FileNotFoundError, NotADirectoryError):
        return  # what is hidden is not there (any more)
    except PermissionError:
        depth = len(top.parts)
        ways = (path for path in (*hidden, *needed) if path != top and path.is_relative_to(top))
        names = {path.parts[depth] for path in ways}
    for name in sorted(names):
        yield from left_open(hidden, needed, top / name)


class Confinement:
    """A set of rules, made once by the parent and put on by a child just before it becomes its program."""

    def __init__(self, hidden: Sequence[Path]) -> None:
        assert _libc is not None, "ask is_possible first"
        everything = (*(path.resolve() for path in hidden), *_block_devices())
        ruleset = _Ruleset(_READ_FILE | _WRITE_FILE | _REFER | _MAKE_BLOCK)
        self._descriptor = _checked(_libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.sizeof(ruleset), 0))
        needed = [Path(place).resolve() for place in (sys.executable, sys.prefix, sys.base_prefix, *sys.path)]
        for path in left_open(everything, needed):
            self._allow(path)

    def put_on(self) -> None:
        """In the child: give up what the rules do not allow, and as root nearly every privilege as well."""
        assert _libc is not None
        _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(_libc.syscall(_RESTRICT_SELF, self._descriptor, 0))
        if os.geteuid() == 0:
            for capability in range(_LAST_CAPABILITY + 1):
                if capability not in _KEPT_CAPABILITIES:
                    _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails for numbers not in use

    def close(self) -> None:
        os.close(self._descriptor)

    def _allow(self, path: Path) -> None:
        assert _libc is not None
        try:
            # O_PATH asks for nothing but a name; what vanished meanwhile needs no rule.
            opened = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return
        try:
            is_folder = stat.S_ISDIR(os.fstat(opened).st_mode)
            allowed = _READ_FILE | _WRITE_FILE | (_REFER if is_folder else 0)
            rule = _PathBeneath(allowed, opened)
            _checked(_libc.syscall(_ADD_RULE, self._descriptor, _RULE_PATH_BENEATH, ctypes.byref(rule), 0), path)
        finally:
            os.close(opened)


def both(*steps: Callable[[], None] | None) -> Callable[[], None] | None:
    """One `preexec_fn` out of several."""
    asked = [step for step in steps if step is not None]

    def prepare() -> None:
        for step in asked:
            step()

    return prepare if asked else None


def _block_devices() -> list[Path]:
    """Whole disks, which hold every file there is; root could read them."""
    with os.scandir("/dev") as entries:
        return [
            Path(entry.path)
            for entry in entries
            if not entry.is_symlink() and stat.S_ISBLK(entry.stat(follow_symlinks=False).st_mode)
        ]


def _checked(answer: int, path: Path | None = None) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), None if path is None else str(path))
    return answer
