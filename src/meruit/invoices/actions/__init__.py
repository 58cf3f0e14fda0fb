"""What may happen to a final bill: issued, rendered, sent anew, lowered, undone, given up."""

from meruit.invoices.actions.crediting import carry_out_credit_note, propose_credit_note
from meruit.invoices.actions.giving_up import carry_out_write_off, propose_bad_debt, propose_wip_write_off
from meruit.invoices.actions.issuing import Issued, issue, issue_many
from meruit.invoices.actions.rendering import PDF, Rendered, forms_of, render, render_credit_note, render_many
from meruit.invoices.actions.reversing import carry_out_reversal, propose_reversal
from meruit.invoices.actions.revising import Codes, revise

__all__ = [
    "PDF",
    "Codes",
    "Issued",
    "Rendered",
    "carry_out_credit_note",
    "carry_out_reversal",
    "carry_out_write_off",
    "forms_of",
    "issue",
    "issue_many",
    "propose_bad_debt",
    "propose_credit_note",
    "propose_reversal",
    "propose_wip_write_off",
    "render",
    "render_credit_note",
    "render_many",
    "revise",
]
