"""What may happen to a pre-bill: drafted, arranged, screened, held, written down, reviewed, approved."""

from meruit.prebills.actions.arranging import Facts, arrange
from meruit.prebills.actions.drafting import Drafted, draft
from meruit.prebills.actions.lines import (
    carry_out_hold_change,
    carry_out_write_down,
    comment,
    hold,
    propose_hold_change,
    propose_write_down,
    release_hold,
    resolve,
    write_down,
)
from meruit.prebills.actions.moving import move
from meruit.prebills.actions.overriding import carry_out_override, override, propose_override, record_receipt
from meruit.prebills.actions.reviewing import (
    PutForward,
    approve,
    propose_final_bill,
    put_forward,
    return_to_draft,
    send,
    settle,
    settle_many,
)
from meruit.prebills.actions.screening import screen

__all__ = [
    "Drafted",
    "Facts",
    "PutForward",
    "approve",
    "arrange",
    "carry_out_hold_change",
    "carry_out_override",
    "carry_out_write_down",
    "comment",
    "draft",
    "hold",
    "move",
    "override",
    "propose_final_bill",
    "propose_hold_change",
    "propose_override",
    "propose_write_down",
    "put_forward",
    "record_receipt",
    "release_hold",
    "resolve",
    "return_to_draft",
    "screen",
    "send",
    "settle",
    "settle_many",
    "write_down",
]
