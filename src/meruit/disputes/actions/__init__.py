"""What may happen to what a payer sent back: opened, corrected, accepted, appealed, answered, lapsed."""

from meruit.disputes.actions.accepting import carry_out_acceptance, propose_acceptance, restored
from meruit.disputes.actions.appealing import (
    answered,
    barred,
    carry_out_appeal,
    lapse,
    pending,
    propose_appeal,
    protect,
    send,
)
from meruit.disputes.actions.correcting import correct, give_up, overridden, resubmitted
from meruit.disputes.actions.looking_back import look_at_reduction, look_at_rejection
from meruit.disputes.actions.opening import close_questions, open_dispute, open_question

__all__ = [
    "answered",
    "barred",
    "carry_out_acceptance",
    "carry_out_appeal",
    "close_questions",
    "correct",
    "give_up",
    "lapse",
    "look_at_reduction",
    "look_at_rejection",
    "open_dispute",
    "open_question",
    "overridden",
    "pending",
    "propose_acceptance",
    "propose_appeal",
    "protect",
    "restored",
    "resubmitted",
    "send",
]
