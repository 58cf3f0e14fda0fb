"""What a client sends back: opened once with a deadline, accepted or appealed by decision, never by silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
import pytest

from meruit.agenda import queries as agenda
from meruit.agenda.models import Deadline
from meruit.authority import actions as authority
from meruit.authority.errors import Invalid, NoAuthority, NotFound, NotNow
from meruit.authority.models import Proposal
from meruit.disputes import access, actions, core, queries, tasks
from meruit.disputes.models import Appeal, AppealTrack, Reduction, Rejection
from meruit.disputes.together import together
from meruit.invoices import actions as invoices
from meruit.ledger import queries as ledger
from meruit.portals import actions as portals
from meruit.portals import core as portal_states
from meruit.portals.models import Attempt, StatusEvent, Submission
from meruit.portals.sftp import Lost
from tests.portals.test_sending import NOWHERE, Inbox, failing
from tests.support.bills import FEBRUARY_2, carried
from tests.support.portals import connect, issued

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.firm import Firm

HEADER = "event,at,file,sha256,bill,word,line,reason,amount,currency,note,reference"
#: 30 days after 3 February at 23:00 in New York, whose day is still the 3rd.
NOTICE = "2026-02-04T04:00:00+00:00"
DUE = datetime(2026, 3, 6, 4, 59, 59, 999999, tzinfo=UTC)


@pytest.fixture
def sent(firm: Firm, tmp_path: Path) -> Submission:
    """A bill of 525, 140, 700 and 10 dollars that has been sent."""
    key = tmp_path / "key"
    key.write_text("not used here")
    connect(firm, NOWHERE | {"firm_key": str(key)})
    firm.use("app")
    submission = portals.package(firm.cleo, issued(firm).pk)
    portals.submit(firm.cleo, submission.pk, Inbox())
    return Submission.objects.get(pk=submission.pk)


def say(firm: Firm, submission: Submission, *rows: str, name: str = "status-1.csv") -> None:
    """The portal says rows of `word,line,reason,amount,note` about a submission."""
    assert submission.revision is not None
    sha = bytes(submission.revision.document.sha256).hex()
    lines = [HEADER]
    for number, row in enumerate(rows, start=1):
        word, line, reason, amount, note = row.split(",")
        lines.append(f"{number},{NOTICE},{submission.file_name},{sha},,{word},{line},{reason},{amount},,{note},R1")
    connection = submission.invoice.payer.connection
    portals.hear(firm.cleo, connection, name, "\r\n".join(lines).encode())


def reduced(firm: Firm, submission: Submission) -> list[Reduction]:
    """Line 2 is cut whole and line 3 by 210; both are opened."""
    say(
        firm, submission, "Logged,,,,", "Passed with deductions,,,1025.00,",
        "Passed with deductions,2,The charge does not say what was done,140.00,",
        "Passed with deductions,3,Several tasks in one charge,210.00,",
    )  # fmt: skip
    assert tasks.gather(firm.cleo, FEBRUARY_2).failed == {}
    return list(Reduction.objects.order_by("pk"))


def decided(firm: Firm, proposal: int, by: str = "ada"):  # type: ignore[no-untyped-def]  # see tests.support.bills
    return carried(firm, proposal, by=by)


def holds(account: str) -> Decimal:
    return ledger.balance(account).get("USD", Decimal(0))


def test_a_cut_is_open_work_with_a_deadline_in_the_zone_of_the_client(firm: Firm, sent: Submission) -> None:
    first, second = reduced(firm, sent)
    assert [(r.amount, r.reason_code, r.state) for r in (first, second)] == [
        (140, "GLF-VAGUE", "open"), (210, "GLF-BLOCK", "open"),
    ]  # fmt: skip
    assert first.received_on == date(2026, 2, 3)
    deadlines = list(agenda.still_open("appeal"))
    assert [(d.due_at, d.zone, d.waits_for_id) for d in deadlines] == [
        (DUE, "America/New_York", firm.ada.person_id)
    ] * 2
    assert tasks.gather(firm.cleo, FEBRUARY_2).done == 0
    assert (Reduction.objects.count(), Deadline.objects.count()) == (2, 2)
    assert not access.reductions(firm.dan).exists()
    with pytest.raises(NotFound):
        actions.open_dispute(firm.dan, StatusEvent.objects.get(natural_key=first.natural_key).pk)
    assert holds("ar") == sent.invoice.total  # nothing is given up by being told
    assert queries.in_dispute([sent.invoice_id]) == {sent.invoice_id: {first.line_id: 140, second.line_id: 210}}


def test_cuts_of_one_bill_that_run_out_together_are_one_line_and_others_are_not(firm: Firm, sent: Submission) -> None:
    reduced(firm, sent)
    other = Deadline.objects.create(
        natural_key="x", kind="hold-review", title="Review the hold", subject="prebills_hold", subject_id=1,
        started_on=date(2026, 2, 3), due_at=DUE, zone="UTC", explanation="Own rule",
    )  # fmt: skip
    cuts, hold = together([*agenda.still_open("appeal"), other])
    number = sent.invoice.number
    assert (cuts.title, cuts.cuts, cuts.invoice_id) == (
        f"Answer 2 cuts on {number}, USD 350.00 in all",
        2,
        sent.invoice_id,
    )
    assert (cuts.due_at, hold.title, hold.cuts) == (DUE, "Review the hold", 0)
    (alone,) = together(agenda.still_open("appeal")[:1])
    assert alone.title == f"Answer the cut of 140.00 on {number}"


def test_a_cut_is_accepted_by_decision_as_a_credit_note_over_just_what_is_cut(firm: Firm, sent: Submission) -> None:
    first, second = reduced(firm, sent)
    with pytest.raises(NotFound):
        actions.propose_acceptance(firm.dan, first.pk, reason="Agreed")
    with pytest.raises(NoAuthority):
        actions.propose_acceptance(firm.eve, first.pk, reason="Agreed")
    proposal = actions.propose_acceptance(firm.cleo, first.pk, reason="The entry says nothing")
    assert Proposal.objects.get(pk=proposal).due_at == DUE
    for name in ("Cleo", "Ben", "Eve"):
        with pytest.raises(NoAuthority):
            authority.decide(firm.actor(name), proposal, "approved")
    decision = decided(firm, proposal)
    credit = actions.carry_out_acceptance(firm.cleo, decision)
    assert (credit.kind, credit.amount, credit.reduction_id) == ("accept-reduction", 140, first.pk)
    assert (holds("ar"), holds("billing-reduction")) == (sent.invoice.total - 140, 140)
    assert Reduction.objects.get(pk=first.pk).state == core.Reduction.ACCEPTED
    assert list(agenda.still_open().values_list("subject_id", flat=True)) == [second.pk]
    with pytest.raises(NotNow, match="nothing to accept"):
        actions.carry_out_acceptance(firm.cleo, decision)
    with pytest.raises(NotNow):
        actions.propose_acceptance(firm.cleo, first.pk, reason="Again")
    other = actions.propose_acceptance(firm.cleo, second.pk, reason="Two tasks in one")
    content = Proposal.objects.get(pk=other).content
    line = content["lines"][0]
    less = {"amount": "209", "lines": [line | {"amount": "209"}]}
    elsewhere = {"lines": [line | {"invoice_line_id": line["invoice_line_id"] - 2}]}
    for wrong, why in (
        (less, "still cut is"),
        (elsewhere, "another is not lowered"),
        ({"reduction_id": first.pk}, "nothing is decided"),
        ({"reduction_id": 999}, "no reduction"),
        ({"kind": "credit-note"}, "no acceptance"),
        ({"amount": "NaN"}, "come to"),
    ):
        with pytest.raises((Invalid, NotFound, NotNow), match=why):
            authority.propose(
                firm.cleo, "accept-reduction", content | wrong, subject="disputes_reduction", subject_id=1, reason="x"
            )


def test_silence_never_accepts_a_cut_and_no_login_can(firm: Firm, sent: Submission) -> None:
    first, _ = reduced(firm, sent)
    for login in ("app", "worker"):
        for statement in (
            "UPDATE disputes_reduction SET state = 'accepted'",
            "UPDATE disputes_reduction SET state = 'appealed'",
            "UPDATE disputes_reduction SET amount = 1",
            "INSERT INTO disputes_appealtrack (appeal_id, state, state_since) VALUES (1, 'ready', now())",
            "DELETE FROM disputes_reduction",
        ):
            with firm.sql(login) as pg, pytest.raises(psycopg.Error):
                pg.execute(statement)  # type: ignore[arg-type]  # the statements above are fixed
    later = DUE + timedelta(minutes=1)
    firm.at(later)
    counts = tasks.gather(firm.cleo, later)
    assert (counts.done, counts.failed) == (2, {})
    assert list(queries.lapsed(firm.cleo)) == list(Reduction.objects.order_by("pk"))
    assert holds("ar") == sent.invoice.total
    proposal = actions.propose_acceptance(firm.cleo, first.pk, reason="Too late to appeal")
    actions.carry_out_acceptance(firm.cleo, decided(firm, proposal))
    assert queries.lapsed(firm.cleo).count() == 1


def test_an_appeal_is_decided_sent_in_time_with_its_packet_and_answered(firm: Firm, sent: Submission) -> None:
    _, cut = reduced(firm, sent)
    with pytest.raises(Invalid, match="says why"):
        actions.propose_appeal(firm.cleo, cut.pk, " ")
    with pytest.raises(Invalid, match="cannot be asked for"):
        actions.propose_appeal(firm.cleo, cut.pk, "x", amount=Decimal("210.01"))
    with pytest.raises(NotFound):
        actions.propose_appeal(firm.dan, cut.pk, "x")
    proposal = actions.propose_appeal(firm.cleo, cut.pk, "Each task is timed in the notes of the day.")
    with pytest.raises(NoAuthority):
        authority.decide(firm.cleo, proposal, "approved")
    appeal = actions.carry_out_appeal(firm.cleo, decided(firm, proposal))
    assert Reduction.objects.get(pk=cut.pk).state == core.Reduction.APPEALED
    with pytest.raises(NotNow):
        actions.propose_acceptance(firm.cleo, cut.pk, reason="x")
    document = actions.send(firm.cleo, appeal.pk)
    text = bytes(type(document).objects.get(pk=document.pk).content).decode()
    for said in (sent.invoice.number, "$210.00", "Each task is timed", "Ada", "Call adjuster Cole", "16 January 2026"):
        assert said in text
    assert not agenda.still_open().filter(subject_id=cut.pk).exists()
    with pytest.raises(Invalid):
        actions.answered(firm.cleo, appeal.pk, Decimal("210.01"), date(2026, 2, 20))
    actions.answered(firm.cleo, appeal.pk, Decimal("60.00"), date(2026, 2, 20))
    cut.refresh_from_db()
    assert (cut.state, queries.remaining(cut)) == (core.Reduction.PARTLY_RECOVERED, 150)
    assert agenda.still_open("decision").get(subject_id=cut.pk)  # no round is left: what remains is to be accepted
    with pytest.raises(NotNow, match="takes 1 appeals"):
        actions.propose_appeal(firm.cleo, cut.pk, "Once more.")
    accepted = actions.carry_out_acceptance(
        firm.cleo, decided(firm, actions.propose_acceptance(firm.cleo, cut.pk, reason="No round is left"))
    )
    assert accepted.amount == 150
    assert not agenda.still_open().filter(subject_id=cut.pk).exists()


def test_before_the_window_closes_an_appeal_is_put_forward_and_a_standing_order_carries_it_out(
    firm: Firm, sent: Submission
) -> None:
    vague, lumped = reduced(firm, sent)
    authority.give_standing(
        firm.ada, "appeal", payer_id=1, reason_code="GLF-BLOCK", cap_item=Decimal(500), cap_month=Decimal(1000),
        currency="USD", expires_at=DUE + timedelta(days=30),
    )  # fmt: skip
    near = DUE - timedelta(hours=71)
    firm.at(near)
    night = firm.system("disputes")
    assert tasks.gather(night, DUE - timedelta(hours=73)).done == 0
    counts = tasks.gather(night, near)
    assert (counts.done, counts.failed) == (2, {})
    assert Appeal.objects.get().reduction_id == lumped.pk
    assert Proposal.objects.filter(kind="appeal", decision=None).get().subject_id == vague.pk
    assert tasks.gather(night, near).done == 0
    firm.use("app")
    authority.decide(firm.ada, Proposal.objects.get(kind="appeal", decision=None).pk, "refused", reason="Let it go")
    firm.use("worker")
    assert tasks.gather(night, near).done == 0  # a partner who refuses is not asked again each night
    firm.at(DUE + timedelta(minutes=1))
    tasks.gather(night, DUE + timedelta(minutes=1))  # the one that was opened was never sent: it lapses as well
    assert set(Reduction.objects.values_list("state", flat=True)) == {core.Reduction.LAPSED}
    assert AppealTrack.objects.get().state == core.Appeal.LAPSED


def test_a_bill_that_came_back_is_corrected_and_goes_out_again(firm: Firm, sent: Submission) -> None:
    say(
        firm,
        sent,
        "Logged,,,,",
        "Sent back,,Timekeeper is not on our list,,TK-BEN",
        "Sent back,1,See the note,,No code",
    )
    tasks.gather(firm.cleo, FEBRUARY_2)
    found = list(Rejection.objects.order_by("pk").values_list("reason_code", "line_number", "fixable_by"))
    assert [(code, line) for code, line, _ in found] == [("TK-UNKNOWN", None), ("REV-UNSPEC", 1)]
    assert agenda.still_open("submission").get().subject_id == sent.pk
    with pytest.raises(NotFound):
        actions.correct(firm.dan, sent.pk, why="x")
    again = actions.correct(firm.cleo, sent.pk, why="Codes", codes={1: invoices.Codes(task_code="L120")})
    assert (again.number, again.state) == (2, portal_states.State.PACKAGED)
    assert Submission.objects.get(pk=sent.pk).state == portal_states.State.SUPERSEDED
    assert tasks.gather(firm.cleo, FEBRUARY_2).done == 0
    portals.submit(firm.cleo, again.pk, Inbox())
    assert tasks.gather(firm.cleo, FEBRUARY_2).done == 2
    assert set(Rejection.objects.values_list("state", flat=True)) == {core.Rejection.RESUBMITTED}
    assert not agenda.still_open("submission").exists()
    say(firm, again, "Logged,,,,", name="status-2.csv")
    assert Submission.objects.get(pk=again.pk).state == portal_states.State.ACCEPTED


def test_what_failed_before_the_client_saw_it_goes_out_again_as_the_same_submission(
    firm: Firm, sent: Submission
) -> None:
    say(firm, sent, "Received,,,,", "Sent back,,The file does not satisfy our format,,")
    tasks.gather(firm.cleo, FEBRUARY_2)
    again = actions.correct(firm.cleo, sent.pk, why="Format", ids={"client_matter_id": "NW-78"})
    assert (again.pk, again.state, again.file_name) == (
        sent.pk,
        portal_states.State.PACKAGED,
        f"{sent.invoice.number}-2.txt",
    )
    with pytest.raises(NotNow):
        portals.submit(firm.cleo, again.pk, Inbox(fails=failing("after", Lost("gone"))))
    connection = sent.invoice.payer.connection
    assert sent.revision is not None
    old = bytes(sent.revision.document.sha256).hex()
    late = f"{HEADER}\r\n1,{NOTICE},x,{old},,Duplicate file,,,,,,\r\n"
    portals.hear(firm.cleo, connection, "status-8.csv", late.encode())  # a late word of the bytes that failed
    assert Attempt.objects.get(submission=sent, number=2).outcome == "unknown"
    assert "earlier e-bill" in StatusEvent.objects.get(word="Duplicate file").trouble
    say(firm, again, "Received,,,,", name="status-9.csv")
    assert Submission.objects.get(pk=sent.pk).state == portal_states.State.TRANSMITTED


def test_words_nobody_knows_are_kept_shown_and_noted(firm: Firm, sent: Submission) -> None:
    from meruit.portals import queries as portal_queries

    say(firm, sent, "Parked in limbo,,,,", "Logged,x,,,", "With reviewer,,,abc,")
    portals.hear(firm.cleo, sent.invoice.payer.connection, "status-9.csv", b"\xff\xfe\x00")
    unclear = list(portal_queries.not_understood(firm.cleo))
    assert [e.word for e in unclear] == ["Parked in limbo", "Logged", "With reviewer", ""]
    assert all(e.trouble for e in unclear)
    assert Submission.objects.get(pk=sent.pk).state == portal_states.State.TRANSMITTED
    assert not portal_queries.not_understood(firm.dan).exists()
    with pytest.raises(NotFound):
        portals.take_note(firm.dan, unclear[0].pk, "x")
    portals.take_note(firm.cleo, unclear[0].pk, "It is a hold of theirs; they were called.")
    assert portal_queries.not_understood(firm.cleo).count() == 3


def test_a_question_has_a_deadline_and_is_answered_by_an_attorney_alone(firm: Firm, sent: Submission) -> None:
    say(firm, sent, "Logged,,,,", "With reviewer,,,,", "Question to firm,,,,Which answer?")
    assert tasks.gather(firm.cleo, FEBRUARY_2).failed == {}
    deadline = agenda.still_open("query").get()
    assert (deadline.waits_for_id, "Which answer?" in deadline.title) == (firm.ada.person_id, True)
    assert tasks.gather(firm.cleo, FEBRUARY_2).done == 0
    for who, error in ((firm.cleo, NoAuthority), (firm.dan, NotFound), (firm.system("night"), NoAuthority)):
        with pytest.raises(error):
            portals.answer(who, sent.pk, "The answer of 14 January.")
    firm.use("app")
    with pytest.raises(Invalid):
        portals.answer(firm.ada, sent.pk, "")
    portals.answer(firm.ada, sent.pk, "The answer of 14 January.")
    assert Submission.objects.get(pk=sent.pk).state == portal_states.State.IN_REVIEW
    assert tasks.gather(firm.cleo, FEBRUARY_2).done == 1
    assert not agenda.still_open("query").exists()


def test_a_bill_is_taken_back_or_lost_and_found_with_a_reason(firm: Firm, sent: Submission) -> None:
    with pytest.raises(NotNow):
        portals.withdraw(firm.cleo, sent.pk, "Wrong matter")
    portals.lose_sight(firm.cleo, sent.pk, "The portal keeps bills for 60 days")
    with pytest.raises(Invalid):
        portals.find(firm.cleo, sent.pk, portal_states.State.DRAFTED, "Mail")
    with pytest.raises(NotFound):
        portals.find(firm.dan, sent.pk, portal_states.State.ACCEPTED, "Mail")
    portals.find(firm.cleo, sent.pk, portal_states.State.ACCEPTED, "A mail of the client")
    with pytest.raises(Invalid):
        portals.withdraw(firm.cleo, sent.pk, " ")
    portals.withdraw(firm.cleo, sent.pk, "Wrong matter")
    assert Submission.objects.get(pk=sent.pk).state == portal_states.State.WITHDRAWN


def test_what_a_letter_says_is_entered_in_the_words_of_the_portal(firm: Firm, sent: Submission) -> None:
    at = datetime(2026, 2, 5, 15, tzinfo=UTC)
    with pytest.raises(Invalid, match="no word"):
        portals.by_hand(firm.cleo, sent.pk, "Approved", at=at)
    with pytest.raises(NotFound):
        portals.by_hand(firm.dan, sent.pk, "Passed with deductions", at=at)
    for line, amount in ((None, "1365.00"), (4, "4.00")):
        for _ in range(2):  # entered twice it is one
            portals.by_hand(
                firm.cleo, sent.pk, "Passed with deductions", at=at, line=line, amount=Decimal(amount),
                reason="Copies are paid at 0.15 a page" if line else "",
            )  # fmt: skip
    assert tasks.gather(firm.cleo, FEBRUARY_2).failed == {}
    assert Reduction.objects.get().reason_code == "GLE-UNITCOST"
    assert Submission.objects.get(pk=sent.pk).state == portal_states.State.APPROVED


def test_when_a_client_passes_a_bill_again_what_it_cut_before_falls(firm: Firm, sent: Submission) -> None:
    before, other = reduced(firm, sent)
    say(
        firm, sent, "With reviewer,,,,", "Passed with deductions,,,1305.00,",
        "Passed with deductions,3,Several tasks in one charge,70.00,", name="status-2.csv",
    )  # fmt: skip
    assert tasks.gather(firm.cleo, FEBRUARY_2).failed == {}
    states = {r.pk: (r.state, r.amount) for r in Reduction.objects.all()}
    assert states[other.pk] == (core.Reduction.RECOVERED, 210)
    assert states[max(states)] == (core.Reduction.OPEN, 70)
    assert states[before.pk] == (core.Reduction.RECOVERED, 140)
    assert agenda.still_open().get().subject_id == max(states)
    assert tasks.gather(firm.cleo, FEBRUARY_2).done == 0
    with pytest.raises(NotFound):
        actions.restored(firm.dan, max(states), reason="x")
    actions.restored(firm.cleo, max(states), reason="The client wrote that line 3 is paid")
    assert not agenda.still_open().exists()
