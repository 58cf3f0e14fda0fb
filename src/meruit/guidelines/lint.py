"""What is questionable in a set that can be read: rules that judge nothing, or that nobody can check."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from meruit.guidelines.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.guidelines.sets import GuidelineSet, Rule

#: The client's own figures: with all of them open a rule of this type judges nothing.
OPEN = {
    "entry-size": (),
    "team-size": ("max_timekeepers", "max_attorneys", "max_lead"),
    "transitory-timekeeper": ("min_hours_in_period",),
    "not-contemporaneous": ("round_share_max", "same_share_max"),
    "hotel-cap": ("max_per_night",),
    "expense-threshold": ("threshold", "vendor_threshold"),
}


class Remark(NamedTuple):
    """One questionable place: line of the file, whether it must be mended, and why."""

    line: int | None
    grave: bool
    message: str


def lint(guidelines: GuidelineSet) -> Iterator[Remark]:
    """Remarks in the order of the file; `grave` ones make a rule useless or contradict another."""
    head = guidelines.header
    if head.effective_from and head.effective_to and head.effective_to < head.effective_from:
        yield Remark(None, True, "The set ends before it begins: effective_to lies before effective_from.")
    for name, missing in (("source", head.source), ("owner", head.owner)):
        if not missing:
            yield Remark(None, False, f"[set] names no {name}.")
    for rule in guidelines.rules:
        yield from _rule(rule)
    yield from _twice(guidelines)


def _rule(rule: Rule) -> Iterator[Remark]:
    slug = rule.type.slug
    try:
        rule.type.build(rule.params, Context())
    except ValueError as error:
        yield Remark(rule.line, True, f"{slug}: {error}")
    figures = OPEN.get(slug, ())
    if figures and all(rule.params.values[figure] is None for figure in figures):
        yield Remark(rule.line, True, f"{slug} judges nothing until {' or '.join(figures)} is set.")
    for what, missing in (
        ("clause", not rule.clause),
        ("says", not rule.says),
        ("example that fires", not rule.fires),
        ("example that stays silent", not rule.silent),
    ):
        if missing:
            yield Remark(rule.line, False, f"{slug} has no {what}.")
    if rule.scope and rule.scope.kind == "fee" and rule.scope.expense_codes:
        yield Remark(rule.line, True, f"{slug} is scoped to fees and to expense codes, so to nothing.")


def _twice(guidelines: GuidelineSet) -> Iterator[Remark]:
    seen: dict[tuple[str, object], list[Rule]] = defaultdict(list)
    for rule in guidelines.rules:
        seen[rule.type.slug, rule.scope].append(rule)
    for (slug, _), rules in seen.items():
        for again in rules[1:]:
            if again.params.values == rules[0].params.values:
                yield Remark(again.line, True, f"{slug} repeats the rule of line {rules[0].line}.")
            elif slug not in ("prohibited-phrase",):
                yield Remark(
                    again.line,
                    True,
                    f"{slug} stands again with other parameters than on line {rules[0].line}; both fire.",
                )
