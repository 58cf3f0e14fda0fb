"""Clients' rules: kept as drafts with the client's document, accepted by a partner, never changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from meruit import deadlines
from meruit.agenda import actions as agenda
from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority import actions as authority
from meruit.authority.acts import acting, moment, today
from meruit.authority.errors import Invalid, NotNow
from meruit.authority.models import Decision
from meruit.documents import actions as documents
from meruit.firm import access
from meruit.firm.core import reading
from meruit.firm.core import sets as core
from meruit.firm.models import GuidelineSet, Profile, SetAcceptance
from meruit.firm.queries import sets as queries
from meruit.guidelines import names
from meruit.matters.models import Payer
from meruit.moves import MoveRefused
from meruit.people.models import Person

if TYPE_CHECKING:
    from datetime import date

    from meruit.authority.acts import Actor

KIND = "guideline-set"
#: The deadline by which a version is to be accepted.
DEADLINE = "guideline-acceptance"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The client's own document, as it came."""

    content: bytes
    name: str
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Added:
    """A version that was kept, and what is questionable about it (each with its line)."""

    set_id: int
    remarks: tuple[str, ...]


def add_set(
    actor: Actor,
    client_id: int | None,
    text: str,
    *,
    name: str = "",
    payer_id: int | None = None,
    source: SourceFile | None = None,
    owner_id: int | None = None,
    due_on: date | None = None,
) -> Added:
    """Keep a version of a client's rules as a draft, and put the day for its acceptance on the agenda.

    Version and days are those of the text's own `[set]`. What cannot be used is refused with every line. Without
    a client the set is the firm's own, for any payer that is billed under its name.
    """
    authority_access.require(actor, *authority_access.PREPARES)
    client = None if client_id is None else access.client(actor, client_id)
    payer = None if payer_id is None else access.payer(actor, payer_id)
    if payer is not None and payer.client_id != client_id:
        raise Invalid(f"{payer.name} is no payer of this client.")
    name = name or queries.name_of(client_id, payer_id) or reading.name_for(client.name if client else "")
    if not name or name in names():
        raise Invalid(f'"{name}" is the name of a built-in set; give the set a name of its own.')
    read = _read(text, name)
    header = read.rules.header
    assert header.effective_from is not None  # a reading has one
    if (
        GuidelineSet.objects.filter(client=client, payer=payer, name=name, version=header.version)
        .exclude(state=core.State.WITHDRAWN)
        .exists()
    ):
        raise Invalid(f'There is a version "{header.version}" of {name} already; a changed text is a new version.')
    now, day = moment(), today()
    with acting(actor):
        made = GuidelineSet.objects.create(
            client=client,
            payer=payer,
            name=name,
            version=header.version,
            text=text,
            sha256=read.sha256,
            source=_keep(source),
            owner_id=_person(owner_id) or actor.person_id,
            due_on=core.due(day, header.effective_from, due_on),
            effective_from=header.effective_from,
            effective_to=header.effective_to,
            kept_at=now,
        )
        note("guidelines.kept", "firm_guidelineset", made.pk, after=_said(made))
        _set_deadline(made, day)
    return Added(made.pk, read.remarks)


def revise_set(
    actor: Actor,
    set_id: int,
    *,
    text: str | None = None,
    source: SourceFile | None = None,
    owner_id: int | None = None,
) -> Added:
    """Correct a draft; a proposal to accept the former text is withdrawn with it."""
    authority_access.require(actor, *authority_access.PREPARES)
    found = access.guideline_set(actor, set_id)
    _check(found, core.Move.REVISE)
    read = _read(found.text if text is None else text, found.name)
    header = read.rules.header
    assert header.effective_from is not None  # a reading has one
    changes: dict[str, Any] = {
        "text": found.text if text is None else text,
        "version": header.version,
        "effective_from": header.effective_from,
        "effective_to": header.effective_to,
        "owner_id": _person(owner_id) or found.owner_id,
    }
    with acting(actor):
        if text is not None:
            _withdraw_proposal(actor, found, "The text was corrected.")
        kept = _keep(source)
        if kept is not None:
            changes["source"] = kept
        if not GuidelineSet.objects.filter(pk=set_id, state=core.State.DRAFT).update(**changes):
            raise NotNow(f"Version {found.version} is no draft any more; look at it again.")
        before = _said(found)
        found.refresh_from_db()
        note("guidelines.revised", "firm_guidelineset", set_id, before=before, after=_said(found))
    return Added(set_id, read.remarks)


def withdraw_set(actor: Actor, set_id: int, reason: str) -> None:
    """A draft is not wanted any more; what was accepted is answered by a new version instead."""
    authority_access.require(actor, *authority_access.PREPARES)
    if not reason.strip():
        raise Invalid("Say why the version is withdrawn.")
    found = access.guideline_set(actor, set_id)
    state = _check(found, core.Move.WITHDRAW)
    with acting(actor):
        _withdraw_proposal(actor, found, reason)
        if not GuidelineSet.objects.filter(pk=set_id, state=core.State.DRAFT).update(state=state):
            raise NotNow(f"Version {found.version} is no draft any more; look at it again.")
        agenda.meet(deadline_key(set_id), moment(), "withdrawn")
        note("guidelines.withdrawn", "firm_guidelineset", set_id, reason=reason)


