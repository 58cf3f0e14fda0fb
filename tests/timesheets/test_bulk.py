"""Entries written by one COPY say exactly what was said, and the database checks them as it checks a single row."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from meruit.authority.acts import acting
from meruit.authority.errors import NoAuthority
from meruit.postgres.arrays import array
from meruit.timesheets import actions, bulk
from meruit.timesheets.models import Version
from meruit.timesheets.prices import Price
from tests.support.work import agree_rates, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

TEXTS = ("plain", "", "NULL", "null", None, '"', "\\", '\\"', "{a,b}", " edges ", "two\nlines\r\n", "é \x1f ☃", "\\x41")


def test_an_array_comes_back_as_it_went(firm: Firm) -> None:
    pg = firm.sql("app")
    for kind, values in (
        ("text", [*TEXTS, "'; --"]),
        ("bigint", [0, -1, 2**63 - 1, None]),
        ("bytea", [b"", b"\x00\xff", bytes(range(256)), None]),
        ("text", []),
    ):
        found = pg.execute(f"SELECT %s::{kind}[]", [array(values)]).fetchone()
        assert found is not None
        assert found[0] == values


def test_narratives_of_every_kind_are_kept_to_the_letter(firm: Firm) -> None:
    agree_rates(firm)
    says = [text for text in TEXTS if text and text.strip()] + [r"\N", "\\.", "a\n\\.\nb", 'say "no", then; go', "=1+1"]
    keys = actions.prepare(firm.cleo, [hours(narrative=text) for text in says])
    kept = {v.entry_id: v for v in Version.objects.all()}
    assert [kept[key].narrative for key in keys] == says
    assert {(v.units, v.unit_cost, v.batch_id, v.decision_id, v.reason) for v in kept.values()} == {
        (None, None, None, None, "")
    }


def test_a_rate_that_nobody_agreed_and_a_maker_who_does_not_act_are_refused_in_bulk_too(firm: Firm) -> None:
    agree_rates(firm)
    many = [hours(narrative=f"Draft section {n}") for n in range(30)]
    at = datetime(2026, 2, 1, tzinfo=UTC)
    (key, *_) = actions.prepare(firm.cleo, many)
    said = Version.objects.get(entry_id=key)
    fair = Price(said.standard_rate, said.agreed_rate, said.rate_source, said.standard_value, said.worked_value)
    assert said.agreed_rate is not None
    dear = fair._replace(agreed_rate=said.agreed_rate + 1, worked_value=said.worked_value + (said.hours or Decimal(0)))
    rows = [(new, fair, "USD") for new in many[:-1]] + [(many[-1], dear, "USD")]
    with pytest.raises(NoAuthority, match="no rate that was agreed"), acting(firm.cleo):
        bulk.write(rows, by=firm.cleo.person_id, at=at)
    with pytest.raises(NoAuthority, match="made by whoever acts"), acting(firm.cleo):
        bulk.write(rows[:-1], by=firm.ada.person_id, at=at)
    assert Version.objects.count() == len(many)
