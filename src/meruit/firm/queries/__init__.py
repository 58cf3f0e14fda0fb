"""What one may ask of how the firm bills: terms, clients' rules, registers."""

from meruit.firm.queries.sets import Held, Version, held, versions
from meruit.firm.queries.terms import portal_rates, question, rate_table, terms

__all__ = ["Held", "Version", "held", "portal_rates", "question", "rate_table", "terms", "versions"]