def propose_acceptance(actor: Actor, set_id: int, *, reason: str) -> int:
    """Put a version before a partner: whether the firm bills under it from its first day on."""
    authority_access.require(actor, *authority_access.PREPARES)
    found = access.guideline_set(actor, set_id)
    _check(found, core.Move.ACCEPT)
    return authority.propose(
        actor,
        KIND,
        _content(found),
        subject="firm_guidelineset",
        subject_id=found.pk,
        reason=reason,
        evidence=queries.evidence(found),
        due_at=None if found.due_on is None else deadlines.end_of_day(found.due_on, _zone(found)),
    )


def accept(actor: Actor, set_id: int, *, reason: str) -> int:
    """Accept a version within one's own authority; returns the acceptance."""
    found = access.guideline_set(actor, set_id)
    _check(found, core.Move.ACCEPT)
    with acting(actor):
        _withdraw_proposal(actor, found, "Accepted by the partner directly.")
        decision = authority.act_directly(
            actor,
            KIND,
            _content(found),
            subject="firm_guidelineset",
            subject_id=found.pk,
            reason=reason,
            evidence=queries.evidence(found),
        )
        return carry_out_acceptance(actor, Decision.objects.get(pk=decision))


def carry_out_acceptance(actor: Actor, decision: Decision) -> int:
    """The version is in force from its first day on; uses the decision once.

    Payers that were billed without rules are billed under these; whoever has a set keeps it (`use_set`).
    """
    content = decision.content
    found = access.guideline_set(actor, content["guideline_set_id"])
    with acting(actor):
        made = SetAcceptance.objects.create(guideline_set=found, text_sha256=content["text_sha256"], decision=decision)
        agenda.meet(deadline_key(found.pk), moment(), "accepted")
        note(
            "guidelines.accepted",
            "firm_guidelineset",
            found.pk,
            after=_said(found),
            reason=decision.reason,
            decision_id=decision.pk,
        )
        unruled = Payer.objects.filter(guideline_set="")
        whose = {"pk": found.payer_id} if found.payer_id else {"client": found.client_id}
        for payer in unruled.filter(**whose) if found.client_id else ():
            _bill_under(payer, found.name)
    return made.pk


def use_set(actor: Actor, payer_id: int, name: str) -> None:
    """Bill a payer under another set from now on: one of the client's, one of the firm's, or a built-in one."""
    authority_access.require(actor, "billing partner")
    payer = access.payer(actor, payer_id)
    mine = queries.lineage(payer.client_id, payer.pk, name).filter(state=core.State.ACCEPTED)
    if name and name not in names() and not mine.exists():
        raise Invalid(f'{payer.name} has no accepted set "{name}", and no built-in set is called so.')
    with acting(actor):
        _bill_under(payer, name)


def deadline_key(set_id: int) -> str:
    """The key of the deadline by which a version is to be accepted."""
    return f"{DEADLINE}/{set_id}"


def _bill_under(payer: Payer, name: str) -> None:
    Payer.objects.filter(pk=payer.pk).update(guideline_set=name)
    note(
        "payer.guidelines_chosen",
        "matters_payer",
        payer.pk,
        before={"guideline_set": payer.guideline_set},
        after={"guideline_set": name},
    )


def _read(text: str, name: str) -> reading.Reading:
    try:
        return reading.read(text, name)
    except reading.Unusable as error:
        raise Invalid(str(error)) from error


def _check(found: GuidelineSet, move: core.Move) -> core.State:
    try:
        return core.after(core.State(found.state), move)
    except MoveRefused as error:
        raise NotNow(str(error)) from error


def _content(found: GuidelineSet) -> dict[str, Any]:
    return {"guideline_set_id": found.pk, "text_sha256": bytes(found.sha256).hex()}


def _withdraw_proposal(actor: Actor, found: GuidelineSet, reason: str) -> None:
    for proposal in queries.open_proposals([found.pk]):
        authority.withdraw(actor, proposal.pk, reason)


def _set_deadline(made: GuidelineSet, day: date) -> None:
    assert made.due_on is not None  # a new version always has a day
    whose = "the firm" if made.client is None else made.client.name
    zone = _zone(made)
    agenda.set_deadline(
        deadline_key(made.pk),
        deadlines.Deadline(deadlines.end_of_day(made.due_on, zone), zone),
        kind=DEADLINE,
        title=f"Accept the billing rules of {whose}, version {made.version}",
        subject="firm_guidelineset",
        subject_id=made.pk,
        started_on=day,
        explanation=f"They hold from {made.effective_from} on; until accepted, bills are judged by the version before.",
        client_id=made.client_id,
        waits_for_role="billing partner",
    )


def _zone(found: GuidelineSet) -> str:
    """The zone of whoever sets the day: the payer's, or the client's first payer's; else the firm's."""
    payer = found.payer
    if payer is None and found.client_id is not None:
        payer = Payer.objects.filter(client=found.client_id).order_by("pk").first()
    if payer is not None:
        return payer.zone
    profile = Profile.objects.first()
    return "UTC" if profile is None else profile.zone


def _keep(source: SourceFile | None) -> Any:
    if source is None:
        return None
    return documents.keep(source.content, media_type=source.media_type, name=source.name)


def _person(owner_id: int | None) -> int | None:
    if owner_id is not None and not Person.objects.filter(pk=owner_id, kind=Person.Kind.HUMAN).exists():
        raise Invalid(f"There is no person {owner_id} to own the set.")
    return owner_id


def _said(made: GuidelineSet) -> dict[str, Any]:
    return {
        "client": made.client_id,
        "payer": made.payer_id,
        "name": made.name,
        "version": made.version,
        "sha256": bytes(made.sha256).hex(),
        "effective_from": made.effective_from,
        "effective_to": made.effective_to,
        "source": made.source_id,
        "owner": made.owner_id,
        "due_on": made.due_on,
    }
