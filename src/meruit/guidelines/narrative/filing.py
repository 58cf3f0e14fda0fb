"""GL-24: the mechanics of filing, serving, delivering and recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, after, in_hand
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import CLERICAL, COMM, DRAFT, group

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_SERVE = cue("serve")
_ACTS, _PROOF_OF = group("filing.acts"), group("filing.proof-of")
_ARRANGING, _ARRANGED, _NO_ACT = group("filing.arranging"), group("filing.arranged"), group("filing.no-act")

_COURIERS = group("filing.couriers")
_WHY = "filing, service and delivery are clerical"


def filing_and_service(u: Understanding) -> Detection | None:
    """E-filing, proofs of service, courier, lodging, mailing."""
    if not u.has(_SERVE):
        return None
    for task in u.tasks:
        if task.kinds & CLERICAL and any(verb in _ACTS for verb in task.verbs) and _really_files(u, task):
            return at_task(u, task, "filing", _WHY, CLERICAL_PASSES)
        if task.kinds & (DRAFT | CLERICAL) and any(word in _PROOF_OF for word in after(u, task)):
            return at_task(u, task, "filing-proof", "proofs of service are clerical", CLERICAL_PASSES)
        if task.kinds & COMM and task.verbs[0] in ("send", "transmit") and any(w in _COURIERS for w in after(u, task)):
            return at_task(u, task, "filing-courier", _WHY, CLERICAL_PASSES)
        arranges = task.verbs[0] in _ARRANGING and u.where(_SERVE, task) > task.at
        if arranges and in_hand(u, task, _ARRANGED, 9):
            return at_task(u, task, "filing-arranged", _WHY, CLERICAL_PASSES)
    if not u.tasks:
        k = u.where(_SERVE)
        if u.reading.words[k] in _PROOF_OF:
            return at_units(u, k, k, "filing-proof", "proofs of service are clerical", CLERICAL_PASSES)
    return None


def _really_files(u: Understanding, task: Task) -> bool:
    """ "File review" and "file materials" are nouns; "File answer", "Filed and served" are acts."""
    if task.verbs[0] != "file" or u.reading.words[task.at] in ("filed", "filing"):
        return True
    k = task.at + 1
    return k < len(u.reading) and u.reading.words[k] not in _NO_ACT
