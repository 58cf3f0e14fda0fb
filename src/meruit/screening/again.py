"""Judging again only what a change touches: the changed lines, and the groups they left or joined. Pure.

Beside the findings stands from which part of the judgement each comes (a line, or one group of one rule), and
of each line what it said and to which groups it belonged. With that kept, a later judgement of the same lines by
the same rules and context judges the changed ones and their groups, and everything else still holds.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.outcome import Unjudged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from meruit.findings import Finding
    from meruit.guidelines import Entry, Judge
    from meruit.guidelines.engine import GroupKey, Said

#: The part of a judgement that speaks of registers and no line.
STANDING = "standing"


class Seen(NamedTuple):
    """What is kept of a line that was judged: a digest of what it said, and its groups."""

    digest: str
    groups: tuple[str, ...]


@dataclass(slots=True)
class Judged:
    """What was judged: findings with the part they come from, the parts that were judged, each line as seen."""

    findings: list[tuple[str, Finding]] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    seen: dict[str, Seen] = field(default_factory=dict)
    unjudged: Counter[tuple[str, str]] | None = None


def whole(ready: Judge, entries: Sequence[Entry]) -> Judged:
    """Every line and every group; also what could not be judged, and why."""
    return _judge(ready, entries, {})


def again(ready: Judge, entries: Sequence[Entry], before: Mapping[str, Seen]) -> Judged:
    """The lines that are new or say something else, and every group that one of them or a removed line touches."""
    return _judge(ready, entries, before)


def line_part(entry: str) -> str:
    """The part of a judgement that is one line's own."""
    return f"line {entry}"


def _judge(ready: Judge, entries: Sequence[Entry], before: Mapping[str, Seen]) -> Judged:
    done = Judged()
    tally: Counter[Said] = Counter()
    touched: set[str] = set()
    keys: dict[str, GroupKey] = {}
    members: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        said, former = _digest(entry), before.get(entry.id)
        if former is not None and former.digest == said:
            seen = former
        else:
            part = line_part(entry.id)
            done.parts.add(part)
            for number, outcome in ready.line(entry):
                if isinstance(outcome, Unjudged):
                    tally[number, outcome] += 1
                else:
                    done.findings.append((part, ready.finding(number, outcome, entry)))
            mine: dict[str, GroupKey] = {}
            for number, key in ready.groups(entry):
                if isinstance(key, Unjudged):
                    tally[number, key] += 1
                else:
                    mine[_name(key)] = key
            keys |= mine
            seen = Seen(said, tuple(mine))
            touched.update(mine, former.groups if former else ())
        done.seen[entry.id] = seen
        for group in seen.groups:
            members[group].append(entry)
    for gone in before.keys() - done.seen.keys():
        done.parts.add(line_part(gone))
        touched.update(before[gone].groups)
    done.parts |= touched
    for group in sorted(touched):
        lines = members.get(group)
        if not lines:
            continue
        key = keys.get(group) or (int(group.partition(":")[0]), None)
        for number, outcome in ready.group(key, lines):
            if isinstance(outcome, Unjudged):
                tally[number, outcome] += 1
            else:
                done.findings.append((group, ready.finding(number, outcome, outcome.entry, lines[-1])))
    if not before:
        _registers(ready, entries, done, tally)
    return done


def _registers(ready: Judge, entries: Sequence[Entry], done: Judged, tally: Counter[Said]) -> None:
    """What rules say of the registers themselves, and which rules could judge no line at all."""
    done.parts.add(STANDING)
    for number, outcome in ready.standing():
        if isinstance(outcome, Unjudged):
            tally[number, outcome] += 1
        else:
            done.findings.append((STANDING, ready.finding(number, outcome, None)))
    fees = sum(entry.kind == "fee" for entry in entries)
    for number, why, lines in ready.absent(fees, len(entries) - fees):
        tally[number, why] += lines
    done.unjudged = ready.told(tally)


def _digest(entry: Entry) -> str:
    return hashlib.sha256(repr(entry).encode()).hexdigest()[:24]


def _name(key: GroupKey) -> str:
    """A group's name: its check, and what its lines have in common. The same in every process."""
    check, common = key
    return f"{check}:{hashlib.sha256(_plain(common).encode()).hexdigest()[:16]}"


def _plain(value: object) -> str:
    if isinstance(value, (set, frozenset)):
        return "{" + ",".join(sorted(_plain(each) for each in value)) + "}"
    if isinstance(value, tuple):
        return "(" + ",".join(_plain(each) for each in value) + ")"
    return repr(value)
