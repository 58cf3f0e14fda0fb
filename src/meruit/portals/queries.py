"""What one may ask of submissions: what waits, what is stuck, what nobody understood."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from meruit.authority.errors import NotNow
from meruit.invoices.models import Invoice, Reversal
from meruit.portals import access, sftp
from meruit.portals.core import State
from meruit.portals.models import Attempt, Connection, Submission
from meruit.portals.profiles import profiles

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor
    from meruit.portals.models import StatusEvent


def to_package() -> QuerySet[Invoice]:
    """Final bills for payers with a portal, that have no e-bill yet or waited for something that was missing."""
    begun = Submission.objects.filter(invoice=OuterRef("pk")).exclude(state__in=[State.DRAFTED, State.FIRM_HOLD])
    reversed_ = Reversal.objects.filter(invoice=OuterRef("pk"))
    wanted = Invoice.objects.filter(payer__delivery__in=list(profiles()))
    return wanted.filter(~Exists(begun), ~Exists(reversed_)).order_by("pk")


def to_send() -> QuerySet[Submission]:
    """Packaged bills whose portal has a door."""
    doors = Connection.objects.filter(payer=OuterRef("invoice__payer"), active=True, route="sftp")
    return Submission.objects.filter(Exists(doors), state=State.PACKAGED).order_by("pk")


def unknown() -> QuerySet[Attempt]:
    """Attempts of which nobody knows yet what became of them."""
    return Attempt.objects.filter(outcome="unknown").select_related("submission").order_by("pk")


def silent(now: datetime) -> list[Submission]:
    """Bills that were sent and met with silence past their portal's limit, and for which nobody was alarmed."""
    waiting = Submission.objects.filter(state=State.TRANSMITTED, alarmed_at=None).order_by("pk")
    return [s for s in waiting if (limit := _silence(s.portal)) and s.sent_at and now - s.sent_at > limit]


def stuck(actor: Actor) -> QuerySet[Submission]:
    """What somebody must look at: silence, an unknown outcome, a bill held for something missing, out of sight."""
    lost = Attempt.objects.filter(submission=OuterRef("pk"), outcome="unknown")
    return (
        access.submissions(actor)
        .filter(
            Q(state=State.TRANSMITTED, alarmed_at__isnull=False)
            | Q(state__in=[State.FIRM_HOLD, State.PORTAL_HOLD, State.PORTAL_FAILED, State.LOST_SIGHT])
            | Exists(lost)
        )
        .order_by("state_since")
    )


def not_understood(actor: Actor) -> QuerySet[StatusEvent]:
    """What portals said that nobody has understood or taken note of."""
    return access.events(actor).filter(understood="", noted_at=None).order_by("pk")


def door_of(connection: Connection) -> tuple[sftp.Address, Path]:
    """Where a connection leads, and the key that opens it."""
    if not connection.active or connection.route != "sftp":
        raise NotNow(f"Payer {connection.payer_id} has no SFTP connection in use.")
    name = connection.secret_name
    if not name or Path(name).name != name:
        raise NotNow(f'"{name}" names no key in the folder of keys.')
    try:
        return sftp.Address.read(connection.address), Path(settings.HOME) / "keys" / name
    except sftp.NotSent as error:
        raise NotNow(str(error)) from error


def _silence(portal: str) -> timedelta | None:
    profile = profiles().get(portal)
    return None if profile is None else timedelta(hours=profile.alarm_hours)
