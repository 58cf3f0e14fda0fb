"""Judging lines by a guideline set: findings, and a count of what could not be judged and why.

A rule that lacks what it needs (a blank cell, a register not on file) says nothing about the line; that
is counted and never becomes a finding. Lines are judged one by one, then in the groups that belong
together; `Live` keeps the groups, so that a changed line re-judges only what it touches.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from meruit.findings import Finding
from meruit.guidelines.context import Context
from meruit.guidelines.outcome import Hit, Unjudged
from meruit.guidelines.params import Refused, nearest
from meruit.guidelines.phrases import phrases_of
from meruit.guidelines.registry import Absent, GroupCheck, LineCheck, PhraseCheck, StandingCheck, TextCheck, types
from meruit.guidelines.scope import in_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
    from typing import Any

    from meruit.guidelines.entry import Entry, Kind
    from meruit.guidelines.outcome import Outcome
    from meruit.guidelines.registry import Check
    from meruit.guidelines.sets import GuidelineSet, Rule

NOTHING_ELSE = Context()
#: Every sign of a narrative, one of which each bears.
ANY_SIGN = -1
#: A rule's number in its set, and what it said.
Said = tuple[int, Hit | Unjudged]
InScope: TypeAlias = "Callable[[Entry], bool | Unjudged]"
#: Which check, and which of its groups.
GroupKey: TypeAlias = "tuple[int, Hashable]"


@dataclass(slots=True)
class Judgement:
    """The findings in the order of the lines, and (rule, reason) -> how often it could not be judged."""

    findings: list[Finding] = field(default_factory=list)
    unjudged: Counter[tuple[str, str]] = field(default_factory=Counter)
    entries: int = 0


class Judge:
    """A guideline set made ready for one context. Making it is the slow part; keep it for many lines."""

    def __init__(self, guidelines: GuidelineSet, context: Context = NOTHING_ELSE) -> None:
        _refuse_unknown_rules(context)
        self.guidelines = guidelines
        self.rules: tuple[Rule, ...] = guidelines.rules
        self.context = context
        self._lines: dict[str, list[tuple[int, Callable[[Entry], Outcome]]]] = {"fee": [], "expense": []}
        self._texts: dict[str, list[tuple[int, Callable[[Entry, Any], Outcome], int]]] = {"fee": [], "expense": []}
        self._groups: list[tuple[int, GroupCheck]] = []
        self._keys: dict[str, list[tuple[int, int, Callable[[Entry], Hashable | Unjudged | None], InScope | None]]]
        self._keys = {"fee": [], "expense": []}
        self._absent: dict[str, list[tuple[int, Unjudged]]] = {"fee": [], "expense": []}
        self._standing: list[tuple[int, StandingCheck]] = []
        self._scopes = [in_scope(rule.scope, context) if rule.scope else None for rule in self.rules]
        self.phrases: list[tuple[int, PhraseCheck]] = []
        patterns: list[str] = []
        for number, rule in enumerate(self.rules):
            made = rule.type.build(rule.params, context)
            for check in made if isinstance(made, tuple) else (made,):
                self._take(number, check, patterns)
        self.search = phrases_of(tuple(patterns))
        #: Kinds of lines that any phrase speaks of.
        self._sought = {kind for _, check in self.phrases for kind in _kinds(check.kind)}
        self._understand = _reader(context) if any(self._texts.values()) else _nobody_reads

    def _take(self, number: int, check: Check, patterns: list[str]) -> None:
        match check:
            case LineCheck():
                for kind in _kinds(check.kind):
                    self._lines[kind].append((number, check.check))
            case TextCheck():
                for kind in _kinds(check.kind):
                    self._texts[kind].append((number, check.check, check.signs or ANY_SIGN))
            case PhraseCheck():
                self.phrases += [(number, check)] * len(check.patterns)
                patterns += check.patterns
            case GroupCheck():
                self._groups.append((number, check))
                for kind in _kinds(check.kind):
                    self._keys[kind].append((number, len(self._groups) - 1, check.key, self._scopes[number]))
            case StandingCheck():
                self._standing.append((number, check))
            case Absent() if self._scopes[number] is None:
                for kind in _kinds(check.kind):
                    self._absent[kind].append((number, check.why))
            case Absent(why=why):
                for kind in _kinds(check.kind):
                    self._lines[kind].append((number, lambda _: why))

    @property
    def is_words_alone(self) -> bool:
        """Whether every match of a phrase is a finding, so that nothing but narratives need be looked at."""
        with_words = {number for number, check in self.phrases if check.tells is not None}
        unlimited = all(scope is None for scope in self._scopes)
        return unlimited and len(self.rules) > 0 and with_words == set(range(len(self.rules)))

    # -- what the rules say ------------------------------------------------------------------------

    def line(self, entry: Entry) -> list[Said]:
        """What the rules that need nothing but this line say."""
        said: list[Said] = []
        kind = entry.kind
        for number, check in self._lines[kind]:
            outcome = check(entry)
            if outcome is not None:
                self._scoped(number, entry, outcome, said)
        text = entry.narrative
        texts = self._texts[kind]
        if text is None:
            unheard = Unjudged("narrative not known")
            heard = {n for n, c in self.phrases if c.kind in (None, kind)} | {n for n, _, _ in texts}
            said += [(number, unheard) for number in sorted(heard)]
            return said
        if kind in self._sought:
            for at, start, end in self.search.find(text):
                number, phrase = self.phrases[at]
                if phrase.kind in (None, kind):
                    hit = phrase.judge(entry, start, end)
                    if hit is not None:
                        self._scoped(number, entry, hit, said)
        if texts:
            understood: Any = self._understand(text, entry)
            there = understood.signs
            for number, judge_text, signs in texts:
                if signs & there:
                    outcome = judge_text(entry, understood)
                    if outcome is not None:
                        self._scoped(number, entry, outcome, said)
        return said

    def absent(self, fees: int, expenses: int) -> Iterator[tuple[int, Unjudged, int]]:
        """Rules that no line could be judged by, with how many lines that is."""
        for kind, count in (("fee", fees), ("expense", expenses)):
            for number, why in self._absent[kind] if count else ():
                yield number, why, count

    def groups(self, entry: Entry) -> list[tuple[int, GroupKey | Unjudged]]:
        """The groups this line belongs to, each with the number of its rule."""
        found: list[tuple[int, GroupKey | Unjudged]] = []
        for number, at, make, scope in self._keys[entry.kind]:
            key = make(entry)
            if key is None:
                continue
            fits = True if scope is None else scope(entry)
            if fits is True:
                found.append((number, key if isinstance(key, Unjudged) else (at, key)))
            elif isinstance(fits, Unjudged):
                found.append((number, fits))
        return found

    def group(self, key: GroupKey, members: Sequence[Entry]) -> Iterator[Said]:
        """What the rule of this group says of lines that belong together."""
        number, check = self._groups[key[0]]
        if len(members) >= check.least:
            for said in check.check(members):
                yield number, said

    def standing(self) -> Iterator[Said]:
        """What rules say of the registers themselves."""
        for number, check in self._standing:
            for said in check.check():
                yield number, said

    def _scoped(self, number: int, entry: Entry, outcome: Hit | Unjudged | Sequence[Hit], said: list[Said]) -> None:
        """Takes down an outcome where the rule's scope covers the line."""
        scope = self._scopes[number]
        if scope is not None:
            fits = scope(entry)
            if fits is False:
                return
            if isinstance(fits, Unjudged):
                said.append((number, fits))
                return
        if isinstance(outcome, (Hit, Unjudged)):
            said.append((number, outcome))
        else:
            said.extend((number, hit) for hit in outcome)

    # -- findings ----------------------------------------------------------------------------------

    def finding(self, number: int, hit: Hit, entry: Entry | None, near: Entry | None = None) -> Finding:
        """The finding as it is printed and kept; `near` is a line of the invoice that a hit without a line is of."""
        rule = self.rules[number]
        line = hit.entry or entry
        near = line or near
        at_risk = hit.at_risk
        if at_risk is None and line is not None:
            at_risk = line.value
        return Finding(
            rule=rule.type.slug,
            severity=hit.severity or rule.severity,
            message=hit.message,
            file=near.file if near else None,
            line=line.line if line else None,
            invoice=hit.invoice or (line.invoice if line else None),
            entry=line.id if line else None,
            field=hit.field,
            found=hit.found,
            expected=hit.expected,
            mend=hit.mend,
            words=hit.words,
            span=hit.span,
            clause=rule.clause,
            guideline=self.guidelines.label,
            confidence=hit.confidence,
            fixable_by=hit.fixable_by or rule.type.fixable_by,
            at_risk=at_risk,
            currency=near.currency if near else None,
        )

    def judge(self, entries: Iterable[Entry]) -> Judgement:
        """All rules on all lines; findings stand in the order of the lines, then of the rules."""
        said: list[tuple[int, int, Finding]] = []
        tally: Counter[Said] = Counter()
        groups: dict[GroupKey, list[Entry]] = {}
        places: dict[int, int] = {}
        count = fees = 0
        for place, entry in enumerate(entries):
            count += 1
            fees += entry.kind == "fee"
            places[id(entry)] = place
            for both in self.line(entry):
                number, outcome = both
                if isinstance(outcome, Unjudged):
                    tally[both] += 1
                else:
                    said.append((place, number, self.finding(number, outcome, entry)))
            for number, key in self.groups(entry):
                if isinstance(key, Unjudged):
                    tally[number, key] += 1
                elif key in groups:
                    groups[key].append(entry)
                else:
                    groups[key] = [entry]
        least = [check.least for _, check in self._groups]
        for group, members in groups.items():
            if len(members) < least[group[0]]:
                continue
            for number, outcome in self.group(group, members):
                if isinstance(outcome, Unjudged):
                    tally[number, outcome] += 1
                else:
                    last = outcome.entry or members[-1]
                    finding = self.finding(number, outcome, outcome.entry, members[-1])
                    said.append((places.get(id(last), count), number, finding))
        for number, outcome in self.standing():
            if isinstance(outcome, Unjudged):
                tally[number, outcome] += 1
            else:
                said.append((count, number, self.finding(number, outcome, None)))
        said.sort(key=_place)
        for number, why, lines in self.absent(fees, count - fees):
            tally[number, why] += lines
        return Judgement([finding for _, _, finding in said], self.told(tally), count)

    def told(self, tally: Counter[Said]) -> Counter[tuple[str, str]]:
        """What could not be judged, by the rule's slug and the reason."""
        out: Counter[tuple[str, str]] = Counter()
        for (number, why), times in tally.items():
            if isinstance(why, Unjudged):
                out[self.rules[number].type.slug, why.reason] += times
        return out


