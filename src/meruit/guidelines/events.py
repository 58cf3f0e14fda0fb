"""Events that several people can attend, recognised in a narrative well enough to bring lines together.

Which mistake is worse: a finding against two lawyers who were at two different depositions. So lines are
one event only when matter, date and kind agree and the proper names in them do not speak against it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from meruit.guidelines.phrases import normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.guidelines.entry import Entry

KINDS = ("deposition", "hearing", "mediation", "trial", "meeting", "call", "closing", "inspection")

_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("deposition", (r"depositions?", "depos?", "examination under oath", "EUO")),
    ("mediation", ("mediation", "settlement conference", "arbitration", "early neutral evaluation")),
    ("trial", ("trial(?! (?:prep|preparation|strategy|outline|brief|notebook|subpoena))",)),
    (
        "hearing",
        (
            "hearings?", "oral argument", "arraignment", "status conference", "case management conference",
            "CMC", "pre-?trial conference", "341 meeting", "calendar call",
        ),
    ),
    ("inspection", ("(?:site |vehicle |property )?inspection", "walk-?through")),
    ("closing", ("closing",)),
    (
        "call",
        (
            "(?:tele)?phone (?:call|conference)", "conference call", "telephone conference", "t/?c", "call",
            "video ?conference", "zoom", "teams (?:call|meeting)",
        ),
    ),
    ("meeting", ("meetings?", "met", "meet", "conference", "conferred?", "interview(?:ed)?")),
)  # fmt: skip

#: Acts that put the timekeeper at the event, as against preparing for it or reporting on it.
_THERE = re.compile(
    r"^\W*(?:\(?\d*\.\d+\)?:?\s*)?"
    r"(?:second[- ]chair(?:ed|ing)?|appear(?:ed|ance|ing)?|attend(?:ed|ance|ing)?|participat(?:e|ed|ion|ing)|"
    r"argu(?:e|ed)|cover(?:ed)?|defend(?:ed|ing)?|conduct(?:ed)?|t(?:ake|ook)|observed?|monitor(?:ed)?|join(?:ed)?|"
    r"represent(?:ed)?|"
    r"assist(?:ed)? (?:at|in|with|during)|court appearance)\b",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"^\W*(?:\(?\d*\.\d+\)?:?\s*)?(?:lengthy |brief |short |follow-up |weekly |joint )?"
    r"(?:(?:tele)?phone (?:call|conference)|conference call|conference|call|meeting|meet|met|confer(?:red)?|"
    r"t/?c|zoom|video ?conference|interview(?:ed)?|mediation|deposition|hearing|trial)\b",
    re.IGNORECASE,
)
_KIND = [(kind, re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)) for kind, words in _WORDS]
#: Parts of words, in small letters, without which no word of the kind can stand there.
_PARTS: dict[str, tuple[str, ...]] = {
    "deposition": ("depo", "examination under oath", "euo"),
    "mediation": ("mediation", "settlement conference", "arbitration", "early neutral"),
    "trial": ("trial",),
    "hearing": ("hearing", "argument", "arraignment", "conference", "cmc", "341 meeting", "calendar call"),
    "inspection": ("inspection", "walk"),
    "closing": ("closing",),
    "call": ("phone", "conference", "tc", "t/c", "call", "zoom", "teams meeting"),
    "meeting": ("met", "meet", "confer", "interview"),
}
#: The first letters of every word above that may begin an attendance or a talk.
_FIRST_LETTERS = (
    "sec app att par arg cov def con tak too obs mon joi rep ass cou len bri sho fol wee tel pho cal mee met t/c "
    "zoo vid int med dep hea tri"
)
_BEGINS = frozenset(_FIRST_LETTERS.split())
_NAME = re.compile(r"\b[A-Z][a-z]+(?:[-'][A-Z][a-z]+)*\b|\b[A-Z]{2,}\b")
_WHY = re.compile(
    r"\b(?:because|in order to|necessary (?:to|for|because)|needed (?:to|for|because)|due to|since|so that|"
    r"(?:his|her|their) expertise|at (?:the )?client'?s request|as requested by|"
    r"to (?:handle|address|cover|examine))\b",
    re.IGNORECASE,
)
#: Words written with a capital in any line of a court calendar.
_CALENDAR_WORDS = (
    "attend attended appear appeared participate telephone call conference meeting deposition hearing mediation "
    "trial defend take took review the for of with and second chair join cover argue court judge plaintiff "
    "defendant counsel client opposing motion summary judgment case management status re zoom teams mr ms mrs dr hon"
)
_COMMON = frozenset(_CALENDAR_WORDS.split())


def attended(narrative: str) -> str | None:
    """The kind of event the line's timekeeper was at, or None where it tells of no attendance."""
    first = narrative[:3].lower()
    if first.isascii() and first[:1].isalpha() and first not in _BEGINS and not first.startswith("tc"):
        return None
    if not _THERE.match(narrative) and not _TALK.match(narrative):
        return None
    small = narrative.lower()
    found: list[tuple[int, int, str]] = []
    for order, (kind, words) in enumerate(_KIND):
        for part in _PARTS[kind]:
            if part in small:
                match = words.search(narrative)
                if match:
                    found.append((match.start(), order, kind))
                break
    return min(found)[2] if found else None


def proper_names(narrative: str) -> frozenset[str]:
    """Words written like names, without those of every court calendar."""
    return frozenset({word.casefold() for word in _NAME.findall(narrative)} - _COMMON)


def same_event(lines: Sequence[Entry]) -> list[list[Entry]]:
    """Lines of one matter, date and kind of event, parted where their words say two events.

    Proper names that have nothing in common part all kinds. Several calls or meetings a day are usual, so
    those are one only where the lines also share most of their other words, or the time they took and some
    of them. Only events with more than one timekeeper are given back.
    """
    clusters: list[tuple[set[str], set[str], list[Entry]]] = []
    for entry in lines:
        narrative = entry.narrative or ""
        names, words = proper_names(narrative), _content(narrative)
        often = attended(narrative) in ("call", "meeting")
        for known, spoken, members in clusters:
            if names and known and not names & known:
                continue
            if often and not _alike(words, spoken, entry, members):
                continue
            members.append(entry)
            known |= names
            spoken |= words
            break
        else:
            clusters.append((set(names), set(words), [entry]))
    return [members for _, _, members in clusters if len({e.timekeeper for e in members}) > 1]


def _content(narrative: str) -> frozenset[str]:
    """Words that tell one call from another."""
    return frozenset(word for word in normalised(narrative).split() if len(word) > 2 and word not in _COMMON)


def _alike(words: frozenset[str], spoken: set[str], entry: Entry, members: Sequence[Entry]) -> bool:
    shared, least = len(words & spoken), min(len(words), len(spoken))
    same_time = entry.hours is not None and any(entry.hours == member.hours for member in members)
    return shared >= 1 and shared >= least * (0.34 if same_time else 0.6)


def explained(narrative: str) -> bool:
    """Whether the narrative gives a reason for being there."""
    return bool(_WHY.search(narrative))
