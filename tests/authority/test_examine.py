"""`meruit doctor` sees a guard that somebody switched off, and says on which table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from meruit.authority import queries

if TYPE_CHECKING:
    from tests.support.firm import Firm


def test_a_guard_that_is_switched_off_missing_or_everybodys_is_seen(firm: Firm) -> None:
    firm.use("worker")
    assert [point.subject for point in queries.examine() if not point.well] == []
    with psycopg.connect(firm.url("owner")) as pg:
        pg.execute("ALTER TABLE authority_decision DISABLE TRIGGER append_only")
        pg.execute("DROP TRIGGER a_guard ON invoices_writeoff")
        pg.execute("GRANT EXECUTE ON FUNCTION authority.is_human TO PUBLIC")
    found = {point.subject: point.says for point in queries.examine() if not point.well}
    assert "authority_decision" in found["triggers"]
    assert "invoices_writeoff" in found["guards"]
    assert "is_human" in found["functions"]
