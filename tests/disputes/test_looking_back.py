"""Each cut and returned bill is compared once with what our rules said, and past bills with other rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.audit.models import Record
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotFound
from meruit.disputes import actions, dry_run, frozen, outcomes, queries, tasks
from meruit.disputes.models import Hindsight, Reduction, Rejection
from meruit.guidelines import load, read_set
from meruit.matters.models import Client
from meruit.prebills.actions.screening import OVERRIDDEN
from meruit.prebills.models import Finding
from meruit.receivables import actions as receivables
from tests.disputes.test_disputes import reduced, sent  # noqa: F401  # `sent` is a fixture
from tests.support.bills import FEBRUARY_2, carried

if TYPE_CHECKING:
    from meruit.portals.models import Submission
    from tests.support.firm import Firm

HEAD = '[set]\nclient = "Northwind"\ntitle = "Rules"\nversion = "1"\n'


def flag(firm: Firm, submission: Submission, number: int, rule: str, settled: str = "") -> Finding:
    line = submission.invoice.lines.get(number=number)
    with acting(firm.cleo):
        return Finding.objects.create(
            prebill_id=submission.invoice.issue.prebill_id, line_id=line.prebill_line_id, rule=rule, severity="refuse",
            message="x", fixable_by="attorney", found_at=moment(),
            settled_at=moment() if settled else None, settled_how=settled,
        )  # fmt: skip


def test_each_cut_teaches_once_and_each_rule_is_counted(firm: Firm, sent: Submission) -> None:  # noqa: F811  # the fixture, by its name
    stood = flag(firm, sent, 2, "vague", OVERRIDDEN + "It is clear.")
    flag(firm, sent, 1, "clerical")  # went out flagged, and the client passed the line
    vague, block = reduced(firm, sent)
    assert queries.unlearnt() == []  # the same night that opened them
    lesson = vague.hindsight
    assert (lesson.verdict, lesson.rule, lesson.finding_id) == ("overridden", "vague", stood.pk)
    assert (block.hindsight.verdict, block.hindsight.rule) == ("off", "block-billing")
    assert Record.objects.filter(event="cut.compared").count() == 2
    actions.look_at_reduction(firm.cleo, vague.pk)
    assert tasks.gather(firm.cleo, FEBRUARY_2).done == 0
    assert Hindsight.objects.count() == 2

    told = {one.rule: one for one in outcomes.by_rule(firm.ada)}
    assert (told["vague"].findings, told["vague"].overridden, told["vague"].flagged_and_cut) == (1, 1, 1)
    assert (told["vague"].borne_out, told["vague"].overridden_share) == (1.0, 1.0)
    assert (told["block-billing"].findings, told["block-billing"].missed) == (0, 1)
    assert (told["clerical"].flagged_and_passed, told["clerical"].borne_out) == (1, 0.0)
    assert told["clerical"].overridden_share is None
    assert dict(outcomes.verdicts(firm.ada))["off"] == 1

    # Behind the wall there is nothing, and nothing of it can be rewritten.
    assert outcomes.by_rule(firm.dan) == []
    assert not queries.lessons(firm.dan).exists()
    with pytest.raises(NotFound):
        actions.look_at_reduction(firm.dan, vague.pk)
    with firm.sql("app") as pg, pytest.raises(psycopg.errors.InsufficientPrivilege):
        pg.execute("UPDATE disputes_hindsight SET verdict = 'none'")


def test_past_bills_are_judged_by_two_versions_beside_what_was_cut(firm: Firm, sent: Submission) -> None:  # noqa: F811  # the fixture, by its name
    reduced(firm, sent)
    client = sent.invoice.matter.client_id
    old = read_set(HEAD + '[[rule]]\ntype = "vague"\n', "nw")
    new = read_set(HEAD + '[[rule]]\ntype = "block-billing"\n', "nw")
    january = date(2026, 1, 1), date(2026, 2, 28)
    ran = dry_run.over_past_bills(firm.ada, client, old, new, *january)
    assert (ran.bills, ran.lines) == (1, 4)
    assert (ran.newly.count, ran.newly.money, ran.newly.cut, ran.newly.cut_money) == (
        1,
        {"USD": Decimal(700)},
        1,
        {"USD": Decimal(210)},
    )
    assert (ran.no_longer.count, ran.no_longer.cut, ran.no_longer.cut_money) == (1, 1, {"USD": Decimal(140)})
    assert (ran.either_way.count, ran.in_neither.count, ran.in_neither.cut) == (0, 2, 0)
    assert [(e.rule, e.gained, e.lost) for e in ran.effects] == [("block-billing", 1, 0), ("vague", 0, 1)]
    assert {c.kind for c in ran.changes} == {"added", "removed"}
    same = dry_run.over_past_bills(firm.ada, client, load("RP-1"), load("RP-1"), *january)
    assert (same.effects, same.newly.count, same.either_way.cut) == ([], 0, 2)
    empty = dry_run.over_past_bills(firm.ada, client, old, new, date(2025, 1, 1), date(2025, 1, 31))
    assert (empty.bills, empty.newly.count) == (0, 0)
    with pytest.raises(Invalid, match="ends before it begins"):
        dry_run.over_past_bills(firm.ada, client, old, new, january[1], january[0])
    with pytest.raises(NotFound):
        dry_run.over_past_bills(firm.dan, client, old, new, *january)
    assert Client.objects.filter(pk=client).exists()
    assert Reduction.objects.count() == 2
    assert not Rejection.objects.exists()


def test_appeals_that_went_out_are_known_where_final_bills_are_judged(firm: Firm, sent: Submission) -> None:  # noqa: F811  # the fixture, by its name
    _, cut = reduced(firm, sent)
    bills, payer = [sent.invoice], sent.invoice.payer
    proposal = actions.propose_appeal(firm.cleo, cut.pk, "Each task is timed in the notes of the day.")
    appeal = actions.carry_out_appeal(firm.cleo, carried(firm, proposal))
    assert frozen.context(payer, bills).appeals == (), "it is decided and has not left"
    firm.at(FEBRUARY_2 + timedelta(days=70))
    actions.send(firm.cleo, appeal.pk)
    (known,) = frozen.context(payer, bills).appeals
    assert (known.invoice, known.processed_on, known.appealed_on) == (
        sent.invoice.number, cut.received_on, date(2026, 4, 13),
    )  # fmt: skip
    late = read_set(HEAD + '[[rule]]\ntype = "appeal-window"\nparams = { days = 60 }\n', "nw")
    ran = dry_run.over_past_bills(
        firm.ada, payer.client_id, read_set(HEAD, "nw"), late, date(2026, 1, 1), date(2026, 2, 28)
    )
    assert [(e.rule, e.gained) for e in ran.effects] == [("appeal-window", 1)]
    assert ran.unjudged == []


def test_a_flagged_line_counts_as_passed_once_its_bill_is_paid_in_full(firm: Firm, sent: Submission) -> None:  # noqa: F811  # the fixture, by its name
    flag(firm, sent, 1, "clerical")
    bill = sent.invoice

    def passed() -> int:
        return {one.rule: one.flagged_and_passed for one in outcomes.by_rule(firm.ada)}["clerical"]

    assert passed() == 0, "no portal has answered and nobody has paid"
    most = bill.total - 1
    for number, amount in enumerate((most, Decimal(1)), start=1):
        paid = receivables.enter_payment(firm.cleo, bill.payer_id, amount, "USD", date(2026, 2, 2), f"WIRE {number}")
        receivables.apply_payment(firm.cleo, paid.pk, bill.pk)
        assert passed() == (number == 2), "part of the money is no answer to a line"
