"""A proposal as a decider reads it: what it is about, what would happen, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from meruit.authority.models import Grant
from meruit.matters.models import Client, Matter, Payer
from meruit.people.models import Person, Timekeeper
from meruit.prebills.models import Line, PreBill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.authority.models import Proposal

#: What a decider may change of a proposal instead of refusing it, by kind: key of the content -> how it is called.
AMENDABLE: Mapping[str, tuple[str, str]] = {
    "narrative": ("narrative", "Narrative"),
    "write-down": ("amount", "Amount of the write-down"),
    "hold": ("review_on", "New review date"),
}

#: What happens when a kind is approved, in one sentence.
EFFECT: Mapping[str, str] = {
    "narrative": "The entry gets this text as its next version; the one before is kept.",
    "release-time": "The entries may be billed as they stand.",
    "write-down": "The line is billed for less; what was worked stays beside it.",
    "hold": "The line stays off the bill until the new date.",
    "hold-release": "The line may go on the bill again.",
    "transfer": "The entry moves to the other matter with its value.",
    "rate": "Entries from the first day of each rate on are priced by it.",
    "arrangement": "Pre-bills drafted from now on are worked out by it.",
    "shares": "Bills issued from now on are divided like this.",
    "guideline-set": "Bills drafted from its first day on are judged by this version of the client's rules.",
    "override": "The finding stands as it is, with its reason; the line goes out as it reads.",
    "final-bill": "The bill may be issued over exactly these lines; a change of any of them asks again.",
    "credit-note": "A numbered credit note lowers what is owed on the bill.",
    "reversal": "The bill is undone by a counter-entry and its lines are work in progress again.",
    "write-off": "The money is given up for good and leaves the books.",
    "hard-cost": "The firm bears the cost that it has paid out; it leaves the books as a cost lost.",
    "accept-reduction": "The firm accepts the cut; a credit note lowers the bill.",
    "appeal": "The packet is sent and the money asked for again.",
    "refund": "The money goes back to its payer.",
    "new-person": "The person may sign in once enrolled, after the delay.",
    "grant": "The person holds the role after the delay, in which two administrators can stop it.",
    "limit": "The grant decides up to this amount after the delay.",
    "authenticator-reset": "The gate forgets the person's authenticators and ends the sessions, after the delay.",
    "revocation": "The role ends now.",
    "departure": "The person's access ends now, with every session.",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what a proposal says. An amount is shown as one."""

    name: str
    value: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Everything a decision page shows of a proposal beside who put it forward and why."""

    facts: list[Fact]
    before: str | None  # the text that would be replaced
    after: str | None
    rows: list[dict[str, str]]  # where the content is a table: terms, shares, bills
    columns: list[str]
    evidence: list[Fact]
    changes: list[dict[str, Any]] | None  # what differs from what was approved before
    findings: list[dict[str, Any]]
    link: tuple[str, str] | None  # where the whole thing can be looked at
    effect: str
    amendable: tuple[str, str, str] | None  # key, label, present value

    @property
    def names(self) -> dict[str, str]:
        """What the columns are called."""
        return {key: _name(key) for key in self.columns}

    @property
    def amounts(self) -> frozenset[str]:
        """The columns that hold money."""
        return AMOUNTS

    @property
    def numeric(self) -> frozenset[str]:
        """The columns whose figures line up on the right."""
        return AMOUNTS | {"percent", "hours", "units"}


def tell(proposal: Proposal) -> Told:
    """Read content and evidence of a proposal for people."""
    content = dict(proposal.content)
    evidence = dict(proposal.evidence or {})
    before = evidence.pop("before", None) if proposal.kind_id == "narrative" else None
    after = content.pop("narrative", None) if proposal.kind_id == "narrative" else None
    rows = content.pop("rows", None) or content.pop("bills", None) or content.pop("lines", None) or []
    amendable = AMENDABLE.get(proposal.kind_id)
    changes = evidence.pop("changes", None)
    findings = evidence.pop("findings", None) or []
    for long in ("bill", "arrangement", "shares"):
        evidence.pop(long, None)
    table = [{k: _value(k, v) for k, v in row.items()} for row in rows if isinstance(row, dict)]
    return Told(
        facts=[_fact(k, content[k]) for k in sorted(content, key=_place) if content[k] not in (None, "", [])],
        before=before,
        after=after,
        rows=table,
        columns=sorted({key for row in table for key in row}, key=_place),
        evidence=[_fact(k, evidence[k]) for k in sorted(evidence, key=_place) if evidence[k] not in (None, "", [], {})],
        changes=changes,
        findings=[f for f in findings if isinstance(f, dict)],
        link=_link(proposal),
        effect=EFFECT.get(proposal.kind_id, ""),
        amendable=None
        if amendable is None
        else (amendable[0], amendable[1], str(proposal.content.get(amendable[0]) or "")),
    )


def _fact(key: str, value: Any) -> Fact:
    return Fact(_name(key), _value(key, value), _amount(key, value))


def _name(key: str) -> str:
    return WRITTEN.get(key) or key.removesuffix("_id").replace("_", " ").capitalize()


#: In which order people read what is said; PostgreSQL keeps keys in an order of its own. Others follow by name.
READ = (
    "person_id", "role", "client_id", "prebill_id", "invoice_id", "entry_id", "line_id", "payer_id", "level",
    "timekeeper_id", "matter_id", "from_matter_id", "to_matter_id", "worked_on", "percent", "worked", "billed",
    "write_down", "held", "fees", "costs", "amount", "tax", "total", "currency", "from_on", "until_on", "reason",
)  # fmt: skip
#: Names that are no plain words.
WRITTEN = {
    "prebill_id": "Pre-bill", "write_down": "Written down", "needs_nda": "Asks for an NDA",
    "needs_consent": "Asks for consent", "nda_signed_on": "Undertaking signed", "same_person_id": "Same person as",
}  # fmt: skip


def _place(key: str) -> tuple[int, str]:
    return (READ.index(key) if key in READ else len(READ), key)


#: Keys whose value is money.
AMOUNTS = frozenset({"amount", "worked", "billed", "write_down", "held", "fees", "costs", "tax", "total", "unit_cost"})


def _amount(key: str, value: Any) -> Decimal | None:
    if key not in AMOUNTS or not isinstance(value, str):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _value(key: str, value: Any) -> str:
    """A value in words; a number that stands for somebody or something is named."""
    if isinstance(value, int) and not isinstance(value, bool) and key in NAMES:
        return NAMES[key](value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, list):
        return "; ".join(_value("", v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{_name(k).lower()} {_value(k, v)}" for k, v in value.items() if v not in (None, ""))
    return str(value)


def _person(key: int) -> str:
    return str(Person.objects.filter(pk=key).first() or f"person {key}")


def _timekeeper(key: int) -> str:
    return str(Timekeeper.objects.filter(pk=key).first() or f"timekeeper {key}")


def _matter(key: int) -> str:
    return str(Matter.objects.filter(pk=key).first() or f"matter {key}")


def _payer(key: int) -> str:
    return str(Payer.objects.filter(pk=key).first() or f"payer {key}")


def _client(key: int) -> str:
    return str(Client.objects.filter(pk=key).values_list("number", flat=True).first() or f"client {key}")


def _grant(key: int) -> str:
    found = Grant.objects.filter(pk=key).select_related("person").first()
    return f"{found.role} of {found.person.name}" if found else f"grant {key}"


NAMES = {
    "client_id": _client,
    "grant_id": _grant,
    "same_person_id": _person,
    "person_id": _person,
    "timekeeper_id": _timekeeper,
    "matter_id": _matter,
    "from_matter_id": _matter,
    "to_matter_id": _matter,
    "payer_id": _payer,
}


def _link(proposal: Proposal) -> tuple[str, str] | None:
    if proposal.subject == "prebills_prebill" and proposal.subject_id is not None:
        return f"/prebills/{proposal.subject_id}/", "The pre-bill with its lines"
    if proposal.subject == "prebills_line" and proposal.subject_id is not None:
        line = Line.objects.filter(pk=proposal.subject_id).first()
        return None if line is None else (f"/prebills/{line.prebill_id}/#line-{line.pk}", "The line on its pre-bill")
    if proposal.subject == "prebills_hold" and proposal.subject_id is not None:
        held = PreBill.objects.filter(holds=proposal.subject_id).first()
        return None if held is None else (f"/prebills/{held.pk}/", "The pre-bill with its holds")
    if proposal.subject == "invoices_invoice" and proposal.subject_id is not None:
        return f"/bills/{proposal.subject_id}/", "The bill with its history"
    if proposal.subject == "timesheets_entry" and proposal.kind_id in ("write-off", "hard-cost"):
        return f"/wip/{proposal.matter_id}/#entry-{proposal.subject_id}", "The matter's work in progress"
    if proposal.subject == "disputes_reduction" and proposal.subject_id is not None:
        return f"/cuts/{proposal.subject_id}/", "The cut with its line and time limit"
    if proposal.subject == "receivables_payment" and proposal.subject_id is not None:
        return f"/payments/{proposal.subject_id}/", "The payment with what it pays"
    return None
