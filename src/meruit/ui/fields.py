"""The one column type of amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from decimal import Decimal


def money(**options: Any) -> models.DecimalField[Any, Decimal]:
    """An amount in some currency, to a hundredth of a cent; exact, `numeric(18, 4)` in PostgreSQL."""
    return models.DecimalField(**({"max_digits": 18, "decimal_places": 4} | options))
