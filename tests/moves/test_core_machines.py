"""Every (state, move) pair of every machine, against the same tables told in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import pytest

from meruit import moves
from meruit.capture import core as capture
from meruit.disputes import core as disputes
from meruit.moves import MoveRefused, Role
from meruit.portals import core as portals
from meruit.prebills import core as prebills
from meruit.receivables import core as receivables
from meruit.timesheets import core as timesheets

Machine = tuple[Mapping[Any, Any], type[StrEnum], type[StrEnum], Callable[[Any, Any], Any]]

MACHINES: dict[str, Machine] = {
    "suggestion": (capture.MOVES, capture.State, capture.Move, capture.after),
    "entry": (timesheets.MOVES, timesheets.State, timesheets.Move, timesheets.after),
    "pre-bill": (prebills.MOVES, prebills.State, prebills.Move, prebills.after),
    "submission": (portals.MOVES, portals.State, portals.Move, portals.after),
    "money": (portals.MONEY_MOVES, portals.Money, portals.MoneyMove, portals.money_after),
    "rejection": (
        disputes.REJECTION_MOVES,
        disputes.Rejection,
        disputes.RejectionMove,
        disputes.rejection_after,
    ),
    "reduction": (
        disputes.REDUCTION_MOVES,
        disputes.Reduction,
        disputes.ReductionMove,
        disputes.reduction_after,
    ),
    "appeal": (disputes.APPEAL_MOVES, disputes.Appeal, disputes.AppealMove, disputes.appeal_after),
    "payment": (receivables.MOVES, receivables.State, receivables.Move, receivables.after),
}

# What may follow what, told once more by hand: state -> the states one move away.
FOLLOWS: dict[str, dict[str, str]] = {
    "suggestion": {"open": "taken dismissed", "dismissed": "open"},
    "entry": {
        "suggested": "prepared dismissed",
        "prepared": "prepared discarded released",
        "released": "prepared released drafted written_off",
        "drafted": "drafted released billed written_off",
        "billed": "released",
    },
    "pre-bill": {
        "draft": "in_review held",
        "in review": "held draft approved",
        "held": "held draft",
        "approved": "draft in_review invoiced",
    },
    "submission": {
        "drafted": "firm_hold packaged",
        "firm_hold": "packaged",
        "packaged": "transmitted",
        "transmitted": "transmitted portal_draft portal_failed portal_hold accepted lost_sight",
        "portal_draft": "accepted withdrawn lost_sight",
        "portal_failed": "packaged lost_sight",
        "portal_hold": "accepted rejected lost_sight",
        "accepted": "in_review rejected withdrawn lost_sight",
        "in_review": "queried rejected approved lost_sight",
        "queried": "in_review rejected lost_sight",
        "rejected": "superseded in_review lost_sight",
        "approved": "in_review closed lost_sight",
        "lost_sight": (
            "portal_draft portal_failed portal_hold accepted in_review queried rejected approved closed "
            "withdrawn superseded"
        ),
    },
    "money": {
        "unpaid": "sent_for_payment withheld part_paid paid overpaid",
        "sent_for_payment": "withheld part_paid paid overpaid",
        "withheld": "sent_for_payment part_paid paid overpaid",
        "part_paid": "withheld part_paid paid overpaid unpaid",
        "paid": "overpaid part_paid unpaid",
        "overpaid": "part_paid unpaid paid",
    },
    "rejection": {
        "open": "corrected overridden given_up",
        "corrected": "open resubmitted overridden given_up",
    },
    "reduction": {
        "open": "accepted appealed recovered lapsed",
        "appealed": "open recovered partly_recovered denied lapsed",
        "partly_recovered": "accepted appealed lapsed",
        "denied": "accepted appealed lapsed",
        "lapsed": "accepted appealed recovered",
    },
    "appeal": {
        "drafting": "awaiting_attorney lapsed not_allowed",
        "awaiting_attorney": "drafting ready lapsed",
        "ready": "drafting submitted lapsed",
        "submitted": "granted partly_granted denied not_allowed",
    },
    "payment": {
        "unapplied": "part_applied applied refunded returned",
        "part_applied": "part_applied applied unapplied",
        "applied": "part_applied unapplied",
    },
}

PAIRS = [
    pytest.param(name, state, move, id=f"{name}: {move} when {state}")
    for name, (_, states, its_moves, _) in MACHINES.items()
    for state in states
    for move in its_moves
]


def follows(name: str, state: str) -> set[str]:
    return set(FOLLOWS[name].get(state, "").split())


@pytest.mark.parametrize("name, state, move", PAIRS)
def test_every_pair_leads_where_it_should_or_is_refused(name: str, state: StrEnum, move: StrEnum) -> None:
    table, states, _, after = MACHINES[name]
    if (state, move) in table:
        to = after(state, move)
        assert to in states
        assert to.replace(" ", "_") in follows(name, state)
        return
    with pytest.raises(MoveRefused) as refused:
        after(state, move)
    said = str(refused.value)
    assert said.startswith("Cannot ")
    assert "Possible now: " in said
    assert ("nothing (it is final)" in said) == (not follows(name, state))


@pytest.mark.parametrize("name", MACHINES)
def test_the_table_has_every_way_that_is_told_and_no_state_is_out_of_reach(name: str) -> None:
    table, states, its_moves, _ = MACHINES[name]
    ways: dict[str, set[str]] = {}
    for (state, _), (to, _) in table.items():
        ways.setdefault(state, set()).add(to.replace(" ", "_"))
    assert ways == {state: follows(name, state) for state in FOLLOWS[name]}
    start = next(iter(states))
    reached, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for (state, _), (to, _) in table.items():
            if state == here and to not in reached:
                reached.add(to)
                todo.append(to)
    assert reached == set(states)
    assert {move for _, move in table} == set(its_moves)


@pytest.mark.parametrize(
    "name, preparers",
    [
        ("entry", {"take", "dismiss", "revise", "discard", "gather"}),
        ("pre-bill", {"send", "hold", "invoice"}),
        ("reduction", set()),
        ("rejection", {"correct", "reopen", "resubmit"}),
        ("appeal", {"propose", "submit"}),
        ("payment", {"apply_part", "apply_all", "undo_part", "undo_all"}),
    ],
)
def test_what_a_preparer_may_do_alone(name: str, preparers: set[str]) -> None:
    table = MACHINES[name][0]
    assert {move for (_, move), (_, role) in table.items() if role is Role.PREPARER} == preparers


def test_release_is_its_timekeepers_and_nobody_elses() -> None:
    role = moves.role_of(timesheets.MOVES, timesheets.State.PREPARED, timesheets.Move.RELEASE, of="an entry")
    assert role is Role.TIMEKEEPER


def test_silence_never_accepts_a_cut() -> None:
    ways = [
        (state, role)
        for (state, _), (to, role) in disputes.REDUCTION_MOVES.items()
        if to is disputes.Reduction.ACCEPTED
    ]
    assert ways
    assert {role for _, role in ways} == {Role.DECIDER}
    assert disputes.Reduction.LAPSED not in moves.finals(disputes.REDUCTION_MOVES)


def test_a_refusal_names_what_is_possible_now() -> None:
    with pytest.raises(MoveRefused) as refused:
        prebills.after(prebills.State.DRAFT, prebills.Move.APPROVE)
    assert str(refused.value) == "Cannot approve a pre-bill that is draft. Possible now: send, hold."


def test_possible_moves_can_be_asked_for_one_role() -> None:
    assert moves.possible(prebills.MOVES, prebills.State.IN_REVIEW, Role.DECIDER) == ["return", "approve"]
    assert moves.possible(prebills.MOVES, prebills.State.INVOICED) == []


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert moves.diagram(capture.MOVES) == (
        "stateDiagram-v2\n"
        "    [*] --> open\n"
        "    open --> taken: take (preparer)\n"
        "    open --> dismissed: dismiss (preparer)\n"
        "    dismissed --> open: recall (preparer)\n"
        "    taken --> [*]\n"
    )
    assert '    state "in review" as in_review\n' in moves.diagram(prebills.MOVES)


@pytest.mark.parametrize("name", MACHINES)
def test_every_diagram_draws_every_move(name: str) -> None:
    table = MACHINES[name][0]
    drawn = moves.diagram(table)
    arrows = [line for line in drawn.splitlines() if " --> " in line and "[*]" not in line]
    assert len(arrows) == len(table)
