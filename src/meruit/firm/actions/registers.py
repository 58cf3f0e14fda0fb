"""Registers of what clients have said: consents, budgets, people, third parties, and what the firm declared.

A row says what a client said and is not rewritten: it is ended with a reason, and another one recorded. The
client's letter stays with it as a document.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotFound, NotNow
from meruit.documents import actions as documents
from meruit.firm import access
from meruit.firm.core import registers as core
from meruit.firm.models import Approval, Budget, BudgetLine, PortalRate, Statement, Vendor
from meruit.people.models import Timekeeper

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.db.models import Model

    from meruit.authority.acts import Actor
    from meruit.documents.models import Document
    from meruit.firm.actions.sets import SourceFile
    from meruit.matters.models import Matter


def record_approval(
    actor: Actor,
    client_id: int,
    rule: str,
    approver: str,
    *,
    matter_id: int | None = None,
    timekeeper_id: int | None = None,
    vendor: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
    amount: Decimal | None = None,
    hours: Decimal | None = None,
    reference: str = "",
    source: SourceFile | None = None,
) -> int:
    """A client consents to what a rule asks consent for; what is left out is not restricted."""
    authority_access.require(actor, *authority_access.PREPARES)
    client = access.client(actor, client_id)
    matter = _matter(actor, client_id, matter_id)
    _sound(core.approval_problem(rule, approver, from_on, until_on, amount, hours))
    return _record(
        actor,
        Approval,
        "approval.recorded",
        source,
        client=client,
        matter=matter,
        rule=rule,
        timekeeper=_timekeeper(timekeeper_id),
        vendor=vendor,
        from_on=from_on,
        until_on=until_on,
        amount=amount,
        hours=hours,
        approver=approver,
        reference=reference,
    )


def record_budget(
    actor: Actor,
    matter_id: int,
    lines: Mapping[str, Decimal],
    *,
    from_on: date,
    approved_on: date | None = None,
    approver: str = "",
    reference: str = "",
    currency: str = "",
    source: SourceFile | None = None,
) -> int:
    """The next version of a matter's budget; `lines` by task or phase code, "" for the matter as a whole."""
    authority_access.require(actor, *authority_access.PREPARES)
    matter = authority_access.matter(actor, matter_id)
    currency = currency or matter.currency
    _sound(core.budget_problem(lines, approved_on, approver, currency, matter.currency))
    with acting(actor):
        latest = Budget.objects.filter(matter=matter).aggregate(number=Max("version"))["number"] or 0
        made = _record(
            actor,
            Budget,
            "budget.recorded",
            source,
            matter=matter,
            version=latest + 1,
            currency=currency,
            from_on=from_on,
            approved_on=approved_on,
            approver=approver,
            reference=reference,
            _also={"lines": {code: str(amount) for code, amount in lines.items()}},
        )
        BudgetLine.objects.bulk_create(
            BudgetLine(budget_id=made, task_code=code, amount=amount) for code, amount in lines.items()
        )
    return made


def record_timekeeper(
    actor: Actor,
    payer_id: int,
    timekeeper_id: int,
    *,
    from_on: date,
    until_on: date | None = None,
    matter_id: int | None = None,
    classification: str = "",
    amount: Decimal | None = None,
    currency: str = "",
    noticed_on: date | None = None,
    approved_on: date | None = None,
    approver: str = "",
    reference: str = "",
) -> int:
    """A payer approves a timekeeper, with a rate or without, for all matters or for one."""
    authority_access.require(actor, *authority_access.PREPARES)
    payer = access.payer(actor, payer_id)
    matter = _matter(actor, payer.client_id, matter_id)
    timekeeper = _timekeeper(timekeeper_id)
    assert timekeeper is not None  # an id was given
    _sound(core.rate_problem(amount, from_on, until_on))
    with acting(actor):
        made = PortalRate.objects.create(
            payer=payer,
            matter=matter,
            timekeeper=timekeeper,
            classification=classification or timekeeper.classification,
            amount=amount,
            currency=(currency or payer.currency) if amount is not None else "",
            from_on=from_on,
            until_on=until_on,
            noticed_on=noticed_on,
            approved_on=approved_on,
            approver=approver,
            reference=reference,
        )
        after = {"payer": payer.pk, "timekeeper": timekeeper.number, "amount": amount, "from_on": from_on}
        note("timekeeper.approved", "firm_portalrate", made.pk, after=after)
    return made.pk


