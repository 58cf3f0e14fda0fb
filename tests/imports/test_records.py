"""Clients, payers, matters, timekeepers and terms from files, in the order in which a firm would bring them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.authority import actions as authority
from meruit.authority.models import Decision, Proposal
from meruit.desk import effects, takers
from meruit.firm.models import Arrangement, Rate
from meruit.imports import actions
from meruit.imports.core.files import open_table
from meruit.imports.models import Batch
from meruit.matters.models import Client, Matter, MatterId, Payer
from meruit.people.models import Timekeeper

if TYPE_CHECKING:
    from tests.support.firm import Firm


def bring(firm: Firm, folder: Path, record: str, text: str, *, complete: bool = False) -> Batch:
    path = folder / f"{record}.csv"
    path.write_text(text)
    looked = actions.look(record, open_table(path))
    acting = takers.as_(firm.cleo)
    style = looked.suggestion.styles[0]
    mapping = actions.confirm(acting, looked, looked.suggestion.columns, style)
    batch = actions.begin(acting, looked, mapping, complete=complete)
    return actions.run(acting, looked, batch, takers.taker(firm.cleo, record))


def test_a_firm_brings_its_records(firm: Firm, tmp_path: Path) -> None:
    bring(
        firm,
        tmp_path,
        "timekeepers",
        "TKID,First,Last,Class,Bar Year,Hired\nZZ1,Zoe,Zander,assoc,2019,2024-02-01\nZZ2,Al,Odd,wizard,,\n",
    )
    assert (Timekeeper.objects.get(number="ZZ1").classification, Timekeeper.objects.filter(number="ZZ2").count()) == (
        "ASSOC",
        0,
    )
    bring(
        firm,
        tmp_path,
        "clients",
        "Client No,Client Name,Opened\nC-900,Quorum Foods,2025-01-05\nC-901,Old Mill,2020-01-05\n",
    )
    assert Client.objects.get(number="C-900").opened_on == date(2025, 1, 5)
    batch = bring(
        firm,
        tmp_path,
        "payers",
        "Client,Payer,Currency,Tax,Tax Rate\nC-900,Quorum Foods,GBP,VAT,20\nC-900,Quorum Bad,XXY,,\n",
    )
    assert batch.set_aside == 1
    assert Payer.objects.get(name="Quorum Foods").tax_rate == Decimal("0.2")
    head = "Matter No,Client,Caption,Billing Attorney,Open Date,Claim Number"
    bring(
        firm,
        tmp_path,
        "matters",
        f"{head}\nQ-1,C-900,Recall,TK-ADA,2025-02-01,CL-77\nQ-2,C-900,Lease,TK-NOBODY,2025-02-01,\n",
    )
    matter = Matter.objects.get(number="Q-1")
    assert MatterId.objects.get(matter=matter).value == "CL-77"
    assert not Matter.objects.filter(number="Q-2").exists()
    again = bring(
        firm, tmp_path, "matters", f"{head}\nQ-1,C-900,Recall of 2025,TK-BEN,2025-02-01,CL-77\n", complete=True
    )
    matter.refresh_from_db()
    assert (again.changed, matter.name, matter.responsible.name) == (1, "Recall of 2025", "Ada")


def test_rates_from_a_file_are_a_proposal_that_another_person_decides(firm: Firm, tmp_path: Path) -> None:
    text = "Timekeeper,Client,Rate,Effective,Currency\nTK-BEN,,350.00,2024-01-01,USD\nTK-BEN,C-100,310.00,2024-01-01,USD\nTK-INE,C-100,,2024-01-01,USD\n"
    batch = bring(firm, tmp_path, "rates", text)
    assert (batch.taken, batch.set_aside) == (2, 1)
    assert not Rate.objects.exists()
    for proposal in Proposal.objects.filter(kind_id="rate"):
        effects.carry_out(firm.cleo, authority.decide(firm.ada, proposal.pk, "approved"))
    assert {(r.level, r.amount) for r in Rate.objects.all()} == {
        ("standard", Decimal(350)),
        ("client-person", Decimal(310)),
    }
    assert Decision.objects.filter(consumption=None).count() == 0


def test_terms_from_a_file_name_the_amount_of_their_arrangement(firm: Firm, tmp_path: Path) -> None:
    batch = bring(
        firm,
        tmp_path,
        "terms",
        "Matter,Fee Arrangement,Amount,From\nM-1001,Capped,50000,2026-01-01\nM-2001,moon phase,1,2026-01-01\n",
    )
    assert (batch.taken, batch.set_aside) == (1, 1)
    (proposal,) = Proposal.objects.filter(kind_id="arrangement")
    effects.carry_out(firm.cleo, authority.decide(firm.ada, proposal.pk, "approved"))
    assert Arrangement.objects.get().terms == {"cap": "50000"}
