"""Stored terms come back as the arrangement they were, and what is not one is refused by name."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest

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
from meruit.firm.core.stored import read, write

D = Decimal
ALL: list[Arrangement] = [
    Hourly(),
    Fixed(D("5000.00")),
    Fixed(D("5000.00"), ((date(2026, 1, 1), D("2000.00")), (date(2026, 2, 1), D("3000.00")))),
    Phased({"L100": D("1000.00"), "L200": D("2000.00")}),
    Capped(D("50000")),
    Contingency({"settlement": D("33.3333")}, after_costs=True),
    Hybrid(D("50"), Contingency({"trial": D("10")})),
    Blended(D("450"), {"PARTNR": D("500")}),
    Blended(D("450")),
    VolumeDiscount(((D("10000"), D("5")), (D("20000"), D("10")))),
    Subscription(D("2500"), D("10"), D("80")),
    Subscription(D("2500")),
]


@pytest.mark.parametrize("arrangement", ALL, ids=lambda a: type(a).__name__)
def test_what_is_written_reads_back_through_json(arrangement: Arrangement) -> None:
    kind, terms = write(arrangement)
    assert read(kind, json.loads(json.dumps(terms))) == arrangement


def test_every_kind_is_written() -> None:
    assert {type(a) for a in ALL} == set(get_args(Arrangement))


@pytest.mark.parametrize(
    "kind, terms, says",
    [
        ("flat", {}, "known are hourly, fixed"),
        ("fixed", {}, 'lacks "fee"'),
        ("fixed", {"fee": "10", "fees": "10"}, 'does not know "fees"'),
        ("fixed", {"fee": 10.5}, "is a float"),
        ("fixed", {"fee": "ten"}, "is not a number"),
        ("fixed", {"fee": "10", "parts": [["March", "10"]]}, "cannot be read"),
        ("fixed", {"fee": "-10"}, "not a price"),
        ("phased", {"fees": "10"}, "cannot be read"),
        ("hybrid", {"hourly_percent": "50", "success": {}}, 'lacks "percent_by_stage"'),
        ("volume-discount", {"tiers": ["5"]}, "cannot be read"),
        ("capped", ["50000"], "a table of named values"),
        ("hybrid", {"hourly_percent": "50", "success": "10"}, "a table of named values"),
        ("contingency", {"percent_by_stage": {"trial": "40"}, "after_costs": "false"}, "write true or false"),
    ],
)
def test_terms_that_are_none_are_refused_by_name(kind: str, terms: Any, says: str) -> None:
    with pytest.raises(ArrangementError, match=says):
        read(kind, terms)
