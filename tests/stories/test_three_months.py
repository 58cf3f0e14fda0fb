"""Three months of one firm, with a moved clock: work in progress and receivables roll forward and close.

January is worked, billed in February, partly credited, paid and reversed in March, given up in April. At the end of
each month the books of the month before are closed: opening + in - out = closing, and what closes one month
opens the next.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from meruit.authority.errors import NotNow
from meruit.invoices import actions as invoices
from meruit.invoices import checks
from meruit.invoices import queries as receivables
from meruit.invoices.models import Invoice, InvoiceLine
from meruit.ledger import actions as books
from meruit.ledger import core, queries
from meruit.ledger.models import Close
from meruit.prebills import actions as prebills
from meruit.prebills.models import PreBill
from meruit.receivables import actions as payments
from tests.support.bills import agreed, approved, carried, letterhead, line, released
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm

JANUARY, FEBRUARY, MARCH = ((date(2026, m, 1), date(2026, m, d)) for m, d in ((1, 31), (2, 28), (3, 31)))
MATTERS = [1, 2]
Figures = list[tuple[int | Decimal, ...]]


def on(firm: Firm, month: int, day: int) -> None:
    firm.at(datetime(2026, month, day, 15, tzinfo=UTC))


def bill(firm: Firm, period: tuple[date, date]) -> list[Invoice]:
    """Everything of a period is drafted, sent, approved by Ada and issued."""
    issued = []
    for drafted in prebills.draft(firm.cleo, MATTERS, *period):
        approved(firm, drafted.prebill_id)
        issued += invoices.issue(firm.cleo, drafted.prebill_id)
    return issued


def close(firm: Firm, month: date) -> None:
    for book in ("wip", "receivables"):
        books.close_month(firm.ada, book, month)
    assert checks.differences() == []
    assert queries.differences() == []


def rolled(account: str) -> Figures:
    months = queries.roll_forward(account, first=JANUARY[0], last=date(2026, 4, 30), currency="USD")
    assert core.breaks(months) == []
    return [(m.opening, m.came_in, m.went_out, m.closing) for m in months]


def test_three_months_roll_forward_and_close(firm: Firm) -> None:
    letterhead(firm)
    agree_rates(firm)
    shares = [{"payer_id": 1, "percent": "60", "odd_cent": True}, {"payer_id": 2, "percent": "40"}]
    agreed(firm, "shares", 1, [{"matter_id": 1, "from_on": "2024-01-01", "shares": shares}])
    cap = {"matter_id": 2, "from_on": "2026-01-01", "kind": "capped", "terms": {"cap": "1000"}}
    agreed(firm, "arrangement", 2, [cap])

    # January: worked and released.
    on(firm, 1, 30)
    released(firm, [hours(time="2.0"), cost(), hours(matter=2, time="2.0")])  # 700 + 4, and 700 under a cap of 1,000

    # February: January is billed, 50 written down, and closed; late January time comes in after that.
    on(firm, 2, 3)
    first = prebills.draft(firm.cleo, MATTERS, *JANUARY)
    prebills.write_down(firm.ada, line(first[0].prebill_id, 1).pk, Decimal(50), reason="Courtesy")
    for drafted in first:
        approved(firm, drafted.prebill_id)
    issued = [i for d in first for i in invoices.issue(firm.cleo, d.prebill_id)]
    assert [(i.payer_id, i.total) for i in issued] == [
        (1, Decimal("392.40")),
        (2, Decimal("261.60")),
        (2, Decimal(700)),
    ]
    close(firm, JANUARY[0])
    on(firm, 2, 20)
    released(firm, [hours(on="2026-01-31", time="1.0"), hours(on="2026-02-10", matter=2, time="2.0")])

    # March: February is billed; the cap lets 300 through. A bill is credited, another reversed and billed anew.
    on(firm, 3, 3)
    second = bill(firm, FEBRUARY)
    assert [i.total for i in second] == [Decimal(210), Decimal(140), Decimal(300)]
    assert PreBill.objects.get(pk=second[0].issue.prebill_id).lines.get().late
    close(firm, FEBRUARY[0])
    on(firm, 3, 20)
    charged = InvoiceLine.objects.get(invoice=issued[0], number=1).pk
    credit = invoices.propose_credit_note(firm.cleo, issued[0].pk, {charged: Decimal(90)}, reason="Agreed by phone")
    invoices.carry_out_credit_note(firm.cleo, carried(firm, credit))
    undo = invoices.propose_reversal(firm.cleo, second[2].pk, reason="Wrong matter name")
    invoices.carry_out_reversal(firm.cleo, carried(firm, undo))
    paid = payments.enter_payment(firm.cleo, 2, Decimal(1000), "USD", date(2026, 3, 19), "WIRE 4711")
    payments.apply_payment(firm.cleo, paid.pk, issued[2].pk)  # 700; the rest stays unapplied
    released(firm, [hours(on="2026-03-18", time="1.0"), cost(on="2026-03-19")])

    # April: March is billed together with what was undone; the rest is given up.
    on(firm, 4, 2)
    third = bill(firm, MARCH)
    assert [(i.matter_id, i.total) for i in third] == [
        (1, Decimal("212.40")), (1, Decimal("141.60")), (2, Decimal(300)),
    ]  # fmt: skip
    close(firm, MARCH[0])
    debt = invoices.propose_bad_debt(firm.cleo, issued[1].pk, Decimal("261.60"), reason="Insolvent")
    invoices.carry_out_write_off(firm.cleo, carried(firm, debt))
    (stray,) = released(firm, [hours(on="2026-03-30", time="0.1")])
    lost = invoices.propose_wip_write_off(firm.cleo, stray, reason="Not worth a bill")
    invoices.carry_out_write_off(firm.cleo, carried(firm, lost))

    assert rolled("wip") == [
        (0, 1404, 0, 1404),
        (1404, 1050, 1404, 1050),  # the late hour of January came into February: January was closed
        (1050, 700 + 354, 1050, 1054),  # billed, and the reversed bill's work is back at what it is worth
        (1054, 35, 1054 + 35, 0),
    ]
    assert rolled("ar") == [
        (0, 0, 0, 0),
        (0, 1354, 0, 1354),
        (1354, 650, 390 + 700, 914),
        (914, 654, Decimal("261.60"), Decimal("1306.40")),
    ]
    assert rolled("cash")[2] == (0, 1000, 0, 1000)
    assert rolled("unapplied")[2] == (0, 1000, 700, 300)
    # Work done and not billed is in progress, written down, above the cap, or given up; nothing else.
    held = {
        a: queries.balance(a).get("USD", Decimal(0))
        for a in ("worked", "wip", "write-down", "arrangement", "wip-write-off")
    }
    assert held == {"worked": 485, "wip": 0, "write-down": 50, "arrangement": 400, "wip-write-off": 35}
    assert sum(receivables.owed(Invoice.objects.values_list("pk", flat=True)).values()) == Decimal("1306.40")
    assert checks.differences() == []

    # What was closed says today what it said then, and takes nothing more.
    kept = Close.objects.get(book="wip", month=FEBRUARY[0]).figures
    assert {f["account"]: Decimal(f["closing"]) for f in kept}["wip"] == 1050
    assert queries.balance("ar", on=date(2026, 2, 28)) == {"USD": Decimal(1354)}
    with pytest.raises(NotNow, match="already closed"):
        books.close_month(firm.ada, "wip", MARCH[0])
