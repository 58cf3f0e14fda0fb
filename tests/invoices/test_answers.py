"""What answers a final bill: credit notes, reversals, write-offs, and e-bills that are sent anew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow, Refused
from meruit.authority.models import Proposal
from meruit.invoices import access, actions, checks, core, queries
from meruit.invoices.models import CreditNote, EBillRevision, Invoice, InvoiceLine, Reversal, WriteOff
from meruit.ledger import queries as ledger
from meruit.prebills import actions as prebills
from meruit.prebills.models import Hold, PreBill
from meruit.timesheets import actions as timesheets
from tests.support.bills import FEBRUARY_2, agreed, approved, carried, drafted, letterhead, released
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def issued(firm: Firm, matter: int = 1) -> Invoice:
    """Ben's 1.5 hours and forty copies, final on 2 February: 525 and 4 dollars."""
    agree_rates(firm)
    letterhead(firm)
    firm.at(FEBRUARY_2)
    released(firm, [hours(matter=matter), cost(matter=matter)])
    prebill = drafted(firm, matter)
    approved(firm, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    return invoice


def line(invoice: Invoice, number: int) -> int:
    return InvoiceLine.objects.get(invoice=invoice, number=number).pk


def holds(account: str, code: str = "USD") -> Decimal:
    return ledger.balance(account).get(code, Decimal(0))


def test_a_credit_note_lowers_the_bill_and_never_more_than_a_line_has_left(firm: Firm) -> None:
    invoice = issued(firm)
    first, second = line(invoice, 1), line(invoice, 2)
    proposal = actions.propose_credit_note(firm.cleo, invoice.pk, {first: Decimal(100)}, reason="Agreed by phone")
    for name in ("Cleo", "Ben", "Eve"):
        with pytest.raises(NoAuthority):
            authority.decide(firm.actor(name), proposal, "approved")
    credit = actions.carry_out_credit_note(firm.cleo, carried(firm, proposal))
    assert (credit.number, credit.amount, credit.tax, str(credit.issued_on)) == ("CN-2026-00001", 100, 0, "2026-02-02")
    assert (holds("ar"), holds("billing-reduction"), holds("fees")) == (429, 100, 525)
    with pytest.raises(NoAuthority, match="already taken effect"):
        actions.carry_out_credit_note(firm.cleo, credit.decision)
    with pytest.raises(Invalid, match=r"has 425\.0000 left"):
        actions.propose_credit_note(firm.cleo, invoice.pk, {first: Decimal("425.01")}, reason="Too much")
    with pytest.raises(Invalid, match="no line 999"):
        actions.propose_credit_note(firm.cleo, invoice.pk, {999: Decimal(1)}, reason="x")
    rest = {first: Decimal(425), second: Decimal(4)}
    actions.carry_out_credit_note(
        firm.cleo, carried(firm, actions.propose_credit_note(firm.cleo, invoice.pk, rest, reason="All"))
    )
    assert holds("ar") == 0
    assert [s.net_left for s in queries.standing(invoice.pk)] == [0, 0]
    assert actions.render_credit_note(firm.cleo, credit.pk) == actions.render_credit_note(firm.cleo, credit.pk)
    assert bytes(actions.render_credit_note(firm.cleo, credit.pk).document.content).startswith(b"%PDF")
    with pytest.raises(NotFound):
        access.credit_note(firm.dan, credit.pk)
    assert checks.differences() == []


def test_two_credits_decided_apart_cannot_take_the_same_dollar(firm: Firm) -> None:
    invoice = issued(firm)
    first = line(invoice, 1)
    decisions = [
        carried(firm, actions.propose_credit_note(firm.cleo, invoice.pk, {first: Decimal(300)}, reason=why))
        for why in ("By phone", "By mail")
    ]
    actions.carry_out_credit_note(firm.cleo, decisions[0])
    with pytest.raises(Invalid, match=r"has 225\.0000 left"):
        actions.carry_out_credit_note(firm.cleo, decisions[1])
    assert CreditNote.objects.count() == 1
    assert checks.differences() == []  # the number that was not used has no gap behind it


WRONG_CREDITS: list[tuple[dict[str, Any], str]] = [
    ({"amount": "99"}, "come to"),
    ({"tax": "1"}, "come to"),
    ({"lines": []}, "at least one line"),
    ({"reason": ""}, "says why"),
    ({"line_amount": "NaN"}, "cannot be credited"),
    ({"line_amount": "-1"}, "cannot be credited"),
    ({"line_amount": "0"}, "cannot be credited"),
    ({"line_tax": "1"}, "does not bear tax"),
    ({"invoice_id": 99}, "no invoice 99"),
]  # fmt: skip


def test_a_credit_that_does_not_add_up_cannot_be_put_forward(firm: Firm) -> None:
    invoice = issued(firm)
    for change, why in WRONG_CREDITS:
        one = {"invoice_line_id": line(invoice, 1), "amount": "100", "tax": "0", "reason_code": ""}
        content: dict[str, Any] = {
            "invoice_id": invoice.pk, "kind": "credit-note", "lines": [one], "amount": "100", "tax": "0",
            "reason": "Phone", "reduction_id": None,
        }  # fmt: skip
        for key, value in change.items():
            if key.startswith("line_"):
                one[key.removeprefix("line_")] = value
            else:
                content[key] = value
        with pytest.raises(Refused, match=why):
            authority.propose(firm.cleo, "credit-note", content, subject="x", subject_id=None, reason="x")


def test_a_number_that_conflicts_away_is_not_taken(firm: Firm) -> None:
    invoice = issued(firm)
    decision = carried(
        firm, actions.propose_credit_note(firm.cleo, invoice.pk, {line(invoice, 1): Decimal(1)}, reason="One")
    )
    made = actions.carry_out_credit_note(firm.cleo, decision)
    with firm.sql("app") as pg:
        pg.execute("SELECT authority.act('token-cleo')")
        pg.execute(
            "INSERT INTO invoices_creditnote (invoice_id, number, kind, lines, amount, tax, reason, issued_on, issued_at, decision_id)"
            " SELECT invoice_id, number, kind, lines, amount, tax, reason, issued_on, issued_at, decision_id FROM invoices_creditnote"
            " ON CONFLICT DO NOTHING"
        )
    again = actions.propose_credit_note(firm.cleo, invoice.pk, {line(invoice, 1): Decimal(1)}, reason="Two")
    assert (made.number[-1], actions.carry_out_credit_note(firm.cleo, carried(firm, again)).number[-1]) == ("1", "2")


def test_a_reversed_bill_is_undone_and_its_work_is_billable_again(firm: Firm) -> None:
    invoice = issued(firm)
    prebill = invoice.issue.prebill_id
    proposal = actions.propose_reversal(firm.cleo, invoice.pk, reason="Wrong matter name")
    with pytest.raises(NoAuthority):
        authority.decide(firm.cleo, proposal, "approved")
    decision = carried(firm, proposal)
    actions.carry_out_reversal(firm.cleo, decision)
    assert (holds("ar"), holds("fees"), holds("costs"), holds("wip"), holds("worked")) == (0, 0, 0, 529, 529)
    for attempt in (
        lambda: actions.propose_reversal(firm.cleo, invoice.pk, reason="Again"),
        lambda: actions.propose_credit_note(firm.cleo, invoice.pk, {line(invoice, 1): Decimal(1)}, reason="x"),
        lambda: actions.propose_bad_debt(firm.cleo, invoice.pk, Decimal(1), reason="x"),
        lambda: actions.revise(firm.cleo, invoice.pk, "original", "LEDES1998B"),
    ):
        with pytest.raises(NotNow, match="has been reversed"):
            attempt()
    again = drafted(firm)
    assert again != prebill
    approved(firm, again)
    (second,) = actions.issue(firm.cleo, again)
    assert (second.number, second.total) == ("2026-00002", 529)
    assert (holds("ar"), holds("wip")) == (529, 0)
    assert checks.differences() == []


def test_money_or_credit_on_a_bill_comes_off_before_it_is_reversed(firm: Firm) -> None:
    invoice = issued(firm)
    decision = carried(firm, actions.propose_reversal(firm.cleo, invoice.pk, reason="Wrong"))
    credit = actions.propose_credit_note(firm.cleo, invoice.pk, {line(invoice, 1): Decimal(1)}, reason="One")
    actions.carry_out_credit_note(firm.cleo, carried(firm, credit))
    with pytest.raises(NotNow, match=r"is owed 528\.0000"):
        actions.carry_out_reversal(firm.cleo, decision)
    assert not Reversal.objects.exists()


def test_work_shared_by_payers_returns_when_the_last_of_their_bills_is_reversed(firm: Firm) -> None:
    agree_rates(firm)
    shares = [{"payer_id": 1, "percent": "60", "odd_cent": True}, {"payer_id": 2, "percent": "40"}]
    agreed(firm, "shares", 1, [{"matter_id": 1, "from_on": "2024-01-01", "shares": shares}])
    released(firm, [hours()])
    prebill = drafted(firm)
    approved(firm, prebill)
    first, second = actions.issue(firm.cleo, prebill)
    actions.carry_out_reversal(
        firm.cleo, carried(firm, actions.propose_reversal(firm.cleo, first.pk, reason="Address"))
    )
    assert (holds("ar"), holds("wip")) == (210, 0)
    actions.carry_out_reversal(firm.cleo, carried(firm, actions.propose_reversal(firm.cleo, second.pk, reason="Too")))
    assert (holds("ar"), holds("wip")) == (0, 525)
    assert drafted(firm) != prebill
    assert checks.differences() == []


def test_bad_debt_and_work_given_up_are_two_losses(firm: Firm) -> None:
    invoice = issued(firm)
    with pytest.raises(Invalid, match="cannot be written off"):
        actions.propose_bad_debt(firm.cleo, invoice.pk, Decimal("529.01"), reason="Insolvent")
    debt = actions.propose_bad_debt(firm.cleo, invoice.pk, Decimal(529), reason="Insolvent")
    actions.carry_out_write_off(firm.cleo, carried(firm, debt))
    assert (holds("ar"), holds("bad-debt"), holds("wip-write-off")) == (0, 529, 0)

    time, filing, billed = released(firm, [hours(on="2026-01-30"), cost(hard_cost=True), hours(on="2026-01-29")])  # type: ignore[arg-type]  # a flag among texts
    prepared = timesheets.prepare(firm.cleo, [hours()])[0]
    for entry in (time, filing):
        proposal = actions.propose_wip_write_off(firm.cleo, entry, reason="The client will not pay for it")
        actions.carry_out_write_off(firm.cleo, carried(firm, proposal))
    assert (holds("wip"), holds("wip-write-off"), holds("hard-cost-write-off")) == (525, 525, 4)
    prebill = PreBill.objects.get(pk=drafted(firm))
    assert list(prebill.lines.values_list("entry_id", flat=True)) == [billed]
    for entry in (time, prepared):
        with pytest.raises(NotNow, match="only that is given up"):
            actions.propose_wip_write_off(firm.cleo, entry, reason="x")
    assert WriteOff.objects.count() == 3

    # What stands on a draft leaves it and the hold ends; what went out on a final bill is not given up any more.
    left = prebill.lines.get(removed_at=None)
    prebills.hold(firm.cleo, prebill.pk, line_id=left.pk, reason="Asked", review_on=date(2026, 2, 10))
    actions.carry_out_write_off(
        firm.cleo, carried(firm, actions.propose_wip_write_off(firm.cleo, billed, reason="Not worth a bill"))
    )
    assert (holds("wip"), holds("wip-write-off")) == (0, 1050)
    assert (prebill.lines.filter(removed_at=None).count(), Hold.objects.filter(ended_at=None).count()) == (0, 0)
    sent = invoice.lines.exclude(entry=None).values_list("entry", flat=True)[0]
    with pytest.raises(NotNow, match="only that is given up"):
        actions.propose_wip_write_off(firm.cleo, sent, reason="x")
    assert checks.differences() == []


def test_four_eyes_look_at_a_large_write_off(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours(time="9.0")])
    prebill = drafted(firm)
    approved(firm, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    own = actions.propose_bad_debt(firm.ada, invoice.pk, Decimal(3150), reason="Insolvent")
    with pytest.raises(NoAuthority, match="two people"):
        authority.decide(firm.ada, own, "approved")
    authority.decide(firm.gita, own, "approved")


def test_a_cost_paid_out_is_given_up_under_a_limit_of_its_own(firm: Firm) -> None:
    agree_rates(firm)
    (filing,) = released(firm, [cost(units="1", price="300", hard_cost=True)])  # type: ignore[arg-type]  # a flag among texts
    proposal = actions.propose_wip_write_off(firm.ada, filing, reason="Filed for the wrong county")
    assert Proposal.objects.get(pk=proposal).kind_id == "hard-cost"
    with pytest.raises(NoAuthority, match="two people"):
        authority.decide(firm.ada, proposal, "approved")
    said = dict(Proposal.objects.get(pk=proposal).content)
    for kind, hard in (("write-off", True), ("hard-cost", False)):
        with pytest.raises(Invalid, match="a decision of its own kind"):
            authority.propose(
                firm.cleo, kind, said | {"hard_cost": hard}, subject="timesheets_entry", subject_id=filing, reason="x"
            )
    actions.carry_out_write_off(firm.cleo, carried(firm, proposal, by="gita"))
    assert holds("hard-cost-write-off") == Decimal(said["amount"])


def test_a_final_bills_entry_does_not_change(firm: Firm) -> None:
    invoice = issued(firm)
    entry = InvoiceLine.objects.get(pk=line(invoice, 1)).entry_id
    assert entry is not None
    change = timesheets.propose_change(firm.cleo, entry, hours(narrative="Something else"), reason="Better")
    with pytest.raises(NotNow, match="on a final bill"):
        timesheets.carry_out_change(firm.cleo, carried(firm, change, by="ben"))
    transfer = timesheets.propose_transfer(firm.cleo, entry, 2, reason="Charter")
    with pytest.raises(NotNow, match="on a final bill"):
        timesheets.carry_out_transfer(firm.cleo, carried(firm, transfer))


def test_an_e_bill_is_sent_anew_with_other_codes_and_the_books_do_not_notice(firm: Firm) -> None:
    invoice = issued(firm)
    before = ledger.balance("ar")
    with pytest.raises(Invalid, match="one original"):
        actions.revise(firm.cleo, invoice.pk, "correction", "LEDES1998B", why="There is nothing to correct yet")
    first = actions.revise(firm.cleo, invoice.pk, "original", "LEDES1998B")
    with pytest.raises(Invalid, match="says why"):
        actions.revise(firm.cleo, invoice.pk, "correction", "LEDES1998B")
    second = actions.revise(
        firm.cleo, invoice.pk, "correction", "LEDES1998B", codes={1: actions.Codes(task_code="L120")},
        ids={"client_matter_id": "CLM-7"}, portal_number=f"{invoice.number}-R1", why="Task code not on the budget",
    )  # fmt: skip
    assert (first.number, first.portal_number, second.number, second.portal_number) == (
        1, invoice.number, 2, f"{invoice.number}-R1",
    )  # fmt: skip
    assert bytes(first.second_sha256) != bytes(second.second_sha256)
    sent = bytes(second.document.content)
    assert b"L120" in sent
    assert b"CLM-7" in sent
    assert b"L210" in bytes(first.document.content)
    assert ledger.balance("ar") == before
    assert core.thaw(Invoice.objects.get().frozen).lines[0].task_code == "L210"
    with pytest.raises(Invalid, match="one original"):
        actions.revise(firm.cleo, invoice.pk, "original", "LEDES1998B")
    with pytest.raises(Invalid, match="no line 9"):
        actions.revise(firm.cleo, invoice.pk, "appeal", "LEDES1998B", codes={9: actions.Codes()}, why="x")
    with pytest.raises(Invalid, match="no id that a biller mends"):
        actions.revise(firm.cleo, invoice.pk, "appeal", "LEDES1998B", ids={"total": "1"}, why="x")
    with pytest.raises(Invalid, match="no purpose"):
        actions.revise(firm.cleo, invoice.pk, "bribe", "LEDES1998B")
    with pytest.raises(NotFound):
        access.revision(firm.dan, first.pk)
    assert EBillRevision.objects.count() == 2


def test_receivables_and_work_in_progress_by_age(firm: Firm) -> None:
    invoice = issued(firm)
    released(firm, [hours(on="2026-01-30", time="1.0"), hours(on="2025-11-10", time="1.0")])
    for days, place in ((0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3), (120, 3), (121, 4)):
        on = invoice.issued_on.fromordinal(invoice.issued_on.toordinal() + days)
        (bucket,) = queries.aging(on)
        held = [bucket.current, bucket.days_31, bucket.days_61, bucket.days_91, bucket.over_120]
        assert [n for n, amount in enumerate(held) if amount] == [place]
        assert (bucket.payer, bucket.currency, bucket.total) == (1, "USD", 529)
    assert queries.aging(invoice.issued_on.fromordinal(invoice.issued_on.toordinal() - 1)) == []
    (wip,) = queries.wip_aging(invoice.issued_on)
    assert (wip.matter, wip.current, wip.days_31, wip.days_61, wip.over_90) == (1, 350, 0, 350, 0)


def test_the_nightly_check_sees_what_was_changed_behind_the_database(firm: Firm) -> None:
    invoice = issued(firm)
    released(firm, [hours(on="2026-01-30")])
    with firm.sql("owner") as pg:
        pg.execute("ALTER TABLE invoices_invoiceline DISABLE TRIGGER append_only")
        pg.execute("ALTER TABLE invoices_invoice DISABLE TRIGGER append_only")
        pg.execute("UPDATE invoices_invoiceline SET amount = 1 WHERE number = 1")
        pg.execute("UPDATE invoices_invoice SET total = total + 1")
        pg.execute("UPDATE invoices_number SET last = 2")
        pg.execute("DELETE FROM timesheets_released WHERE entry_id = (SELECT max(id) FROM timesheets_entry)")
    assert [d.what for d in checks.differences()] == [
        "Work in progress of matter 1", f"Billed on invoice {invoice.number}", f"Lines of invoice {invoice.number}",
        "Number 2026-00002",
    ]  # fmt: skip


def test_no_login_answers_a_bill_without_a_decision(firm: Firm) -> None:
    invoice = issued(firm)
    rows = {
        "invoices_reversal (invoice_id, reason, reversed_on, reversed_at, decision_id)": "%s, 'x', now(), now(), 1",
        "invoices_writeoff (invoice_id, loss, amount, currency, hard_cost, reason, written_off_on, decision_id)": (
            "%s, 'bad-debt', 1, 'USD', false, 'x', now(), 1"
        ),
        "invoices_creditnote (invoice_id, number, kind, lines, amount, tax, reason, issued_on, issued_at, decision_id)": (
            "%s, 'x', 'credit-note', '[]', 1, 0, 'x', now(), now(), 1"
        ),
    }
    for table, values in rows.items():
        pg = firm.sql("app")
        pg.execute("SELECT authority.act('token-cleo')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pg.execute(f"INSERT INTO {table} VALUES ({values})", [invoice.pk])
    for statement in ("DELETE FROM invoices_invoice", "UPDATE invoices_ebillrevision SET portal_number = 'x'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), firm.sql("app") as pg:
            pg.execute(statement)
    assert prebills.draft(firm.cleo, [1], invoice.period_from, invoice.period_to) == []
