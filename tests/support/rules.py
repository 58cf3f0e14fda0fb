"""Builders of clients' rules: a text, kept by Cleo, accepted by Ada, and a payer billed under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.firm import actions as firm_actions

if TYPE_CHECKING:
    from tests.support.firm import Firm

BLOCK_BILLING = """
[[rule]]
type = "block-billing"
params = { min_tasks = 2, de_minimis_hours = "0.5" }
severity = "refuse"
says = "One entry per task."
clause = "4.2"
fires = [{ hours = "1.5", narrative = "Review lease; call client; email opposing counsel" }]
silent = [{ hours = "0.4", narrative = "Review lease; call client" }]
"""


def text(version: str = "3", starts: str = "2024-01-01", rules: str = BLOCK_BILLING, *, ends: str = "") -> str:
    """The text of a set."""
    until = f"effective_to = {ends}\n" if ends else ""
    return f"""
[set]
client = "Northwind Insurance"
title = "Outside counsel guidelines"
version = "{version}"
source = "letter of 2 January 2024"
owner = "Cleo"
effective_from = {starts}
{until}{rules}"""


def accepted(
    firm: Firm,
    version: str = "3",
    starts: str = "2024-01-01",
    rules: str = BLOCK_BILLING,
    *,
    client: int | None = 1,
    payer: int | None = None,
    name: str = "northwind",
    ends: str = "",
) -> int:
    """A version in force; payers of the client that had no rules are billed under it."""
    added = firm_actions.add_set(firm.cleo, client, text(version, starts, rules, ends=ends), name=name, payer_id=payer)
    firm_actions.accept(firm.ada, added.set_id, reason="As the client asks")
    return added.set_id
