"""What the states of a submission mean for people: whose turn it is, which word a screen shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from meruit.portals.core import (
    SCREEN_WORDS,
    TURNS,
    Money,
    MoneyMove,
    State,
    Turn,
    alarm_after,
    may_appeal,
    payment_move,
    screen_word,
    submission_key,
)

D = Decimal


def test_every_state_has_a_word_and_a_turn() -> None:
    assert set(TURNS) == set(SCREEN_WORDS) == set(State)
    nobody = {state for state, turn in TURNS.items() if turn is Turn.NOBODY}
    assert nobody == {State.CLOSED, State.WITHDRAWN, State.SUPERSEDED}


@pytest.mark.parametrize(
    "state, approved, money, appealed, word",
    [
        (State.APPROVED, "100", Money.UNPAID, False, "approved"),
        (State.APPROVED, None, Money.UNPAID, False, "approved"),
        (State.APPROVED, "90", Money.UNPAID, False, "reduced"),  # the portal says approved; read the amount
        (State.APPROVED, "90", Money.PART_PAID, True, "appealed"),
        (State.APPROVED, "90", Money.PAID, False, "paid"),
        (State.CLOSED, "90", Money.PAID, False, "paid"),
        (State.CLOSED, "90", Money.PART_PAID, False, "closed"),
        (State.QUERIED, None, Money.UNPAID, False, "more information"),
        (State.REJECTED, None, Money.PAID, False, "rejected"),
    ],
)
def test_one_word_for_everyone(state: State, approved: str | None, money: Money, appealed: bool, word: str) -> None:
    shown = screen_word(
        state, billed=D(100), approved=D(approved) if approved else None, money=money, appealed=appealed
    )
    assert shown == word


@pytest.mark.parametrize(
    "paid, move", [("99.99", MoneyMove.PAY_PART), ("100", MoneyMove.PAY_ALL), ("100.01", MoneyMove.PAY_TOO_MUCH)]
)
def test_a_payment_is_part_all_or_too_much(paid: str, move: MoneyMove) -> None:
    assert payment_move(D(100), D(paid)) is move


def test_an_appeal_opens_on_a_rejection_or_an_approval_only() -> None:
    assert {state for state in State if may_appeal(state)} == {State.REJECTED, State.APPROVED}


def test_the_key_of_a_submission_tells_files_revisions_and_payers_apart() -> None:
    keys = {
        submission_key(portal, client, number, revision, sha256)
        for portal in ("legal-x", "collaborati")
        for client in ("C1", "C2")
        for number in ("2026-00017", "2026-00018")
        for revision in (1, 2)
        for sha256 in (b"a" * 32, b"b" * 32)
    }
    assert len(keys) == 32
    with pytest.raises(ValueError, match='invoice number "17/2"'):
        submission_key("legal-x", "C1", "17/2", 1, b"")


def test_silence_is_an_alarm_only_past_the_portals_limit() -> None:
    sent_at = datetime(2026, 3, 7, 20, tzinfo=UTC)
    assert not alarm_after(4, sent_at, sent_at + timedelta(hours=4))
    assert alarm_after(4, sent_at, sent_at + timedelta(hours=4, seconds=1))
