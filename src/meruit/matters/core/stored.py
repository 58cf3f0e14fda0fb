"""Shares as they are kept: rows of plain JSON, numbers as text, every key checked by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from meruit.matters.core.shares import HUNDRED, Share, ShareError, ShareSet
from meruit.money import MoneyError, exact


def read_shares(from_on: date, rows: Iterable[Mapping[str, object]]) -> ShareSet:
    """A set as it is kept: rows of payer_id, percent, layer, up_to, line, amount, odd_cent; numbers as text."""
    return ShareSet(from_on, tuple(_read(row) for row in rows))


def _read(row: Mapping[str, object]) -> Share:
    known = {"payer_id", "percent", "layer", "up_to", "line", "amount", "odd_cent"}
    unknown = row.keys() - known
    if unknown or "payer_id" not in row:
        what = f'does not know "{min(unknown)}"' if unknown else 'lacks "payer_id"'
        raise ShareError(f"A share {what}; it may have {', '.join(sorted(known))}.")
    percent = _number(row, "percent")
    return Share(
        payer=_count(row, "payer_id"),
        percent=HUNDRED if percent is None else percent,
        layer=_count(row, "layer") if row.get("layer") else 1,
        up_to=_number(row, "up_to"),
        line=str(row["line"]) if row.get("line") else None,
        amount=_number(row, "amount"),
        odd_cent=_flag(row, "odd_cent"),
    )


def _number(row: Mapping[str, object], key: str) -> Decimal | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    try:
        return exact(value)  # type: ignore[arg-type]  # whatever else it is, `exact` refuses it by name
    except MoneyError as trouble:
        raise ShareError(f"The {key} of a share: {trouble}") from trouble


def _flag(row: Mapping[str, object], key: str) -> bool:
    value = row.get(key)
    if value is not None and not isinstance(value, bool):
        raise ShareError(f'The {key} of a share is "{value}"; it is true or false.')
    return bool(value)


def _count(row: Mapping[str, object], key: str) -> int:
    value = str(row[key])
    if not value.isascii() or not value.isdigit() or int(value) == 0:
        raise ShareError(f'The {key} of a share is "{value}"; it is a whole number from 1.')
    return int(value)
