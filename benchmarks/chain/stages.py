"""The stages of one month end in one database, whose addresses stand in the environment. Prints the table."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psycopg
from benchmarks.chain.__main__ import Run

from meruit.postgres import logins

CHUNK = 5_000


def main() -> None:
    """`python -m benchmarks.chain.stages ENTRIES MATTERS`."""
    run = Run(int(sys.argv[1]), int(sys.argv[2]))
    owner = os.environ[logins.OWNER.variable]
    schema = {**os.environ, "DJANGO_SETTINGS_MODULE": "meruit.settings.owner"}
    subprocess.run([sys.executable, "-m", "meruit.schema"], env=schema, check=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"
    import django

    django.setup()
    from benchmarks.chain import yardsticks
    from benchmarks.chain.founding import found, work

    found(owner, run.matters)
    entries = list(work(run.entries, run.matters))
    run.seconds["limit: bare COPY (P8)"] = yardsticks.copy(owner, entries)
    run.seconds["limit: two bare statements (P9)"] = yardsticks.two_statements(owner)
    yardsticks.drop(owner)
    month_end(run, entries)
    print("\n".join(run.table()))


def month_end(run: Run, entries: list) -> None:  # type: ignore[type-arg]  # the type needs Django to be set up first
    """Entry, release, pre-bill, review, invoice, LEDES."""
    from benchmarks.chain.founding import FIRST, LAST, PARTNER, SPECIALIST, TIMEKEEPERS, rates, token

    from meruit.authority import actions as authority
    from meruit.authority.acts import signed_in
    from meruit.authority.models import Decision
    from meruit.firm import actions as firm
    from meruit.invoices import actions as invoices
    from meruit.invoices.models import Invoice
    from meruit.prebills import actions as prebills
    from meruit.timesheets import actions as timesheets
    from meruit.timesheets.models import Entry

    partner, specialist = signed_in(PARTNER), signed_in(SPECIALIST)
    terms = firm.propose_terms(specialist, "rate", None, rates(), reason="Rate card")
    firm.carry_out(specialist, Decision.objects.get(pk=authority.decide(partner, terms, "approved")))

    start = time.perf_counter()
    for at in range(0, len(entries), CHUNK):
        timesheets.prepare(specialist, entries[at : at + CHUNK])
    run.time("prepare entries", start)

    analyze()
    start = time.perf_counter()
    for timekeeper in range(1, TIMEKEEPERS + 1):
        own = list(Entry.objects.filter(timekeeper_id=timekeeper).values_list("pk", flat=True))
        timesheets.release(signed_in(token(timekeeper)), own)
    run.time("release by timekeepers, into the books", start)

    start = time.perf_counter()
    drafted = prebills.draft(specialist, range(1, run.matters + 1), FIRST, LAST)
    run.time("draft pre-bills", start)
    assert sum(d.lines for d in drafted) == run.entries
    analyze()

    start = time.perf_counter()
    proposals = []
    for at in range(0, len(drafted), 100):
        many = prebills.put_forward(specialist, [d.prebill_id for d in drafted[at : at + 100]])
        proposals += [one.proposal_id for one in many if one.proposal_id is not None]
    run.time("review: put forward", start)

    start = time.perf_counter()
    for at in range(0, len(proposals), 100):
        batch = proposals[at : at + 100]
        prebills.settle_many(partner, authority.decide_batch(partner, batch, authority.batch_digest(batch), "approved"))
    run.time("review: approved in batches of 100", start)

    start = time.perf_counter()
    for at in range(0, len(drafted), 50):
        invoices.issue_many(specialist, [d.prebill_id for d in drafted[at : at + 50]])
    run.time("issue invoices, into the books", start)

    assert Invoice.objects.count() == run.matters
    analyze()

    start = time.perf_counter()
    bills = list(Invoice.objects.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(bills), 100):
        made = invoices.render_many(specialist, bills[at : at + 100], "LEDES1998B")
        assert all(one.artefact_id for one in made), made[0].why
    run.time("LEDES 1998B bytes, kept", start)


def analyze() -> None:
    """Let the planner know the rows, as autovacuum does in life; the throw-away server runs without it."""
    with psycopg.connect(os.environ[logins.OWNER.variable], autocommit=True) as pg:
        pg.execute("ANALYZE")


if __name__ == "__main__":
    main()
