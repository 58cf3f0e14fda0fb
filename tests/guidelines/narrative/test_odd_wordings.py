"""Odd wordings of faults, and payable work in words beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from meruit.guidelines import narrative

PARTNER, ASSOCIATE = "PARTNER", "ASSOC"

FAULTS = [
    ("GL-02", "Review notice setting hearing and update firm calendar with reply dates", ASSOCIATE),
    ("GL-02", "Review scheduling order, update case calendar", ASSOCIATE),
    ("GL-02", "Read court's order and update pretrial checklist", ASSOCIATE),
    ("GL-02", "Review notice of hearing and schedule deposition of Dr. Poe", ASSOCIATE),
    ("GL-02", "Trial prep. Call with adjuster re authority for Friday", ASSOCIATE),
    ("GL-03", "Read trial transcript", ASSOCIATE),
    ("GL-03", "Reviewed closing binder", ASSOCIATE),
    ("GL-03", "Review and annotate expert report", ASSOCIATE),
    ("GL-25", "Check paralegal's work on privilege log", PARTNER),
    ("GL-25", "Go over junior associate's work product with her", PARTNER),
    ("GL-25", "Review work of associates on privilege review", PARTNER),
    ("GL-25", "Gave feedback on associate's draft reply", PARTNER),
    ("GL-27", "Research FRCP 56 standard", ASSOCIATE),
    ("GL-27", "Research Fed. R. Evid. 702 standards", ASSOCIATE),
    ("GL-27", "Research Rule 26(f) requirements", ASSOCIATE),
    ("GL-28", "Spell-check and finalize brief", ASSOCIATE),
    ("GL-29", "Prepare synopsis of deposition testimony of Dr. Vale", ASSOCIATE),
    ("GL-29", "Summarize depositions of three treating doctors", ASSOCIATE),
    ("GL-35", "Attend, with Ms. Roe and Mr. Poe of our office, the hearing on remand", PARTNER),
    ("GL-35", "Three attorneys attended the mediation", PARTNER),
    ("GL-35", "Attend mediation together with L. Marsh of this office", PARTNER),
    ("GL-41", "Draft subpoena to bank for account records", PARTNER),
    ("GL-41", "Prepare medical chronology", PARTNER),
    ("GL-41", "Index medical records and prepare chronology", PARTNER),
    ("GL-81", "Report to adjuster that foreman was drunk on shift", PARTNER),
    ("GL-81", "Tell insured he was to blame for the collision", PARTNER),
    ("GL-81", "Discuss with client that it destroyed the logs", PARTNER),
    ("GL-81", "Email client re its admission that brakes were never serviced", PARTNER),
    ("GL-81", "Advise client that it breached the lease by failing to insure", PARTNER),
]

PAYABLE = [
    ("GL-02", "Prep. outline for cross of surveyor (R. Poe), focusing on reliability of skid figures", ASSOCIATE),
    ("GL-02", "Review lease and schedule of exhibits for missing riders", ASSOCIATE),
    ("GL-02", "Proofread and cite-check appellate brief", ASSOCIATE),
    ("GL-02", "Edit, spell check and reformat pleadings", ASSOCIATE),
    ("GL-02", "Obtain docket sheet and check for new filings", ASSOCIATE),
    ("GL-02", "Pull transcript and look for testimony on brakes", ASSOCIATE),
    ("GL-03", "Read trial transcript for testimony on brakes", ASSOCIATE),
    ("GL-03", "Review Halden Phase I report", ASSOCIATE),
    ("GL-03", "Draft parenting plan", ASSOCIATE),
    ("GL-05", "Bluebook and proofread reply brief", ASSOCIATE),
    ("GL-25", "Revise associate's draft of motion in limine 3", PARTNER),
    ("GL-25", "Review plaintiff's work history at shipyard", PARTNER),
    ("GL-25", "Provide feedback to opposing counsel on draft protective order", PARTNER),
    ("GL-25", "Evaluate employee's performance reviews for pretext", PARTNER),
    ("GL-27", "Research Rule 23 typicality of opt-out funds under ERISA", ASSOCIATE),
    ("GL-29", "Summarize deposition of T. Poe for use in motion to exclude", ASSOCIATE),
    ("GL-35", "Attend deposition with co-counsel for Apex", PARTNER),
    ("GL-35", "Scheduled mediation with three attorneys' offices", PARTNER),
    ("GL-41", "Prepare subpoena to employer for wage records", ASSOCIATE),
    ("GL-41", "Draft motion to quash subpoena for payroll records of drivers", PARTNER),
    ("GL-41", "Prepare chronology of negotiations for opening", PARTNER),
    ("GL-81", "Advise client that plaintiff was speeding at impact", PARTNER),
    ("GL-81", "Advise client whether driver was at fault", PARTNER),
    ("GL-81", "Advise client on claim that it breached lease", PARTNER),
    ("GL-81", "Report to adjuster on fire that destroyed insured's barn", PARTNER),
    ("GL-81", "Advise client that witness lied at deposition", PARTNER),
]

SMALL = [
    ("Review and respond to short email from broker confirming start time", "1.2", True),
    ("Drafted brief note to adjuster confirming call time", "1.0", True),
    ("Quick email to court clerk confirming appearance", "0.2", False),
    ("Draft brief in support of motion to stay", "6.0", False),
]


def fired(text: str, grade: str, hours: str | None = None) -> set[str]:
    return set(narrative.judge(narrative.understand(text, Decimal(hours) if hours else None, grade)))


@pytest.mark.parametrize("rule, text, grade", FAULTS)
def test_a_fault_is_seen_in_odd_words(rule: str, text: str, grade: str) -> None:
    assert rule in fired(text, grade)


@pytest.mark.parametrize("rule, text, grade", PAYABLE)
def test_payable_work_in_like_words_is_left_alone(rule: str, text: str, grade: str) -> None:
    assert rule not in fired(text, grade)


@pytest.mark.parametrize("text, hours, much", SMALL)
def test_a_short_paper_takes_a_short_time(text: str, hours: str, much: bool) -> None:
    assert ("GL-44" in fired(text, ASSOCIATE, hours)) is much
