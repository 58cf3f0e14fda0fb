"""Review: an approval covers a hash of the content, and only the difference is approved anew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from meruit.authority import actions as authority
from meruit.authority.errors import NoAuthority, NotFound, NotNow, Refused
from meruit.authority.models import Decision, Proposal
from meruit.money.currencies import currencies
from meruit.prebills import actions, core, divisions, queries
from meruit.prebills.core.states import MOVES, Move, State
from meruit.prebills.models import Hold, PreBill
from tests.support.bills import FEBRUARY_2, agreed, approved, drafted, line, released
from tests.support.work import agree_rates, cost, hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.firm import Firm

REVIEW = date(2026, 2, 20)


def bill(firm: Firm) -> int:
    """Two pieces of Ben's time and forty copies."""
    agree_rates(firm)
    firm.at(FEBRUARY_2)
    released(firm, [hours(), hours(time="1.0", narrative="Call with client re café lease — discovery"), cost()])
    return drafted(firm)


def state(prebill: int) -> str:
    return PreBill.objects.get(pk=prebill).state


def test_the_partner_approves_her_own_matters_bill_and_nobody_below(firm: Firm) -> None:
    prebill = bill(firm)
    actions.send(firm.cleo, prebill)
    proposal = actions.propose_final_bill(firm.cleo, prebill)
    assert actions.propose_final_bill(firm.cleo, prebill) == proposal  # the same bill twice is one proposal
    for name in ("Cleo", "Ben", "Ines", "Eve", "Kim"):
        with pytest.raises((NoAuthority, NotFound)):
            actions.approve(firm.actor(name), prebill)
    decision = Decision.objects.get(pk=actions.approve(firm.ada, prebill))
    assert (decision.proposal_id, decision.amount, decision.currency, decision.direct) == (proposal, 879, "USD", False)
    assert state(prebill) == "approved"
    shown = Proposal.objects.get(pk=proposal).evidence
    assert (shown["worked"], shown["billed"], shown["changes"]) == ("879.0000", "879.0000", None)


def test_the_database_hashes_what_the_pure_core_does(firm: Firm) -> None:
    prebill = bill(firm)
    actions.send(firm.cleo, prebill)
    proposal = Proposal.objects.get(pk=actions.propose_final_bill(firm.cleo, prebill))
    found = PreBill.objects.get(pk=prebill)
    bills = [b.totals for b in divisions.division(found).bills]
    now = queries.content(found, bills)
    assert bytes(proposal.live_sha256 or b"") == core.first_hash(now)
    assert queries.read(proposal.evidence["bill"]) == now


def test_after_a_change_only_the_difference_is_shown_and_approved(firm: Firm) -> None:
    prebill = bill(firm)
    first = approved(firm, prebill)
    actions.write_down(firm.ada, line(prebill, 1).pk, Decimal("25"), reason="Courtesy")
    assert state(prebill) == "in review"
    again = Proposal.objects.get(pk=actions.propose_final_bill(firm.cleo, prebill))
    assert again.amount == 854
    changes = {(c["where"], c["field"]): (c["before"], c["after"]) for c in again.evidence["changes"]}
    assert changes == {
        ("payer 1", "fees"): ("875.0000", "850.0000"),
        ("payer 1", "total"): ("879.0000", "854.0000"),
        ("line 1", "amount"): ("525.0000", "500.0000"),
    }
    assert actions.approve(firm.ada, prebill) != first
    assert state(prebill) == "approved"


def test_a_bill_put_forward_anew_takes_the_place_of_the_one_before(firm: Firm) -> None:
    prebill = bill(firm)
    actions.send(firm.cleo, prebill)
    first = actions.propose_final_bill(firm.cleo, prebill)
    actions.write_down(firm.ada, line(prebill, 1).pk, Decimal("25"), reason="Courtesy")
    with pytest.raises(NotNow, match="the lines of pre-bill"):
        authority.decide(firm.ada, first, "approved")
    second = actions.propose_final_bill(firm.cleo, prebill)
    with pytest.raises(NotNow, match="withdrawn"):
        authority.decide(firm.ada, first, "approved")
    actions.settle(firm.ada, Decision.objects.get(pk=authority.decide(firm.ada, second, "approved")))
    assert state(prebill) == "approved"
    refused = bill_of_matter_two(firm)
    actions.settle(firm.ada, Decision.objects.get(pk=authority.decide(firm.ada, refused, "refused", reason="Why?")))
    assert state(Proposal.objects.get(pk=refused).subject_id or 0) == "in review"


