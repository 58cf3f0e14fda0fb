"""A question to an attorney about a line, drafted by a language model where the client has agreed to one.

The client's consent is an entry of the register of approvals for the rule `generative-ai`: who gave it, where it is
written, for which matter and days. Without one in force nothing is sent. What is sent is written down before it is.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, today
from meruit.authority.errors import Invalid, NotNow
from meruit.drafting import Consent, Model, ModelFailed, NoConsent, NotUsable, ask_attorney
from meruit.firm.models import Approval
from meruit.prebills import access
from meruit.prebills.models import Finding

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.drafting import Question
    from meruit.matters.models import Matter
    from meruit.prebills.models import PreBill

RULE = "generative-ai"


def consent_of(matter: Matter, on: date) -> Consent | None:
    """The client's consent to the use of a language model on a matter, if one is in force."""
    found = Approval.objects.filter(
        Q(matter=None) | Q(matter=matter),
        Q(from_on=None) | Q(from_on__lte=on),
        Q(until_on=None) | Q(until_on__gte=on),
        client=matter.client_id,
        rule=RULE,
        timekeeper=None,
        vendor="",
        ended_at=None,
    )
    one = found.order_by("-pk").first()
    if one is None:
        return None
    evidence = ", ".join(filter(None, [one.approver, one.reference]))
    return Consent(matter.client.name, evidence, one.from_on or date.min, one.until_on)


def may_ask(prebill: PreBill) -> bool:
    """Whether the firm has set up a model and the client agrees to it."""
    return settings.LANGUAGE_MODEL is not None and consent_of(prebill.matter, today()) is not None


def draft_question(actor: Actor, line_id: int) -> Question:
    """Draft a question about the open findings of a line. It is shown to whoever asked, and to nobody else."""
    authority_access.require(actor, *authority_access.PREPARES)
    line = access.line(actor, line_id)
    if settings.LANGUAGE_MODEL is None:
        raise NotNow("The firm has set up no language model.")
    day = today()
    matter = line.prebill.matter
    consent = consent_of(matter, day)
    said = list(Finding.objects.filter(line=line, settled_at=None).order_by("pk").values_list("message", flat=True))
    if not said:
        raise NotNow("No finding stands open on this line; there is nothing to ask.")
    model = Model(settings.LANGUAGE_MODEL, day)
    if consent is not None:
        with acting(actor):
            note(
                "model.asked",
                "prebills_line",
                line.pk,
                after={
                    "host": model.endpoint.host,
                    "model": model.endpoint.model,
                    "consent": consent.evidence,
                    "narrative_sha256": hashlib.sha256(line.narrative.encode()).hexdigest(),
                },
            )
    try:
        return ask_attorney(model, line.narrative, said, client=matter.client.name, consent=consent)
    except NoConsent as refusal:
        raise NotNow(str(refusal)) from refusal
    except (ModelFailed, NotUsable) as failure:
        raise Invalid(f"No question was drafted: {failure}") from failure
