"""What the grammar says of GL-03 to GL-07 at their edges: what cannot be told, and odd entries that tell enough."""

from __future__ import annotations

from decimal import Decimal

import pytest

from meruit.guidelines import narrative

VAGUE = ("GL-03", "GL-04", "GL-05", "GL-06", "GL-07")

UNTOLD = [
    # Long sentences each word of which fits any other matter.
    (
        "GL-03",
        "Reflecting upon the various avenues open to us and where we might wish to be by the end of the year",
        "1.2",
    ),
    ("GL-03", "Devoting attention to the affair as a whole, with an eye to the steps that may prove necessary", "2.0"),
    (
        "GL-03",
        "Pushed things forward along the lines discussed, so that everything is ready when the moment comes",
        "1.5",
    ),
    ("GL-03", "Weighing how to respond to events and thinking through the available choices and their timing", "1.1"),
    # Short entries.
    ("GL-03", "Thought hard about the case over the weekend", "1.5"),
    ("GL-03", "Closing", "3.0"),
    ("GL-03", "Grand jury prep", "1.8"),
    ("GL-03", "Ridgeline matter", "0.9"),
    ("GL-04", "Tel call expert Whitcombe", "0.3"),
    ("GL-04", "Meeting: dial-in 3:15 w/ Mr. Abara", "0.5"),
    ("GL-04", "Emails - borrower, guarantor, title co.", "0.6"),
    ("GL-04", "Long phone conversation with client this afternoon", "0.5"),
    ("GL-04", "Met w/ client at office", "1.0"),
    ("GL-04", "Emailing back and forth with landlord's counsel", "0.4"),
    ("GL-05", "Conduct legal research in support of reply brief", "2.2"),
    ("GL-05", "Ck case law for response", "0.8"),
    ("GL-06", "Read through the medicals", "1.0"),
    ("GL-06", "Looked over some stuff client sent", "0.7"),
    ("GL-06", "Went through what the other side gave us", "1.6"),
    ("GL-06", "Review of emails from custodian Brandt for responsiveness to Requests 2 and 7", "4.1"),
]

TOLD = [
    # Work told by its paper alone, and which one.
    ("Objection to exemption in fishing boat claimed at $9,500", "0.9"),
    ("Complaint to avoid unrecorded mortgage, preference count", "1.7"),
    ("Divisional claims 4-11, first draft", "1.6"),
    ("Request for extension of time to oppose, BRIARWOOD", "0.3"),
    ("6/2 Draft report of parties' planning meeting", "0.8"),
    ("Governing-law clause in agency agreement; Quebec vs. Vermont", "0.6"),
    ("Notice to franchisees on fee change drafted", "0.7"),
    ("Trust amendment for Mrs. Delorme", "0.9"),
    ("Wrote back to mediator with our last number", "0.2"),
    # Acts in words of no list.
    ("Unpicked the indexation formula in the tanker charter for the March hire", "1.4"),
    # Talk whose other side is told in its own way.
    ("Meet and confer by letter: Ms. Dray's failure to answer interrogatories on wage history", "0.6"),
    ("Video call: Mon 4pm - S. Halloran (opposing) - scope of requests 12-31", "0.6"),
    ("Telephone attendance on opposing solicitors regarding form of undertaking in damages", "0.4"),
    ("LETTER TO BANKING DEPT. ANSWERING QUESTION ON MONEY TRANSMITTER EXEMPTION", "1.0"),
    # A question read for, however loosely it begins.
    ("Took a look at what Mrs. Ivey's cardiologist says about stent in April and June visits", "0.8"),
    ("Considering whether laches bars the second count given the nine-year delay in suing", "1.1"),
    ("Review of 340 emails of custodian Brandt for responsiveness to Request 2", "4.1"),
    ("Research in support of reply brief: does ratification cure want of authority in Ohio", "2.2"),
]


def fired(text: str, hours: str) -> set[str]:
    return set(narrative.by_grammar(narrative.understand(text, Decimal(hours), "ASSOC")))


@pytest.mark.parametrize("rule, text, hours", UNTOLD)
def test_what_an_outsider_cannot_tell(rule: str, text: str, hours: str) -> None:
    assert rule in fired(text, hours)


@pytest.mark.parametrize("text, hours", TOLD)
def test_odd_entries_that_tell_enough(text: str, hours: str) -> None:
    assert not fired(text, hours) & set(VAGUE)


def test_what_says_nothing_is_not_split_into_tasks() -> None:
    text = "Considering how to respond to events and reflecting on the available options and their timing"
    assert "GL-02" not in fired(text, "1.0")