def test_a_month_end_is_put_forward_at_once_and_one_bad_bill_stops_nothing(firm: Firm) -> None:
    prebill = bill(firm)
    released(firm, [hours(matter=2), hours(matter=3)])
    other, without_payer = drafted(firm, matter=2), drafted(firm, matter=3)
    with firm.sql("owner") as pg:
        pg.execute("UPDATE matters_payer SET currency = 'EUR' WHERE id = 3")
    made = actions.put_forward(firm.cleo, [other, without_payer, prebill, 999])
    assert [one.prebill_id for one in made] == [other, without_payer, prebill, 999]
    assert [one.proposal_id is not None for one in made] == [True, False, True, False]
    assert "nobody could pay in GBP" in made[1].why
    assert made[3].why == "There is no pre-bill 999."
    assert (state(prebill), state(other), state(without_payer)) == ("in review", "in review", "draft")
    assert actions.put_forward(firm.cleo, [prebill])[0].proposal_id == made[2].proposal_id
    assert [one.why for one in actions.put_forward(firm.dan, [prebill])] == [f"There is no pre-bill {prebill}."]
    with pytest.raises(NoAuthority):
        actions.put_forward(firm.ben, [prebill])

    batch = [one.proposal_id for one in made if one.proposal_id is not None]
    decided = authority.decide_batch(firm.ada, batch, authority.batch_digest(batch), "approved")
    assert actions.settle_many(firm.ada, decided) == 2
    assert actions.settle_many(firm.ada, decided) == 0
    assert (state(prebill), state(other)) == ("approved", "approved")


def bill_of_matter_two(firm: Firm) -> int:
    released(firm, [hours(matter=2)])
    prebill = drafted(firm, matter=2)
    actions.send(firm.cleo, prebill)
    return actions.propose_final_bill(firm.cleo, prebill)


def test_a_partner_returns_a_bill_and_her_approval_with_it(firm: Firm) -> None:
    prebill = bill(firm)
    approved(firm, prebill)
    with pytest.raises(NoAuthority, match="may decide this bill"):
        actions.return_to_draft(firm.cleo, prebill, reason="Wait")
    actions.return_to_draft(firm.ada, prebill, reason="Wait")
    assert state(prebill) == "draft"
    with pytest.raises(NotNow, match="draft already"):
        actions.return_to_draft(firm.ada, prebill, reason="Wait")
    with pytest.raises(NotNow, match="Cannot approve a pre-bill that is draft"):
        actions.propose_final_bill(firm.cleo, prebill)


def test_every_payer_is_asked_for_his_share_and_his_tax(firm: Firm) -> None:
    agree_rates(firm)
    shares = [
        {"payer_id": 1, "percent": "60", "layer": 1, "odd_cent": True},
        {"payer_id": 2, "percent": "40", "layer": 1},
    ]
    agreed(firm, "shares", 1, [{"matter_id": 1, "from_on": "2024-01-01", "shares": shares}])
    released(firm, [hours(time="0.1", narrative="Read one mail"), hours(time="0.1"), cost(units="1", price="0.01")])
    split = PreBill.objects.get(pk=drafted(firm))
    totals = [b.totals for b in divisions.division(split).bills]
    assert [(t.payer, t.fees, t.costs, t.tax, t.total) for t in totals] == [
        (1, 42, Decimal("0.01"), 0, Decimal("42.01")), (2, 28, 0, 0, 28),
    ]  # fmt: skip
    released(firm, [hours(matter=3, time="0.1"), hours(matter=3, time="1.7")])
    london = PreBill.objects.get(pk=drafted(firm, matter=3))
    (vat,) = divisions.division(london).bills
    assert vat.totals == core.PayerTotal(3, Decimal(630), Decimal(0), Decimal(126), Decimal(756))


WRONG_BILLS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda b: b.update(fees="875.01", total="879.01"), "the lines of pre-bill"),
    (lambda b: b.update(fees="879", costs="0"), "the lines of pre-bill"),
    (lambda b: b.update(total="879.01"), "are not 879.01"),
    (lambda b: b.update(tax="10", total="889"), "percent of"),
    (lambda b: b.update(tax="NaN", total="NaN"), "are not NaN"),
    (lambda b: b.update(fees="Infinity", total="Infinity"), "Infinity"),
    (lambda b: b.update(payer_id=2), "owes no part"),
    (lambda b: b.update(payer_id=99), "owes no part"),
    (lambda b: b.update(rebate="1"), "and nothing else"),
    (lambda b: b.pop("tax"), "and nothing else"),
    (lambda b: b.update(fees=None), "and nothing else"),
    (lambda b: b.update(fees="eight"), "no number"),
]  # fmt: skip


