"""GL-32, GL-49, GL-50: time spent on the way or waiting."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_units
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    CAPITAL,
    COMM,
    DRAFT,
    EVENT,
    NUMBER,
    PERSON,
    PLAN,
    PREP,
    RESEARCH,
    REVIEW,
    STRONG,
    TRAVEL,
    VERB,
    WAIT,
    WEAK,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_TRAVEL, _REDUCED, _LOCAL = cue("travel"), cue("reduced"), cue("local")
_UNBILLED = group("travelling.unbilled")
#: A journey of more than this is not across town.
_LOCAL_HOURS = Decimal("1.0")
_WAITING = cue("waiting")
_SURE, _PART_OF = group("travelling.sure"), group("travelling.part-of") | {","}
_COMPOUNDS, _NO_WAITING = group("travelling.compounds"), group("travelling.no-waiting")
_HALVES = frozenset({"half", "halved", "one-half", "1/2", "reduced", "discounted", "half-time", "half-rate"})
_RATES = frozenset({"rate", "rates", "billed", "charged", "bill", "charge", "price", "usual"})
_VEHICLES = group("travelling.vehicles")
_TIMES = group("travelling.times")
_COUNTED = frozenset({"including", "includes", "plus", "with", ",", "("})
_WHY_WAITING, _WORK_MEANWHILE = "waiting is not work on the matter", "the work done while waiting, described"


#: Idle time told by where and how: "sat about", "queued", "in hallway until case was called".
_IDLING, _SITTING = group("travelling.idling"), group("travelling.sitting")
_WAITING_PLACES, _UNTIL = group("travelling.waiting-places"), group("travelling.until")
#: Work that makes a line more than waiting.
_WORK = DRAFT | REVIEW | RESEARCH | PLAN | COMM

#: A line that is nothing but a way: how it ends, and how it begins.
_THERE_AND_BACK = (", back", ", return", "and back", "and return", "and home")
_GOING = frozenset({"to", "from", "go", "went", "going", "hotel", "office", "courthouse"})


def travel_unit(u: Understanding) -> int:
    """The word that shows travel time, or -1: a task of travelling, or travel named as part of another."""
    if u.kinds & TRAVEL:
        at = next(task.at for task in u.tasks if task.kinds & TRAVEL)
        compound = at + 1 < len(u.reading) and u.reading.words[at + 1] in _COMPOUNDS
        return -1 if compound else at  # "travel insurance policy"
    words, bits = u.reading.words, u.reading.bits
    if not u.kinds and words and words[0] in _GOING and " ".join(words[-2:]).endswith(_THERE_AND_BACK):
        return 0  # "To courthouse and back", "Hotel to court and return"
    if not u.has(_TRAVEL):
        return -1
    if not u.kinds and words[0] in _VEHICLES and len(words) > 1 and words[1] in ("to", "from", "home", "back"):
        return 0  # "Amtrak to DC"
    if words[0] in ("return from", "returned from", "returning from") and len(bits) > 1 and bits[1] & CAPITAL:
        return 0  # "Return from Boston"
    for k, found in enumerate(u.reading.unit_cues):
        if found & _TRAVEL:
            after = bits[k + 1] if k + 1 < len(bits) else PREP
            if words[k] == "trip" and not after & (PREP | STRONG | WEAK):
                continue  # "trip logs"
            counted = words[k] == "travel" and k and (bits[k - 1] & NUMBER or words[k - 1] in _PART_OF)
            aside = words[k] in _TIMES and k and words[k - 1] in _COUNTED
            rides = words[k] in _SURE and (aside or not u.kinds & (REVIEW | RESEARCH | DRAFT))
            if rides or counted or words[k] == "trip" or (words[k] == "to courthouse" and not u.tasks):
                return k
    return -1


def travel_time(u: Understanding, *, pct: int = 50) -> Detection | None:
    """Travel without a stated reduced rate. `pct` 100 means that the client pays travel as work."""
    if pct >= 100:
        return None
    k = travel_unit(u)
    if k < 0 or _reduced(u) or _local(u, k):
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
    if pct >= 100 or k < 0 or _free(u) or not _local(u, k):
        return None
    return at_units(u, k, k, "travel-local", "local travel is not paid", "no charge for local travel")


def _reduced(u: Understanding) -> bool:
    """Whether the text says that the way is billed at less: "at 50 %", "half my usual rate", "rate halved"."""
    words = u.reading.words
    return u.has(_REDUCED) or not (_HALVES.isdisjoint(words) or _RATES.isdisjoint(words))


def _free(u: Understanding) -> bool:
    """Whether the text says that the way is not billed; at a reduced rate local travel is billed still."""
    return u.has(_REDUCED) and any(word in _UNBILLED for word in u.reading.words)


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
        if u.reading.words[task.at + 1 : task.at + 2] and u.reading.words[task.at + 1] in _NO_WAITING:
            continue  # "waiting period under HSR"
        if task.kinds & WAIT and not task.kinds & ~(WAIT | TRAVEL):
            if task.at and u.reading.words[task.at - 1] in ("while", "whilst") and _works_meanwhile(u, task):
                return None  # "while waiting for clerk I marked up the release"
            if u.hours is not None and len(u.pieces) == 1 and u.hours <= max_hours:
                return None
            return at_units(u, task.at, task.at, "waiting", _WHY_WAITING, _WORK_MEANWHILE)
    k = u.where(_WAITING) if u.has(_WAITING) else -1
    if k < 0:
        return None
    words, bits = u.reading.words, u.reading.bits
    if words[k] in ("waiting", "waited", "awaiting") and k + 1 < len(bits):
        if k and words[k - 1] in ("while", "whilst") and u.kinds & _WORK and not u.kinds & TRAVEL:
            return None  # work done while waiting is that work
        somebody = any(b & (PERSON | EVENT) for b in bits[k + 1 : k + 4])
        if somebody or words[k + 1] in ("for", "in", "at"):
            return at_units(u, k, k, "waiting-inside", _WHY_WAITING, _WORK_MEANWHILE)
    at = _kept_waiting(u)
    return at_units(u, at, at, "waiting-told", _WHY_WAITING, _WORK_MEANWHILE) if at >= 0 else None


def _works_meanwhile(u: Understanding, task: Task) -> bool:
    """Whether a verb of legal work follows, whether or not a mark stands before it."""
    bits = u.reading.bits
    return bool(u.kinds & _WORK & ~COMM) or any(
        bits[k] & VERB and bits[k] & _WORK & ~COMM for k in range(task.at + 1, len(bits))
    )


def _kept_waiting(u: Understanding) -> int:
    """The unit that tells of waiting without the word: "sat in lobby until our case was reached"; or -1."""
    words = u.reading.words
    if u.kinds & _WORK:
        return -1
    for k, word in enumerate(words):
        if word in _IDLING:
            return k
        idles = any(w in _SITTING for w in words[max(0, k - 4) : k])
        if word in _WAITING_PLACES and idles:
            return k
        if word in _UNTIL and any(w in _SITTING or w in _IDLING for w in words[:k]):
            return k
    return -1
