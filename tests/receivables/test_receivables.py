"""Money received: entered once, laid on bills and lines in the payer's order, taken off by opposites, sent back by two."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow, Refused
from meruit.authority.models import Decision
from meruit.disputes import actions as disputes
from meruit.disputes import tasks as disputes_tasks
from meruit.disputes.models import Reduction
from meruit.invoices import actions as invoices
from meruit.invoices import queries as invoices_queries
from meruit.ledger import queries as ledger
from meruit.portals import core as portal_states
from meruit.portals import tasks as portals_tasks
from meruit.portals.models import Submission
from meruit.receivables import access, actions, core, queries, tasks
from meruit.receivables.models import Allocation, LineAllocation, Payment
from tests.support.bills import FEBRUARY_2, agreed
from tests.support.portals import connect, issued, running
from tests.support.work import cost, hours

if TYPE_CHECKING:
    from pathlib import Path

    from meruit.invoices.models import Invoice
    from tests.support.firm import Firm

FEBRUARY_3 = date(2026, 2, 3)


def holds(account: str) -> Decimal:
    return ledger.balance(account).get("USD", Decimal(0))


def lines(invoice: Invoice) -> dict[tuple[int, str], Decimal]:
    """What was paid on lines, by number and part; what is nothing is left out."""
    found: dict[tuple[int, str], Decimal] = {}
    for part in LineAllocation.objects.filter(allocation__invoice=invoice).select_related("line"):
        key = (part.line.number, part.part)
        found[key] = found.get(key, Decimal(0)) + part.amount
    return {key: amount for key, amount in found.items() if amount}


def test_a_payment_is_entered_once_and_pays_costs_before_fees_and_no_more_than_is_owed(firm: Firm) -> None:
    invoice = issued(firm, [hours(), cost(price="0.25")])  # 525 and 10
    firm.use("app")
    payment = actions.enter_payment(firm.cleo, 1, Decimal(600), "USD", FEBRUARY_3, "CHK 7")
    assert actions.enter_payment(firm.cleo, 1, Decimal(600), "USD", FEBRUARY_3, "CHK 7") == payment
    with pytest.raises(NotNow, match="find out which is right"):
        actions.enter_payment(firm.cleo, 1, Decimal(601), "USD", FEBRUARY_3, "CHK 7")
    assert (holds("cash"), holds("unapplied"), holds("ar")) == (600, 600, 535)
    for who, error in ((firm.dan, NotFound), (firm.eve, NoAuthority)):
        with pytest.raises(error):
            actions.enter_payment(who, 1, Decimal(1), "USD", FEBRUARY_3, "CHK 8")
        with pytest.raises(error):
            actions.apply_payment(who, payment.pk)
    assert not access.payments(firm.dan).exists()
    for amount in ("0", "-5", "NaN"):
        with pytest.raises(Refused):
            actions.enter_payment(firm.cleo, 1, Decimal(amount), "USD", FEBRUARY_3, f"bad {amount}")
    (first,) = actions.apply_payment(firm.cleo, payment.pk, invoice.pk, Decimal(100))
    assert lines(invoice) == {(2, "costs"): 10, (1, "fees"): 90}
    assert (first.by_id, first.amount) == (firm.cleo.person_id, 100)
    with pytest.raises(Invalid, match="leave what is too much"):
        actions.apply_payment(firm.cleo, payment.pk, invoice.pk, Decimal("435.01"))
    (second,) = actions.apply_payment(firm.cleo, payment.pk)
    assert second.amount == 435
    assert (holds("cash"), holds("unapplied"), holds("ar")) == (600, 65, 0)
    assert [(p.pk, left) for p, left in queries.with_money_left(firm.cleo)] == [(payment.pk, 65)]
    with pytest.raises(NotNow, match="nothing"):
        actions.apply_payment(firm.cleo, payment.pk)
    with firm.sql("app") as pg, pytest.raises(psycopg.Error):
        pg.execute("UPDATE receivables_payment SET amount = 1")


def test_an_allocation_is_undone_by_its_opposite_once_and_the_books_follow(firm: Firm) -> None:
    invoice = issued(firm, [hours(), cost(price="0.25")])
    firm.use("app")
    payment = actions.enter_payment(firm.cleo, 1, Decimal(535), "USD", FEBRUARY_3, "CHK 7")
    (laid,) = actions.apply_payment(firm.cleo, payment.pk)
    with pytest.raises(NotFound):
        actions.undo_allocation(firm.dan, laid.pk, reason="x")
    with pytest.raises(Invalid):
        actions.undo_allocation(firm.cleo, laid.pk, reason="")
    undone = actions.undo_allocation(firm.cleo, laid.pk, reason="It was for another firm")
    assert lines(invoice) == {}
    assert (holds("cash"), holds("unapplied"), holds("ar")) == (535, 535, 535)
    for key in (laid.pk, undone.pk):
        with pytest.raises(NotNow):
            actions.undo_allocation(firm.cleo, key, reason="Again")
    actions.apply_payment(firm.cleo, payment.pk)
    assert (holds("unapplied"), holds("ar")) == (0, 0)
    assert ledger.differences() == []
    statement = queries.statement(firm.cleo, 1, date(2026, 2, 28), "USD")
    assert [(m.event, m.amount, m.balance) for m in statement.movements] == [
        ("invoice.issued", 535, 535), ("payment.received", -535, 0),
    ]  # fmt: skip
    assert (statement.owed, statement.unapplied, statement.balance) == ({}, 0, 0)
    with pytest.raises(NotFound):
        queries.statement(firm.dan, 1, date(2026, 2, 28), "USD")


def _allocate(pg: psycopg.Connection, payment: int, invoice: int, amount: str, undoes: int | None) -> None:
    with pg.transaction():  # the 50 that there are fall on no line: refused when the transaction ends
        pg.execute("SELECT authority.act('token-cleo', 'web')")
        pg.execute(
            "INSERT INTO receivables_allocation (payment_id, invoice_id, amount, allocated_on, undoes_id, by_id, at)"
            " VALUES (%s, %s, %s, '2026-02-03', %s, 1, now())",
            [payment, invoice, amount, undoes],
        )


def test_no_login_lays_more_than_there_is_or_on_somebody_elses_bill(firm: Firm) -> None:
    invoice = issued(firm, [hours(), cost(price="0.25")])
    firm.use("app")
    small = actions.enter_payment(firm.cleo, 1, Decimal(50), "USD", FEBRUARY_3, "CHK 7")
    other = actions.enter_payment(firm.cleo, 2, Decimal(500), "USD", FEBRUARY_3, "CHK 7")
    with firm.sql("app") as pg:
        for payment, amount, undoes in (
            (small.pk, "50.01", None), (other.pk, "10", None), (small.pk, "-10", None), (small.pk, "NaN", None),
            (small.pk, "50", None), (small.pk, "-50", 999),
        ):  # fmt: skip
            with pytest.raises(psycopg.Error):
                _allocate(pg, payment, invoice.pk, amount, undoes)
    assert Allocation.objects.count() == 0


def test_a_refund_is_of_money_that_pays_nothing_and_takes_two_people(firm: Firm) -> None:
    issued(firm, [hours()])
    firm.use("app")
    payment = actions.enter_payment(firm.cleo, 1, Decimal(600), "USD", FEBRUARY_3, "CHK 7")
    actions.apply_payment(firm.cleo, payment.pk)
    with pytest.raises(NotFound):
        actions.propose_refund(firm.dan, payment.pk, Decimal(75), reason="Paid twice")
    for amount, why in (("75.01", "cannot go back"), ("0", "cannot go back"), ("NaN", "cannot go back")):
        with pytest.raises(Invalid, match=why):
            actions.propose_refund(firm.cleo, payment.pk, Decimal(amount), reason="Paid twice")
    own = actions.propose_refund(firm.ada, payment.pk, Decimal(75), reason="Paid twice")
    with pytest.raises(NoAuthority):
        authority.decide(firm.ada, own, "approved")
    decision = Decision.objects.get(pk=authority.decide(firm.gita, own, "approved"))
    refund = actions.carry_out_refund(firm.cleo, decision)
    assert (refund.amount, queries.unapplied(payment)) == (75, 0)
    assert (holds("cash"), holds("unapplied")) == (525, 0)
    with pytest.raises(Refused):
        actions.carry_out_refund(firm.cleo, decision)
    with pytest.raises(Invalid):
        actions.propose_refund(firm.cleo, payment.pk, Decimal(1), reason="Again")


def test_a_bill_with_tax_is_paid_in_the_order_of_its_payer(firm: Firm) -> None:
    agreed(
        firm, "shares", 2, [{"matter_id": 3, "from_on": "2024-01-01", "shares": [{"payer_id": 3, "percent": "100"}]}]
    )
    with firm.sql("owner") as pg:  # the partners may decide in pounds as well
        pg.execute("ALTER TABLE authority_grant DISABLE TRIGGER append_only")
        pg.execute(
            "UPDATE authority_grant SET limit_amount = NULL, limit_currency = '*' WHERE role = 'billing partner'"
        )
    invoice = issued(firm, [hours(), cost(price="0.25")], matter=3)
    assert (invoice.total, invoice.tax, invoice.currency) == (642, 107, "GBP")
    payment = actions.enter_payment(firm.cleo, 3, Decimal(200), "GBP", FEBRUARY_3, "BACS 1")
    actions.apply_payment(firm.cleo, payment.pk)
    assert lines(invoice) == {(2, "costs"): 10, (1, "tax"): 105, (2, "tax"): 2, (1, "fees"): 83}


def test_a_bill_goes_out_is_cut_paid_line_by_line_and_closed_when_the_cuts_are_decided(
    firm: Firm, tmp_path: Path
) -> None:
    with running(tmp_path / "portal", "--at", FEBRUARY_2.isoformat()) as portal:
        connect(firm, portal.address)
        firm.use("app")
        invoice = issued(firm)
        night = firm.system("night")
        assert portals_tasks.submit(night, FEBRUARY_2).failed == {}
        portal.post("tick")
        assert portals_tasks.listen(night, FEBRUARY_2).failed == {}
    assert disputes_tasks.gather(night, FEBRUARY_2).failed == {}
    counts = tasks.post(night, FEBRUARY_2)
    assert (counts.done, counts.failed) == (1, {})
    assert lines(invoice) == {(1, "fees"): 525, (3, "fees"): 490, (4, "costs"): 6}
    assert Payment.objects.get().reference == "RP000001"
    assert tasks.post(night, FEBRUARY_2).done == 0
    submission = Submission.objects.get()
    assert (submission.state, submission.money_track) == (portal_states.State.APPROVED, portal_states.Money.PART_PAID)
    assert invoices_queries.owed([invoice.pk]) == {invoice.pk: 140 + 210 + 4}
    firm.use("app")
    for reduction in Reduction.objects.order_by("pk"):
        proposal = disputes.propose_acceptance(firm.cleo, reduction.pk, reason="Not worth an appeal")
        decision = Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved"))
        disputes.carry_out_acceptance(firm.cleo, decision)
    assert tasks.post(firm.system("night"), FEBRUARY_2).done == 1
    submission.refresh_from_db()
    assert (submission.state, submission.money_track) == (portal_states.State.CLOSED, portal_states.Money.PAID)
    assert (holds("ar"), holds("unapplied"), holds("cash"), holds("billing-reduction")) == (0, 0, 1021, 354)
    assert ledger.differences() == []


def test_a_bill_whose_rest_was_written_off_is_closed_and_not_called_paid(firm: Firm, tmp_path: Path) -> None:
    with running(tmp_path / "portal", "--at", FEBRUARY_2.isoformat()) as portal:
        connect(firm, portal.address)
        firm.use("app")
        invoice = issued(firm)
        night = firm.system("night")
        portals_tasks.submit(night, FEBRUARY_2)
        portal.post("tick")
        portals_tasks.listen(night, FEBRUARY_2)
    assert tasks.post(night, FEBRUARY_2).failed == {}
    firm.use("app")
    proposal = invoices.propose_bad_debt(firm.cleo, invoice.pk, Decimal(354), reason="Not worth a quarrel")
    invoices.carry_out_write_off(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved")))
    assert tasks.post(firm.system("night"), FEBRUARY_2).done == 1
    submission = Submission.objects.get()
    assert (submission.state, submission.money_track) == (portal_states.State.CLOSED, portal_states.Money.PART_PAID)


def test_aging_by_invoice_and_by_acceptance_agrees_with_the_arithmetic_of_the_core(firm: Firm, tmp_path: Path) -> None:
    with running(tmp_path / "portal", "--at", "2026-02-12T09:00+00:00", "--by-hand") as portal:
        connect(firm, portal.address)
        firm.use("app")
        invoice = issued(firm)
        night = firm.system("night")
        portals_tasks.submit(night, FEBRUARY_2)
        before = queries.aging(night, date(2026, 2, 11), core.Clock.ACCEPTANCE)
        portal.post("tick")
        portals_tasks.listen(night, FEBRUARY_2)
    assert before[0].buckets[core.Bucket.UNACCEPTED] == invoice.total
    accepted = Submission.objects.get().accepted_on
    assert accepted == date(2026, 2, 12)
    receivable = core.Receivable(invoice.pk, invoice.issued_on, accepted, invoice.total)
    for days in (0, 9, 10, 30, 31, 41, 61, 71, 91, 120, 121, 131, 132):
        on = invoice.issued_on + timedelta(days=days)
        for clock in core.Clock:
            (found,) = queries.aging(night, on, clock)
            assert found.buckets == core.aging([receivable], on, clock), (days, clock)
    # As of a day before the bill the books hold something later, which is not owed yet.
    assert queries.aging(night, invoice.issued_on - timedelta(days=1), core.Clock.INVOICE_DATE) == []
    firm.use("app")
    assert queries.aging(firm.dan, date(2026, 3, 1), core.Clock.INVOICE_DATE) == []