def test_a_bill_that_is_not_the_lines_cannot_even_be_put_forward(firm: Firm) -> None:
    prebill = bill(firm)
    actions.send(firm.cleo, prebill)
    good = core.PayerTotal(1, Decimal(875), Decimal(4), Decimal(0), Decimal(879))
    for change, why in [*WRONG_BILLS, (None, "at least one payer")]:
        content = queries.decision_content(PreBill.objects.get(pk=prebill), [good])
        if change is None:
            content["bills"] = []
        else:
            change(content["bills"][0])
        with pytest.raises(Refused, match=why):
            authority.propose(
                firm.cleo, "final-bill", content, subject="prebills_prebill", subject_id=prebill, reason="x"
            )


def test_who_pays_has_to_be_known(firm: Firm) -> None:
    agree_rates(firm)
    released(firm, [hours(matter=3)])
    prebill = drafted(firm, matter=3)
    actions.send(firm.cleo, prebill)
    with firm.sql("owner") as pg:
        pg.execute(
            "INSERT INTO matters_payer (client_id, name, address, country, email, currency, tax_id, tax_name, tax_rate, rounding, terms_days,"
            " pays_in_order, delivery, portal_client_id, zone, guideline_set, appeal_days, appeal_business_days, appeals_allowed)"
            " SELECT client_id, 'Harbor Guarantee', address, country, email, currency, tax_id, tax_name, tax_rate, rounding, terms_days,"
            " pays_in_order, delivery, portal_client_id, zone, guideline_set, appeal_days, appeal_business_days, appeals_allowed"
            " FROM matters_payer WHERE id = 3"
        )
    with pytest.raises(NotNow, match="record the shares first"):
        actions.propose_final_bill(firm.cleo, prebill)


def test_the_smallest_amount_of_a_currency_is_the_libraries(firm: Firm) -> None:
    whole = [c.code for c in currencies().values() if c.minor_units == 0 and c.withdrawn_on is None]
    with firm.sql("owner") as pg:
        found = pg.execute("SELECT code, prebills.unit(code) FROM unnest(%s::text[]) code", [whole]).fetchall()
    assert [code for code, unit in found if unit != 1] == []


def test_every_move_of_a_pre_bill_is_made_or_refused_as_its_table_says(firm: Firm) -> None:
    prebill = bill(firm)
    attempts: dict[Move, Callable[[], object]] = {
        Move.SEND: lambda: actions.send(firm.cleo, prebill),
        Move.HOLD: lambda: actions.hold(firm.cleo, prebill, reason="Wait", review_on=REVIEW),
        Move.RETURN: lambda: actions.return_to_draft(firm.ada, prebill, reason="Again"),
        Move.APPROVE: lambda: actions.approve(firm.ada, prebill),
        Move.CHANGE: lambda: actions.write_down(firm.ada, line(prebill, 1).pk, Decimal("0.01"), reason="A cent"),
        Move.RELEASE: lambda: actions.release_hold(firm.ada, held(), reason="Go on"),
        Move.KEEP: lambda: keep(firm, held()),
    }

    def held() -> int:
        return PreBill.objects.get(pk=prebill).holds.filter(ended_at=None).values_list("pk", flat=True).get()

    for start in State:
        for move, attempt in attempts.items():
            with firm.sql("owner") as pg:
                pg.execute("UPDATE prebills_hold SET ended_at = now() WHERE ended_at IS NULL")
                pg.execute("UPDATE prebills_prebill SET state = 'draft', returned_at = NULL")
            if start is State.HELD:
                actions.hold(firm.cleo, prebill, reason="Wait", review_on=REVIEW)
            with firm.sql("owner") as pg:
                pg.execute("UPDATE prebills_prebill SET state = %s", [start])
            if (start, move) in MOVES:
                attempt()
                assert state(prebill) == MOVES[start, move][0]
            elif move is Move.CHANGE and start in (State.DRAFT, State.IN_REVIEW):
                attempt()  # a line changes and the bill stays where it is
                assert state(prebill) == start
            else:
                with pytest.raises((Refused, Hold.DoesNotExist)):
                    attempt()
                assert state(prebill) == start


def keep(firm: Firm, hold: int) -> None:
    proposal = actions.propose_hold_change(firm.cleo, hold, until=date(2026, 3, 20), reason="Longer")
    actions.carry_out_hold_change(firm.cleo, Decision.objects.get(pk=authority.decide(firm.ada, proposal, "approved")))
