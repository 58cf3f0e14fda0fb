"""Builders of bills: released work, drafted, sent, approved, issued."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from meruit.authority import actions as authority
from meruit.authority.models import Decision
from meruit.firm import actions as terms
from meruit.people.models import Timekeeper
from meruit.prebills import actions as prebills
from meruit.prebills.models import Line
from meruit.timesheets import actions as timesheets
from meruit.timesheets.models import Entry
from tests.support.cast import IDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.firm import Firm

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
#: When January is billed.
FEBRUARY_2 = datetime(2026, 2, 2, 9, tzinfo=UTC)

WHO = {IDS["Ada"]: "ada", IDS["Ben"]: "ben", IDS["Ines"]: "ines"}


def released(firm: Firm, entries: Sequence[timesheets.NewEntry]) -> list[int]:
    """Cleo prepares the entries; whoever did the work releases them."""
    made = timesheets.prepare(firm.cleo, entries)
    owners = dict(Timekeeper.objects.values_list("pk", "person_id"))
    for timekeeper in {e.timekeeper_id for e in entries}:
        own = list(Entry.objects.filter(pk__in=made, timekeeper_id=timekeeper).values_list("pk", flat=True))
        timesheets.release(getattr(firm, WHO[owners[timekeeper]]), own)
    return made


def agreed(firm: Firm, kind: str, client: int, rows: list[dict[str, Any]]) -> None:
    """Terms are put forward by Cleo and decided by Ada."""
    proposal = terms.propose_terms(firm.cleo, kind, client, rows, reason="Engagement letter")
    terms.carry_out(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved")))


def drafted(firm: Firm, matter: int = 1, period: tuple[date, date] = JANUARY) -> int:
    """The pre-bill of a matter and period, drafted by Cleo."""
    (made,) = prebills.draft(firm.cleo, [matter], *period)
    return made.prebill_id


def approved(firm: Firm, prebill: int, by: str = "ada") -> int:
    """Cleo sends and proposes; a partner approves. The decision."""
    prebills.send(firm.cleo, prebill)
    prebills.propose_final_bill(firm.cleo, prebill)
    return prebills.approve(getattr(firm, by), prebill)


def line(prebill: int, number: int) -> Line:
    """A line of a pre-bill by its number."""
    return Line.objects.get(prebill=prebill, number=number)


def amounts(prebill: int) -> list[Decimal]:
    """What the lines that are on a pre-bill are billed at, by number."""
    return list(
        Line.objects.filter(prebill=prebill, removed_at=None).order_by("number").values_list("billed_value", flat=True)
    )


def letterhead(firm: Firm, *, prefix: str = "", zone: str = "UTC") -> None:
    """The firm's own name and address, as `init` asks for them."""
    with firm.sql("owner") as pg:
        pg.execute(
            "INSERT INTO firm_profile"
            " (name, address, tax_id, ledes_id, zone, currency, remit_to, invoice_prefix, country, subdivision)"
            " VALUES ('Archer & Baxter LLP', E'12 Chancery Lane\nSpringfield', '04-1234567', 'AB-1', %s, 'USD',"
            " E'First Bank\nAccount 123', %s, 'US', '')",
            [zone, prefix],
        )


def carried(firm: Firm, proposal: int, *, by: str = "ada") -> Decision:
    """A partner approves a proposal; the decision that its effect will use."""
    return Decision.objects.get(pk=authority.decide(getattr(firm, by), proposal, "approved"))
