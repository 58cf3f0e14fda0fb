"""What the demonstration's clients have published and said: sets in several versions, and registers with rows.

One client has a later version in force, another has just sent one that waits to be accepted. Every row goes
through the firm's own actions.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.demo.founding import GUIDELINES
from meruit.demo.plan import DATA
from meruit.firm import actions as firm
from meruit.firm.actions.playbook import keep_playbook
from meruit.prebills import actions as prebills
from meruit.timesheets.models import Entry

if TYPE_CHECKING:
    from meruit.demo.build import Build

#: The client whose second version is in force from October, and the one that has sent its own in the last week.
STRICTER, SENDS_ANEW = "101", "103"
SENT_AT, IN_FORCE_ON, DUE_ON = datetime(2026, 10, 27, 15, tzinfo=UTC), date(2026, 10, 1), date(2026, 11, 12)
FIRST, SECOND = 'version = "2026-1"\n', 'version = "2026-2"\n'
BEGINS = "effective_from = 2026-01-01\n"
#: What the stricter client added: a budget that is watched.
ADDED = """
[[rule]]
type = "budget-overrun"
severity = "ask"
clause = "6.1"
says = "Counsel tells the client when three quarters of the budget are spent."
"""


def adopt(build: Build) -> None:
    """The set that every client has published: kept by the specialist, accepted by the client's partner."""
    text = (DATA / "guidelines.toml").read_text(encoding="utf-8")
    stricter = text.replace(FIRST, SECOND).replace(BEGINS, f"effective_from = {IN_FORCE_ON}\n")
    stricter = stricter.replace('type = "block-billing"\n', 'type = "block-billing"\noverride = "decision"\n') + ADDED
    for client in build.plan.clients:
        number = client["number"]
        partner = build.actor(build.plan.people[client["partner"] - 1]["number"])
        for version in (text, stricter) if number == STRICTER else (text,):
            kept = firm.add_set(
                build.specialist, build.made.clients[number], version, name=GUIDELINES, owner_id=partner.person_id
            )
            firm.accept(partner, kept.set_id, reason="Published by the client; the firm bills under it.")


def tell(build: Build) -> None:
    """What the stricter client said: consents, budgets, whom it works with; and the receipts of its costs."""
    for each in build.plan.clients:
        _playbook(build, each["number"], each["delivery"])
    client, specialist = build.made.clients[STRICTER], build.specialist
    matters = [build.made.matters[m.number] for m in build.plan.matters if m.client == STRICTER]
    adjuster = "Dana Whitlock, claims counsel"
    letter = firm.SourceFile(
        b"You may retain the accident reconstruction expert at up to $9,500.\nDana Whitlock",
        "Consent to expert.txt",
        "text/plain",
    )
    firm.record_approval(
        specialist, client, "expense-threshold", adjuster, matter_id=matters[0], amount=Decimal(9500),
        reference="mail of 4 August 2026", source=letter,
    )  # fmt: skip
    firm.record_approval(
        specialist, client, "multiple-attendees", adjuster, matter_id=matters[1], from_on=date(2026, 8, 1),
        until_on=date(2026, 12, 31), reference="call of 30 July 2026",
    )  # fmt: skip
    for matter, whole, discovery in zip(matters[:3], (60_000, 24_000, 90_000), (20_000, 9_000, 30_000), strict=True):
        firm.record_budget(
            specialist, matter, {"": Decimal(whole), "L300": Decimal(discovery)}, from_on=date(2026, 8, 1),
            approved_on=date(2026, 8, 3), approver=adjuster, reference="budget form 2026",
        )  # fmt: skip
    firm.record_budget(
        specialist, matters[1], {"": Decimal(32_000), "L300": Decimal(14_000)}, from_on=date(2026, 10, 1),
        approved_on=date(2026, 9, 29), approver=adjuster, reference="amended after the second inspection",
    )  # fmt: skip
    firm.record_vendor(specialist, client, "Harbor Court Reporting", reference="panel list 2026")
    firm.record_vendor(specialist, client, "Quickdocs Legal Copies", approved=False, reference="panel list 2026")
    firm.record_statement(specialist, client, "generative-ai", made=True, reference="engagement letter, section 12")
    costs = Entry.objects.filter(kind="expense", matter__in=matters).order_by("pk").values_list("pk", flat=True)
    for entry in costs[:4]:
        prebills.record_receipt(
            specialist, entry, content=f"Receipt of cost {entry}".encode(), name="receipt.txt", media_type="text/plain"
        )


def _playbook(build: Build, client: str, delivery: str) -> None:
    """What the specialist has written down for whoever takes over: the steps, and at the stricter client the quirks."""
    by_portal = delivery != "pdf"
    last = (
        "Watch for its receipt the next morning; cuts come line by line" if by_portal else "Mail it to accounts payable"
    )
    keep_playbook(
        build.specialist,
        build.made.payers[client, "client"],
        cadence="monthly, in the first week",
        format="LEDES 1998B with a PDF" if by_portal else "PDF",
        portal=delivery if by_portal else "",
        steps="\n".join(
            [
                "1. Clear the findings that the client would refuse; ask the timekeeper, not the partner",
                "2. Send the pre-bill to the responsible partner",
                "3. Issue the bill on the day it is approved",
                f"4. {last}",
            ]
        ),
        quirks="Asks for the budget in every letter; consents come from Dana Whitlock." if client == STRICTER else "",
    )


def announce(build: Build) -> None:
    """In the last week a client sends its rules for December, to be accepted within two weeks; a partner is asked."""
    build.at(SENT_AT)
    text = (DATA / "guidelines.toml").read_text(encoding="utf-8")
    new = (
        text.replace(FIRST, SECOND)
        .replace(BEGINS, "effective_from = 2026-12-01\n")
        .replace("max_hours = 12", "max_hours = 10")
    )
    owner = next(c["partner"] for c in build.plan.clients if c["number"] == SENDS_ANEW)
    kept = firm.add_set(
        build.specialist,
        build.made.clients[SENDS_ANEW],
        new,
        name=GUIDELINES,
        owner_id=build.made.persons[build.plan.people[owner - 1]["number"]],
        due_on=DUE_ON,
        source=firm.SourceFile(
            b"Terms for outside counsel, second edition of 2026.\n3.5 No more than ten hours a day.\n",
            "Terms for outside counsel 2026-2.txt",
            "text/plain",
        ),
    )
    firm.propose_acceptance(build.specialist, kept.set_id, reason="Sent by the client's legal department on 26 October")
