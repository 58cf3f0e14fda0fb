"""Who would be asked for what: a pre-bill's lines and the matter's shares, handed to the pure division."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum

from meruit.matters.core import ShareError, ShareSet, read_shares
from meruit.matters.models import Payer
from meruit.matters.models import ShareSet as KeptShares
from meruit.money import Precision, Rounding
from meruit.money.currencies import currency
from meruit.prebills import core, queries
from meruit.prebills.models import PreBill
from meruit.prebills.sharing import Billable, Division, PayerTerms, SharingError, divide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

NOTHING = Decimal(0)


def division(prebill: PreBill) -> Division:
    """The bills that this pre-bill would make now, one for each payer. `SharingError` says why it makes none."""
    try:
        shares = share_sets(prebill)
        return divide(
            [
                Billable(
                    line=line.pk,
                    number=line.number,
                    kind=line.kind,
                    worked_on=line.worked_on,
                    amount=line.billed_value,
                    code=line.task_code or line.expense_code,
                )
                for line in queries.billable(prebill)
            ],
            shares,
            {p.pk: _terms(p) for p in payers(prebill, shares)},
            currency=prebill.currency,
            layered_before=layered_before(prebill),
            unit=currency(prebill.currency).unit,
        )
    except ShareError as error:
        raise SharingError(str(error)) from error


def share_sets(prebill: PreBill) -> list[ShareSet]:
    """The shares of the matter; a later decision about the same day stands for the earlier one."""
    kept = KeptShares.objects.filter(matter=prebill.matter).order_by("from_on", "pk")
    return list({s.from_on: read_shares(s.from_on, s.shares) for s in kept}.values())


def payers(prebill: PreBill, shares: Sequence[ShareSet]) -> QuerySet[Payer]:
    """Whom the shares name; while there are none, the client's payers in the matter's currency."""
    named = {share.payer for s in shares for share in s.shares}
    if named:
        return Payer.objects.filter(pk__in=named)
    return Payer.objects.filter(client_id=prebill.matter.client_id, currency=prebill.currency)


def layered_before(prebill: PreBill) -> Decimal:
    """What earlier bills of the matter, that still stand, ran through the layers of its shares."""
    earlier = PreBill.objects.filter(matter=prebill.matter, state=core.State.INVOICED).exclude(pk=prebill.pk)
    standing = earlier.filter(lines__removed_at=None).distinct().values("pk")
    found = PreBill.objects.filter(pk__in=standing).aggregate(sum=Sum("layered"))["sum"]
    return found or NOTHING


def _terms(payer: Payer) -> PayerTerms:
    precision = Precision(currency(payer.currency).minor_units, Rounding(payer.rounding))
    return PayerTerms(
        payer=payer.pk, name=payer.name, currency=payer.currency, tax_rate=payer.tax_rate, precision=precision
    )
