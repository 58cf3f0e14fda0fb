"""How the grammar and the second opinion decide together, and how a finding of the latter explains itself.

Where a detector fires and its family is doubted, it is silent; where the grammar finds nothing unpayable and the second
opinion speaks for a rule, that rule fires, with the words that weighed most. A client's own settings are
the grammar's alone.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

from meruit.guidelines.narrative.detection import Detection
from meruit.guidelines.narrative.opinion import SPOKEN_FOR, family_bit, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from meruit.guidelines.narrative.understanding import Understanding

    Detector = Callable[..., Detection | None]

_ASSISTANT = "nothing: this is the work of an assistant, which is in the rate"
_OWN = "nothing: this is the firm's own cost"
_DETAIL = "the act, the document, event or issue it was on, and its purpose"


class _Saying(NamedTuple):
    what: str
    passes: str


#: Rule -> what its fault is called in a sentence, and what would pass.
SAYINGS: Mapping[str, _Saying] = {
    "GL-02": _Saying("several pieces of work under one figure", "one entry per task, each with its own time"),
    "GL-03": _Saying("work that an outsider cannot tell", _DETAIL),
    "GL-04": _Saying("talk without who took part or its subject", "who took part and the subject"),
    "GL-05": _Saying("research that names no issue", "the issue, the law or jurisdiction, and the paper it serves"),
    "GL-06": _Saying("the review of papers not identified", "which papers, whose, and how many"),
    "GL-07": _Saying("words that hide what was done", _DETAIL),
    "GL-17": _Saying("clerical work", _ASSISTANT),
    "GL-18": _Saying("work on the firm's own bills", _OWN),
    "GL-19": _Saying("the opening, keeping or closing of files", _OWN),
    "GL-20": _Saying("budgets and accruals", _OWN),
    "GL-21": _Saying("learning and teaching", _OWN),
    "GL-22": _Saying("getting to know a matter somebody else had", _OWN),
    "GL-23": _Saying("the arranging of dates", _ASSISTANT),
    "GL-24": _Saying("filing, service and delivery", _ASSISTANT),
    "GL-25": _Saying("the oversight of others or of the file", _OWN),
    "GL-27": _Saying("research into what any lawyer knows", _OWN),
    "GL-28": _Saying("the care of form", _ASSISTANT),
    "GL-29": _Saying("a summary nobody asked for", "a topical summary by a paralegal, or on the client's request"),
    "GL-30": _Saying("a letter or mail that only encloses", "a letter that says something: its subject"),
    "GL-31": _Saying("an attempt that reached nobody", _OWN),
    "GL-32": _Saying("waiting", "the work done while waiting, described"),
    "GL-33": _Saying("work for the firm's own name", _OWN),
    "GL-35": _Saying("a second person of the firm at one event", "one attendee, or the client's approval by number"),
    "GL-36": _Saying("talk inside the firm", "nothing, or where the client allows it one biller with the subject"),
    "GL-41": _Saying("work a less senior person could have done", "a less senior timekeeper, or the reason why not"),
    "GL-49": _Saying("travel", "a line of its own at the reduced rate, with start, end and miles"),
    "GL-50": _Saying("local travel", "no charge for local travel"),
}
#: Of a text that is at fault as a whole, the whole is shown.
_WHOLE = frozenset({"GL-02", "GL-03", "GL-04", "GL-05", "GL-06", "GL-07"})
#: So many words are named at most.
_NAMED = 3
#: Never silenced: words of the client's own list, a phrase the client does not accept, a count that is not given.
_CERTAIN = frozenset({"clerical-client", "phrase-verb", "phrase-adjective", "heap-quantity"})


def beside(
    rule: str, grammar: Detector, silent: Callable[[Understanding, str], bool], settings: Detector | None = None
) -> Detector:
    """The detector of a rule that also hears the second opinion.

    `silent` says whether the grammar finds nothing that rules this one out; `settings` is the function
    whose defaults are those of the rule, where `grammar` only passes them on.
    """
    bit = family_bit(rule)
    if not bit:
        return grammar
    usual = {
        name: parameter.default
        for name, parameter in inspect.signature(settings or grammar).parameters.items()
        if parameter.default is not parameter.empty
    }

    def detect(u: Understanding, **parameters: Any) -> Detection | None:
        found = grammar(u, **parameters)
        heard = u.opinion
        if found is None:
            share = heard.spoken.get(rule)
            if share is None or not _usual(parameters, usual) or not silent(u, rule):
                return None
            return None if rule == "GL-02" and u.allocated else told(u, rule, share)
        if heard.doubted & bit and found.ground not in _CERTAIN and _usual(parameters, usual):
            return None
        return found

    return detect


def _usual(parameters: Mapping[str, Any], usual: Mapping[str, Any]) -> bool:
    """Whether every parameter is as RP-1 has it; one of no known default is when it is empty."""
    return all(value == usual[name] if name in usual else not value for name, value in parameters.items())


def told(u: Understanding, rule: str, share: float) -> Detection:
    """A finding of the second opinion: the words that weighed most, what they are like, what would pass."""
    learnt, reading = table(), u.reading
    words = [k for k, word in enumerate(reading.words) if word[0].isalnum()]
    weighed = sorted(((learnt.speaking_for(reading.bases[k], rule), -k) for k in words), reverse=True)
    best = [-k for weight, k in weighed[:_NAMED] if weight > 0]
    saying = SAYINGS[rule]
    span = (0, len(u.text)) if rule in _WHOLE or not best else u.span(best[0])
    named = ", ".join(f'"{u.text[slice(*u.span(k))]}"' for k in dict.fromkeys(best))
    why = f"it reads like entries marked as {saying.what}" + (f", most by {named}" if named else "")
    return Detection(u.text[slice(*span)], span, why, saying.passes, learnt.confidence(share), f"learnt-{rule}")


__all__ = ["SAYINGS", "SPOKEN_FOR", "beside", "told"]
