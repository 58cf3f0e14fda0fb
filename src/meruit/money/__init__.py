"""Money: exact amounts, named rounding, and one way to divide a sum so that nothing is lost.

    from meruit.money import Money, Rounding, allocate, exact, rounded

    rounded(exact("0.125"), 2)                        # Decimal("0.13"): half up, unless told otherwise
    allocate(exact("100.01"), {"insurer": 60, "insured": 40}, odd="insured")
                                                      # {"insurer": 60.00, "insured": 40.01}
    Money(exact("1234.5"), "USD").shown()             # "$1,234.50"

Which mistake is worse: a sum that is silently not what was meant. So binary floats, NaN and infinity are
refused at the door, amounts of two currencies never meet in one sum, and every division adds up.
"""

from meruit.money.allocation import allocate, cross_allocate
from meruit.money.amounts import Money, MoneyError, exact, total
from meruit.money.currencies import Currency, currencies, currency, unit_of
from meruit.money.rounding import CENTS, Precision, Rounding, rounded

__all__ = [
    "CENTS",
    "Currency",
    "Money",
    "MoneyError",
    "Precision",
    "Rounding",
    "allocate",
    "cross_allocate",
    "currencies",
    "currency",
    "exact",
    "rounded",
    "total",
    "unit_of",
]
