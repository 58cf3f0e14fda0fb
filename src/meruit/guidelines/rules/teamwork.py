"""How a team divides its work: talk inside the firm, two on one task, work below one's level, proportion."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say
from meruit.guidelines.consent import approved
from meruit.guidelines.outcome import Hit, Unjudged, blank
from meruit.guidelines.params import Refused, choice, number, numbers, table
from meruit.guidelines.people import class_of, classes_named
from meruit.guidelines.phrases import literal, words_of
from meruit.guidelines.registry import Check, GroupCheck, TextCheck, rule_type
from meruit.guidelines.wording import detector, needs, told
from meruit.utbms import Grade

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.narrative import Understanding
    from meruit.guidelines.params import Params

_STRATEGY = re.compile(r"\bstrateg|\btheory of|\btrial plan|\bcase plan|\bsettlement position", re.IGNORECASE)
_TALK = re.compile(r"\b(?:conf(?:erence|er)|meet|call|discuss|talk|email|e-mail|speak|consult)", re.IGNORECASE)


@rule_type(
    "GL-36",
    "internal-conference",
    "Intra-office conferences",
    family="STAFF",
    checkable="text",
    fix="attorney",
    params=(
        choice(
            "mode",
            "prohibit",
            ("prohibit", "approval", "senior-only", "strategic-only", "cap"),
            "not paid; with approval; the senior biller only; on strategy only; up to the caps",
        ),
        number("max_attorneys", "4", "with `cap`: attorneys who may bill one conference"),
        number("max_hours", "4", "with `cap`: hours they may bill together"),
    ),
)
def internal_conference(p: Params, c: Context) -> tuple[Check, ...]:
    """Talk among the firm's own people is not paid, or only the senior's, or only on strategy, or up to a cap.

    Names are inside the firm when the line says so or the context's list of people holds them. A court cut
    internal conferences from up to half of the time to a tenth.
    """
    detect = detector("GL-36")
    mode = p.text("mode")
    most, hours = p.number("max_attorneys"), p.number("max_hours")
    inside = re.compile("|".join(literal(name) for name in c.people), re.IGNORECASE) if c.people else None

    def heard(entry: Entry, understood: Understanding) -> Hit | None:
        found = detect(understood)
        if found is not None:
            return told(found)
        narrative = entry.narrative or ""
        name = inside.search(narrative) if inside and _TALK.match(narrative.lstrip()) else None
        if name is None or any(person.side in ("client", "outside") for person in understood.participants):
            return None
        return Hit(
            field="narrative",
            words=name.group(),
            span=name.span(),
            confidence=0.85,
            message=f'"{name.group()}" is of the firm, so this is an internal conference. '
            "What would pass: nothing, unless the client approved it.",
        )

    def line(entry: Entry, understood: Understanding) -> Hit | None:
        if mode == "strategic-only" and _STRATEGY.search(entry.narrative or ""):
            return None
        if mode == "senior-only" and class_of(entry, c) in (Grade.PARTNER, Grade.COUNSEL):
            return None
        hit = heard(entry, understood)
        if hit is None or (mode != "prohibit" and approved(c, "internal-conference", entry)):
            return None
        return hit

    def key(entry: Entry) -> Hashable | Unjudged:
        if not _TALK.search(entry.narrative or ""):
            return None
        if entry.date is None or not entry.timekeeper:
            return blank("date or timekeeper")
        from meruit.guidelines.narrative import understand

        talk = understand(entry.narrative or "", entry.hours, entry.timekeeper_class)
        return (entry.matter, entry.date) if heard(entry, talk) else None

    def day(lines: Sequence[Entry]) -> Iterator[Hit]:
        people = {e.timekeeper for e in lines}
        total = sum((e.hours for e in lines if e.hours is not None), Decimal(0))
        if len(people) <= most and total <= hours:
            return
        last = lines[-1]
        yield Hit(
            entry=last,
            field="hours",
            found=f"{len(people)} people, {say.hours(total)}",
            expected=f"at most {say.plain(most)} and {say.hours(hours)}",
            at_risk=max(total - hours, Decimal(0)) * last.rate if last.rate is not None else None,
            confidence=0.8,
            message=f"{len(people)} people bill {say.hours(total)} of internal conference on this date; the client "
            "pays "
            f"for {say.plain(most)} and {say.hours(hours)} together. The excess written off passes.",
        )

    return (GroupCheck(key, day),) if mode == "cap" else (TextCheck(line, signs=0 if inside else needs("GL-36")),)


_ACT = re.compile(
    r"^\W*(?:further |continu\w+ )?(?:(?P<draft>draft\w*|prepar\w*|writ\w*|wrote|compos\w*)|"
    r"(?P<revise>revis\w*|edit\w*|finali[sz]\w*|redlin\w*)|"
    r"(?P<review>review\w*|analy[sz]\w*|read\b|stud(?:y|ied)|examin\w*|evaluat\w*)|(?P<research>research\w*))",
    re.IGNORECASE,
)
_LINKS = "a an and as at by for from in into of on or per re regarding same the to with"
_SMALL = frozenset(_LINKS.split())


def _thing(narrative: str) -> frozenset[str]:
    """The words after the opening act: on what it was done."""
    act = _ACT.match(narrative)
    return frozenset(words_of(narrative[act.end() :] if act else narrative)) - _SMALL


@rule_type(
    "GL-37",
    "duplicated-effort",
    "Duplicated effort",
    family="STAFF",
    level="invoice",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(
        number("similarity", "0.75", "share of words that two lines must have in common"),
        number("max_timekeepers", "1", "how many may do the same to one document (one drafts, another revises)"),
    ),
)
def duplicated_effort(p: Params, c: Context) -> Check:
    """Two people do the same act on the same document; one drafter and one reviser are not duplication.

    A suggestion from the words of an invoice's lines. A person decides.
    """
    alike, most = float(p.number("similarity")), int(p.number("max_timekeepers"))

    def key(entry: Entry) -> Hashable | Unjudged:
        if not entry.narrative:
            return blank("narrative")
        act = _ACT.match(entry.narrative)
        if act is None:
            return None
        return (entry.invoice, entry.matter, act.lastgroup) if entry.timekeeper else blank("timekeeper")

    def check(lines: Sequence[Entry]) -> Iterator[Hit]:
        if len({e.timekeeper for e in lines}) <= most:
            return
        things = [_thing(e.narrative or "") for e in lines]
        by_word: dict[str, list[int]] = {}
        for at, words in enumerate(things):
            # Fewer than three words tell too little to be compared.
            for word in words if len(words) >= 3 else ():
                if word in by_word:
                    by_word[word].append(at)
                else:
                    by_word[word] = [at]
        told_by = {word: len(at) for word, at in by_word.items()}
        for words in things:
            if len(words) < 3:
                told_by |= {word: 0 for word in words if word not in told_by}
        sizes, people_of = [len(words) for words in things], [entry.timekeeper for entry in lines]
        for at, entry in enumerate(lines):
            mine, size, who = things[at], sizes[at], people_of[at]
            # Lines much alike share their rarest words, and few lines have those; nor do their lengths differ much.
            rare = sorted(sorted(mine), key=told_by.__getitem__)[: 1 + int(size * (1 - alike))]
            near = set[int]().union(*[by_word[word][:40] for word in rare if told_by[word] > 1])
            others = [
                lines[n]
                for n in sorted([n for n in near if n < at and people_of[n] != who and sizes[n] >= alike * size])
                if (shared := len(things[n] & mine)) >= alike * (size + sizes[n] - shared)
            ]
            people = list(dict.fromkeys(o.timekeeper for o in others))
            if len(people) >= most:
                yield Hit(
                    entry=entry,
                    field="narrative",
                    words=entry.narrative,
                    span=(0, len(entry.narrative or "")),
                    confidence=0.6,
                    message=f"The same work on the same thing is billed by {len(people)} other"
                    f"{'s' if len(people) > 1 else ''}: see also {say.listed(f'line {o.id}' for o in others)}. "
                    "What would pass: what this person did that the other did not.",
                )

    return GroupCheck(key, check, least=most + 1)


@rule_type(
    "GL-41",
    "level-of-work",
    "Work below the timekeeper's level",
    family="STAFF",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(
        table("levels", {}, "words of a task -> the most senior class that may bill it"),
        number("rerate", None, "the rate at which such a line is paid (a paralegal's)"),
    ),
)
def level_of_work(p: Params, c: Context) -> Check:
    """Work is done by the least expensive person who can do it: partners do not code documents."""
    detect = detector("GL-41")
    order = tuple(Grade)
    levels = [
        (re.compile(literal(words), re.IGNORECASE), next(iter(classes_named([name]))))
        for words, name in p.table("levels").items()
    ]
    rerate = p.maybe("rerate")

    def check(entry: Entry, understood: Understanding) -> Hit | Unjudged | None:
        grade = class_of(entry, c)
        if grade is None:
            return blank("timekeeper class")
        found = detect(understood)
        hit = told(found) if found is not None else None
        for pattern, most_senior in levels if hit is None else ():
            match = pattern.search(entry.narrative or "")
            if match and order.index(grade) < order.index(most_senior):
                hit = Hit(
                    field="narrative",
                    words=match.group(),
                    span=match.span(),
                    confidence=0.85,
                    message=f'"{match.group()}" is work of a {most_senior.value}; a {grade.value} billed it. '
                    "What would pass: that rate, or the reason for the more senior person.",
                )
                break
        if hit is None or approved(c, "level-of-work", entry):
            return None
        if rerate is not None and entry.rate is not None and entry.hours is not None:
            saved = max(entry.rate - rerate, Decimal(0)) * entry.hours
            return dataclasses.replace(hit, at_risk=saved, expected=say.money(rerate), found=say.money(entry.rate))
        return hit

    from meruit.guidelines.narrative import NO_GRADE

    return TextCheck(check, signs=0 if levels else needs("GL-41") | NO_GRADE)


#: How the reading of records begins, and the letters it may begin with.
_READING = ("review", "read", "examin")
_READS = frozenset("rReE")
_LONGEST = max(map(len, _READING))
_PAGES = re.compile(r"\b(\d[\d,]*)\s*(?:pages?|pp\b\.?|pgs?\b\.?)", re.IGNORECASE)
TASKS = ("tiny", "short", "notice", "order", "extension", "email")


@rule_type(
    "GL-44",
    "disproportionate-time",
    "Time out of proportion to the task",
    family="TIME",
    checkable="text",
    severity="ask",
    fix="attorney",
    params=(
        numbers("benchmarks", {}, f"hours a small task may take ({', '.join(TASKS)}), where the client has its own"),
        number("pages_per_hour", "50", "pages of records that an hour of review covers, where the line counts them"),
    ),
)
def disproportionate_time(p: Params, c: Context) -> Check:
    """A one-page notice does not take an hour and a half. A suggestion by benchmarks; a person decides.

    Fifty pages of records an hour is the norm of an appellate panel.
    """
    detect = detector("GL-44")
    benchmarks, pace = p.numbers("benchmarks"), p.maybe("pages_per_hour")
    sized = needs("GL-44")
    for task in benchmarks:
        if task not in TASKS:
            raise Refused(f'"{task}" is not a task with a benchmark. Known are: {", ".join(TASKS)}.')

    def check(entry: Entry, understood: Understanding) -> Hit | Unjudged | None:
        if entry.hours is None:
            return blank("hours")
        found = detect(understood, benchmarks=benchmarks) if understood.signs & sized else None
        if found is not None:
            return told(found)
        narrative = entry.narrative or ""
        if pace is None or narrative[:1] not in _READS or not narrative[:_LONGEST].casefold().startswith(_READING):
            return None
        pages = _PAGES.search(narrative)
        if not pages:
            return None
        expected = Decimal(pages.group(1).replace(",", "")) / pace
        # Twice the norm and half an hour more: a benchmark is no stopwatch.
        if entry.hours <= expected * 2 + Decimal("0.5"):
            return None
        return Hit(
            field="hours",
            words=pages.group(),
            span=pages.span(),
            found=say.hours(entry.hours),
            expected=f"about {say.plain(expected.quantize(Decimal('0.1')))} h",
            at_risk=(entry.hours - expected) * entry.rate if entry.rate is not None else None,
            confidence=0.7,
            message=f"{pages.group()} took {say.hours(entry.hours)}; at {say.plain(pace)} pages an hour they take "
            "about "
            f"{say.plain(expected.quantize(Decimal('0.1')))} h. What would pass: time in proportion, or what made it "
            "long.",
        )

    return TextCheck(check)
