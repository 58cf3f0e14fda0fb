"""GL-65, GL-66, GL-80: words on lines (mostly expenses) that name a charge or a tool by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_units
from meruit.guidelines.narrative.understanding import cue

if TYPE_CHECKING:
    from meruit.guidelines.narrative.understanding import Understanding

_OVERTIME, _TECHNOLOGY, _AI = cue("overtime"), cue("technology"), cue("ai")


def staff_overtime(u: Understanding) -> Detection | None:
    """Overtime and secretarial charges; not overtime pay that is the subject of the case."""
    k = u.where(_OVERTIME) if u.has(_OVERTIME) else -1
    if k < 0 or (u.tasks and u.tasks[0].at < k):
        return None
    return at_units(u, k, k, "overtime", "staff overtime and secretarial charges are overhead", "no such charge")


def technology_charge(u: Understanding) -> Detection | None:
    """Surcharges for systems and hosting."""
    k = u.where(_TECHNOLOGY) if u.has(_TECHNOLOGY) else -1
    if k < 0 or (u.tasks and u.tasks[0].at < k):
        return None
    return at_units(u, k, k, "technology", "charges for the firm's systems need approval", "an approved line at cost")


def generative_ai(u: Understanding) -> Detection | None:
    """A tool named in the text, which some clients want disclosed and not charged."""
    k = u.where(_AI) if u.has(_AI) else -1
    if k < 0:
        return None
    return at_units(
        u,
        k,
        k,
        "generative-ai",
        "the text names a generative tool",
        "the client's consent, and no charge for saved time",
    )
