"""States as the code names them, as a biller says them, and how they look. The one table of both.

The words of e-bills are those a biller knows from portals: draft, ready, submitted, received, accepted, in review,
approved, reduced, rejected, more information, appealed, paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A state in a biller's word, how it looks (waits, good, bad, calm, stop), and what to do about it now."""

    word: str
    look: str
    next: str = ""


PREBILL: Mapping[str, Word] = {
    "draft": Word("Draft", "calm", "Look through the findings, then send it to the partner."),
    "in review": Word("In review", "waits", "The partner decides."),
    "held": Word("On hold", "stop", "Release the hold, or wait for its review date."),
    "approved": Word("Approved", "good", "Issue it in its billing window."),
    "invoiced": Word("Invoiced", "good", "Follow the bill."),
}
SUBMISSION: Mapping[str, Word] = {
    "drafted": Word("Draft", "calm", "Make the file."),
    "firm_hold": Word("Draft, on hold", "stop", "Bring what our own checks miss."),
    "packaged": Word("Ready", "waits", "Submit it in the portal's window."),
    "transmitted": Word("Submitted", "waits", "Wait for the portal's receipt."),
    "portal_draft": Word("Submitted, still a draft there", "waits", "Send it on inside the portal."),
    "portal_failed": Word("Rejected by the portal's checks", "bad", "Correct and submit again under the same number."),
    "portal_hold": Word("Received, parked", "stop", "Ask the client what is missing."),
    "accepted": Word("Accepted", "good", "Wait for the review."),
    "in_review": Word("In review", "waits", "Wait for the client's reviewer."),
    "queried": Word("More information", "bad", "Answer the question before its clock runs out."),
    "rejected": Word("Rejected", "bad", "Correct it and submit a new revision."),
    "approved": Word("Approved", "good", "Compare the approved amount; wait for payment."),
    "closed": Word("Closed", "calm"),
    "withdrawn": Word("Withdrawn", "calm"),
    "superseded": Word("Answered by a new revision", "calm"),
    "lost_sight": Word("Out of sight", "stop", "Look it up in the portal by hand."),
}
DECISION: Mapping[str, Word] = {
    "waits": Word("Waits", "waits"),
    "approved": Word("Approved", "good"),
    "amended": Word("Approved with a change", "good"),
    "refused": Word("Refused", "bad"),
    "withdrawn": Word("Withdrawn", "calm"),
}
REDUCTION: Mapping[str, Word] = {
    "open": Word("Open", "waits", "Accept or appeal it before its deadline."),
    "appealed": Word("Appealed", "waits", "Wait for the client's answer."),
    "recovered": Word("Recovered", "good"),
    "partly_recovered": Word("Recovered in part", "waits", "Accept or appeal what is still cut."),
    "denied": Word("Appeal denied", "bad", "Accept the cut, or appeal once more where the client allows it."),
    "lapsed": Word("Time limit passed", "bad", "Accept the loss, or ask the client for grace."),
    "accepted": Word("Accepted", "calm"),
}


def of(table: Mapping[str, Word], state: str) -> Word:
    """The word for a state; one that the table does not know shows as it is named."""
    return table.get(state, Word(state.replace("_", " ").capitalize(), "calm"))
