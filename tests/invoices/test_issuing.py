"""Issue: what was approved becomes final bills, once, and the books follow."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import NoAuthority, NotFound, NotNow
from meruit.invoices import access, actions, checks, core, queries
from meruit.invoices.models import Artefact, Invoice, InvoiceLine, Issue
from meruit.ledger import queries as ledger
from meruit.prebills import actions as prebills
from meruit.prebills.models import Line, PreBill
from tests.support.bills import FEBRUARY_2, agreed, approved, drafted, letterhead, line, released
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from tests.support.firm import Firm


def bill(firm: Firm) -> int:
    """Ben's 1.5 hours and forty copies for Northwind, written down by 25, drafted."""
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    released(firm, [hours(), cost()])
    prebill = drafted(firm)
    prebills.write_down(firm.ada, line(prebill, 1).pk, Decimal("25"), reason="Courtesy")
    return prebill


def books(**where: Any) -> dict[str, Decimal]:
    """Every account that holds something, in dollars."""
    accounts = ("wip", "worked", "write-down", "arrangement", "ar", "fees", "costs", "tax", "wip-write-off")
    held = {a: ledger.balance(a, **where).get("USD", Decimal(0)) for a in accounts}
    return {a: amount for a, amount in held.items() if amount}


def test_an_approved_bill_is_issued_once_and_the_books_follow(firm: Firm) -> None:
    prebill = bill(firm)
    with pytest.raises(NotNow, match="Cannot invoice a pre-bill that is draft"):
        actions.issue(firm.cleo, prebill)
    decision = approved(firm, prebill)
    assert books() == {"wip": 529, "worked": 529}
    (invoice,) = actions.issue(firm.cleo, prebill)
    assert (invoice.number, invoice.issued_on, invoice.due_on) == ("2026-00001", date(2026, 2, 2), date(2026, 3, 4))
    assert (invoice.fees, invoice.costs, invoice.tax, invoice.total) == (500, 4, 0, 504)
    assert Issue.objects.get().decision_id == decision
    assert PreBill.objects.get(pk=prebill).state == "invoiced"
    assert books() == {"worked": 25, "write-down": 25, "ar": 504, "fees": 500, "costs": 4}
    assert queries.owed([invoice.pk]) == {invoice.pk: Decimal(504)}
    with pytest.raises(NotNow, match="Cannot invoice a pre-bill that is invoiced"):
        actions.issue(firm.cleo, prebill)
    first, second = InvoiceLine.objects.order_by("number")
    assert (first.units, first.rate, first.adjustment, first.amount) == (Decimal("1.5"), 350, -25, 500)
    assert (second.units, second.rate, second.adjustment, second.amount) == (40, Decimal("0.1"), 0, 4)
    assert checks.differences() == []
    assert ledger.differences() == []


