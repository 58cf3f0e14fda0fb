"""How this firm bills this payer, in words: kept by whoever prepares, checked on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, today
from meruit.authority.errors import Invalid
from meruit.firm import access
from meruit.firm.models import Playbook

if TYPE_CHECKING:
    from meruit.authority.acts import Actor

FIELDS = ("cadence", "format", "portal", "steps", "quirks")


def keep_playbook(
    actor: Actor, payer_id: int, *, cadence: str, format: str, portal: str = "", steps: str, quirks: str = ""
) -> Playbook:
    """Write a payer's playbook, or write it anew; it counts as checked today."""
    authority_access.require(actor, *authority_access.PREPARES)
    payer = access.payer(actor, payer_id)
    said = {"cadence": cadence, "format": format, "portal": portal, "steps": steps, "quirks": quirks}
    said = {name: text.strip() for name, text in said.items()}
    for name, wanted in (
        ("cadence", "how often it is billed"),
        ("format", "in which format"),
        ("steps", "what is done"),
    ):
        if not said[name]:
            raise Invalid(f"A playbook says {wanted}.")
    with acting(actor):
        former = Playbook.objects.filter(payer=payer).first()
        made, _ = Playbook.objects.update_or_create(payer=payer, defaults=said | {"checked_on": today()})
        note(
            "playbook.kept",
            "firm_playbook",
            made.pk,
            before=None if former is None else {name: getattr(former, name) for name in FIELDS},
            after=said,
        )
    return made
