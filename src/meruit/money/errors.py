"""The refusal that every part of this library raises."""


class MoneyError(ValueError):
    """An amount, a currency or a division that cannot be exact."""
