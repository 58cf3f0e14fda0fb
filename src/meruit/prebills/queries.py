"""What one may ask of a pre-bill: its sums, its content as an approval sees it, and what is billed for good."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Q

from meruit.prebills import access, core
from meruit.prebills.models import Finding, Line, PreBill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

NOTHING = Decimal(0)


def live(prebill: PreBill) -> QuerySet[Line]:
    """The lines that are on the pre-bill, by number; held ones too."""
    return Line.objects.filter(prebill=prebill, removed_at=None).order_by("number")


def billable(prebill: PreBill) -> QuerySet[Line]:
    """The lines that would go on the bill now."""
    return live(prebill).filter(on_hold=False)


def totals(prebill: PreBill) -> core.Totals:
    """Worked beside billed."""
    return totals_of(live(prebill))


def totals_of(lines: Iterable[Line]) -> core.Totals:
    """The same of lines at hand."""
    return core.totals(_draft(line) for line in lines)


def by_timekeeper(prebill: PreBill) -> list[core.PersonSum]:
    """Each timekeeper's part."""
    return core.by_timekeeper(_draft(line) for line in live(prebill) if line.timekeeper_id is not None)


def content(prebill: PreBill, bills: Sequence[core.PayerTotal]) -> core.BillContent:
    """What an approval of this pre-bill covers, as things stand."""
    return content_of(billable(prebill), bills, prebill.currency)


def content_of(lines: Iterable[Line], bills: Sequence[core.PayerTotal], currency: str) -> core.BillContent:
    """The same of billable lines at hand."""
    return core.BillContent(
        currency=currency,
        payers=tuple(bills),
        lines=tuple(
            core.ContentLine(
                number=line.number,
                kind=line.kind,
                timekeeper=line.timekeeper_id,
                worked_on=line.worked_on,
                narrative=line.narrative,
                hours=line.billed_hours,
                units=line.units,
                rate=line.rate,
                amount=line.billed_value,
            )
            for line in lines
        ),
    )


def decision_content(prebill: PreBill, bills: Iterable[core.PayerTotal]) -> dict[str, Any]:
    """The content of a final-bill decision: what `prebills.describe_final_bill` reads."""
    return {
        "prebill_id": prebill.pk,
        "bills": [
            {
                "payer_id": b.payer,
                "fees": str(b.fees),
                "costs": str(b.costs),
                "tax": str(b.tax),
                "total": str(b.total),
            }
            for b in bills
        ],
    }


def written(content: core.BillContent) -> dict[str, Any]:
    """A content as plain JSON, to be kept as evidence of what was put forward."""
    return {
        "currency": content.currency,
        "payers": [_plain(asdict(p)) for p in content.payers],
        "lines": [_plain(asdict(line)) for line in content.lines],
    }


def read(kept: Mapping[str, Any]) -> core.BillContent:
    """The content of a kept record."""

    def amount(value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    return core.BillContent(
        currency=kept["currency"],
        payers=tuple(
            core.PayerTotal(p["payer"], *(Decimal(p[k]) for k in ("fees", "costs", "tax", "total")))
            for p in kept["payers"]
        ),
        lines=tuple(
            core.ContentLine(
                number=x["number"],
                kind=x["kind"],
                timekeeper=x["timekeeper"],
                worked_on=date.fromisoformat(x["worked_on"]),
                narrative=x["narrative"],
                hours=amount(x["hours"]),
                units=amount(x["units"]),
                rate=amount(x["rate"]),
                amount=Decimal(x["amount"]),
            )
            for x in kept["lines"]
        ),
    )


def unbilled(matter_id: int) -> Decimal:
    """Work in progress of a matter, recomputed from its entries: released, not billed for good, not given up.

    The ledger's account `wip` must hold the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(v.worked_value), 0)
              FROM timesheets_released r JOIN timesheets_entry e ON e.id = r.entry_id
              JOIN timesheets_version v ON v.entry_id = e.id AND v.number = e.version
             WHERE e.matter_id = %s AND v.billable
               AND NOT EXISTS (SELECT 1 FROM prebills_givenup g WHERE g.entry_id = e.id)
               AND NOT EXISTS (SELECT 1 FROM prebills_line l JOIN prebills_prebill p ON p.id = l.prebill_id
                                WHERE l.entry_id = e.id AND l.removed_at IS NULL AND p.state = 'invoiced')
            """,
            [matter_id],
        )
        row = cursor.fetchone()
    assert row is not None  # an aggregate has one row
    found: Decimal = row[0]
    return found


def billed(entry_ids: Iterable[int]) -> set[int]:
    """Which of these entries are on a final bill that stands: they are answered, never changed."""
    rows = Line.objects.filter(entry_id__in=list(entry_ids), removed_at=None, prebill__state=core.State.INVOICED)
    return {entry for entry in rows.values_list("entry_id", flat=True) if entry is not None}


@dataclass(frozen=True, slots=True)
class RuleRate:
    """How a rule of a set has fared: its findings, and how many of the settled ones were let stand."""

    rule: str
    guideline: str
    findings: int
    cured: int
    overridden: int

    @property
    def open(self) -> int:
        """Findings that nobody has settled."""
        return self.findings - self.cured - self.overridden

    @property
    def rate(self) -> Decimal | None:
        """The overridden among the settled; None where none is settled."""
        settled = self.cured + self.overridden
        return Decimal(self.overridden) / settled if settled else None


def override_rates(actor: Actor, since: datetime | None = None) -> list[RuleRate]:
    """Each rule of each set (name and version) over the bills that the actor may see, the most overridden first."""
    found = Finding.objects.filter(prebill__in=access.prebills(actor))
    if since is not None:
        found = found.filter(found_at__gte=since)
    rows = found.values("rule", "guideline").annotate(
        findings=Count("pk"),
        cured=Count("pk", filter=Q(settled_how="cured")),
        overridden=Count("pk", filter=Q(settled_how__startswith="overridden")),
    )
    rates = [RuleRate(**row) for row in rows.order_by("rule", "guideline")]
    return sorted(rates, key=lambda r: (-(r.rate or NOTHING), r.rule, r.guideline))


def _draft(line: Line) -> core.DraftLine:
    return core.DraftLine(
        number=line.number,
        kind="expense" if line.kind == Line.Kind.EXPENSE else "time",
        timekeeper=line.timekeeper_id or 0,
        worked_on=line.worked_on,
        standard=line.standard_value,
        worked=line.worked_value,
        billed=line.billed_value,
        hours=line.hours or NOTHING,
        billed_hours=line.billed_hours or NOTHING,
        on_hold=line.on_hold,
        hard_cost=line.hard_cost,
    )


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v if v is None or isinstance(v, (int, str)) else str(v) for k, v in record.items()}
