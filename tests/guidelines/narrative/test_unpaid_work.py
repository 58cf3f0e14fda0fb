"""Work that is not paid told in odd words (bills, learning, handing over, waiting, press), and payable neighbours."""

from __future__ import annotations

from decimal import Decimal

import pytest

from meruit.guidelines import narrative

PARTNER, ASSOCIATE, PARALEGAL = "PARTNER", "ASSOC", "PARALG"

FAULTS = [
    ("GL-18", "Explained our October charges to the client's accounts payable", PARTNER, None),
    ("GL-18", "Went over the March invoice before sending it to the client", PARTNER, None),
    ("GL-18", "RE: Invoice 5521 query", PARTNER, None),
    ("GL-18", "Redid the narratives that accounting sent back on May bill", PARALEGAL, None),
    ("GL-20", "Reported legal spend to date and forecast by phase to risk pool", PARTNER, None),
    ("GL-20", "Year-end accrual figures for legal department", PARALEGAL, None),
    ("GL-21", "Working out how the deal room platform works", PARALEGAL, None),
    ("GL-21", "Taught myself basics of maritime liens", ASSOCIATE, None),
    ("GL-21", "Attended argument in another case to watch the panel", ASSOCIATE, None),
    ("GL-22", "Reviewed file; I have taken this matter over from Ms. Lane", ASSOCIATE, None),
    ("GL-22", "Reading myself in on the file because T. Park rotated off", ASSOCIATE, None),
    ("GL-25", "Gave out assignments for reply brief", PARTNER, None),
    ("GL-25", "Checked up on where the team is with privilege log", PARTNER, None),
    ("GL-27", "Looked up how long we have to answer a counterclaim", ASSOCIATE, "A102"),
    ("GL-27", "Research what a lis pendens is", ASSOCIATE, "A102"),
    ("GL-29", "Went page by page through foreman's transcript and wrote an abstract of each answer", ASSOCIATE, None),
    ("GL-30", "Fill out standard notice of deposition form for nurse", PARALEGAL, None),
    ("GL-30", "Acknowledged receipt of documents", ASSOCIATE, None),
    ("GL-31", "Rang the surgeon, got the machine", ASSOCIATE, None),
    ("GL-31", "Called pension office, on hold for 20 min, gave up", ASSOCIATE, None),
    ("GL-32", "Sitting in the corridor outside Dept 5 until our hearing began", ASSOCIATE, None),
    ("GL-32", "On standby for verdict", ASSOCIATE, None),
    ("GL-33", "Keeping an eye on statehouse bills about liens", ASSOCIATE, None),
    ("GL-33", "Lunch with GC to talk about more work", PARTNER, None),
    ("GL-35", "Two of us attended the inspection", ASSOCIATE, None),
    ("GL-35", "Sat beside Ms. Orr at trial, who examined the chemist", ASSOCIATE, None),
    ("GL-36", "Bounced the laches theory off Carol, two doors down", ASSOCIATE, "A105"),
    ("GL-36", "Ran draft argument past senior associate", ASSOCIATE, None),
    ("GL-41", "Tabulated rents and renewal dates from forty leases", PARTNER, None),
    ("GL-49", "Return from Boston", PARTNER, None),
    ("GL-50", "Walk to courthouse and back, billed at half rate", ASSOCIATE, None),
    ("GL-20", "Gave adjuster our estimate of defense costs through trial", ASSOCIATE, None),
    ("GL-27", "What counts as hearsay", ASSOCIATE, "A102"),
    ("GL-29", "Deposition digest, vol. 2", ASSOCIATE, None),
    ("GL-32", "Judge ran late, time lost", ASSOCIATE, None),
    ("GL-35", "Client meeting, four of our lawyers present", PARTNER, None),
    ("GL-49", "Amtrak to DC", ASSOCIATE, None),
    ("GL-22", "As a new member of the team, read pleadings", ASSOCIATE, None),
    ("GL-30", "Form letter to witnesses", PARALEGAL, None),
    ("GL-31", "Two attempts at reaching Ms. Pell", ASSOCIATE, None),
    ("GL-32", "Down time at courthouse", ASSOCIATE, None),
    ("GL-35", "Sat second chair for cross of Dr. Lim", ASSOCIATE, None),
    ("GL-36", "Walked down to partner's office to talk over standing", ASSOCIATE, None),
    ("GL-81", "Email client: engineer admitted to us that the weld was cold", PARTNER, None),
]

