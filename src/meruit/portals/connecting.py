"""How a payer's bills reach its portal is entered by the owner of the database alone.

Whoever could change a connection could send a client's bills elsewhere, so that no login that serves pages or
runs jobs may. The door is tried before it is written down, and the key is kept in a folder of the home.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING

import psycopg
from psycopg.types.json import Jsonb

from meruit.portals import sftp
from meruit.portals.profiles import profiles

if TYPE_CHECKING:
    from pathlib import Path


class CannotConnect(ValueError):
    """The connection cannot be entered; the text says why."""


def connect(
    owner_url: str, keys: Path, payer_id: int, address: sftp.Address, key: Path, *, attempt: bool = True
) -> str:
    """Enter the connection of a payer, in place of the one it had; returns the payer's name.

    `key` is copied into `keys`, readable by nobody else. With `attempt` the door is opened first.
    """
    with psycopg.connect(owner_url) as pg:
        found = pg.execute("SELECT name, delivery FROM matters_payer WHERE id = %s", [payer_id]).fetchone()
        if found is None:
            raise CannotConnect(f"There is no payer {payer_id}.")
        name, delivery = found
        if delivery not in profiles():
            raise CannotConnect(f"{name} takes its bills as {delivery}; the portals known are {', '.join(profiles())}.")
        if attempt:
            _try(address, key)
        secret = f"payer-{payer_id}"
        keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = keys / f".{secret}.part"
        part.touch(mode=0o600)
        shutil.copyfile(key, part)
        part.chmod(0o600)
        pg.execute(
            "INSERT INTO portals_connection (payer_id, portal, route, address, secret_name, active)"
            " VALUES (%s, %s, 'sftp', %s, %s, true)"
            " ON CONFLICT (payer_id) DO UPDATE SET portal = EXCLUDED.portal, route = EXCLUDED.route,"
            " address = EXCLUDED.address, secret_name = EXCLUDED.secret_name, active = true",
            [payer_id, delivery, Jsonb(asdict(address)), secret],
        )
        part.replace(keys / secret)
    return str(name)


def _try(address: sftp.Address, key: Path) -> None:
    try:
        with sftp.door(address, key) as door:
            door.outbox()
    except (sftp.NotSent, sftp.CannotRead) as error:
        raise CannotConnect(str(error)) from error
