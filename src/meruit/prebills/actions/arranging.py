"""What the matter's fee arrangement makes of the work on a pre-bill."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg.types.json import Jsonb

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting
from meruit.firm import queries as firm
from meruit.firm.core.arrangements import ArrangementError, Progress, Subscription, Work
from meruit.firm.core.terms import Term, value_matter
from meruit.money import Precision, total
from meruit.money.currencies import currency
from meruit.prebills import access, core, queries
from meruit.prebills.models import PreBill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from meruit.authority.acts import Actor
    from meruit.firm.core.arrangements import Valuation

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What somebody has to say because no hour tells it: the job is done, a phase is done, money was won."""

    complete: bool = False
    phases_done: frozenset[str] = frozenset()
    recovered: Decimal = NOTHING
    costs: Decimal = NOTHING
    stage: str | None = None


@dataclass(slots=True)
class _Before:
    """What earlier bills that still stand have charged under one term."""

    fees: Decimal = NOTHING
    by_charge: dict[str, Decimal] = field(default_factory=dict)
    periods: int = 0


def arrange(actor: Actor, prebill_id: int, facts: Facts | None = None) -> dict[str, Any] | None:
    """Work the arrangement out over the pre-bill's lines as they stand; returns what was kept of it.

    None where the matter is simply hourly. Terms that contradict each other leave a sentence under "refused",
    and no bill of this pre-bill can be approved before they are mended.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    prebill = access.prebill(actor, prebill_id)
    terms = firm.terms([prebill.matter_id]).get(prebill.matter_id, [])
    if not terms:
        return None
    facts = facts or _kept_facts(prebill)
    lines = list(queries.live(prebill).filter(kind="time").select_related("timekeeper"))
    work = [
        Work(
            key=str(line.pk),
            worked_on=line.worked_on,
            timekeeper=str(line.timekeeper_id),
            hours=line.hours or NOTHING,
            rate_per_hour=line.rate or NOTHING,
            worked=line.worked_value,
            grade=line.timekeeper.classification if line.timekeeper else None,
            phase=phase_of(line.task_code),
        )
        for line in lines
    ]
    kept: dict[str, Any] = {"facts": _plain(facts)}
    values, charges = [(line.pk, line.worked_value) for line in lines], []
    try:
        found = _value(prebill.matter_id, terms, work, facts, prebill.period_to, prebill.currency)
    except ArrangementError as error:
        kept["refused"] = str(error)
    else:
        kept["terms"] = {key: _told(key, valuation, periods) for key, (valuation, periods) in found.items()}
        own = {e.key: e.billable for valuation, _ in found.values() for e in valuation.entries}
        values = [(pk, own.get(str(pk), worked)) for pk, worked in values]
        charges = [c for valuation, _ in found.values() for c in valuation.charges]
    outcome: list[Any] = [
        prebill.pk,
        Jsonb(kept),
        Jsonb([{"line_id": pk, "value": str(amount)} for pk, amount in values]),
        Jsonb([{"name": c.name, "amount": str(c.amount)} for c in charges]),
    ]
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("SELECT prebills.arrange(%s, %s, %s, %s)", outcome)
        note("prebill.arranged", "prebills_prebill", prebill.pk, after=kept)
    return kept


def falls_due(matter_id: int, terms: Sequence[Term], period_from: date, period_to: date) -> bool:
    """Whether a charge falls due in a period in which nobody worked."""
    code = PreBill.objects.filter(matter_id=matter_id).values_list("currency", flat=True).first() or "USD"
    asked = PreBill.objects.filter(matter_id=matter_id, period_from=period_from, period_to=period_to)
    if asked.exists():
        return False
    try:
        found = _value(matter_id, terms, [], Facts(), period_to, code)
    except ArrangementError:
        return False
    return any(valuation.billable for valuation, _ in found.values())


def phase_of(task_code: str) -> str | None:
    """The UTBMS phase of a task: L210 belongs to L200."""
    return f"{task_code[:2]}00" if len(task_code) == 4 else None


def _value(
    matter_id: int,
    terms: Sequence[Term],
    work: Sequence[Work],
    facts: Facts,
    through: date,
    code: str,
) -> dict[str, tuple[Valuation, int]]:
    """The valuation of every term, with the periods of a subscription that it charges.

    Work of a day on which no arrangement was in force is hourly, as it was before there was one.
    """
    before = _before(matter_id)
    progress, periods = {}, {}
    for term in terms:
        if not term.holds(through):
            continue
        past = before.get(term.key, _Before())
        due = _periods_begun(term, through) - past.periods if isinstance(term.arrangement, Subscription) else 0
        periods[term.key] = due
        progress[term.key] = Progress(
            billed_before=past.fees,
            billed_by_phase=past.by_charge,
            through=through,
            complete=facts.complete,
            phases_done=facts.phases_done,
            recovered=facts.recovered,
            costs=facts.costs,
            stage=facts.stage,
            periods_due=max(due, 0),
        )
    covered = [w for w in work if any(t.holds(w.worked_on) and t.phase in (w.phase, None) for t in terms)]
    for term in terms:
        if term.key not in progress and any(term.holds(w.worked_on) for w in covered):
            past = before.get(term.key, _Before())
            progress[term.key] = Progress(
                billed_before=past.fees, billed_by_phase=past.by_charge, through=through, periods_due=0
            )
    valued = value_matter(terms, covered, progress, Precision(currency(code).minor_units))
    return {key: (valuation, periods.get(key, 0)) for key, valuation in valued.items()}


def _before(matter_id: int) -> dict[str, _Before]:
    """What bills that still stand have charged, by term."""
    invoiced = PreBill.objects.filter(matter_id=matter_id, state=core.State.INVOICED, lines__removed_at=None)
    found: dict[str, _Before] = {}
    for kept in invoiced.distinct().order_by("pk").values_list("arrangement", flat=True):
        for key, told in ((kept or {}).get("terms") or {}).items():
            past = found.setdefault(key, _Before())
            past.fees += Decimal(told["billable"])
            past.periods += told["periods"]
            for name, amount in told["charges"]:
                past.by_charge[name] = past.by_charge.get(name, NOTHING) + Decimal(amount)
    return found


def _periods_begun(term: Term, through: date) -> int:
    """Months of a subscription begun by a day, the month of its first day included."""
    start = term.starts_on
    return (through.year - start.year) * 12 + through.month - start.month + 1


def _told(key: str, valuation: Valuation, periods: int) -> dict[str, Any]:
    return {
        "worked": str(valuation.worked),
        "billable": str(valuation.billable),
        "own_lines": str(total(e.billable for e in valuation.entries)),
        "charges": [[c.name, str(c.amount)] for c in valuation.charges],
        "steps": [[s.says, str(s.before), str(s.after)] for s in valuation.steps],
        "periods": max(periods, 0),
    }


def _kept_facts(prebill: PreBill) -> Facts:
    """The facts somebody stated for this pre-bill before, so that working it out anew keeps them."""
    kept: Mapping[str, Any] = (prebill.arrangement or {}).get("facts") or {}
    if not kept:
        return Facts()
    return replace(
        Facts(),
        complete=kept["complete"],
        phases_done=frozenset(kept["phases_done"]),
        recovered=Decimal(kept["recovered"]),
        costs=Decimal(kept["costs"]),
        stage=kept["stage"],
    )


def _plain(facts: Facts) -> dict[str, Any]:
    return {k: _text(v) for k, v in asdict(facts).items()}


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset):
        names: Iterable[str] = value
        return sorted(names)
    return value
