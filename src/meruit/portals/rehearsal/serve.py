"""The portal as a process: the door, the page and the work behind them, until it is stopped or killed."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from meruit.portals.rehearsal import door, page
from meruit.portals.rehearsal.client import Manner, Portal
from meruit.portals.rehearsal.clock import Clock
from meruit.portals.rehearsal.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: Where a started portal says how it is reached.
ADDRESS = "address.json"
#: How often the client's work is looked through.
TICK_SECONDS = 0.1

logger = logging.getLogger(__name__)


def serve(
    home: Path,
    manner: Manner,
    clock: Clock,
    *,
    port: int,
    sftp_port: int,
    ready: Callable[[Mapping[str, object]], None],
) -> None:
    """Run the portal in `home` until SIGINT or SIGTERM; `ready` is told how it is reached."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    portal = Portal(Store(home), manner, clock.now)
    asyncio.run(_serve(home, portal, clock, port, sftp_port, ready))


async def _serve(
    home: Path,
    portal: Portal,
    clock: Clock,
    port: int,
    sftp_port: int,
    ready: Callable[[Mapping[str, object]], None],
) -> None:
    host_key, known, firm_key = door.keys(home)
    stop, work = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    accepting = await door.listen(
        portal.store.drop,
        portal.manner,
        host="127.0.0.1",
        port=sftp_port,
        host_key=host_key,
        known=known,
        arrived=work.set,
    )
    pages = page.serve(page.Desk(portal, clock), port)
    address = {
        "page": f"http://127.0.0.1:{pages.server_address[1]}/",
        "host": "127.0.0.1",
        "port": accepting.get_port(),
        "user": door.USER,
        "host_key": door.public_line(host_key),
        "inbox": "inbox",
        "outbox": "outbox",
        "firm_key": str(firm_key),
    }
    part = home / f".{ADDRESS}.part"
    part.write_text(json.dumps(address, indent=1), encoding="utf-8")
    part.replace(home / ADDRESS)
    ready(address)
    try:
        while not stop.is_set():
            await _tick(portal)
            waits = [asyncio.create_task(event.wait()) for event in (stop, work)]
            await asyncio.wait(waits, timeout=TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for one in waits:
                one.cancel()
            work.clear()
    finally:
        (home / ADDRESS).unlink(missing_ok=True)
        accepting.close()
        pages.shutdown()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(accepting.wait_closed(), 1)


async def _tick(portal: Portal) -> None:
    try:
        await asyncio.to_thread(portal.tick)
    except Exception:  # one file that cannot be dealt with must not take the portal down for the others
        logger.exception("The portal could not do all that was due.")