PAYABLE = [
    ("GL-18", "Draft opposition to plaintiff's fee motion, challenging hourly rates and 42 vague entries", ASSOCIATE),
    ("GL-18", "Analyze contractor's invoices for double-billed rebar", ASSOCIATE),
    ("GL-20", "Analyzed when cause of action accrued under discovery rule", ASSOCIATE),
    ("GL-20", "Spent the afternoon redoing the damages part of mediation statement", ASSOCIATE),
    ("GL-21", "Train home from Philadelphia after argument", PARTNER),
    ("GL-21", "Explain to client how earn-out works and what triggers the true-up", PARTNER),
    ("GL-22", "Interview nurse B. Ocampo on medication handoff at 7 am", ASSOCIATE),
    ("GL-25", "Draft jury instruction on negligent supervision", ASSOCIATE),
    ("GL-27", "Research what notice is required before sale of collateral under Texas UCC", ASSOCIATE),
    ("GL-30", "Email to client with analysis of attached term sheet and three counterproposals", ASSOCIATE),
    ("GL-31", "Email client on preserving supervisor's voicemails cited in complaint", ASSOCIATE),
    ("GL-31", "Client call about holiday schedule and missed exchange on 12/24", ASSOCIATE),
    ("GL-32", "While waiting for the clerk to call back I marked up the release", ASSOCIATE),
    ("GL-32", "Negotiated with counsel Lowell in hallway on temporary support amount", PARTNER),
    ("GL-33", "Take deposition of plaintiff's marketing director T. Hale", PARTNER),
    ("GL-33", "Gave adjuster Mintz the news on the ruling: hiring count is out", PARTNER),
    ("GL-33", "Review training records of press operators, 2019-2022", ASSOCIATE),
    ("GL-36", "Negotiated with plaintiff's lead counsel over high-low agreement", PARTNER),
    ("GL-41", "Tabulated rents and renewal dates from forty leases", PARALEGAL),
    ("GL-49", "Review insured's trip logs to establish route driven on 2/11", PARALEGAL),
    ("GL-49", "Trip to Fresno for inspection, 118 miles, at 1/2 rate", ASSOCIATE),
    ("GL-81", "Draft requests for admission on defect of valve", ASSOCIATE),
    ("GL-49", "Drive to Albany and back, half my usual rate", ASSOCIATE),
    ("GL-44", "Draft short reply brief on standing", ASSOCIATE),
    # nouns that only begin like such work
    ("GL-19", "Conflicts between sections 4 and 9 of the trust reconciled", ASSOCIATE),
    ("GL-20", "Hotel premises case: security budget history as evidence of notice", ASSOCIATE),
    ("GL-21", "Seminar company's refund class action: strike allegations", ASSOCIATE),
    ("GL-25", "Supervision agreement for probationer, objection to condition 9", ASSOCIATE),
    ("GL-31", "Collections agency's exposure on voicemail scripts", ASSOCIATE),
    ("GL-32", "Waiting period under HSR, memo on gun-jumping", ASSOCIATE),
    ("GL-33", "Client alert button on dialysis machine, failure to warn theory", ASSOCIATE),
    ("GL-36", "Discussed with team from Deloitte the carve-out financials", ASSOCIATE),
    ("GL-49", "Travel insurance policy exclusion, coverage opinion", ASSOCIATE),
]


def fired(text: str, grade: str, activity: str | None = None) -> set[str]:
    return set(narrative.by_grammar(narrative.understand(text, Decimal("1.0"), grade, None, activity)))


@pytest.mark.parametrize("rule, text, grade, activity", FAULTS)
def test_unpaid_work_is_seen_in_odd_words(rule: str, text: str, grade: str, activity: str | None) -> None:
    assert rule in fired(text, grade, activity)


@pytest.mark.parametrize("rule, text, grade", PAYABLE)
def test_payable_work_beside_it_is_left_alone(rule: str, text: str, grade: str) -> None:
    assert rule not in fired(text, grade)
