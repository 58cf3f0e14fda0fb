"""How the firm bills may change: terms by decision, clients' rules by acceptance, registers as clients say."""

from meruit.firm.actions.registers import (
    end,
    record_approval,
    record_budget,
    record_statement,
    record_timekeeper,
    record_vendor,
)
from meruit.firm.actions.sets import (
    Added,
    SourceFile,
    accept,
    add_set,
    carry_out_acceptance,
    propose_acceptance,
    revise_set,
    use_set,
    withdraw_set,
)
from meruit.firm.actions.terms import carry_out, propose_terms

__all__ = [
    "Added",
    "SourceFile",
    "accept",
    "add_set",
    "carry_out",
    "carry_out_acceptance",
    "end",
    "propose_acceptance",
    "propose_terms",
    "record_approval",
    "record_budget",
    "record_statement",
    "record_timekeeper",
    "record_vendor",
    "revise_set",
    "use_set",
    "withdraw_set",
]
