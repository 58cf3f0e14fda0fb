"""The rehearsal portal as a process beside a test, and the bills that are sent to it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from meruit.invoices import actions as invoices
from tests.support.bills import FEBRUARY_2, approved, drafted, letterhead, released
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from meruit.invoices.models import Invoice
    from meruit.timesheets.actions import NewEntry
    from tests.support.firm import Firm

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


#: Ben's January for Northwind: one entry that passes, two that the client cuts, and copies that cost too much.
WORK = (
    hours(narrative="Draft answer to complaint of J. Doe", time="1.5"),
    hours(narrative="Review file", time="0.4", on="2026-01-15"),
    hours(narrative="Call adjuster Cole; draft letter to court; review lease of 2019", time="2.0", on="2026-01-16"),
    cost(units="40", price="0.25"),
)


def connect(firm: Firm, address: Mapping[str, Any], payer: int = 1, matter: int = 1) -> None:
    """Northwind's bills go to this portal, which the owner enters as an installation does."""
    keys = Path(settings.HOME) / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    name = f"{firm.name}-{payer}"
    (keys / name).write_bytes(Path(address["firm_key"]).read_bytes())
    where = {k: address[k] for k in ("host", "port", "user", "host_key", "inbox", "outbox")}
    with firm.sql("owner") as pg:
        pg.execute(
            "INSERT INTO portals_connection (payer_id, portal, route, address, secret_name, active)"
            " VALUES (%s, 'client-portal', 'sftp', %s, %s, true)"
            " ON CONFLICT (payer_id) DO UPDATE SET address = EXCLUDED.address, secret_name = EXCLUDED.secret_name",
            [payer, json.dumps(where), name],
        )
        pg.execute(
            "INSERT INTO matters_matterid (matter_id, payer_id, portal, name, value)"
            " VALUES (%s, %s, '', 'client_matter_id', 'NW-77') ON CONFLICT DO NOTHING",
            [matter, payer],
        )


def issued(firm: Firm, work: Sequence[NewEntry] = WORK, matter: int = 1) -> Invoice:
    """A final bill of Ben's January, issued on 2 February."""
    agree_rates(firm)
    letterhead(firm)
    firm.at(FEBRUARY_2)
    return billed(firm, work, matter)


def billed(firm: Firm, work: Sequence[NewEntry] = WORK, matter: int = 1) -> Invoice:
    """Another one, where rates and letterhead stand already."""
    firm.use("app")
    released(firm, [replace(one, matter_id=matter) for one in work])
    prebill = drafted(firm, matter)
    approved(firm, prebill)
    (invoice,) = invoices.issue(firm.cleo, prebill)
    return invoice
