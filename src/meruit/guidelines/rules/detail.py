"""The detail that makes a line judgeable: what was done on what, with whom, about which issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.outcome import Hit
from meruit.guidelines.params import choice, choices, flag, number
from meruit.guidelines.registry import Check, TextCheck, rule_type
from meruit.guidelines.wording import detector, text_check, told

if TYPE_CHECKING:
    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Understanding
    from meruit.guidelines.params import Params


@rule_type(
    "GL-03",
    "vague",
    "Vague / insufficient description",
    family="VAGUE",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(
        choices(
            "min_elements",
            ("action", "object", "detail"),
            ("action", "object", "detail"),
            "what an entry must tell; `detail` is a purpose, an issue or an identifying detail",
        ),
    ),
)
def vague(p: Params, c: Context) -> Check:
    """An outsider can tell what was done on what, and why or on which. Length is no protection.

    Verbs that stand alone (analyze, review, strategize, prepare for) without a work product do not tell it.
    """
    detect = detector("GL-03")
    asked = frozenset(p.texts("min_elements"))

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood)
        if found is None:
            return None
        if "detail" not in asked:
            told_object = any(part.object for part in understood.parts)
            lacks_act = "action" in asked and not understood.tasks
            if not lacks_act and not ("object" in asked and not told_object):
                return None
        return told(found)

    return TextCheck(check)


@rule_type(
    "GL-04",
    "communication-detail",
    "Communication lacks who or subject",
    family="VAGUE",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(
        choices("require", ("counterpart", "subject"), ("counterpart", "subject"), "what a communication must tell"),
        choice("name_or_role", "either", ("either", "name"), "whether a role such as opposing counsel names somebody"),
    ),
)
def communication_detail(p: Params, c: Context) -> Check:
    """A call, mail, letter or meeting tells who took part and what it was about."""
    detect = detector("GL-04")
    required, by_name = frozenset(p.texts("require")), p.text("name_or_role") == "name"
    lacks = {"communication-who": "counterpart", "communication-subject": "subject"}

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood)
        if found is not None:
            lacking = lacks.get(found.ground)
            return told(found) if lacking is None or lacking in required else None
        if by_name and "counterpart" in required:
            for person in understood.participants:
                named = any(word[:1].isupper() for word in person.words.split()[1:]) or person.side == "named"
                if named:
                    return None
            for part in understood.parts:
                if part.counterpart and part.counterpart == part.counterpart.casefold():
                    return Hit(
                        field="narrative",
                        words=part.counterpart,
                        span=part.span,
                        confidence=0.7,
                        message=f'"{part.counterpart}" is a role; this client wants the name. What would pass: '
                        "the name of whoever took part.",
                    )
        return None

    return TextCheck(check)


@rule_type(
    "GL-05",
    "research-detail",
    "Research entry lacks the legal issue",
    family="VAGUE",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(number("min_details", "2", "how many telling words the issue must have"),),
)
def research_detail(p: Params, c: Context) -> Check:
    """Research tells the legal issue and what it served."""
    return text_check("GL-05", c, "research-detail", min_details=int(p.number("min_details")))


@rule_type(
    "GL-06",
    "document-review-detail",
    "Document review lacks identity or volume",
    family="VAGUE",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(
        flag("require_identity", True, "the documents must be named"),
        number("require_quantity_if_hours_ge", "2.0", "hours from which a collection must be counted"),
    ),
)
def document_review_detail(p: Params, c: Context) -> Check:
    """Review of documents tells which, and for a collection from some hours on how many.

    Page and Bates counts are the fact most often missing; a single named document needs none.
    """
    return text_check(
        "GL-06",
        c,
        "document-review-detail",
        require_identity=p.flag("require_identity"),
        require_quantity_if_hours_ge=p.maybe("require_quantity_if_hours_ge"),
    )


@rule_type(
    "GL-15",
    "code-contradicts-narrative",
    "Code contradicts the narrative",
    family="DATA",
    checkable="text",
    severity="warn",
    params=(number("at_least", "0.9", "how sure the reading of the words must be to speak against the code"),),
)
def code_contradicts_narrative(p: Params, c: Context) -> Check:
    """The activity code says the same as the words; insurers let other rules hang on the code."""
    return text_check("GL-15", c, "code-contradicts-narrative", at_least=float(p.number("at_least")))


PRIVATE = {
    "ssn": "private-number",
    "dates-of-birth": "private-birth",
    "health": "private-health",
    "settlement-reserves": "private-reserve",
    "admissions": "private-admission",
}


@rule_type(
    "GL-81",
    "privileged-content",
    "Privileged or personal data in the narrative",
    family="PRIV",
    checkable="text",
    severity="warn",
    fix="attorney",
    params=(choices("detect", PRIVATE, PRIVATE, "what must not stand on a bill"),),
)
def privileged_content(p: Params, c: Context) -> Check:
    """Bills are read by many, and of public bodies by everybody: no numbers of persons, no admissions.

    This pulls against the duty to be specific; a person must choose.
    """
    detect = detector("GL-81")
    wanted = {PRIVATE[name] for name in p.texts("detect")}
    everything = len(wanted) == len(PRIVATE)

    def check(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood)
        return told(found) if found is not None and (everything or found.ground in wanted) else None

    return TextCheck(check)
