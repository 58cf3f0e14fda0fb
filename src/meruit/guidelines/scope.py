"""Which lines a rule of a set speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.outcome import Unjudged, blank
from meruit.guidelines.people import class_of, classes_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.sets import Scope


def code_fits(code: str, wanted: tuple[str, ...]) -> bool:
    """Whether a code is among `wanted`, where `L3*` stands for all that begin so."""
    upper = code.strip().upper()
    return any(upper.startswith(w[:-1].upper()) if w.endswith("*") else upper == w.upper() for w in wanted)


def in_scope(scope: Scope, context: Context) -> Callable[[Entry], bool | Unjudged]:
    """A test of lines; it cannot answer where the scope asks for what the line does not tell."""
    grades = classes_named(scope.classes) if scope.classes else None

    def fits(entry: Entry) -> bool | Unjudged:
        if scope.kind and entry.kind != scope.kind:
            return False
        if grades is not None:
            grade = class_of(entry, context)
            if grade is None:
                return blank("timekeeper class")
            if grade not in grades:
                return False
        for wanted, value, what in (
            (scope.task_codes, entry.task_code, "task code"),
            (scope.activity_codes, entry.activity_code, "activity code"),
            (scope.expense_codes, entry.expense_code, "expense code"),
            (scope.matters, entry.matter, "matter"),
            (scope.clients, entry.client, "client"),
        ):
            if wanted:
                if value is None:
                    return blank(what)
                if not code_fits(value, wanted):
                    return False
        return True

    return fits
