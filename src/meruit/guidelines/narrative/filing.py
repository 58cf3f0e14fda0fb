"""GL-24: the mechanics of filing, serving, delivering and recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.narrative.detection import Detection, at_task, at_units
from meruit.guidelines.narrative.objects import CLERICAL_PASSES, COMPOUNDS, after, in_hand, of_a_compound
from meruit.guidelines.narrative.understanding import cue
from meruit.guidelines.narrative.words import (
    CLERICAL,
    COMM,
    DET,
    DOC,
    DRAFT,
    EVENT,
    HEAP,
    PLAN,
    PREP,
    RESEARCH,
    REVIEW,
    TOPIC,
    forms,
    group,
)

if TYPE_CHECKING:
    from meruit.guidelines.narrative.tasks import Task
    from meruit.guidelines.narrative.understanding import Understanding

_SERVE = cue("serve")
_ACTS, _PROOF_OF = group("filing.acts"), group("filing.proof-of")
_ARRANGING, _ARRANGED, _NO_ACT = group("filing.arranging"), group("filing.arranged"), group("filing.no-act")

_COURIERS = group("filing.couriers")
_CARRIED, _WINDOWS, _MAILS = group("filing.papers"), group("filing.windows"), group("filing.mails")
#: "Goods delivered under contract", "parts shipped before petition".
_GOODS = frozenset({"delivered", "shipped", "mailed", "stored", "recorded", "posted"})
_OF_GOODS = frozenset({"within", "under", "before", "after", "during", "between", "from", "prior to"})
#: Talk with the court's staff about how a paper is to come in.
_MECHANICS, _COURT_STAFF = group("filing.mechanics"), group("scheduling.courts")
_SHORT_LINE = 5
_TO_SERVE = (("for", "service"), ("for", "serving"), ("to", "serve"))
_BARE = group("filing.bare")
_RECORDED = group("filing.recorded")
_PORTALS, _SERVERS = group("filing.portals"), group("filing.servers")
_CARRYING_FORMS = frozenset(form for verb in group("filing.carrying") for form, _ in forms(verb))
_SUBMITTING_FORMS = frozenset(form for verb in group("filing.to-submit") for form, _ in forms(verb))
_WAYS = frozenset(
    {"to", "at", "by", "with", "through", "via", "on", "upon", "over", "in", "into", "down", "up", "using", "off"}
)
#: Verb, paper and place stand within so many units.
_ERRAND = 14
#: Besides such work a way to the courthouse is not what the line is about.
_LEGAL = DRAFT | RESEARCH | REVIEW | PLAN
_WHY = "filing, service and delivery are clerical"


def filing_and_service(u: Understanding) -> Detection | None:
    """E-filing, proofs of service, courier, lodging, mailing."""
    if not u.has(_SERVE):
        return None
    for task in u.tasks:
        if task.kinds & CLERICAL and any(verb in _ACTS for verb in task.verbs) and _really_files(u, task):
            return at_task(u, task, "filing", _WHY, CLERICAL_PASSES)
        if task.kinds & (DRAFT | CLERICAL) and any(word in _PROOF_OF for word in u.reading.words[task.at : task.end]):
            return at_task(u, task, "filing-proof", "proofs of service are clerical", CLERICAL_PASSES)
        if task.kinds & COMM and task.verbs[0] in ("send", "transmit") and any(w in _COURIERS for w in after(u, task)):
            return at_task(u, task, "filing-courier", _WHY, CLERICAL_PASSES)
        if task.kinds & COMM and _sends_for_service(u, task):
            return at_task(u, task, "filing-courier", _WHY, CLERICAL_PASSES)
        if (
            task.kinds & COMM
            and any(w in _MECHANICS for w in after(u, task))
            and any(w in _COURT_STAFF for w in after(u, task))
        ):
            return at_task(u, task, "filing-talk", _WHY, CLERICAL_PASSES)
        arranges = task.verbs[0] in _ARRANGING and u.where(_SERVE, task) > task.at
        if arranges and in_hand(u, task, _ARRANGED, 9):
            return at_task(u, task, "filing-arranged", _WHY, CLERICAL_PASSES)
    if not u.tasks:
        k = u.where(_SERVE)
        if u.reading.words[k] in _PROOF_OF:
            return at_units(u, k, k, "filing-proof", "proofs of service are clerical", CLERICAL_PASSES)
        if _only_names_service(u):
            return at_units(u, 0, 0, "filing-bare", _WHY, CLERICAL_PASSES)
    if len(u.pieces) <= 1 or not u.kinds & _LEGAL:
        place = _errand(u)
        if place is not None and (place[0] == 0 or not u.kinds & _LEGAL):
            return at_units(u, *place, "filing-errand", _WHY, CLERICAL_PASSES)
    return None


def _only_names_service(u: Understanding) -> bool:
    """ "Service copies to all parties", "hand delivery of check": the act as a noun at the beginning."""
    words = u.reading.words
    if len(words) <= _SHORT_LINE and "to" in words and words[-1] in _WINDOWS and words[0] in _CARRIED:
        return True  # "deeds to recorder"
    return words[0] in _BARE and (len(words) == 1 or (words[1] not in COMPOUNDS and not u.reading.bits[1] & DOC))


def _sends_for_service(u: Understanding, task: Task) -> bool:
    """ "Emailed order to sheriff for service"; not "call with process server on what she saw"."""
    words = u.reading.words[task.at + 1 : task.end]
    for k, word in enumerate(words):
        if word in _SERVERS and (k == 0 or words[k - 1] in ("to", "the", "with")):
            return any((a, b) in _TO_SERVE for a, b in zip(words[k:], words[k + 1 :], strict=False))
    return False


def _errand(u: Understanding) -> tuple[int, int] | None:
    """The units that tell of a way with a paper: "took deed down to the recorder", "put through on the portal".

    A verb of carrying or submitting, a paper, and a window, messenger or portal after it.
    """
    words, bits = u.reading.words, u.reading.bits
    for k, word in enumerate(words):
        verb = word.partition(" ")[0]
        carries, submits = verb in _CARRYING_FORMS, verb in _SUBMITTING_FORMS
        if not carries and not submits:
            continue
        if k and bits[k - 1] & (DET | PREP):
            continue  # "the run", "of lodge"
        last = min(len(words), k + _ERRAND)
        for j in range(k + 1, last):
            if (bits[j] & TOPIC and words[j] != "on") or bits[j] & EVENT:
                break
            last_word = words[j].rpartition(" ")[2]
            there = (
                carries
                and (last_word in _WINDOWS or words[j] in _WINDOWS or words[j] in _SERVERS or words[j] in _MAILS)
            ) or (submits and words[j] in _PORTALS)
            if there and _leads_to(u, k, j) and _paper_near(u, k, j):
                return k, j
    return None


def _leads_to(u: Understanding, k: int, place: int) -> bool:
    """Whether a preposition leads from the verb to the place: "over to clerk's window", "through Patent Center"."""
    near = u.reading.words[max(k, place - 4) : place]
    return any(word in _WAYS for word in near) or place == k + 1 or " " in u.reading.words[place]


def _paper_near(u: Understanding, k: int, last: int) -> bool:
    words, bits = u.reading.words, u.reading.bits
    return any(
        words[j].partition(" of")[0] in _CARRIED or bits[j] & (DOC | HEAP) for j in range(max(0, k - 3), last) if j != k
    ) or (last + 2 < len(words) and any(word in _CARRIED for word in words[last : last + _ERRAND]))


def _really_files(u: Understanding, task: Task) -> bool:
    """ "File review", "filing basis" and "file materials" are nouns; "File answer", "Filed and served" are acts."""
    words, k = u.reading.words, task.at + 1
    if of_a_compound(u, task) or (task.verbs[0] == "serve" and k < task.end and words[k] in ("as", "in")):
        return False
    if task.verbs[0] == "record" and k < task.end:
        if task.separator == "weak" and words[task.at] == "recorded" and u.reading.bits[k] & DOC:
            return False  # "enclosure letter, recorded mortgage"
        return in_hand(u, task, _RECORDED, 7)
    if words[task.at] in _GOODS and task.at > task.start and k < task.end and words[k] in _OF_GOODS:
        return False  # "resin delivered within 45 days of petition"
    if task.verbs[0] != "file" or u.reading.words[task.at] in ("filed", "filing"):
        return True
    return k < len(words) and words[k] not in _NO_ACT
