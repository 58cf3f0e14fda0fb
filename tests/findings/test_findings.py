"""The printed shape of a finding is a promise to other programs."""

import json
from decimal import Decimal

from meruit.findings import ORDER, Finding, worst


def test_json_has_every_key_in_the_promised_order_and_money_as_text() -> None:
    found = Finding(
        rule="arithmetic", severity="error", message="Does not add up.", at_risk=Decimal("12.50"), span=(3, 9)
    )
    parsed = json.loads(found.to_json())
    assert tuple(parsed) == ORDER
    assert parsed["at_risk"] == "12.50"
    assert parsed["span"] == [3, 9]
    assert parsed["clause"] is None


def test_worst_follows_the_order_of_severities() -> None:
    assert worst({"advice": 4, "warn": 1}) == "warn"
    assert worst({"warn": 2, "refuse": 1, "error": 0}) == "refuse"
    assert worst({}) is None
