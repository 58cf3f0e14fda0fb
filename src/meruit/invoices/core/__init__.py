"""Final bills without a database: numbers, lines by payer, tax, credits, and the document that is frozen."""

from meruit.invoices.core.credits import CreditError, CreditLine, Standing, credit, reverse
from meruit.invoices.core.document import (
    Applied,
    Document,
    DocumentError,
    DocumentLine,
    Earlier,
    Equivalent,
    Firm,
    Kind,
    LineKind,
    MatterRef,
    Payer,
    PersonSum,
    TaxSum,
    TrustLine,
)
from meruit.invoices.core.frozen import freeze, thaw
from meruit.invoices.core.lines import PricedLine, priced, share_of
from meruit.invoices.core.numbers import NumberError, Series
from meruit.invoices.core.tax import TaxBasis, taxed

__all__ = [
    "Applied",
    "CreditError",
    "CreditLine",
    "Document",
    "DocumentError",
    "DocumentLine",
    "Earlier",
    "Equivalent",
    "Firm",
    "Kind",
    "LineKind",
    "MatterRef",
    "NumberError",
    "Payer",
    "PersonSum",
    "PricedLine",
    "Series",
    "Standing",
    "TaxBasis",
    "TaxSum",
    "TrustLine",
    "credit",
    "freeze",
    "priced",
    "reverse",
    "share_of",
    "taxed",
    "thaw",
]