#: The order of findings: by line, then by rule.
_place = itemgetter(0, 1)


def _kinds(kind: Kind | None) -> tuple[Kind, ...]:
    return (kind,) if kind else ("fee", "expense")


def judge(guidelines: GuidelineSet, entries: Iterable[Entry], context: Context = NOTHING_ELSE) -> Judgement:
    """All rules of a set on some lines."""
    return Judge(guidelines, context).judge(entries)


class Live:
    """Lines under judgement while they are worked on: a change re-judges the line and its groups alone."""

    def __init__(self, ready: Judge, entries: Iterable[Entry] = ()) -> None:
        self.judge = ready
        self.entries: dict[str, Entry] = {}
        self._keys: dict[str, list[GroupKey]] = {}
        self._members: dict[GroupKey, dict[str, None]] = {}
        self._of_line: dict[str, list[Said]] = {}
        self._of_group: dict[GroupKey, list[Said]] = {}
        self._places: dict[str, int] = {}
        self._next = 0
        #: Lines and groups judged by the last change, for whoever wants to see that it was few.
        self.judged = (0, 0)
        self.change(entries)

    def change(self, entries: Iterable[Entry] = (), removed: Iterable[str] = ()) -> None:
        """Takes new and changed lines (by id) and forgets removed ones."""
        touched: dict[GroupKey, None] = {}
        lines = 0
        for gone in removed:
            self._forget(gone, touched)
            self.entries.pop(gone, None)
            self._places.pop(gone, None)
        for entry in entries:
            self._forget(entry.id, touched)
            self.entries[entry.id] = entry
            self._places.setdefault(entry.id, self._next)
            self._next += 1
            self._of_line[entry.id] = self.judge.line(entry)
            keys = self._keys[entry.id] = []
            for number, key in self.judge.groups(entry):
                if isinstance(key, Unjudged):
                    self._of_line[entry.id].append((number, key))
                else:
                    keys.append(key)
                    touched[key] = None
                    self._members.setdefault(key, {})[entry.id] = None
            lines += 1
        for key in touched:
            ids = self._members.get(key)
            if ids:
                members = [self.entries[i] for i in sorted(ids, key=self._places.__getitem__)]
                self._of_group[key] = list(self.judge.group(key, members))
            else:
                self._of_group.pop(key, None)
        self.judged = (lines, len(touched))

    def _forget(self, entry: str, touched: dict[GroupKey, None]) -> None:
        for key in self._keys.pop(entry, ()):
            touched[key] = None
            members = self._members[key]
            members.pop(entry, None)
            if not members:
                del self._members[key]
        self._of_line.pop(entry, None)

    def judgement(self) -> Judgement:
        """What stands now; equal to judging all lines afresh."""
        tally: Counter[Said] = Counter()
        places = self._places
        said: list[tuple[int, int, Finding]] = []

        def take(place: int, entry: Entry | None, pairs: Iterable[Said], near: Entry | None = None) -> None:
            for number, outcome in pairs:
                if isinstance(outcome, Unjudged):
                    tally[number, outcome] += 1
                else:
                    line = outcome.entry or entry
                    at = places.get(line.id, place) if line else place
                    said.append((at, number, self.judge.finding(number, outcome, line, near)))

        for id, pairs in self._of_line.items():
            take(places[id], self.entries[id], pairs)
        for key, pairs in self._of_group.items():
            last = max(self._members[key], key=places.__getitem__)
            take(places[last], None, pairs, self.entries[last])
        take(self._next, None, self.judge.standing())
        said.sort(key=_place)
        fees = sum(entry.kind == "fee" for entry in self.entries.values())
        for number, why, lines in self.judge.absent(fees, len(self.entries) - fees):
            tally[number, why] += lines
        return Judgement([finding for _, _, finding in said], self.judge.told(tally), len(self.entries))


def _nobody_reads(text: str, entry: Entry) -> None:
    """Stands in where no rule of the set reads narratives."""


def _reader(context: Context) -> Callable[[str, Entry], Any]:
    """The understanding of narratives, imported only when a rule of the set asks for it."""
    from meruit.guidelines import narrative

    roster = context.roster

    def read(text: str, entry: Entry) -> Any:
        grade = entry.timekeeper_class
        if not grade and entry.timekeeper in roster:
            grade = roster[entry.timekeeper].class_
        return narrative.understand(text, entry.hours, grade, entry.task_code, entry.activity_code)

    return read


def _refuse_unknown_rules(context: Context) -> None:
    """An approval of a rule nobody knows would lift nothing, in silence."""
    for approval in context.approvals:
        if approval.what not in types():
            raise Refused(f'An approval is of "{approval.what}", which is no rule. {nearest(approval.what, types())}')
