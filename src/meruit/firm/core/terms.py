"""Which arrangement holds on a day: dated, for a matter or for one of its phases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from meruit.firm.core.arrangements import Arrangement, ArrangementError, Progress, Valuation, Work, value
from meruit.money import CENTS, Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An arrangement agreed for a matter, or for one phase of it, from a first to a last day."""

    key: str
    arrangement: Arrangement
    starts_on: date
    ends_on: date | None = None
    phase: str | None = None

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise ArrangementError(f"Term {self.key} starts on {self.starts_on} and cannot end on {self.ends_on}.")

    def holds(self, on: date) -> bool:
        """Whether the term is in force on a day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


def term_for(terms: Sequence[Term], on: date, phase: str | None) -> Term:
    """The term of a piece of work: its phase's own before the matter's; two at once are refused."""
    for wanted in dict.fromkeys((phase, None)):
        held = [t for t in terms if t.phase == wanted and t.holds(on)]
        if len(held) > 1:
            raise ArrangementError(f"Terms {held[0].key} and {held[1].key} are both in force on {on}; end one.")
        if held:
            return held[0]
    where = f"phase {phase}" if phase else "the matter"
    raise ArrangementError(f"No arrangement is in force for {where} on {on}; record the engagement terms first.")


def value_matter(
    terms: Sequence[Term],
    work: Sequence[Work],
    progress: Mapping[str, Progress],
    precision: Precision = CENTS,
) -> dict[str, Valuation]:
    """Value a matter's work by the term each entry falls under.

    `progress` names, by term, what has happened so far; a term named there is valued also when no hour
    was worked under it (a subscription runs, a recovery arrives long after the work).
    """
    by_term: dict[str, list[Work]] = defaultdict(list)
    for entry in work:
        by_term[term_for(terms, entry.worked_on, entry.phase).key].append(entry)
    unknown = set(progress) - {t.key for t in terms}
    if unknown:
        raise ArrangementError(f'Progress is given for "{min(unknown)}", which is no term of this matter.')
    return {
        term.key: value(term.arrangement, by_term[term.key], progress.get(term.key, Progress()), precision)
        for term in terms
        if term.key in by_term or term.key in progress
    }
