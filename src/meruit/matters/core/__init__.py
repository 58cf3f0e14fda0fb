"""Shares: who pays which part of a bill, so that the payers' invoices together are the bill.

A set of shares is read in three passes. First, shares of a kind of line take what they name (the insured
pays all costs). Then fixed amounts are taken off each bill. What remains runs through layers, each with
percents that sum to 100: a deductible is a first layer up to 5,000 paid by the insured, above which the
insurer pays 60 and the insured 40. Layers count what the matter has run through them since it began, in
the order of work, so a bill that crosses a limit is divided at the very cent. Each group of shares names
who takes its odd cent.
"""

from meruit.matters.core.shares import Share, ShareError, ShareSet, in_force
from meruit.matters.core.splitting import BillLine, Part, Split, split
from meruit.matters.core.stored import read_shares

__all__ = ["BillLine", "Part", "Share", "ShareError", "ShareSet", "Split", "in_force", "read_shares", "split"]
