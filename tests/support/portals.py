"""The rehearsal portal as a process beside a test."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-c", "from meruit.cli.portals import rehearse; rehearse()", "client-portal"]
PATIENCE_SECONDS = 20


@dataclass
class Running:
    """A started portal and how it is reached."""

    home: Path
    process: subprocess.Popen[bytes]
    address: dict[str, Any]

    def get(self, path: str = "") -> str:
        """A page as a browser reads it."""
        with urllib.request.urlopen(self.address["page"] + path, timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def post(self, path: str, **form: str) -> str:
        """Send a form of the page, with the token that the page carries."""
        token = self.get().partition('name="token" value="')[2].partition('"')[0]
        data = urllib.parse.urlencode(form | {"token": token}).encode()
        with urllib.request.urlopen(self.address["page"] + path, data, timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.process.wait()


def start(home: Path, *options: str) -> Running:
    """Start the portal in a folder, where it goes on with what it knows."""
    (home / "address.json").unlink(missing_ok=True)
    process = subprocess.Popen([*COMMAND, "--home", str(home), *options], stdout=subprocess.DEVNULL)
    until = time.monotonic() + PATIENCE_SECONDS
    while not (home / "address.json").exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("The rehearsal portal did not start.")
        time.sleep(0.02)  # waits for another process, at most PATIENCE_SECONDS
    return Running(home, process, json.loads((home / "address.json").read_text(encoding="utf-8")))


@contextlib.contextmanager
def running(home: Path, *options: str) -> Iterator[Running]:
    """A portal for the length of a block."""
    one = start(home, *options)
    try:
        yield one
    finally:
        one.kill()
