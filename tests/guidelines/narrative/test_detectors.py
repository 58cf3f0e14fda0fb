"""Each rule on words: a narrative at which it fires and its nearest neighbour at which it stays silent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from meruit.guidelines import narrative

PAIRS: list[tuple[str, str, str, dict[str, str]]] = [
    ("GL-02", "Draft reply brief; call client regarding bond", "Draft and revise reply brief on bond", {}),
    ("GL-02", "Reviewed lease, called landlord's broker about parking", "Reviewed lease, exhibits and rider on parking", {}),
    ("GL-02", "Review title report then email buyer regarding easement", "Review title report to find easement", {}),
    ("GL-02", "Draft will (1.0), call client re guardians", "Draft will (1.0); call client re guardians (.3)", {}),
    ("GL-03", "Case strategy and planning", "Plan cross-examination of accountant on inventory", {}),
    ("GL-03", "Consider how best to position the matter going forward", "Consider laches defense to second count", {}),
    ("GL-04", "Telephone call with client", "Telephone call with client regarding parking easement", {}),
    ("GL-04", "Emails regarding lease renewal", "Emails with landlord regarding lease renewal", {}),
    ("GL-05", "Research for brief", "Research whether laches bars rescission in Oregon", {}),
    ("GL-06", "Review records", "Review 340 pages of payroll records", {"hours": "3.0"}),
    ("GL-07", "Attention to discovery", "Draft discovery requests on notice of defect", {}),
    ("GL-17", "Organize and index deposition exhibits", "Draft articles of organization of Harbor LLC", {}),
    ("GL-18", "Revise time entries for March", "Analyze supplier invoices for overcharges", {}),
    ("GL-19", "Run conflict check on new defendants", "Research conflict of laws on tolling", {}),
    ("GL-20", "Prepare litigation budget", "Review cash collateral budget for November", {}),
    ("GL-21", "Attend seminar on trial technique", "Review employer's training materials on lockout", {}),
    ("GL-22", "Review file to get up to speed", "Review file of treating dentist for prior extractions", {}),
    ("GL-23", "Schedule deposition of plant manager", "Review scheduling order for expert cut-off", {}),
    ("GL-24", "E-file motion to stay", "Draft motion to stay pending arbitration", {}),
    ("GL-25", "Supervise paralegals", "Revise associate's draft of motion to sever", {}),
    ("GL-26", "Research tolling of warranty claims", "Research tolling of warranty claims, approved by adjuster", {"hours": "4.0"}),
    ("GL-27", "Research elements of conversion", "Research standing of assignees under FCRA", {}),
    ("GL-28", "Proofread brief", "Revise brief on preemption", {}),
    ("GL-29", "Page-by-page summary of deposition of foreman", "Review deposition of foreman on lockout", {}),
    ("GL-30", "Letter enclosing signed verification", "Letter detailing deficiencies in responses 4 and 9", {}),
    ("GL-31", "Left voicemail for mediator", "Call with mediator on brackets", {}),
    ("GL-32", "Waiting for hearing to begin", "Hearing on motion to quash", {}),
    ("GL-33", "Draft client alert on merger rules", "Draft memo to client on merger rules", {}),
    ("GL-35", "Second chair deposition of surveyor", "Take deposition of surveyor", {}),
    ("GL-36", "Conference with associate regarding experts", "Conference with adjuster regarding experts", {}),
    ("GL-41", "Cite-check reply brief", "Revise reply brief on damages", {"timekeeper_class": "PARTNER"}),
    ("GL-44", "Review one-page notice", "Review 40-page notice of default", {"hours": "1.2"}),
    ("GL-49", "Travel to Reno for deposition", "Travel to Reno for deposition, billed at half rate", {"hours": "3.0"}),
    ("GL-50", "Drive to courthouse and back", "Attend hearing at courthouse on stay", {"hours": "0.5"}),
    ("GL-65", "Secretarial overtime", "Analyze overtime claims of night crew", {}),
    ("GL-66", "Technology surcharge for March", "Review hosting agreement with data centre", {}),
    ("GL-79", "Conference with retained engineer on braking", "Conference with retained engineer on braking, approved by adjuster", {}),
    ("GL-80", "Draft memo on venue with ChatGPT", "Draft memo on venue", {}),
    ("GL-81", "Review chart of claimant, SSN 000-12-3456", "Review chart of claimant for prior falls", {}),
]  # fmt: skip


def understood(text: str, cells: dict[str, str]) -> narrative.Understanding:
    hours = Decimal(cells["hours"]) if "hours" in cells else None
    return narrative.understand(text, hours, cells.get("timekeeper_class"))


@pytest.mark.parametrize("rule, fires, silent, cells", PAIRS, ids=[f"{p[0]}-{i}" for i, p in enumerate(PAIRS)])
def test_a_rule_fires_on_the_fault_and_stays_silent_beside_it(
    rule: str, fires: str, silent: str, cells: dict[str, str]
) -> None:
    detector = narrative.DETECTORS[rule]
    found = detector(understood(fires, cells))
    assert found is not None, fires
    assert found.words == fires[slice(*found.span)]
    assert found.words
    assert found.why
    assert found.passes
    assert 0 < found.confidence <= 1
    assert detector(understood(silent, cells)) is None, silent


def test_every_detector_has_a_pair() -> None:
    assert {p[0] for p in PAIRS} >= set(narrative.DETECTORS) - {"GL-15", "GL-34"}


@pytest.mark.parametrize(
    "text", ["", " ", ".", "...", ";;;", "re:", "(.3)", "and", "w/", "—", "\n\n", "a" * 5000, "123", "é ü 漢字"]
)
def test_nothing_a_cell_may_hold_breaks_the_reading(text: str) -> None:
    for found in narrative.judge(narrative.understand(text)).values():
        assert 0 <= found.span[0] <= found.span[1] <= len(text)
