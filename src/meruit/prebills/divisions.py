"""Who would be asked for what: a pre-bill's lines and the matter's shares, handed to the pure division."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.matters.core import ShareError
from meruit.money import Precision, Rounding
from meruit.money.currencies import currency
from meruit.prebills import wholes
from meruit.prebills.sharing import Billable, Division, PayerTerms, SharingError, divide

if TYPE_CHECKING:
    from meruit.matters.models import Payer
    from meruit.prebills.models import PreBill
    from meruit.prebills.wholes import Whole


def division(prebill: PreBill) -> Division:
    """The bills that this pre-bill would make now, one for each payer. `SharingError` says why it makes none."""
    return divided(wholes.whole(prebill))


def divided(whole: Whole) -> Division:
    """The same of a pre-bill whose parts are at hand."""
    prebill = whole.prebill
    try:
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
                for line in whole.billable
            ],
            whole.shares,
            {p.pk: _terms(p) for p in whole.payers},
            currency=prebill.currency,
            layered_before=whole.layered_before,
            unit=currency(prebill.currency).unit,
        )
    except ShareError as error:
        raise SharingError(str(error)) from error


def _terms(payer: Payer) -> PayerTerms:
    precision = Precision(currency(payer.currency).minor_units, Rounding(payer.rounding))
    return PayerTerms(
        payer=payer.pk, name=payer.name, currency=payer.currency, tax_rate=payer.tax_rate, precision=precision
    )
