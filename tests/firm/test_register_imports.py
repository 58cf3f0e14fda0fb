"""Registers from a file: each row through its action, what cannot be is set aside, said anew is recorded anew."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.desk import takers
from meruit.firm.models import Approval, Budget, PortalRate, Vendor
from meruit.imports import actions
from meruit.imports.core.files import open_table
from meruit.matters.models import Payer
from meruit.screening import known
from tests.support.bills import FEBRUARY_2

if TYPE_CHECKING:
    from pathlib import Path

    from meruit.imports.models import Batch
    from tests.support.firm import Firm


def bring(firm: Firm, folder: Path, record: str, text: str, *, by: str = "Cleo", complete: bool = False) -> Batch:
    """A file of one kind is looked at, its suggested mapping confirmed, and taken in."""
    path = folder / f"{record}.csv"
    path.write_text(text)
    who = firm.actor(by)
    acting = takers.as_(who)
    looked = actions.look(record, open_table(path))
    mapping = actions.confirm(acting, looked, looked.suggestion.columns, "year-month-day")
    return actions.run(
        acting, looked, actions.begin(acting, looked, mapping, complete=complete), takers.taker(who, record)
    )


def test_approvals_are_recorded_said_anew_and_left_out(firm: Firm, tmp_path: Path) -> None:
    firm.at(FEBRUARY_2)
    head = "Client,Matter,Rule,Timekeeper,Hours,Approver,Reference\n"
    good = "C-100,M-1001,research-limit,TK-BEN,{hours},R. Pell,mail of 2 January\n"
    bad = "C-100,M-1001,reserch-limit,,,R. Pell,\nC-100,M-9,research-limit,,,R. Pell,x\n"
    batch = bring(firm, tmp_path, "approvals", head + good.format(hours=6) + bad)
    assert (batch.taken, batch.set_aside) == (1, 2)
    reasons = sorted(batch.rows_set_aside.values_list("reason", flat=True))
    assert any("is no rule" in reason for reason in reasons)
    assert any("no such matter" in reason for reason in reasons)
    assert bring(firm, tmp_path, "approvals", head + good.format(hours=6)).unchanged == 1
    for hours in (7, 8):
        assert bring(firm, tmp_path, "approvals", head + good.format(hours=hours)).changed == 1
        assert Approval.objects.get(ended_at=None).hours == hours
    assert Approval.objects.count() == 3
    other = "C-200,,research-limit,,,H. Cole,call\n"
    bring(firm, tmp_path, "approvals", head + other, complete=True)
    assert Approval.objects.get(ended_at=None).approver == "H. Cole"


def test_budgets_of_a_matter_and_day_are_one_version(firm: Firm, tmp_path: Path) -> None:
    firm.at(FEBRUARY_2)
    head = "Matter,Phase,Amount,From,Approved on,Approved by\n"
    rows = "M-1001,,50000,2026-01-01,2026-01-05,R. Pell\nM-1001,L300,{discovery},2026-01-01,2026-01-05,R. Pell\n"
    bring(firm, tmp_path, "budgets", head + rows.format(discovery=9000))
    only = Budget.objects.get()
    assert (only.version, only.approver) == (1, "R. Pell")
    assert dict(only.lines.values_list("task_code", "amount")) == {"": Decimal(50000), "L300": Decimal(9000)}
    bring(firm, tmp_path, "budgets", head + rows.format(discovery=9500))
    latest = Budget.objects.get(ended_at=None)
    assert latest.version == 2
    assert dict(latest.lines.values_list("task_code", "amount")) == {"": Decimal(50000), "L300": Decimal(9500)}


def test_timekeepers_and_third_parties_of_a_payer(firm: Firm, tmp_path: Path) -> None:
    firm.at(FEBRUARY_2)
    head = "Client,Timekeeper,Rate,From,To\n"
    bring(firm, tmp_path, "approved-timekeepers", head + "C-100,TK-BEN,300,2026-01-01,\n")
    bring(firm, tmp_path, "approved-timekeepers", head + "C-100,TK-BEN,310,2026-01-01,2026-06-30\n")
    assert PortalRate.objects.count() == 2
    context = known.known(Payer.objects.get(pk=1), [], FEBRUARY_2.date())
    assert [(r.amount, str(r.to)) for r in context.rates] == [(Decimal(310), "2026-06-30")]
    bring(firm, tmp_path, "vendors", "Client,Name,Approved\nC-100,Speedy Couriers,no\n")
    assert not Vendor.objects.get().approved


def test_what_is_behind_a_wall_is_not_there_for_whoever_imports(firm: Firm, tmp_path: Path) -> None:
    firm.at(FEBRUARY_2)
    batch = bring(firm, tmp_path, "vendors", "Client,Name\nC-100,Speedy Couriers\n", by="Dan")
    assert (batch.taken, batch.set_aside) == (0, 1)
    assert "no such client" in batch.rows_set_aside.get().reason
    assert not Vendor.objects.exists()
