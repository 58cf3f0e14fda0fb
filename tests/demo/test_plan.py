"""The demonstration firm is the same each time, as large as it says, and lists every fault that is in it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connections

from meruit.authority.acts import system
from meruit.demo import founding, silence
from meruit.demo.build import KEPT, Build
from meruit.demo.logins import Logins
from meruit.demo.plan import BY_HAND, ENTRIES, EXPENSES, MONTHS, TONIGHT, plan
from meruit.desk import stuck
from meruit.invoices.models import Invoice
from meruit.ledger import queries as ledger
from meruit.matters.models import Payer
from meruit.portals import tasks as portal_tasks
from meruit.postgres import logins
from meruit.prebills.models import PreBill
from meruit.timesheets.models import Released, Version
from tests.support.firm import LOGINS
from tests.support.schema import install_schema

if TYPE_CHECKING:
    from meruit.postgres.cluster import Cluster


def test_the_same_seed_draws_the_same_firm() -> None:
    first, again, other = plan(), plan(), plan(seed=7)
    assert first.entries == again.entries
    assert first.faults == again.faults
    assert first.entries != other.entries


def test_it_is_as_large_as_it_says() -> None:
    drawn = plan()
    kinds = Counter(e.kind for e in drawn.entries if not e.key.endswith("B"))
    assert (len(drawn.people), len(drawn.clients), len(drawn.matters)) == (25, 12, 60)
    assert kinds == {"time": ENTRIES, "expense": EXPENSES}
    assert len(plan(times=2).matters) == 120


def test_every_fault_names_an_entry_that_has_it() -> None:
    drawn = plan()
    keys = {e.key for e in drawn.entries}
    assert [f.where for f in drawn.faults if f.where not in keys] == []
    spoiled = [e for e in drawn.entries if e.narrative == "Attention to file"]
    assert {e.key for e in spoiled} == {f.where for f in drawn.faults if f.rule == "prohibited-phrase"}


def test_a_small_firm_is_lived_through_the_real_actions(cluster: Cluster) -> None:
    name = "test_demo"
    cluster.drop_database(name)
    cluster.create_database(name)
    try:
        install_schema(cluster, name)
        speaks = Logins({login: cluster.url(LOGINS[login], name) for login in ("owner", "app", "worker", "gate")})
        drawn = plan(entries=300, expenses=20)
        made = founding.found(cluster.url(logins.OWNER, name), drawn, datetime(2026, 7, 31, 12, tzinfo=UTC))
        speaks.use("app")
        build = Build(drawn, made, speaks)
        build.terms()
        build.work(MONTHS[0])
        build.bill(MONTHS[0])
        assert Released.objects.count() == Version.objects.count() > 50
        assert Invoice.objects.filter(payer__currency="GBP", tax__gt=0).exists()
        split = Invoice.objects.filter(matter__number="101-003").order_by("payer__name")
        assert [i.payer.name for i in split][-1] == "Insured of Granite State Mutual Insurance"
        assert ledger.differences() == []

        # One client's portal takes bills by hand; its bill is uploaded and not answered for forty days.
        silence.close_the_door(cluster.url(logins.OWNER, name), made.payers[BY_HAND, "client"])
        with speaks.as_("worker"):
            portal_tasks.submit(system("demonstration"), silence.SINCE)
        fault = silence.fall(build)
        build.at(TONIGHT)
        (row,) = [r for r in stuck.of(build.specialist) if r.submission.state == "transmitted"]
        assert (row.submission.invoice.number, row.days) == (fault.where, silence.DAYS)
        assert "has not said a word for 40 days" in row.why

        # Of the second month's bills some are left to the night that is shown: approved, and issued by nobody yet.
        build.work(MONTHS[1])
        build.bill(MONTHS[1])
        build.approve_kept()
        kept = PreBill.objects.filter(state="approved")
        assert 0 < kept.count() <= KEPT, "so small a firm may not have as many that fit"
        assert not Invoice.objects.filter(issue__prebill__in=kept).exists()
        portals = Payer.objects.exclude(delivery="pdf").values("client")
        assert kept.filter(matter__client__in=portals).count() == kept.count()
    finally:
        connections["default"].close()
        cluster.drop_database(name)
