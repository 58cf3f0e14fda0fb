"""What a receipt can show. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from meruit.guidelines.context import Fare

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal


def receipt_problem(
    fare: str, figures: Iterable[Decimal | None], booked_on: date | None, travelled_on: date | None
) -> str | None:
    """What is wrong with the facts of a receipt, or None."""
    known = get_args(Fare)
    if fare and fare not in known:
        return f'A fare is {", ".join(known)}, not "{fare}".'
    if any(figure is not None and (not figure.is_finite() or figure < 0) for figure in figures):
        return "Amounts, hours, nights, days and miles of a receipt are zero or more."
    if booked_on is not None and travelled_on is not None and travelled_on < booked_on:
        return f"The journey of {travelled_on} was booked on {booked_on}, after it."
    return None
