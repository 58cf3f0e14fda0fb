"""A bill that its portal has not answered for forty days: uploaded by hand where no file can be sent, and forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import psycopg

from meruit.demo.plan import BY_HAND, TONIGHT, Fault
from meruit.desk import carrying
from meruit.portals import actions as portals
from meruit.portals.core import State
from meruit.portals.models import Submission

if TYPE_CHECKING:
    from meruit.demo.build import Build

DAYS = 40
#: The moment at which a person uploaded it, in the morning of the client's own clock.
SINCE: datetime = TONIGHT - timedelta(days=DAYS, hours=8)


def close_the_door(owner_url: str, payer_id: int) -> None:
    """Let one payer's portal take bills on its page alone; connections are the owner's to write."""
    with psycopg.connect(owner_url) as pg:
        pg.execute(
            "INSERT INTO portals_connection (payer_id, portal, route, address, secret_name, active)"
            " SELECT p.id, p.delivery, 'by hand', '{}', '', true FROM matters_payer p WHERE p.id = %s",
            [payer_id],
        )


def fall(build: Build) -> Fault:
    """Take the client's bill to its portal by hand; nobody hears of it again. The fault, as it is listed."""
    build.at(SINCE)
    payer = build.made.payers[BY_HAND, "client"]
    waiting = Submission.objects.filter(invoice__payer=payer, state=State.PACKAGED).order_by("pk").first()
    assert waiting is not None  # every client is billed each month
    attempt = carrying.take(build.specialist, waiting.pk)
    portals.settle_by_person(build.specialist, attempt.pk, arrived=True, how="Uploaded on its page; no number shown")
    build.say("a bill taken by hand", 1, 1)
    return Fault(
        what="stuck bill",
        where=waiting.invoice.number,
        rule="stuck",
        says=f"uploaded by hand and not answered for {DAYS} days",
    )
