"""What the night does with what came back: open it with its deadline, keep appeals alive, tell what has lapsed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from meruit.agenda import queries as agenda
from meruit.disputes import actions, core, queries
from meruit.disputes.models import Reduction, Rejection
from meruit.portals.core import State
from meruit.portals.tasks import Counts, add, each

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.authority.acts import Actor

#: A cut that nobody has decided about so many hours before its window closes gets a protective appeal.
PROTECT_HOURS = 72


def gather(actor: Actor, moment: datetime) -> Counts:
    """Open what came back, note what was sent again, keep appeals alive, and tell what has lapsed."""
    counts = each(returned(actor, moment), lambda key: open_one(actor, key, moment))
    add(counts, each(fallen(actor, moment), lambda key: restore_one(actor, key, moment)))
    add(counts, each(unlearnt(actor, moment), lambda key: learn_one(actor, key, moment)))
    add(counts, each(asked(actor, moment), lambda key: ask_one(actor, key, moment)))
    add(counts, each(answered(actor, moment), lambda key: answered_one(actor, key, moment)))
    add(counts, each(sent_again(actor, moment), lambda key: resubmitted_one(actor, key, moment)))
    add(counts, each(taken_after_all(actor, moment), lambda key: overridden_one(actor, key, moment)))
    add(counts, each(closing(actor, moment), lambda key: protect_one(actor, key, moment)))
    return add(counts, each(closed(actor, moment), lambda key: lapse_one(actor, key, moment)))


def returned(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of what portals sent back and nobody has opened."""
    return [str(key) for key in queries.unopened().values_list("pk", flat=True)]


def open_one(actor: Actor, key: str, moment: datetime) -> str:
    """Open one."""
    made = actions.open_dispute(actor, int(key))
    return f"{'rejection' if isinstance(made, Rejection) else 'reduction'} {made.pk}: {made.reason_code}"


def fallen(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of open cuts of bills that their client has passed anew."""
    return [str(key) for key in queries.fallen().values_list("pk", flat=True)]


def restore_one(actor: Actor, key: str, moment: datetime) -> str:
    """Let one fall: what the client cuts now, it has said anew."""
    actions.restored(actor, int(key), reason="The client took the bill up again and passed it anew.")
    return "fallen: the bill was passed anew"


def unlearnt(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of cuts and returned bills that were not compared with our own rules yet."""
    return queries.unlearnt()


def learn_one(actor: Actor, key: str, moment: datetime) -> str:
    """Compare one."""
    kind, _, number = key.partition(" ")
    look = actions.look_at_rejection if kind == "rejection" else actions.look_at_reduction
    made = look(actor, int(number))
    return f"{key}: {made.verdict}" + (f", {made.rule}" if made.rule else "")


def asked(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of clients' questions that are on no agenda yet."""
    return [str(key) for key in queries.unasked().values_list("pk", flat=True)]


def ask_one(actor: Actor, key: str, moment: datetime) -> str:
    """Put one on the agenda."""
    return actions.open_question(actor, int(key)).title


def answered(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of submissions that are not in question any more."""
    return [str(key) for key in sorted(set(queries.answered().values_list("subject_id", flat=True)))]


def answered_one(actor: Actor, key: str, moment: datetime) -> str:
    """Note that one was answered."""
    actions.close_questions(actor, int(key))
    return "answered"


def sent_again(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of corrected rejections whose new e-bill has gone out."""
    found = Rejection.objects.filter(
        state=core.Rejection.CORRECTED, corrected_by__submission__attempts__outcome="accepted"
    )
    return [str(key) for key in found.order_by("pk").distinct().values_list("pk", flat=True)]


def resubmitted_one(actor: Actor, key: str, moment: datetime) -> str:
    """Note that one was sent again."""
    actions.resubmitted(actor, int(key))
    return "sent again"


def taken_after_all(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of rejections whose bill the client has taken all the same."""
    took = [State.IN_REVIEW, State.QUERIED, State.APPROVED, State.CLOSED]
    may = {state for state, move in core.REJECTION_MOVES if move is core.RejectionMove.OVERRIDE}
    found = Rejection.objects.filter(state__in=may, submission__state__in=took)
    return [str(key) for key in found.order_by("pk").values_list("pk", flat=True)]


def overridden_one(actor: Actor, key: str, moment: datetime) -> str:
    """Note that the client took one all the same."""
    actions.overridden(actor, int(key))
    return "the client took the bill all the same"


def closing(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of cuts whose window closes soon and of which nothing is put forward."""
    near = agenda.due_within(moment, PROTECT_HOURS, "appeal").values("subject_id")
    states = [state for state in queries.UNDECIDED if state is not core.Reduction.LAPSED]
    open_ = Reduction.objects.filter(pk__in=near, state__in=states)
    return [str(r.pk) for r in open_.order_by("pk") if not actions.pending(r)]


def protect_one(actor: Actor, key: str, moment: datetime) -> str:
    """Put a protective appeal forward."""
    return actions.protect(actor, int(key))


def closed(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of cuts whose window has closed with nothing sent."""
    past = agenda.lapsed(moment).filter(kind__in=["appeal", "decision"], subject="disputes_reduction")
    may = {state for state, move in core.REDUCTION_MOVES if move is core.ReductionMove.LAPSE}
    open_ = Reduction.objects.filter(pk__in=past.values("subject_id"), state__in=may)
    return [str(key) for key in open_.order_by("pk").values_list("pk", flat=True)]


def lapse_one(actor: Actor, key: str, moment: datetime) -> str:
    """Tell that one has lapsed."""
    actions.lapse(actor, int(key))
    return "its window closed with nothing sent"
