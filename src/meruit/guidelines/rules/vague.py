"""Insufficient description: what a reader who was not there cannot tell."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.outcome import Hit, Outcome, Unjudged, blank
from meruit.guidelines.params import choice, number, texts
from meruit.guidelines.phrases import literal, normalised
from meruit.guidelines.registry import Check, GroupCheck, LineCheck, PhraseCheck, rule_type
from meruit.guidelines.wording import text_check

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.params import Params

_FIRST_WORD = re.compile(r"[^\W_]+")

#: The eight phrases of the reference profile with their forms.
PHRASES = (
    "attention to", "work on", "working on", "worked on", "follow up", "followed up", "following up",
    "various", "miscellaneous", "misc.", "etc.", "deal with", "dealt with", "dealing with", "handle",
    "handled", "handling",
)  # fmt: skip

#: What may stand before a phrase that is the operative description: the start, or the end of another task.
_OPENING = re.compile(r"(?:^|[;.:]|,(?: and| then)?|\band\b|\bthen\b|[)\]])\s*(?:\w+\s+){0,1}$", re.IGNORECASE)
_QUANTIFIER = frozenset({"various", "miscellaneous", "misc", "misc.", "sundry"})
#: What makes the phrase a part of something else: "follow-up visit", "handled freight".
_ADJECTIVE = re.compile(
    r"^[\s-]*(?:visit|appointment|examination|exam|care|treatment|letter|email|e-mail|call|question|report|study|"
    r"interrogator|request|deposition|motion|hearing|memo|order|surgery|mri|x-ray|therap|interview|meeting)\w*",
    re.IGNORECASE,
)


@rule_type(
    "GL-07",
    "prohibited-phrase",
    "Prohibited phrases",
    family="VAGUE",
    severity="ask",
    fix="attorney",
    params=(
        texts(
            "phrases",
            PHRASES,
            "words the client does not accept, whole words in any case",
        ),
        texts("patterns", (), "the same as RE2 patterns, for what a list of words cannot say"),
        choice(
            "match",
            "operative",
            ("operative", "anywhere"),
            "whether the words must be what the entry mainly says, or may stand anywhere",
        ),
    ),
)
def prohibited_phrase(p: Params, c: Context) -> Check:
    """Some phrases say that time passed and not what was done; the client lists them.

    Found anywhere they make false alarms ("follow-up visit", "handled freight"), so by default they
    must be the operative words: open the entry or one of its tasks, or qualify its object. The list of the
    reference profile is heard with its forms and abbreviations; a client's own list is taken as it stands.
    """
    phrases, patterns = p.texts("phrases"), p.texts("patterns")
    found = tuple(dict.fromkeys((*(literal(phrase) for phrase in phrases), *patterns)))
    before, after = '"', '" does not say what was done. Its act and object pass; only the timekeeper knows them.'
    operative = p.text("match") == "operative"
    if operative and phrases == PHRASES and not patterns:
        return text_check("GL-07", c, "prohibited-phrase")
    sure = 0.9 if operative else 0.8

    def judge(entry: Entry, start: int, end: int) -> Hit | None:
        narrative = entry.narrative or ""
        if operative and not is_operative(narrative, start, end):
            return None
        words = narrative[start:end]
        return Hit(
            field="narrative", words=words, span=(start, end), confidence=sure, message=f"{before}{words}{after}"
        )

    return PhraseCheck(found, judge, kind=None, tells=None if operative else (before, after), confidence=sure)


def is_operative(narrative: str, start: int, end: int) -> bool:
    """Whether the phrase at this place is the main thing the entry, or one of its tasks, says."""
    words = narrative[start:end].casefold().strip()
    before, after = narrative[:start], narrative[end:]
    if words.startswith("etc"):
        return not after.strip(" .;,") or after.lstrip()[:1] in (";", ".", ")")
    if words in _QUANTIFIER:
        return re.search(r"(?:^|[;.:,]\s*|\band\s+)(?:[\w/-]+\s+){0,3}$", before, re.IGNORECASE) is not None
    return _OPENING.search(before) is not None and _ADJECTIVE.match(after) is None


@rule_type(
    "GL-08",
    "narrative-length",
    "Narrative length limits",
    family="VAGUE",
    severity="warn",
    params=(
        number("min_chars", "10", "fewest characters of the narrative of a fee"),
        number("max_chars", None, "most characters (portals cut at 500 to 4000)"),
    ),
)
def narrative_length(p: Params, c: Context) -> Check:
    """A narrative is neither too short to say anything nor too long for the portal.

    Length is no proxy for detail; this is a rule of format.
    """
    least, most = p.number("min_chars"), p.maybe("max_chars")

    def check(entry: Entry) -> Outcome:
        if entry.narrative is None:
            return blank("narrative")
        size = len(entry.narrative.strip())
        if 0 < size < least and entry.kind == "fee":
            return Hit(
                field="narrative",
                found=f"{size} characters",
                expected=f"at least {say.plain(least)}",
                words=entry.narrative,
                message=f"The narrative has {size} characters, fewer than {say.plain(least)}. A sentence "
                "that names the "
                "act and its object passes.",
            )
        if most is not None and size > most:
            return Hit(
                field="narrative",
                found=f"{size} characters",
                expected=f"at most {say.plain(most)}",
                span=(int(most), len(entry.narrative)),
                words=entry.narrative[int(most) :],
                message=f"The narrative has {size} characters; the portal cuts after {say.plain(most)}. "
                "Shorten it, or "
                "split the line where it holds several tasks.",
            )
        return None

    return LineCheck(check, kind=None)


@rule_type(
    "GL-09",
    "repeated-narrative",
    "Repeated identical narratives",
    family="VAGUE",
    level="invoice",
    severity="warn",
    fix="attorney",
    params=(
        number("max_repeats", "3", "how often one timekeeper may use the same words on one invoice"),
        choice("similarity", "exact", ("exact", "near"), "same words, or the same but for figures and dates"),
    ),
)
def repeated_narrative(p: Params, c: Context) -> Check:
    """The same words day after day describe no day. A court cut a third partly for that."""
    most, near = int(p.number("max_repeats")), p.text("similarity") == "near"

    def key(entry: Entry) -> Hashable | Unjudged:
        if not entry.narrative or not entry.timekeeper:
            return blank("narrative or timekeeper")
        first = _FIRST_WORD.search(entry.narrative)
        return (entry.invoice, entry.timekeeper, first.group().lower() if first else "")

    def check(beginning_alike: Sequence[Entry]) -> Iterator[Hit]:
        if len(beginning_alike) <= most:
            return
        same: dict[str, list[Entry]] = defaultdict(list)
        for entry in beginning_alike:
            words = normalised(entry.narrative or "")
            same[re.sub(r"\d+", "#", words) if near else words].append(entry)
        for lines in same.values():
            for entry in lines[most:]:
                yield Hit(
                    entry=entry,
                    field="narrative",
                    found=f"{len(lines)} times",
                    expected=f"at most {most}",
                    words=entry.narrative,
                    span=(0, len(entry.narrative or "")),
                    message=f"The timekeeper uses these words {len(lines)} times on this invoice, from line "
                    f"{lines[0].id} on. What was done on this day passes.",
                )

    return GroupCheck(key, check, least=most + 1)