def record_vendor(
    actor: Actor,
    client_id: int,
    name: str,
    *,
    approved: bool = True,
    from_on: date | None = None,
    until_on: date | None = None,
    reference: str = "",
) -> int:
    """A client accepts a third party, or refuses it."""
    authority_access.require(actor, *authority_access.PREPARES)
    client = access.client(actor, client_id)
    _sound(core.vendor_problem(name, from_on, until_on))
    return _record(
        actor,
        Vendor,
        "vendor.recorded",
        None,
        client=client,
        name=name,
        approved=approved,
        from_on=from_on,
        until_on=until_on,
        reference=reference,
    )


def record_statement(
    actor: Actor,
    client_id: int,
    topic: str,
    *,
    made: bool,
    matter_id: int | None = None,
    years: Decimal | None = None,
    reference: str = "",
) -> int:
    """The firm declares something to a client, or owes the declaration still. The latest row counts."""
    authority_access.require(actor, *authority_access.PREPARES)
    client = access.client(actor, client_id)
    matter = _matter(actor, client_id, matter_id)
    _sound(core.statement_problem(topic))
    return _record(
        actor,
        Statement,
        "statement.recorded",
        None,
        client=client,
        matter=matter,
        topic=topic,
        made=made,
        years=years,
        reference=reference,
    )


#: Register -> its fetcher and what the trail calls its end.
_ENDS: Mapping[str, Any] = {
    "approval": (access.approvals, Approval),
    "budget": (access.budgets, Budget),
    "vendor": (access.vendors, Vendor),
    "statement": (access.statements, Statement),
}


def end(actor: Actor, register: str, row_id: int, reason: str) -> None:
    """A row (approval, budget, vendor, statement) holds no more: taken back by the client, or entered in error."""
    authority_access.require(actor, *authority_access.PREPARES)
    if register not in _ENDS:
        raise Invalid(f'"{register}" is no register; the registers are {", ".join(_ENDS)}.')
    if not reason.strip():
        raise Invalid("Say why it holds no more.")
    fetch, model = _ENDS[register]
    found = fetch(actor).filter(pk=row_id).first()
    if found is None:
        raise NotFound(f"There is no {register} {row_id}.")
    with acting(actor):
        if not model.objects.filter(pk=row_id, ended_at=None).update(ended_at=moment(), ended_why=reason):
            raise NotNow(f"This {register} has ended already.")
        note(f"{register}.ended", model._meta.db_table, row_id, reason=reason)


def _record(
    actor: Actor, model: type[Model], event: str, source: SourceFile | None, *, _also: Any = None, **values: Any
) -> int:
    with acting(actor):
        document: Document | None = None
        if source is not None:
            document = documents.keep(source.content, media_type=source.media_type, name=source.name)
            values["document"] = document
        made = model._default_manager.create(recorded_by_id=actor.person_id, recorded_at=moment(), **values)
        told = {k: v if v is None or isinstance(v, (str, bool, int, Decimal)) else str(v) for k, v in values.items()}
        note(event, model._meta.db_table, made.pk, after=told | (_also or {}))
    return int(made.pk)


def _sound(problem: str | None) -> None:
    if problem is not None:
        raise Invalid(problem)


def _matter(actor: Actor, client_id: int, matter_id: int | None) -> Matter | None:
    if matter_id is None:
        return None
    found = authority_access.matter(actor, matter_id)
    if found.client_id != client_id:
        raise Invalid(f"Matter {found.number} is a matter of another client.")
    return found


def _timekeeper(timekeeper_id: int | None) -> Timekeeper | None:
    if timekeeper_id is None:
        return None
    found = Timekeeper.objects.filter(pk=timekeeper_id).first()
    if found is None:
        raise NotFound(f"There is no timekeeper {timekeeper_id}.")
    return found
