"""One door, several payers: who is listened to, and who only looks as if he stood behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from meruit.authority.acts import moment
from meruit.portals import tasks
from meruit.portals.models import Connection
from tests.portals.test_sending import NOWHERE
from tests.support.portals import connect

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.firm import Firm


def test_a_door_is_listened_to_although_another_payer_goes_there_by_hand(firm: Firm, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("not used here")
    connect(firm, NOWHERE | {"firm_key": str(key)}, payer=2)
    (door,) = Connection.objects.all()
    with firm.sql("owner") as pg:
        pg.execute(
            "INSERT INTO portals_connection (id, payer_id, portal, route, address, secret_name, active)"
            " OVERRIDING SYSTEM VALUE VALUES (0, 1, 'client-portal', 'by hand', %s, '', true)",
            [json.dumps(door.address)],
        )
    assert list(tasks.doors(firm.system("listen"), moment())) == [str(door.pk)]
