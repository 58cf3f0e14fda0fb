"""Office work, errands and dates told in words of no list of tasks, and payable work in words beside them."""

from __future__ import annotations

import pytest

from meruit.guidelines import narrative

CLERICAL = {"GL-17", "GL-19", "GL-23", "GL-24", "GL-28"}

FAULTS = [
    # things of the office, whatever is done with them
    ("Searched file room for lost redwelds", "PARALG", None),
    ("Got labels and dividers ready, then stuffed envelopes for class mailing", "PARALG", None),
    ("Tracked down signature pages from minority members", "PARALG", None),
    ("Photostatting will originals", "PARALG", None),
    ("Deduped custodian list", "PARALG", None),
    ("Placed deposition exhibits in date order", "PARALG", None),
    # coded as managing files, in words that no table holds
    ("Squared away credenza after closing day rush", "PARALG", "A110"),
    # a way with a paper
    ("Took summons over to the marshal's office", "PARALG", None),
    ("Handed originals to courier", "PARALG", None),
    ("Dropped sealed envelope at chambers", "PARALG", None),
    ("Sent writ to sheriff for service on tenant", "PARALG", None),
    ("Put amended articles through on the Secretary of State website", "PARALG", None),
    ("Went down to register of deeds with satisfaction of mortgage", "PARALG", None),
    # dates
    ("Diarised limitation date and expert deadlines", "PARALG", None),
    ("Call to deputy clerk to find out which days are open for pretrial", "PARALG", None),
    ("Spoke with chambers to see whether proposed order has been entered", "PARALG", None),
    ("Emails w/ three offices, finding a date that works for site inspection", "PARALG", None),
    ("Cancel hearing room", "PARALG", None),
    # how a paper looks
    ("Proof-reading trust deed for punctuation", "ASSOC", None),
    ("Fonts, margins and headers, answering brief", "PARALG", None),
    ("Ran blackline of lease v3 against v2", "PARALG", None),
    # the firm's own registers
    ("Opened sub-file for Ohio affiliate", "PARALG", None),
    ("Ran names of guarantors through the firm database", "PARALG", None),
    ("Ethical screen memo for lateral hire", "PARTNER", None),
    # acts named after their object, and things alone
    ("Deposition exhibits 1-44, tabbing & numbering", "PARALG", None),
    ("Exhibit stickers onto sixty volumes", "PARALG", None),
    ("Spent afternoon at the copier", "ASSOC", None),
    ("Deeds to recorder", "PARALG", None),
    ("Hand delivery of settlement check", "PARALG", None),
]

PAYABLE = [
    ("Storage agreement for crane parts, indemnity clause renegotiated with warehouse's counsel", "ASSOC", None),
    ("Filing deadline strategy for continuation application in view of restriction", "ASSOC", None),
    ("Calendar quarter test in earn-out formula redrafted", "ASSOC", None),
    ("Messenger company independent contractor policy revised after new statute", "ASSOC", None),
    ("Serve as second arbitrator's counsel at hearing on interim relief before Judge Moss", "ASSOC", None),
    ("Opinion on title for Lakeview closing", "ASSOC", None),
    ("Call with [redacted] about indemnity cap in supply contract", "ASSOC", None),
    ("Reorganize opposition brief around waiver argument", "ASSOC", None),
    ("Reclamation letter for steel delivered under consignment before petition", "ASSOC", None),
    ("Prepare Ms. Roe for deposition: dates of leave, fee agreement, prior claims", "ASSOC", None),
    ("Compute limitations period from date of loss with tolling for minority", "ASSOC", None),
    ("Took deposition of register of deeds about chain of title", "ASSOC", None),
    ("Hearing before clerk of court on probate objections", "ASSOC", None),
    ("Review recorder's index for liens senior to mortgage of First Bank", "ASSOC", None),
    ("Draft binder letter terms for title insurer on survey exception", "ASSOC", None),
    ("Code 140 emails of custodian Voss for responsiveness", "PARALG", "A110"),
    ("Prepare chronology of repair orders for expert", "PARALG", "A110"),
    ("Pulled cases on constructive eviction for reply", "PARALG", None),
    ("Indexed loan file to identify missing assignments", "PARALG", None),
    ("Scheduling software license dispute, claim chart", "ASSOC", None),
    ("Print shop lease, holdover rent under section 22", "ASSOC", None),
    ("Prepare hearing notebook outline of argument on injunction", "PARTNER", None),
    ("Compared redline of lease to term sheet, flagged 4 economic changes", "PARALG", None),
    ("Revise defined terms of merger agreement after tax structure changed", "ASSOC", None),
]


def fired(text: str, grade: str, activity: str | None) -> set[str]:
    return set(narrative.by_grammar(narrative.understand(text, None, grade, None, activity)))


@pytest.mark.parametrize("text, grade, activity", FAULTS)
def test_office_work_is_seen_in_any_words(text: str, grade: str, activity: str | None) -> None:
    assert fired(text, grade, activity) & CLERICAL


@pytest.mark.parametrize("text, grade, activity", PAYABLE)
def test_legal_work_in_the_words_of_an_office_is_left_alone(text: str, grade: str, activity: str | None) -> None:
    assert not fired(text, grade, activity) & CLERICAL
