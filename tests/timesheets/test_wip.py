"""Released work is work in progress, wherever it is and whatever it is worth now."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.authority import actions as authority
from meruit.authority.models import Decision
from meruit.ledger import queries as ledger
from meruit.ledger.models import Entry as LedgerEntry
from meruit.timesheets import actions
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def wip(matter: int) -> Decimal:
    return ledger.balance("wip", matter=matter).get("USD", Decimal(0))


def test_work_in_progress_follows_release_change_and_transfer(firm: Firm) -> None:
    agree_rates(firm)
    entries = actions.prepare(
        firm.cleo, [hours(), hours(time="1.0"), hours(on="2026-01-20"), cost(), hours(billable=False)]
    )  # type: ignore[arg-type]  # a flag among texts
    assert wip(1) == 0
    actions.release(firm.ben, entries)
    assert wip(1) == Decimal("1404.00")  # 4.0 hours at 350 and 40 copies; what is not billable is no asset
    assert ledger.balance("worked", matter=1) == {"USD": Decimal("1404.00")}
    # one entry in the books for each matter and day of a statement
    assert [str(on) for on in LedgerEntry.objects.order_by("on").values_list("on", flat=True)] == [
        "2026-01-14", "2026-01-15", "2026-01-20",
    ]  # fmt: skip
    assert ledger.balance("wip", matter=1, on=date(2026, 1, 14)) == {"USD": Decimal("875.00")}

    shorter = hours(time="0.5")
    proposal = actions.propose_change(firm.cleo, entries[0], shorter, reason="Half of it was another call.")
    actions.carry_out_change(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ben, proposal, "approved")))
    assert wip(1) == Decimal("1054.00")

    for source, target in ((1, 2), (2, 1), (1, 2)):
        proposal = actions.propose_transfer(firm.cleo, entries[0], target, reason="Belongs there.")
        actions.carry_out_transfer(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved")))
        assert (wip(source), wip(target)) in [(Decimal("879.00"), Decimal("175.00")), (Decimal(0), Decimal("1054.00"))]
    assert (wip(1), wip(2)) == (Decimal("879.00"), Decimal("175.00"))
    assert ledger.differences() == []
