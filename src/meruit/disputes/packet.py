"""The packet of an appeal: what the firm says to a client that cut its bill, in plain text, complete in itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from textwrap import fill
from typing import TYPE_CHECKING

from meruit.money import Money

if TYPE_CHECKING:
    from datetime import date

WIDTH = 78


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What an appeal puts before a client."""

    firm: str
    payer: str
    invoice: str
    issued_on: date
    client_matter: str
    line: int | None
    worked_on: date | None
    timekeeper: str
    narrative: str
    billed: Decimal
    cut: Decimal
    asked: Decimal
    currency: str
    reason: str
    round: int
    argument: str
    decided_by: str


def written(packet: Packet) -> str:
    """The packet as it is sent."""
    billed, cut, asked = (Money.of(x, packet.currency).shown() for x in (packet.billed, packet.cut, packet.asked))
    about = f"line {packet.line}" if packet.line is not None else "the whole invoice"
    rows = [
        f"Appeal {packet.round} of a reduction",
        "",
        f"To:       {packet.payer}",
        f"From:     {packet.firm}",
        f"Invoice:  {packet.invoice} of {packet.issued_on:%d %B %Y}, {about}",
        f"Matter:   {packet.client_matter}",
        f"Billed:   {billed}",
        f"Cut:      {cut}",
        f"Asked:    {asked}",
        "",
        "The charge",
        fill(_charge(packet), WIDTH),
        "",
        "The reason that was given",
        fill(packet.reason, WIDTH),
        "",
        "Why it should be paid",
        *[fill(paragraph, WIDTH) for paragraph in packet.argument.splitlines()],
        "",
        f"Approved for the firm by {packet.decided_by}.",
        "",
    ]
    return "\n".join(rows)


def _charge(packet: Packet) -> str:
    day = f"{packet.worked_on:%d %B %Y}," if packet.worked_on else ""
    who = f"{packet.timekeeper}:" if packet.timekeeper else ""
    return " ".join(filter(None, [day, who, packet.narrative])) or "The bill as a whole."