def test_the_frozen_document_is_the_bill_and_does_not_follow_later_names(firm: Firm) -> None:
    prebill = bill(firm)
    approved(firm, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    document = core.thaw(invoice.frozen)
    assert core.freeze(document).keys() >= invoice.frozen.keys()
    assert (document.number, document.total, document.payer.name) == (invoice.number, 504, "Northwind Insurance")
    assert [(x.kind.value, x.narrative, x.amount, x.timekeeper_name) for x in document.lines] == [
        ("fee", "Draft answer to complaint of J. Doe", Decimal(500), "Ben Baxter"),
        ("expense", "Copies of exhibits", Decimal(4), "Ben Baxter"),
    ]
    with firm.sql("owner") as pg:
        pg.execute("UPDATE matters_matter SET name = 'Another name' WHERE id = 1")
    assert core.thaw(Invoice.objects.get().frozen).matter.name == "Doe v. Northwind insured"


def test_the_bytes_are_made_afterwards_and_kept_once(firm: Firm) -> None:
    letterhead(firm)
    prebill = bill(firm)
    approved(firm, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    assert actions.forms_of(invoice) == ("pdf", "LEDES1998B")
    assert list(queries.without_artefact("pdf")) == [invoice]
    for form, start in (("pdf", b"%PDF"), ("LEDES1998B", b"LEDES1998B[]")):
        made = actions.render(firm.cleo, invoice.pk, form)
        data = bytes(made.document.content)
        assert data.startswith(start)
        assert hashlib.sha256(data).digest() == bytes(made.document.sha256)
        assert actions.render(firm.ada, invoice.pk, form) == made
    assert list(queries.without_artefact("pdf")) == []
    assert Artefact.objects.count() == 2
    pg = firm.sql("app")
    with pytest.raises(psycopg.errors.CheckViolation, match="not the ones"):
        pg.execute(
            "INSERT INTO documents_document (sha256, size, media_type, name, content, kept_at)"
            " VALUES (sha256('a'), 1, 'text/plain', 'x', 'b', now())"
        )


def test_each_payer_gets_his_own_bill_and_the_odd_cent_has_an_owner(firm: Firm) -> None:
    letterhead(firm)
    agree_rates(firm)
    shares = [
        {"payer_id": 1, "percent": "60", "layer": 2}, {"payer_id": 2, "percent": "40", "layer": 2, "odd_cent": True},
        {"payer_id": 2, "percent": "100", "layer": 1, "up_to": "100"},
    ]  # fmt: skip
    agreed(firm, "shares", 1, [{"matter_id": 1, "from_on": "2024-01-01", "shares": shares}])
    released(firm, [hours(), cost(units="1", price="0.01")])
    prebill = drafted(firm)
    approved(firm, prebill)
    insurer, insured = actions.issue(firm.cleo, prebill)
    assert [(i.number[-1], i.payer_id, i.total) for i in (insurer, insured)] == [
        ("1", 1, Decimal("255.00")), ("2", 2, Decimal("270.01")),
    ]  # fmt: skip
    assert "Your share of this bill: $255.00 of $525.01" in core.thaw(insurer.frozen).share_note
    assert PreBill.objects.get(pk=prebill).layered == Decimal("525.01")
    for one in (insurer, insured):
        core.thaw(one.frozen)
        actions.render(firm.cleo, one.pk, "LEDES1998B")
    # The deductible is used up: the next bill is shared from its first cent.
    released(firm, [hours(on="2026-01-20", time="1.0")])
    second = drafted(firm)
    approved(firm, second)
    assert [i.total for i in actions.issue(firm.cleo, second)] == [Decimal(210), Decimal(140)]
    assert checks.differences() == []


def test_tax_is_on_the_bill_and_in_the_books(firm: Firm) -> None:
    letterhead(firm)
    agree_rates(firm)
    released(firm, [hours(matter=3), cost(matter=3)])
    prebill = drafted(firm, matter=3)
    prebills.send(firm.cleo, prebill)
    with pytest.raises(NoAuthority, match="no authority"):
        prebills.approve(firm.gita, prebill)  # her limit is in dollars
    with firm.sql("owner") as pg:
        pg.execute("UPDATE matters_payer SET tax_id = 'GB123456789' WHERE id = 3")
        pg.execute("ALTER TABLE authority_grant DISABLE TRIGGER append_only")
        pg.execute(
            "UPDATE authority_grant SET limit_amount = NULL, limit_currency = '*' WHERE role = 'billing partner'"
        )
    prebills.approve(firm.gita, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    assert (invoice.currency, invoice.fees, invoice.costs, invoice.tax, invoice.total) == (
        "GBP", 525, 4, Decimal("105.80"), Decimal("634.80"),
    )  # fmt: skip
    assert ledger.balance("tax") == {"GBP": Decimal("105.80")}
    assert ledger.balance("ar", matter=3) == {"GBP": Decimal("634.80")}
    assert actions.forms_of(invoice) == ("pdf", "LEDES98BI V2")
    for form in actions.forms_of(invoice):
        actions.render(firm.cleo, invoice.pk, form)
    assert core.thaw(invoice.frozen).tax_name == "VAT"


def test_the_arrangement_is_on_the_bill_and_apart_from_write_downs_in_the_books(firm: Firm) -> None:
    letterhead(firm)
    agree_rates(firm)
    cap = {"matter_id": 1, "from_on": "2026-01-01", "kind": "capped", "terms": {"cap": "400"}}
    fee = {
        "matter_id": 2,
        "from_on": "2026-01-01",
        "kind": "fixed",
        "terms": {"fee": "900", "parts": [["2026-01-15", "900"]]},
    }
    agreed(firm, "arrangement", 1, [cap])
    agreed(firm, "arrangement", 2, [fee])
    released(firm, [hours(), hours(matter=2)])
    capped, fixed = (drafted(firm, matter=m) for m in (1, 2))
    prebills.write_down(firm.ada, line(capped, 1).pk, Decimal("50"), reason="Courtesy")
    for prebill in (capped, fixed):
        approved(firm, prebill)
        actions.issue(firm.cleo, prebill)
    assert books(matter=1) == {"worked": 175, "write-down": 50, "arrangement": 125, "ar": 350, "fees": 350}
    assert books(matter=2) == {"worked": -375, "arrangement": -375, "ar": 900, "fees": 900}
    document = core.thaw(Invoice.objects.get(matter=2).frozen)
    assert [(x.kind.value, x.units, x.amount) for x in document.lines] == [
        ("fee", Decimal("1.5"), 0), ("fee-adjustment", 1, 900),
    ]  # fmt: skip
    actions.render(firm.cleo, Invoice.objects.get(matter=2).pk, "LEDES1998B")
    # What the cap has let through counts: nothing is left of it.
    released(firm, [hours(on="2026-02-10")])
    again = drafted(firm, period=(date(2026, 2, 1), date(2026, 2, 28)))
    assert line(again, 1).billed_value == 0
    assert checks.differences() == []


def test_a_held_line_is_left_off_and_waits_for_the_next_bill(firm: Firm) -> None:
    prebill = bill(firm)
    prebills.hold(firm.cleo, prebill, line_id=line(prebill, 2).pk, reason="Receipt?", review_on=date(2026, 2, 20))
    approved(firm, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    assert invoice.total == 500
    assert ledger.balance("wip") == {"USD": Decimal(4)}
    waiting = drafted(firm)
    assert [(x.kind, x.on_hold) for x in Line.objects.filter(prebill=waiting)] == [("expense", True)]
    assert checks.differences() == []


def test_who_may_not_issue_or_see_it(firm: Firm) -> None:
    prebill = bill(firm)
    approved(firm, prebill)
    for name in ("Ben", "Eve", "Finn", "Jon"):
        with pytest.raises(NoAuthority):
            actions.issue(firm.actor(name), prebill)
    with pytest.raises(NotFound):
        actions.issue(firm.dan, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    for attempt in (
        lambda: access.invoice(firm.dan, invoice.pk),
        lambda: actions.render(firm.dan, invoice.pk, "pdf"),
        lambda: actions.propose_credit_note(firm.dan, invoice.pk, {}, reason="x"),
        lambda: actions.propose_reversal(firm.dan, invoice.pk, reason="x"),
        lambda: actions.propose_bad_debt(firm.dan, invoice.pk, Decimal(1), reason="x"),
        lambda: actions.revise(firm.dan, invoice.pk, "original", "LEDES1998B"),
    ):
        with pytest.raises(NotFound, match="There is no invoice"):
            attempt()


def test_the_night_issues_what_a_partner_approved(firm: Firm) -> None:
    prebill = bill(firm)
    approved(firm, prebill)
    night = firm.system("issue")
    (invoice,) = actions.issue(night, prebill)
    actions.render(night, invoice.pk, "pdf")
    other = other_approved(firm)
    with pytest.raises(NoAuthority, match="No decision approves"):
        actions.issue(night, other)


def test_many_are_issued_at_once_and_one_that_cannot_be_stops_nothing(firm: Firm) -> None:
    prebill = bill(firm)
    released(firm, [hours(matter=2)])
    other = drafted(firm, matter=2)
    approved(firm, prebill)
    made = actions.issue_many(firm.cleo, [other, prebill, 999])
    assert [(one.prebill_id, len(one.invoice_ids)) for one in made] == [(other, 0), (prebill, 1), (999, 0)]
    assert "Cannot invoice a pre-bill that is draft" in made[0].why
    (bill_of_one,) = made[1].invoice_ids
    assert [one.why for one in actions.render_many(firm.cleo, [bill_of_one, 999], "LEDES1998B")] == [
        "2026-00001 is not sent as LEDES1998B: 1 findings, the first: LAW_FIRM_ID is empty; LEDES 1998B requires it.",
        "There is no invoice 999.",
    ]
    first, again = (actions.render_many(firm.cleo, [bill_of_one], "pdf")[0].artefact_id for _ in range(2))
    assert first == again == actions.render(firm.cleo, bill_of_one, "pdf").pk
    assert made[2].why == "There is no pre-bill 999."
    assert Invoice.objects.get().number == "2026-00001"
    assert checks.differences() == []


def other_approved(firm: Firm) -> int:
    """A pre-bill that says it is approved, and nobody has approved it."""
    firm.use("app")
    released(firm, [hours(matter=2)])
    prebill = drafted(firm, matter=2)
    PreBill.objects.filter(pk=prebill).update(state="approved")
    firm.use("worker")
    return prebill


def in_sql(firm: Firm, prebill: int, decision: int, division: str) -> None:
    """Issue with the application's SQL and Cleo's session."""
    with firm.sql("app") as pg:
        pg.execute("SELECT authority.act('token-cleo')")
        pg.execute("SELECT invoices.issue(%s, %s, %s, 0)", [prebill, decision, division])


def parts(prebill: int, **change: Any) -> str:
    """The division of the bill as an attacker with the application's SQL would hand it in."""
    lines = [
        {"line_id": line(prebill, n).pk, "amount": amount, "adjustment": off, "tax": "0"}
        for n, amount, off in ((1, "500", "-25"), (2, "4", "0"))
    ]
    lines[0] |= change
    return json.dumps([{"payer_id": 1, "share_note": "", "lines": lines}])


WRONG_DIVISIONS: list[tuple[dict[str, Any], str]] = [
    ({"amount": "500.01"}, "parts come to"),
    ({"amount": "NaN"}, "parts come to"),
    ({"amount": None}, "parts come to"),
    ({"adjustment": "0"}, "do not make it up"),
    ({"adjustment": "NaN"}, "do not make it up"),
    ({"adjustment": None}, "do not make it up"),
    ({"tax": "1"}, "do not make it up"),
    ({"tax": None}, "do not make it up"),
    ({"tax": "0.001"}, "not what was decided"),
    ({"line_id": 999}, "not on pre-bill"),
]  # fmt: skip


def test_a_division_that_is_not_what_was_decided_is_refused_by_the_database(firm: Firm) -> None:
    prebill = bill(firm)
    decision = approved(firm, prebill)
    for change, why in WRONG_DIVISIONS:
        with pytest.raises(psycopg.Error, match=why):
            in_sql(firm, prebill, decision, parts(prebill, **change))
    assert not Invoice.objects.exists()


def test_an_approval_is_used_for_its_own_bill_once_and_while_it_holds(firm: Firm) -> None:
    prebill = bill(firm)
    first = approved(firm, prebill)
    prebills.return_to_draft(firm.ada, prebill, reason="Wait")

    def attempt(decision: int, why: str, state: str = "approved") -> None:
        PreBill.objects.filter(pk=prebill).update(state=state)  # as an attacker would
        with pytest.raises(psycopg.Error, match=why):
            in_sql(firm, prebill, decision, parts(prebill))

    attempt(first, "any more")  # returned: it counts no more, though nothing has changed
    attempt(999, "any more")
    refused = prebills_proposal(firm, prebill)
    attempt(authority.decide(firm.ada, refused, "refused", reason="No"), "does not approve this")
    PreBill.objects.filter(pk=prebill).update(state="in review")
    good = prebills.approve(firm.ada, prebill)
    attempt(good, "only an approved one", state="in review")
    prebills.write_down(firm.ada, line(prebill, 2).pk, Decimal(1), reason="One copy")
    attempt(good, "The bills ask for")
    (invoice,) = issued_anew(firm, prebill)
    assert invoice.total == 503


def prebills_proposal(firm: Firm, prebill: int) -> int:
    PreBill.objects.filter(pk=prebill).update(state="in review")
    return prebills.propose_final_bill(firm.cleo, prebill)


def issued_anew(firm: Firm, prebill: int) -> list[Invoice]:
    PreBill.objects.filter(pk=prebill).update(state="in review")
    prebills.approve(firm.ada, prebill)
    return actions.issue(firm.cleo, prebill)


def test_no_login_writes_an_invoice_or_takes_a_number(firm: Firm) -> None:
    prebill = bill(firm)
    decision = approved(firm, prebill)
    actions.issue(firm.cleo, prebill)
    for login in ("app", "worker"):
        for statement in (
            f"INSERT INTO invoices_issue (prebill_id, bills, decision_id) VALUES (1, '[]', {decision})",
            "INSERT INTO invoices_invoice SELECT * FROM invoices_invoice",
            "INSERT INTO invoices_invoiceline SELECT * FROM invoices_invoiceline",
            "UPDATE invoices_invoice SET total = 1",
            "UPDATE invoices_number SET last = 7",
            "SELECT invoices.take_number('INVOICE-2026')",
            "SELECT invoices.next_number('INVOICE-2026')",
            "DELETE FROM invoices_invoiceline",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), firm.sql(login) as pg:
                pg.execute(statement)
    with pytest.raises(psycopg.errors.RestrictViolation), firm.sql("owner") as pg:
        pg.execute("UPDATE invoices_invoice SET total = 1")


def test_numbers_are_written_as_the_pure_core_writes_them(firm: Firm) -> None:
    letterhead(firm, prefix="LON", zone="Pacific/Kiritimati")
    with firm.sql("owner") as pg:
        for credit, prefix in ((False, "LON"), (True, "LON-CN")):
            series = core.Series(prefix)
            for count in (1, 99999):
                found = pg.execute(
                    "SELECT s, invoices.written(s, %s) FROM invoices.series(%s, '2026-02-02') s", [count, credit]
                ).fetchone()
                assert found == (series.key(2026), series.write(2026, count))
    prebill = bill(firm)
    approved(firm, prebill)
    (invoice,) = actions.issue(firm.cleo, prebill)
    assert invoice.number == "LON-2026-00001"
    assert core.thaw(invoice.frozen).firm.address == ("12 Chancery Lane", "Springfield")
