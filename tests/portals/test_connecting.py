"""A connection is entered by the owner, after its door was opened, and its key is nobody else's to read."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.conf import settings

from meruit.portals import sftp, tasks
from meruit.portals.connecting import CannotConnect, connect
from meruit.portals.models import Connection
from tests.support.bills import FEBRUARY_2
from tests.support.portals import running

if TYPE_CHECKING:
    from tests.support.firm import Firm


def test_a_door_is_tried_and_then_written_down_for_the_worker(firm: Firm, tmp_path: Path) -> None:
    keys = Path(settings.HOME) / "keys"
    with running(tmp_path, "--at", FEBRUARY_2.isoformat()) as portal:
        where = {k: portal.address[k] for k in sftp.Address.__dataclass_fields__}
        address, key = sftp.Address.read(where), Path(portal.address["firm_key"])
        elsewhere = sftp.Address.read(where | {"port": 9})
        imposter = sftp.Address.read(where | {"host_key": (tmp_path / "known_keys").read_text().strip()})
        for wrong, why in ((elsewhere, "does not answer"), (imposter, "does not answer")):
            with pytest.raises(CannotConnect, match=why):
                connect(firm.url("owner"), keys, 1, wrong, key)
        with pytest.raises(CannotConnect, match="no payer 99"):
            connect(firm.url("owner"), keys, 99, address, key)
        with pytest.raises(CannotConnect, match="takes its bills as pdf"):
            connect(firm.url("owner"), keys, 2, address, key)
        assert not Connection.objects.exists()
        assert connect(firm.url("owner"), keys, 1, address, key) == "Northwind Insurance"
        kept = keys / Connection.objects.get().secret_name
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert kept.read_bytes() == key.read_bytes()
        connect(firm.url("owner"), keys, 1, elsewhere, key, attempt=False)
        connect(firm.url("owner"), keys, 1, address, key)
        counts = tasks.listen(firm.system("portals"), FEBRUARY_2)
        assert (counts.done, counts.failed) == (1, {})
    for login in ("app", "worker"):
        with firm.sql(login) as pg, pytest.raises(psycopg.Error):
            pg.execute("UPDATE portals_connection SET address = '{}'")


def test_an_address_is_refused_by_the_name_of_what_is_wrong_with_it() -> None:
    good = {"host": "h", "port": 22, "user": "u", "host_key": "k", "inbox": "in", "outbox": "out"}
    assert sftp.Address.read(good).part("a.txt") == "in/a.txt.part"
    for wrong, name in ((good | {"password": "x"}, "password"), ({"host": "h"}, "host_key")):
        with pytest.raises(sftp.NotSent, match=name):
            sftp.Address.read(wrong)
