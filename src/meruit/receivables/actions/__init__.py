"""What may happen to money received: entered, laid on bills, taken off again, sent back; bills paid are closed."""

from meruit.receivables.actions.paying import apply_payment, enter_payment, settle, undo_allocation
from meruit.receivables.actions.posting import post_remittance
from meruit.receivables.actions.refunding import carry_out_refund, propose_refund

__all__ = [
    "apply_payment",
    "carry_out_refund",
    "enter_payment",
    "post_remittance",
    "propose_refund",
    "settle",
    "undo_allocation",
]
