"""What lines of one invoice have to do with each other: numbers, entries, codes and matters that recur."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.ledes.flat.bill import MOST_ENTRIES
from meruit.ledes.flat.records import Flaw

if TYPE_CHECKING:
    from meruit.ledes.flat.bill import Bill
    from meruit.ledes.flat.judge import Judge
    from meruit.ledes.flat.look import Look

#: Fees without codes that one invoice remembers; nobody codes more than these by hand from a list.
MOST_UNCODED = 1000


def note_number(judge: Judge, bill: Bill, number: bytes, look: Look, k: int) -> None:
    """LC03: the line's number, and whether it was used before."""
    number = number.strip()
    if not number or (len(bill.numbers) >= MOST_ENTRIES and number not in bill.numbers):
        return
    known = bill.numbers.setdefault(number, look.line_of(k))
    if known == look.line_of(k):
        return
    shown = look.scan.decode(number)
    flaw = Flaw(
        "LC03",
        "error",
        judge.at["LINE_ITEM_NUMBER"],
        f'LINE_ITEM_NUMBER "{shown}" was used before in this invoice, on line {known}.',
        shown,
        "a number not used in the invoice",
    )
    look.say(bill, [flaw], k)


def note_entry(judge: Judge, bill: Bill, look: Look, k: int) -> None:
    """duplicate-line: the same day, person, amount and narrative in the same invoice and matter."""
    at = judge.at
    names = ("LINE_ITEM_DATE", "TIMEKEEPER_ID", "LINE_ITEM_TOTAL", "LINE_ITEM_DESCRIPTION")
    entries = bill.entries.setdefault(look.cell(k, at["LAW_FIRM_MATTER_ID"]), {})
    if len(entries) >= MOST_ENTRIES:
        return
    known = entries.setdefault(hash(tuple(look.cell(k, at[name]) for name in names)), look.line_of(k))
    if known == look.line_of(k):
        return
    expense = look.cell(k, at["EXP/FEE/INV_ADJ_TYPE"]) in (b"E", b"IE")
    flaw = Flaw(
        "duplicate-line",
        judge.severity("duplicate-line", "advice") or "advice",
        at["LINE_ITEM_DESCRIPTION"],
        f"Line {known} of the file has the same day, person, amount and narrative.",
        reason="DUP-EXPENSE" if expense else "DUP-LINE",
    )
    look.say(bill, [flaw], k)


def note_uncoded(judge: Judge, bill: Bill, look: Look, k: int) -> None:
    """A fee without codes: a flaw only if other fees of the invoice have them."""
    if len(bill.uncoded) < MOST_UNCODED:
        byte = look.byte_of(k, judge.at["LINE_ITEM_TASK_CODE"])
        entry, total = look.value(k, "LINE_ITEM_NUMBER"), look.value(k, "LINE_ITEM_TOTAL")
        bill.uncoded.append((look.line_of(k), byte, entry, total))


def note_matter(judge: Judge, bill: Bill, look: Look, k: int) -> None:
    """LC02: one client per matter of the invoice.

    Many firms number matters anew under each client, so invoices of one file are not compared.
    """
    at = judge.at
    client, matter = look.value(k, "CLIENT_ID"), look.value(k, "LAW_FIRM_MATTER_ID")
    owner, line = bill.matters.setdefault(matter, (client, look.line_of(k)))
    if client != owner and client and owner and matter:
        message = f'Matter "{matter}" has the client "{client}" here and "{owner}" on line {line}.'
        look.say(bill, [Flaw("LC02", "error", at["CLIENT_ID"], message, client, owner, once="invoice")], k)
