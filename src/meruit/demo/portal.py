"""The clients' portal of the demonstration: the rehearsal, in a process of its own, at the firm's moment."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from meruit.postgres.processes import dies_with_parent
from meruit.settings import environment

PROGRAM = (sys.executable, "-m", "meruit.cli", "rehearse", "client-portal")
PATIENCE_SECONDS = 30.0
#: It looks through its work every tenth of a second; silence for so long means that nothing is left.
QUIET_SECONDS = 0.6
#: How long this client takes: until somebody looks at a bill, decides it, and pays it.
MANNER = ("--review-days", "4", "--decide-days", "6", "--pay-days", "21")


def home_of(installation: Path) -> Path:
    """The folder of the clients' portal, beside the firm's data and no part of it."""
    return installation.with_name(installation.name + "-client-portal")


class Rehearsal:
    """Started and stopped at will; its folder remembers everything in between."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.page = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, at: datetime) -> dict[str, Any]:
        """Run it as from a moment on; returns how it is reached once it answers."""
        self.stop()
        said = self.home / "address.json"
        said.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [*PROGRAM, "--home", str(self.home), "--at", at.isoformat(timespec="seconds"), *MANNER],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
            env={k: v for k, v in os.environ.items() if not k.endswith("_URL")},
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while not said.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("The rehearsal portal did not start; its own message stands above.")
            time.sleep(0.05)
        found: dict[str, Any] = json.loads(said.read_text(encoding="utf-8"))
        self.page = found["page"]
        return found

    def settle(self) -> None:
        """Wait until it has taken in what lies in its inbox and has said all it has to say for now."""
        until = time.monotonic() + PATIENCE_SECONDS
        quiet = time.monotonic()
        seen = -1
        while time.monotonic() < until:
            said = len(list((self.home / "drop" / "outbox").glob("*")))
            waiting = [p for p in (self.home / "drop" / "inbox").glob("*") if not p.name.startswith(".")]
            if said != seen or waiting:
                seen, quiet = said, time.monotonic()
            elif time.monotonic() - quiet > QUIET_SECONDS:
                return
            time.sleep(0.05)

    def stop(self) -> None:
        """End it; what it has taken it keeps."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()
        self._process = None


def connect(owner_url: str, address: dict[str, Any]) -> None:
    """Let every payer with a portal reach it there; connections are the owner's to write."""
    key = "demo-portal"
    keys = environment.home() / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(address["firm_key"], keys / key)
    (keys / key).chmod(0o600)
    door = {name: address[name] for name in ("host", "port", "user", "host_key", "inbox", "outbox")}
    with psycopg.connect(owner_url) as pg:
        pg.execute(
            "INSERT INTO portals_connection (payer_id, portal, route, address, secret_name, active)"
            " SELECT p.id, p.delivery, 'sftp', %s, %s, true FROM matters_payer p WHERE p.delivery <> 'pdf'"
            " ON CONFLICT (payer_id) DO UPDATE SET address = EXCLUDED.address, secret_name = EXCLUDED.secret_name"
            " WHERE portals_connection.route = 'sftp'",
            [Jsonb(door), key],
        )
