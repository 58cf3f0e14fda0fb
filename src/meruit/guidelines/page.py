"""A guideline set as the page on which a new hire learns it: what the client wants, by subject, with examples."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from meruit.guidelines import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.guidelines.sets import Example, GuidelineSet, Rule

#: Family of the catalogue -> heading, in the order in which a line is looked at.
HEADINGS = {
    "BLOCK": "One task, one line",
    "VAGUE": "What a line must tell",
    "TIME": "Time",
    "DATA": "Dates, codes, duplicates",
    "CLER": "Clerical work, not paid",
    "NONB": "Other work, not paid",
    "APPR": "What needs approval",
    "STAFF": "Who works on the matter",
    "RATE": "Rates",
    "TRAV": "Travel",
    "EXP": "Expenses",
    "INV": "The invoice",
    "BUDG": "Budget and accruals",
    "PRIV": "What must not stand on a bill",
    "PROC": "How the firm works",
}
SEVERITIES = {"refuse": "The client refuses it.", "ask": "The client asks back.", "warn": "Look twice."}


def page(guidelines: GuidelineSet) -> str:
    """The page as Markdown."""
    return "\n".join(_lines(guidelines)).rstrip() + "\n"


def _lines(guidelines: GuidelineSet) -> Iterator[str]:
    head = guidelines.header
    yield f"# {head.client}: {head.title}"
    yield ""
    yield (
        f"Version {head.version}"
        + (f", from {say.day(head.effective_from)}" if head.effective_from else "")
        + (f" to {say.day(head.effective_to)}" if head.effective_to else "")
        + "."
    )
    if head.source:
        yield f"Source: {head.source}."
    if head.owner:
        yield f"Kept by {head.owner}."
    if head.accepted_by:
        yield f"Accepted by {head.accepted_by}" + (f" on {say.day(head.accepted_on)}." if head.accepted_on else ".")
    for family, heading in HEADINGS.items():
        rules = [rule for rule in guidelines.rules if rule.type.family == family]
        if rules:
            yield ""
            yield f"## {heading}"
        for rule in rules:
            yield ""
            yield from _rule(rule)
    if guidelines.unjudgeable:
        yield ""
        yield "## What no machine judges"
        for clause in guidelines.unjudgeable:
            where = f" ({clause.clause})" if clause.clause else ""
            yield ""
            yield f"- {clause.says}{where} {clause.reason}"


def _rule(rule: Rule) -> Iterator[str]:
    place = ", ".join(part for part in (rule.clause, f"page {rule.page}" if rule.page else "") if part)
    yield f"### {rule.type.title}" + (f" ({place})" if place else "")
    yield ""
    if rule.says:
        yield rule.says
    yield rule.type.doc
    yield ""
    settings = [
        f"{param.doc}: **{_value(rule.params.values[param.name])}**"
        for param in rule.type.params
        if rule.params.values[param.name] not in (None, (), {}) and not _long(rule.params.values[param.name])
    ]
    for setting in settings:
        yield f"- {setting}"
    yield f"- {SEVERITIES[rule.severity]} Put right by the {rule.type.fixable_by}."
    if rule.type.needs:
        yield f"- Judged with: {say.listed(need.replace('_', ' ') for need in rule.type.needs)}."
    for words, example in _shown(rule):
        yield f"- {words}: {example}"


def _shown(rule: Rule) -> Iterator[tuple[str, str]]:
    """One line that is found and one that passes, where they can be told in a line."""
    for words, examples in (("Found", rule.fires), ("Passes", rule.silent)):
        told = next((text for example in examples if not example.params and (text := _told(example))), None)
        if told:
            yield words, told


def _told(example: Example) -> str | None:
    if len(example.entries) != 1 or not example.entries[0].narrative:
        return None
    entry = example.entries[0]
    quantity = f"{say.hours(entry.hours)} " if entry.hours is not None else ""
    money = f" ({say.money(entry.amount)})" if entry.amount is not None else ""
    return f'{quantity}"{entry.narrative}"{money}'


def _long(value: object) -> bool:
    return isinstance(value, (tuple, dict)) and len(value) > 12


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return say.plain(value)
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{k} {_value(v)}" for k, v in value.items()) or "none"
    return str(value)
