"""One process that owns the server and everything that serves: it starts them, watches them, ends them.

Each child gets an environment that holds its own secret and nobody else's, and a session of its own, so that
Ctrl-C reaches the supervisor alone, which then ends the children in order and the database last. A child that
crashes starts again, later each time. Linux ends the children also when the supervisor itself is killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meruit.postgres import confinement
from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import APP, LOGINS, WORKER
from meruit.postgres.processes import dies_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

    from meruit.postgres.cluster import Cluster
    from meruit.postgres.logins import Login

#: The first pause before a crashed child starts again, the longest one, and after how long it counts as well.
_FIRST_PAUSE, _LONGEST_PAUSE, _WELL_AFTER = 0.5, 30.0, 60.0
#: How long children may take to end, and after how long it is said what is waited for.
PATIENCE_SECONDS, _TELLS_AFTER = 6.0, 1.0
_STOPPING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep running: its name in messages, its command, and all it finds in its environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    hidden: tuple[Path, ...] = ()  # files and folders it may not open, where the system can see to that


def environment_of(
    login: Login | None, url: str | None, base: Mapping[str, str] = os.environ, **more: str
) -> dict[str, str]:
    """The environment of one child: `base` without any login's secret, then its own, then `more`.

    A secret travels as the URL in the login's variable or as `MERUIT_SECRET_<LOGIN>`; libpq's own variables
    could bring another in, or send the child to another server. The mail server's password is the worker's, a
    language model's key the pages'.
    """
    secrets = {each.variable for each in LOGINS}
    secrets |= {name for name, whose in (("MERUIT_SMTP", WORKER), ("MERUIT_MODEL_KEY", APP)) if login is not whose}
    kept = {
        name: value
        for name, value in base.items()
        if name not in secrets and not name.startswith(("PG", "MERUIT_SECRET_"))
    }
    if login is not None and url is not None:
        kept[login.variable] = url
    return kept | more


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    crashes: int = 0
    due: float = 0.0  # when it starts (again)
    confinement: confinement.Confinement | None = field(default=None, repr=False)


class Supervisor:
    """Runs `children` until it is told to stop; `cluster`, when given, is already started and ends last."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        cluster: Cluster | None = None,
        say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._running = [_Running(child) for child in children]
        self._cluster = cluster
        self._say = say
        self._patience = patience_seconds
        self._asked_to_stop = 0

    def run(self) -> int:
        """Until SIGINT, SIGTERM or SIGHUP; a second one loses patience. Main thread only."""
        with self._woken_by_signals() as woken:
            try:
                if any(each.child.hidden for each in self._running) and not confinement.is_possible():
                    self._say(
                        "This system cannot hide the owner's secret from what runs as the same user; "
                        "docs/operations.md says what that means."
                    )
                while not self._asked_to_stop:
                    self._watch_cluster()
                    for each in self._running:
                        self._watch(each)
                    self._sleep(woken, self._next_due())
            finally:
                self._end_children(woken)
                self._end_cluster()
        return 0

    # One child

    def _watch(self, each: _Running) -> None:
        now = time.monotonic()
        if each.process is not None and (status := each.process.poll()) is not None:
            _end_group(each.process, _KILL)  # what it started itself
            each.process = None
            each.crashes = 1 if now - each.began >= _WELL_AFTER else each.crashes + 1
            pause = min(_FIRST_PAUSE * 2 ** (each.crashes - 1), _LONGEST_PAUSE)
            each.due = now + pause
            self._say(f"{each.child.name} ended {_how(status)}; it starts again in {pause:g} s.")
        if each.process is None and each.due <= now and not self._asked_to_stop:
            self._start(each)

    def _start(self, each: _Running) -> None:
        if each.child.hidden and each.confinement is None and confinement.is_possible():
            each.confinement = confinement.Confinement(each.child.hidden)
        put_on = None if each.confinement is None else each.confinement.put_on
        try:
            each.process = subprocess.Popen(
                each.child.command,
                env=dict(each.child.environment),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=confinement.both(dies_with_parent(signal.SIGTERM), put_on),
            )
        except OSError as error:
            raise PostgresRefused(f"{each.child.name} cannot be started: {each.child.command[0]}: {error}.") from error
        each.began = time.monotonic()
        self._say(f"{each.child.name} started (process {each.process.pid}).")

    # The database

    def _watch_cluster(self) -> None:
        if self._cluster is None or self._cluster.pid is not None:
            return
        self._say("The database ended by itself; it recovers now.")
        self._cluster.revive(give_up=lambda: bool(self._asked_to_stop))
        if not self._asked_to_stop:
            self._say(f"The database is back (process {self._cluster.pid}).")

    def _end_cluster(self) -> None:
        if self._cluster is not None:
            patience = threading.Timer(_TELLS_AFTER, self._say, ["The database writes what it holds to disk."])
            patience.start()
            try:
                self._cluster.stop()
            finally:
                patience.cancel()
            self._say("The database has ended.")

    # The end

    def _end_children(self, woken: socket.socket) -> None:
        alive = [each for each in reversed(self._running) if each.process is not None]
        if alive:
            self._say(f"Ending {', '.join(each.child.name for each in alive)}.")
        for each in alive:
            assert each.process is not None
            _end_group(each.process, signal.SIGTERM)
        began, asked, told = time.monotonic(), self._asked_to_stop, False
        while at_work := [e.child.name for e in alive if e.process is not None and e.process.poll() is None]:
            taken = time.monotonic() - began
            if taken >= self._patience or self._asked_to_stop > max(asked, 1):
                break
            if not told and taken >= _TELLS_AFTER:
                told = True
                left = f"{self._patience - taken:.0f} s more"
                self._say(
                    f"Waiting up to {left} for {', '.join(at_work)} to finish what is under way; Ctrl-C once more does "
                    "not wait."
                )
            self._sleep(woken, self._patience - taken if told else min(_TELLS_AFTER, self._patience) - taken)
        for each in alive:
            assert each.process is not None
            if each.process.poll() is None:
                self._say(f"{each.child.name} did not end in time and is killed.")
            _end_group(each.process, _KILL)
            each.process.wait()
            each.process = None
        for each in self._running:
            if each.confinement is not None:
                each.confinement.close()
                each.confinement = None

    # Time and signals

    def _next_due(self) -> float | None:
        waiting = [each.due for each in self._running if each.process is None]
        return max(min(waiting) - time.monotonic(), 0) if waiting else None

    def _sleep(self, woken: socket.socket, seconds: float | None) -> None:
        """Until a signal arrives, a child's end among them, or the time is up."""
        if select.select([woken], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                woken.recv(4096)

    @contextlib.contextmanager
    def _woken_by_signals(self) -> Iterator[socket.socket]:
        """Signals write a byte into a socket, so that none is missed between a look and the next sleep."""
        reading, writing = socket.socketpair()
        reading.setblocking(False)
        writing.setblocking(False)
        before = {sign: signal.signal(sign, self._note_stop) for sign in _STOPPING_SIGNALS}
        if hasattr(signal, "SIGCHLD"):
            before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda sign, frame: None)
        wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(wakeup)
            for sign, handler in before.items():
                signal.signal(sign, handler)
            reading.close()
            writing.close()

    def _note_stop(self, sign: int, frame: FrameType | None) -> None:
        self._asked_to_stop += 1


_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _end_group(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    """Signal a child and whatever it started; its session's number is its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, sign)
        else:
            process.send_signal(sign)


def _how(status: int) -> str:
    if status >= 0:
        return f"with status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"
