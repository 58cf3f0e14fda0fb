"""GL-32, GL-49, GL-50: time spent on the way or waiting."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import CAPITAL, EVENT, NUMBER, PERSON, TRAVEL, WAIT, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.understanding import Understanding

_TRAVEL, _REDUCED, _LOCAL = cue("travel"), cue("reduced"), cue("local")
#: A journey of more than this is not across town.
_LOCAL_HOURS = Decimal("1.0")
_WAITING = cue("waiting")
_SURE, _PART_OF = group("travelling.sure"), group("travelling.part-of") | {","}
_WHY_WAITING, _WORK_MEANWHILE = "waiting is not work on the matter", "the work done while waiting, described"


#: A line that is nothing but a way: how it ends, and how it begins.
_THERE_AND_BACK = ("and back", "and return", "and home")
_GOING = frozenset({"to", "from", "go", "went", "going", "hotel", "office", "courthouse"})


def travel_unit(u: Understanding) -> int:
    """The word that shows travel time, or -1: a task of travelling, or travel named as part of another."""
    if u.kinds & TRAVEL:
        return next(task.at for task in u.tasks if task.kinds & TRAVEL)
    words, bits = u.reading.words, u.reading.bits
    if not u.kinds and words and words[0] in _GOING and " ".join(words[-2:]).endswith(_THERE_AND_BACK):
        return 0  # "To courthouse and back", "Hotel to court and return"
    if not u.has(_TRAVEL):
        return -1
    for k, found in enumerate(u.reading.unit_cues):
        if found & _TRAVEL:
            counted = words[k] == "travel" and k and (bits[k - 1] & NUMBER or words[k - 1] in _PART_OF)
            if words[k] in _SURE or counted or words[k] == "trip" or (words[k] == "to courthouse" and not u.tasks):
                return k
    return -1


def travel_time(u: Understanding, *, pct: int = 50) -> Detection | None:
    """Travel without a stated reduced rate. `pct` 100 means that the client pays travel as work."""
    if pct >= 100:
        return None
    k = travel_unit(u)
    if k < 0 or u.has(_REDUCED) or _local(u, k):
        return None
    return at_units(
        u,
        k,
        k,
        "travel",
        "travel time is billed and no reduced rate is stated",
        f"a line of its own with start, end, miles and approval, billed at {pct} % where the client pays travel",
    )


def local_travel(u: Understanding, *, pct: int = 0) -> Detection | None:
    """Travel across town: to the courthouse and back."""
    k = travel_unit(u)
    if pct >= 100 or k < 0 or u.has(_REDUCED) or not _local(u, k):
        return None
    return at_units(u, k, k, "travel-local", "local travel is not paid", "no charge for local travel")


def _local(u: Understanding, k: int) -> bool:
    if u.hours is not None and u.hours > _LOCAL_HOURS:
        return False
    if not u.has(_LOCAL):
        return False
    bits = u.reading.bits
    return not any(bits[i] & CAPITAL and not bits[i] & ~CAPITAL for i in range(k + 1, len(bits)))


def waiting(u: Understanding, *, max_hours: Decimal = Decimal(0)) -> Detection | None:
    """Time spent waiting: for a case to be called, a witness, a flight."""
    for task in u.tasks if u.kinds & WAIT else ():
        if task.kinds & WAIT and not task.kinds & ~(WAIT | TRAVEL):
            if u.hours is not None and len(u.pieces) == 1 and u.hours <= max_hours:
                return None
            return at_units(u, task.at, task.at, "waiting", _WHY_WAITING, _WORK_MEANWHILE)
    k = u.where(_WAITING) if u.has(_WAITING) else -1
    words, bits = u.reading.words, u.reading.bits
    if k >= 0 and words[k] in ("waiting", "waited", "awaiting") and k + 1 < len(bits):
        somebody = any(b & (PERSON | EVENT) for b in bits[k + 1 : k + 4])
        if somebody or words[k + 1] in ("for", "in", "at"):
            return at_units(u, k, k, "waiting-inside", _WHY_WAITING, _WORK_MEANWHILE)
    return None
