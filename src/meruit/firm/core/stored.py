"""Arrangements as they are kept: a kind and its terms as plain JSON, amounts as text, keys checked.

A row of terms is the effect of a decision and lives for years, so what is read is judged as strictly as
what was typed: an unknown key, a missing one or a number with a binary point is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from meruit.firm.core.arrangements import (
    Arrangement,
    ArrangementError,
    Blended,
    Capped,
    Contingency,
    Fixed,
    Hourly,
    Hybrid,
    Phased,
    Subscription,
    VolumeDiscount,
)
from meruit.money import MoneyError, exact

Terms = Mapping[str, Any]


def read(kind: str, terms: Terms) -> Arrangement:
    """The arrangement of a stored row."""
    if kind not in _KINDS:
        raise ArrangementError(f'"{kind}" is no arrangement; known are {", ".join(_KINDS)}.')
    if not isinstance(terms, Mapping):
        raise ArrangementError(f"The terms of a {kind} arrangement are {terms!r}; they are a table of named values.")
    _, needed, allowed, make = _KINDS[kind]
    missing = needed - terms.keys()
    unknown = terms.keys() - needed - allowed
    if missing or unknown:
        what = f'lacks "{min(missing)}"' if missing else f'does not know "{min(unknown)}"'
        raise ArrangementError(f"The terms of a {kind} arrangement: it {what}; {_keys(needed, allowed)}.")
    try:
        return make(terms)
    except (MoneyError, TypeError, ValueError, AttributeError) as trouble:
        raise ArrangementError(f"The terms of a {kind} arrangement cannot be read: {trouble}") from trouble


def write(arrangement: Arrangement) -> tuple[str, dict[str, Any]]:
    """The kind and terms to store; reading them gives the same arrangement."""
    kind = next(k for k, (made, *_) in _KINDS.items() if type(arrangement) is made)
    return kind, {key: value for key, value in _plain(arrangement).items() if value is not None}


def _plain(arrangement: Arrangement) -> dict[str, Any]:
    match arrangement:
        case Hourly():
            return {}
        case Fixed(fee, parts):
            return {"fee": str(fee), "parts": [[on.isoformat(), str(a)] for on, a in parts] or None}
        case Phased(fees):
            return {"fees": _texts(fees)}
        case Capped(cap):
            return {"cap": str(cap)}
        case Contingency(percent_by_stage, after_costs):
            return {"percent_by_stage": _texts(percent_by_stage), "after_costs": after_costs}
        case Hybrid(hourly_percent, success):
            return {"hourly_percent": str(hourly_percent), "success": _plain(success)}
        case Blended(rate, by_grade):
            return {"rate_per_hour": str(rate), "by_grade": _texts(by_grade) or None}
        case VolumeDiscount(tiers):
            return {"tiers": [[str(above), str(percent)] for above, percent in tiers]}
        case Subscription(fee, included, beyond):
            hours = None if included is None else str(included)
            return {"fee": str(fee), "included_hours": hours, "beyond_percent": str(beyond)}


def _contingency(terms: Terms) -> Contingency:
    after_costs = terms.get("after_costs", False)
    if not isinstance(after_costs, bool):
        raise TypeError(f'after_costs is "{after_costs}"; write true or false.')
    return Contingency(_amounts(terms["percent_by_stage"]), after_costs)


def _fixed(terms: Terms) -> Fixed:
    parts = tuple((date.fromisoformat(on), exact(amount)) for on, amount in terms.get("parts", ()))
    return Fixed(exact(terms["fee"]), parts)


def _hybrid(terms: Terms) -> Hybrid:
    success = read("contingency", terms["success"])
    assert isinstance(success, Contingency)
    return Hybrid(exact(terms["hourly_percent"]), success)


def _volume(terms: Terms) -> VolumeDiscount:
    return VolumeDiscount(tuple((exact(above), exact(percent)) for above, percent in terms["tiers"]))


def _subscription(terms: Terms) -> Subscription:
    hours = terms.get("included_hours")
    beyond = exact(terms.get("beyond_percent", 100))
    return Subscription(exact(terms["fee"]), None if hours is None else exact(hours), beyond)


#: Kind: the class it makes, the keys it needs, those it may have, and how it is made.
_KINDS: Mapping[str, tuple[type, frozenset[str], frozenset[str], Callable[[Terms], Arrangement]]] = {
    "hourly": (Hourly, frozenset(), frozenset(), lambda _: Hourly()),
    "fixed": (Fixed, frozenset({"fee"}), frozenset({"parts"}), _fixed),
    "phased": (Phased, frozenset({"fees"}), frozenset(), lambda t: Phased(_amounts(t["fees"]))),
    "capped": (Capped, frozenset({"cap"}), frozenset(), lambda t: Capped(exact(t["cap"]))),
    "contingency": (Contingency, frozenset({"percent_by_stage"}), frozenset({"after_costs"}), _contingency),
    "hybrid": (Hybrid, frozenset({"hourly_percent", "success"}), frozenset(), _hybrid),
    "blended": (
        Blended,
        frozenset({"rate_per_hour"}),
        frozenset({"by_grade"}),
        lambda t: Blended(exact(t["rate_per_hour"]), _amounts(t.get("by_grade", {}))),
    ),
    "volume-discount": (VolumeDiscount, frozenset({"tiers"}), frozenset(), _volume),
    "subscription": (
        Subscription,
        frozenset({"fee"}),
        frozenset({"included_hours", "beyond_percent"}),
        _subscription,
    ),
}


def _amounts(table: Mapping[str, Any]) -> dict[str, Decimal]:
    return {str(key): exact(value) for key, value in table.items()}


def _texts(table: Mapping[str, Decimal]) -> dict[str, str]:
    return {key: str(value) for key, value in table.items()}


def _keys(needed: frozenset[str], allowed: frozenset[str]) -> str:
    optional = f", and may have {', '.join(sorted(allowed))}" if allowed else ""
    return f"it needs {', '.join(sorted(needed)) or 'nothing'}{optional}"
