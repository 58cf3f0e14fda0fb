"""What one may ask of what payers sent back: what is still in dispute, what waits, what has lapsed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast, Concat

from meruit.agenda import queries as agenda
from meruit.agenda.models import Deadline
from meruit.disputes import access
from meruit.disputes.core import Reduction as State
from meruit.disputes.models import Appeal, AppealTrack, Hindsight, Reduction, Rejection
from meruit.portals.actions.hearing import REDUCTION, REJECTION
from meruit.portals.core import State as SubmissionState
from meruit.portals.models import StatusEvent, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from meruit.authority.acts import Actor

NOTHING = Decimal(0)
#: Reductions over which nothing has been decided, or whose appeal is at an end and waits for the next word.
UNDECIDED = (State.OPEN, State.DENIED, State.PARTLY_RECOVERED, State.LAPSED)
#: Reductions whose money is not settled.
IN_DISPUTE = (*UNDECIDED, State.APPEALED)


def unopened() -> QuerySet[StatusEvent]:
    """Rejections and reductions that a portal told and that nobody has opened as work yet."""
    events = StatusEvent.objects.filter(understood__in=[REJECTION, REDUCTION], submission__isnull=False)
    return events.filter(
        ~Exists(Rejection.objects.filter(natural_key=OuterRef("natural_key"))),
        ~Exists(Reduction.objects.filter(natural_key=OuterRef("natural_key"))),
    ).order_by("pk")


def unasked() -> QuerySet[StatusEvent]:
    """Questions of clients that are on no agenda yet."""
    events = StatusEvent.objects.filter(understood=SubmissionState.QUERIED, submission__state=SubmissionState.QUERIED)
    keyed = events.annotate(key=Concat(Value("query/"), Cast("pk", TextField()), output_field=TextField()))
    return keyed.filter(~Exists(Deadline.objects.filter(natural_key=OuterRef("key")))).order_by("pk")


def answered() -> QuerySet[Deadline]:
    """Open deadlines of questions about bills that are not in question any more."""
    asked = Submission.objects.filter(state=SubmissionState.QUERIED)
    return agenda.still_open("query").exclude(subject_id__in=asked.values("pk"))


def fallen() -> QuerySet[Reduction]:
    """Open cuts of bills that the client has taken up again and passed anew: what it cuts now is said anew as well."""
    told = StatusEvent.objects.filter(natural_key=OuterRef("natural_key")).values("pk")[:1]
    again = StatusEvent.objects.filter(
        submission=OuterRef("submission"), understood=SubmissionState.IN_REVIEW, pk__gt=OuterRef("told")
    )
    open_ = Reduction.objects.filter(state=State.OPEN, submission__state=SubmissionState.APPROVED)
    return open_.annotate(told=Subquery(told)).filter(Exists(again)).order_by("pk")


def unlearnt() -> list[str]:
    """Keys of cuts and returned bills that were not compared with our own rules yet."""
    cuts = Reduction.objects.filter(hindsight=None).order_by("pk").values_list("pk", flat=True)
    back = Rejection.objects.filter(hindsight=None).order_by("pk").values_list("pk", flat=True)
    return [*(f"reduction {key}" for key in cuts), *(f"rejection {key}" for key in back)]


def lessons(actor: Actor) -> QuerySet[Hindsight]:
    """What cuts and returned bills of the actor's matters teach."""
    return Hindsight.objects.filter(
        Q(reduction__in=access.reductions(actor)) | Q(rejection__in=access.rejections(actor))
    )


def undecided(actor: Actor) -> QuerySet[Reduction]:
    """Cuts that wait for a decision."""
    return access.reductions(actor).filter(state__in=UNDECIDED).order_by("pk")


def lapsed(actor: Actor) -> QuerySet[Reduction]:
    """Cuts whose window has closed; the loss still waits to be accepted."""
    return access.reductions(actor).filter(state=State.LAPSED).order_by("pk")


def recovered(reduction: Reduction) -> Decimal:
    """What appeals have brought back of a cut."""
    found = AppealTrack.objects.filter(appeal__reduction=reduction).aggregate(total=Sum("recovered"))["total"]
    return found or NOTHING


def remaining(reduction: Reduction) -> Decimal:
    """What is still cut, net of tax."""
    return NOTHING if reduction.state == State.RECOVERED else reduction.amount - recovered(reduction)


def rounds_used(reduction: Reduction) -> int:
    """How many times the firm has appealed a cut."""
    return Appeal.objects.filter(reduction=reduction).count()


def in_dispute(invoice_ids: Iterable[int]) -> dict[int, dict[int, Decimal]]:
    """By invoice and line, what payers hold back and nobody has accepted: net of tax."""
    found: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    open_ = Reduction.objects.filter(invoice__in=list(invoice_ids), state__in=IN_DISPUTE, line__isnull=False)
    for reduction in open_.annotate(back=Sum("appeals__track__recovered")):
        assert reduction.line_id is not None  # filtered above
        found[reduction.invoice_id][reduction.line_id] += reduction.amount - (reduction.back or NOTHING)
    return {invoice: dict(lines) for invoice, lines in found.items()}
