"""Today is the firm's day: in Auckland it is tomorrow already while London has noon, in Honolulu it is still yesterday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from meruit.authority import access, acts
from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NotFound
from meruit.desk import queries as desk
from meruit.desk import takers
from meruit.firm import queries as firms
from meruit.firm.core.sets import Standing
from meruit.firm.models import GuidelineSet
from meruit.invoices import actions as invoices
from meruit.matters.imports import ClientTaker
from meruit.prebills import actions as prebills
from tests.support import bills, cast, rules, work

if TYPE_CHECKING:
    from tests.support.firm import Firm

NOON, EARLY = datetime(2026, 2, 2, 12, tzinfo=UTC), datetime(2026, 2, 2, 5, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [("Pacific/Auckland", NOON, date(2026, 2, 3)), ("Pacific/Honolulu", EARLY, date(2026, 2, 1))],
)
def test_every_day_that_is_compared_is_compared_with_the_firms(firm: Firm, zone: str, now: datetime, day: date) -> None:
    assert now.date() != day, "an hour at which the days differ"
    bills.letterhead(firm, zone=zone)
    firm.at(now)
    assert (acts.today(), acts.day_of(now)) == (day, day)
    work.agree_rates(firm)
    bills.released(firm, [work.hours(), work.hours(on="2026-01-15")])
    prebill = bills.drafted(firm)

    # A hold is reviewed from today on, for a month.
    for wrong in (day - DAY, day + 32 * DAY):
        with pytest.raises(Invalid, match="within 31 days"):
            prebills.hold(firm.cleo, prebill, line_id=bills.line(prebill, 1).pk, reason="Receipt", review_on=wrong)
    held = prebills.hold(firm.cleo, prebill, line_id=bills.line(prebill, 1).pk, reason="Receipt", review_on=day)
    prebills.release_hold(firm.ada, held, reason="It is here")

    # A version of a client's rules is in force from its first day on, and was accepted today.
    current = rules.accepted(firm, "3", day.isoformat())
    rules.accepted(firm, "4", (day + DAY).isoformat())
    stands = {v.row.version: v.standing for v in firms.versions(firm.cleo, 1)}
    assert stands == {"4": Standing.UPCOMING, "3": Standing.IN_FORCE}
    assert GuidelineSet.objects.get(pk=current).accepted_on == day

    # What is imported or issued today is of this day.
    taker = takers.taker(firm.cleo, "clients")
    assert isinstance(taker, ClientTaker)
    assert taker.today == day
    prebills.send(firm.cleo, prebill)
    waits = prebills.propose_final_bill(firm.cleo, prebill)
    assert waits in {w.proposal.pk for w in desk.waiting(firm.ada)}

    # A wall that ended yesterday stands no more, one from today on does, and one from tomorrow does not yet.
    assert (walled(firm, day - DAY, day - DAY), walled(firm, day, None), walled(firm, day + DAY, None)) == (
        False, True, False,
    )  # fmt: skip
    assert waits in {w.proposal.pk for w in desk.waiting(firm.ada)}
    prebills.approve(firm.ada, prebill)
    (bill,) = invoices.issue(firm.cleo, prebill)
    assert bill.issued_on == day


def walled(firm: Firm, first: date, last: date | None) -> bool:
    """Whether a wall of these days stands between Ada and Northwind now, everywhere that one asks."""
    with firm.sql("owner", autocommit=True) as pg:
        ada = cast.IDS["Ada"]
        pg.execute(
            "INSERT INTO matters_wall (person_id, client_id, from_on, until_on, reason) VALUES (%s, 1, %s, %s, 'x')",
            [ada, first, last],
        )
        seen = access.matters(firm.ada).filter(client=1).exists()
        waits = any(w.proposal.kind_id == "final-bill" for w in desk.waiting(firm.ada))
        try:
            access.matter(firm.ada, 1)
            found = True
        except NotFound:
            found = False
        pg.execute("DELETE FROM matters_wall WHERE person_id = %s", [ada])
    assert seen == waits == found
    return not seen


@pytest.mark.parametrize("moment", ["2026-03-01T00:00:00+08:00", "2026-03-01T00:00:00", "2026-03-01", "1 March 2026"])
def test_a_moment_is_put_forward_in_utc_or_not_at_all(firm: Firm, moment: str) -> None:
    content = {
        "person_id": cast.IDS["Ben"], "role": "attorney", "client_id": None, "matter_id": None, "until_at": moment,
        "needs_nda": False, "needs_consent": False, "limit_amount": None, "limit_currency": "",
    }  # fmt: skip
    said = {"subject": "people_person", "subject_id": cast.IDS["Ben"], "reason": "Admitted"}
    with pytest.raises(Invalid, match=r"until_at is .* written in UTC"):
        authority.propose(firm.eve, "grant", content, **said)  # type: ignore[arg-type]  # texts and a number
    for right in ("2026-03-01T00:00:00+00:00", "2026-03-01T00:00:00Z", "2026-03-01 00:00:00.5+00"):
        assert authority.propose(firm.eve, "grant", content | {"until_at": right}, **said)  # type: ignore[arg-type]  # as above
