"""What the grammar says of GL-02 at its edges: several works under one figure, one work told in several verbs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from meruit.guidelines import narrative

SEVERAL = [
    # A clause told from its object, with "was".
    "Working through insurer's letter, a reply on subrogation was drafted, & adjuster interviewed at depot",
    "Petition for guardianship was revised, and the ward's sister was told when to appear",
    "Position statement drafted and foreman interviewed about prior leaks",
    # What is told by nouns alone.
    "Memorandum on bonding limits, call with surety T. Okoro on the draw",
    "Lease abstract revisions plus a memo on signage rights",
    "Day 2 of arbitration, then evening session with hydrologist for the morning",
    "Easement deed; stay motion; call receiver re rents",
    # Verbs beside one another, each with a paper or person of its own.
    "Reworked the damages section, then finished the mediation brief",
    "While waiting for the clerk I marked up the release and also read through the surveyor's photographs",
    "Looked at floor plans, and after that started on jury charge",
    "Revise trust amendment; draft pour-over will",
    "Attend hearing on receivership and email lender's counsel regarding keys",
    "Prepare response to subpoena in between telephone calls from two tenants about heat",
    "Advised payroll on leave request, separately answered question on bonus plan",
    "Read the opinion on lien priority and told client what it means for the sale",
    "Answered interrogatories and argued motion to quash",
    "Marked up licence and talked to Lindqvist about the leak",
    "Petition revised, guardian called, hearing binder put together",
    "Drafted complaint and filed it",
    "Draft and serve second set of requests to co-defendant Tull",
    "Review notice of default and update critical dates calendar",
    "Call with surety's counsel re draw; revise indemnity agreement",
    "Review boundary survey to find encroachment and draft demand to neighbor",
]

ONE = [
    # Somebody else's acts, and what came out.
    "Interviewed dispatcher on how routes were posted and who approved overtime",
    "Emailed Mr. Osei, who represents the guild, that we would hold the grievance",
    "Argued motion to stay before Judge Ames; stay granted for sixty days",
    "Research 2.9 hrs on comity of Dutch decree; time approved by trustee 3/14",
    "Attend status conference; court set trial for May 4 and ordered exchange of lists",
    "Reading the loss claim against four years of invoices, and I think it is inflated by half",
    "Call with lender's counsel S. Tamm (no suit filed) re forbearance",
    # Verbs inside an infinitive or a heading.
    "Draft motion to assume and assign warehouse lease",
    "Revise stipulation to extend and toll claims of guarantor",
    "Redline supply agreement: strike paragraph 9, add price cap, fix renewal term",
    "Call with client on three things: reserve letter, who signs the guaranty, and notice to reinsurer",
    # What is done at one event.
    "Trial, day 4: examined Ms. Roux and argued directed verdict",
    "Hearing on rezoning - presented engineer's findings and answered council's questions",
    "Attending client on the telephone on escrow dispute, advising him upon interpleader",
    # Reading and what comes of it.
    "Read 2,100 emails of foreman for mention of valve; tagged key messages",
    "Compare stock ledger with minutes and reconcile three missing certificates",
    "Went through buyer's list of closing conditions and worked out which ones we cannot meet",
    "Email from clerk on courtroom change. Read and considered.",
    "Emailing opposing counsel, and reading her replies on order of experts",
    # Nouns that look like verbs.
    "Section 8 and 15 combined declaration for bottle mark: confirmed five years of use",
    "Profit sharing plan comments from actuary: answered on vesting",
    "Update pleadings index & move it to shared drive",
    # What hangs on the first work.
    "Meeting with client's plant manager - gathered shift logs for the wage claim",
    "Call with adjuster re reserve, discussed venue and advised on timing of offer",
    "Argued motion to remand at hearing, answered court's questions on diversity",
    "Read minutes of three board meetings, pulled pages on dividend",
    "Review of response to motion to convert; argument on gross mismanagement",
    "Update exhibit binder, conform index",
    "Analyzed 2021 ledger and looked at how draws were booked",
    "Review zoning bill and advise on testimony",
    "Drafted deed of easement & cover letter",
    "Telephoned Mr. Okoye, explained consent order and answered his questions",
    "Listened to answering-machine tape and wrote down times of threats",
    "Deposed Dr. Marsh and marked exhibits 4 to 19",
    "Hearing on injunction, order denied, bond set",
    "Spoke with surveyor, who will send plat and meet us on site",
    "TC w/ OC Lunt re: expert dates, protective order, draft stip",
    "Examination under oath of insured: prepare and conduct",
    "Pull and read cases cited in opposition, sections II-III",
    "Order, proposed findings and decree - drafted",
    "Explained to board how earn-out works and took questions",
    "Cleaned up the service list and updated addresses",
    # Hours at the end of each task, without brackets.
    "Reviewed petition 0.3 / outlined response 0.6",
]


def lumped(text: str) -> bool:
    return "GL-02" in narrative.by_grammar(narrative.understand(text, Decimal("1.4"), "ASSOC"))


@pytest.mark.parametrize("text", SEVERAL)
def test_several_works_under_one_figure(text: str) -> None:
    assert lumped(text)


@pytest.mark.parametrize("text", ONE)
def test_one_work_told_in_several_verbs(text: str) -> None:
    assert not lumped(text)
