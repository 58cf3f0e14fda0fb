"""What one may ask of the firm's terms: rate tables and arrangements as the pure core reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from meruit.firm.core import stored
from meruit.firm.core.rates import Level, Question, RateRow, RateTable
from meruit.firm.core.terms import Term
from meruit.firm.models import Arrangement, PortalRate, Rate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from meruit.matters.models import Matter
    from meruit.people.models import Timekeeper


def rate_table(client_ids: Iterable[int]) -> RateTable:
    """The rates of these clients and the firm's standard ones. Keys of the table are record ids as text.

    A later change of terms stands for the same place and first day, so that a corrected rate answers alone.
    """
    latest: dict[tuple[object, ...], Rate] = {}
    for rate in Rate.objects.filter(Q(client_id__in=list(client_ids)) | Q(client=None)).order_by("change_id", "id"):
        place = (rate.level, rate.client_id, rate.matter_id, rate.timekeeper_id, rate.classification, rate.task_code)
        latest[*place, rate.currency, rate.from_on] = rate
    by_place: dict[tuple[object, ...], list[Rate]] = {}
    for key, rate in latest.items():
        by_place.setdefault(key[:-1], []).append(rate)
    return RateTable(row for rates in by_place.values() for row in _successive(rates))


def _successive(rates: list[Rate]) -> Iterable[RateRow]:
    """Rates of one place, each ending the day before the next begins."""
    ordered = sorted(rates, key=lambda r: r.from_on)
    for rate, following in zip(ordered, [*ordered[1:], None], strict=True):
        until = rate.until_on
        if following is not None:
            before = following.from_on - timedelta(days=1)
            until = before if until is None else min(until, before)
        yield RateRow(
            level=Level(rate.level),
            currency=rate.currency,
            starts_on=rate.from_on,
            ends_on=until,
            rate_per_hour=rate.amount,
            percent_off=rate.percent,
            matter=_text(rate.matter_id),
            client=_text(rate.client_id) if rate.matter_id is None else None,
            person=_text(rate.timekeeper_id),
            grade=rate.classification or None,
            task_code=rate.task_code or None,
            source=f"change {rate.change_id}",
        )


def question(matter: Matter, timekeeper: Timekeeper, on: date, task_code: str) -> Question:
    """An hour's question in the keys of `rate_table`."""
    return Question(
        on=on,
        currency=matter.currency,
        matter=str(matter.pk),
        client=str(matter.client_id),
        person=str(timekeeper.pk),
        grade=timekeeper.classification,
        task_code=task_code or None,
    )


def terms(matter_ids: Iterable[int]) -> dict[int, list[Term]]:
    """The arrangements of matters, as `core.terms` reads them."""
    found: dict[int, list[Term]] = {}
    for row in Arrangement.objects.filter(matter_id__in=list(matter_ids)).order_by("matter_id", "from_on", "id"):
        found.setdefault(row.matter_id, []).append(
            Term(
                key=str(row.pk),
                arrangement=stored.read(row.kind, row.terms),
                starts_on=row.from_on,
                ends_on=row.until_on,
                phase=row.phase or None,
            )
        )
    return found


def portal_rates(payer_id: int, on: date) -> dict[int, PortalRate]:
    """What a payer's portal has approved, by timekeeper, on a day."""
    rows = PortalRate.objects.filter(Q(until_on=None) | Q(until_on__gte=on), payer_id=payer_id, from_on__lte=on)
    return {row.timekeeper_id: row for row in rows.order_by("from_on", "id")}


def _text(key: int | None) -> str | None:
    return None if key is None else str(key)
