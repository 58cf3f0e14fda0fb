"""The examples of a set, run: each must fire or stay silent as its rule says."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meruit.guidelines.engine import Judge
from meruit.guidelines.params import Refused, complete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.guidelines.engine import Judgement
    from meruit.guidelines.sets import Example, GuidelineSet, Rule


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that did not do what it was to do."""

    rule: Rule
    example: Example
    message: str


def run(guidelines: GuidelineSet, rule: Rule, example: Example) -> Judgement:
    """One example judged by its rule alone."""
    given = {**rule.given, **example.params}
    alone = dataclasses.replace(rule, params=complete(rule.type.params, given, guidelines.lists))
    only = dataclasses.replace(guidelines, rules=(alone,))
    return Judge(only, example.context).judge(example.entries)


def failures(guidelines: GuidelineSet) -> Iterator[Failure]:
    """Every example of the set that does not hold, in the order of the set."""
    for rule in guidelines.rules:
        where = f"line {rule.line}, {rule.type.slug}"
        for wanted, examples in ((True, rule.fires), (False, rule.silent)):
            for number, example in enumerate(examples, 1):
                which = f"{where}: {'fires' if wanted else 'silent'} example {number}"
                try:
                    judgement = run(guidelines, rule, example)
                except Refused as error:
                    yield Failure(rule, example, f"{which} cannot be run: {error}")
                    continue
                if wanted and not judgement.findings:
                    why = "; ".join(sorted({reason for _, reason in judgement.unjudged}))
                    yield Failure(
                        rule,
                        example,
                        f"{which} finds nothing" + (f" (cannot be judged: {why})." if why else "."),
                    )
                if not wanted and judgement.findings:
                    yield Failure(rule, example, f"{which} is found: {judgement.findings[0].message}")
