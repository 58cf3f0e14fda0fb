"""Gate and pages as in life: two processes over one firm's database, each with its own login's address alone."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.firm import Firm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Served:
    """A firm that is served: its addresses, and its hands on the database."""

    firm: Firm
    web: str
    gate: str

    def link(self, mail: str) -> str:
        """A link by which somebody enrols, as the gate's command prints it."""
        made = subprocess.run(
            [sys.executable, "-m", "meruit.gate.link", mail],
            env=self._environment("gate"),
            check=True,
            capture_output=True,
            text=True,
        )
        return made.stdout.strip()

    def _environment(self, login: str) -> dict[str, str]:
        return environment(self.firm, login, self.web.rpartition(":")[2], self.gate.rpartition(":")[2])


def environment(firm: Firm, login: str, web_port: str, gate_port: str) -> dict[str, str]:
    """What one process finds: its own login's address and no other's."""
    name = {"app": "DATABASE_URL", "gate": "MERUIT_GATE_URL"}[login]
    kept = {k: v for k, v in os.environ.items() if not k.endswith("_URL") and k != "DJANGO_SETTINGS_MODULE"}
    ports = {"MERUIT_WEB_PORT": web_port, "MERUIT_GATE_PORT": gate_port}
    return kept | ports | {name: firm.url(login), "DJANGO_SETTINGS_MODULE": f"meruit.settings.{login}"}


@contextlib.contextmanager
def served(firm: Firm, logs: Path) -> Iterator[Served]:
    """Serve a firm until the block ends."""
    web_port, gate_port = (str(port) for port in _free(2))
    running = []
    for login, module, port in (("app", "meruit.web.serve", web_port), ("gate", "meruit.gate.serve", gate_port)):
        log = (logs / f"{login}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=environment(firm, login, web_port, gate_port),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        running.append((process, int(port), logs / f"{login}.log"))
    try:
        for process, port, log_path in running:
            _wait(process, port, log_path)
        yield Served(firm, f"http://localhost:{web_port}", f"http://localhost:{gate_port}")
    finally:
        for process, _, _ in running:
            process.terminate()
        for process, _, _ in running:
            process.wait(timeout=20)


def _free(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as held:
        taken = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in taken]


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until something answers on the port; a process that ended says why."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server on port {port} ended: {log.read_text(errors='replace')[-2000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"Nothing answers on port {port}: {log.read_text(errors='replace')[-2000:]}")
