"""What a row of a register must be to be of use; each function returns what is wrong with it, or None. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, get_args

from meruit.guidelines import types
from meruit.guidelines.context import Topic
from meruit.guidelines.params import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_PHASE = re.compile(r"^[A-Z]{1,2}\d*00$")
_CODE = re.compile(r"^[A-Z]{1,2}\d{3}$")


def approval_problem(
    rule: str,
    approver: str,
    from_on: date | None,
    until_on: date | None,
    amount: Decimal | None,
    hours: Decimal | None,
) -> str | None:
    """An approval of a rule nobody knows would lift nothing, in silence."""
    if rule not in types():
        return f'An approval is of "{rule}", which is no rule. {nearest(rule, types())}'
    if not approver.strip():
        return "An approval names who gave it."
    if (amount is not None and amount <= 0) or (hours is not None and hours <= 0):
        return "An approval is for an amount or hours above zero, or leaves them out and does not limit them."
    return _days(from_on, until_on)


def budget_problem(
    lines: Mapping[str, Decimal], approved_on: date | None, approver: str, currency: str, matter_currency: str
) -> str | None:
    """A budget has lines above zero, by codes, in the currency in which the matter is billed."""
    if not lines:
        return "A budget has at least one line: by task or phase code, or with a blank code for the whole matter."
    for code, amount in lines.items():
        if code and not _CODE.match(code):
            return f'"{code}" is no task or phase code; one is for example L310 or L300.'
        if not amount.is_finite() or amount <= 0:
            return f"The budget of {code or 'the matter'} is {amount}; it must be above zero."
    if currency != matter_currency:
        return f"The matter is billed in {matter_currency}; a budget in {currency} cannot be compared with it."
    if approved_on is not None and not approver.strip():
        return "An approved budget names who approved it."
    return None


def rate_problem(amount: Decimal | None, from_on: date, until_on: date | None) -> str | None:
    """A rate that was approved is above zero, and holds from one day until none or a later one."""
    if amount is not None and (not amount.is_finite() or amount <= 0):
        return f"An approved rate is above zero, or left out; this one is {amount}."
    return _days(from_on, until_on)


def vendor_problem(name: str, from_on: date | None, until_on: date | None) -> str | None:
    """A third party has a name."""
    return "A third party has a name." if not name.strip() else _days(from_on, until_on)


def statement_problem(topic: str) -> str | None:
    """What a statement can be about."""
    known = get_args(Topic)
    return None if topic in known else f'A statement is about {", ".join(known)}, not about "{topic}".'


def budget_code(code: str) -> str | None:
    """A budget line's code as rules ask of lines: a phase (L300) covers its tasks (L3*), a blank code everything."""
    if not code:
        return None
    return f"{code.rstrip('0')}*" if _PHASE.match(code) else code


def _days(from_on: date | None, until_on: date | None) -> str | None:
    if from_on is not None and until_on is not None and until_on < from_on:
        return f"It ends on {until_on}, before it begins on {from_on}."
    return None
