"""Which lines a rule of a set speaks of."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from meruit.guidelines.outcome import Unjudged, blank
from meruit.guidelines.people import class_of, classes_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry
    from meruit.guidelines.sets import Scope


class Codes:
    """Codes a rule names, where `L3*` stands for all that begin so. Asked of nearly every line."""

    __slots__ = ("_exact", "_starts")

    def __init__(self, wanted: Iterable[str]) -> None:
        codes = [code.strip().upper() for code in wanted]
        self._exact = frozenset(code for code in codes if not code.endswith("*"))
        self._starts = tuple(code[:-1] for code in codes if code.endswith("*"))

    def __contains__(self, code: str | None) -> bool:
        if not code:
            return False
        if code in self._exact:
            return True
        code = code.strip().upper()
        return code in self._exact or (bool(self._starts) and code.startswith(self._starts))

    def __bool__(self) -> bool:
        return bool(self._exact or self._starts)


def in_scope(scope: Scope, context: Context) -> Callable[[Entry], bool | Unjudged]:
    """A test of lines; it cannot answer where the scope asks for what the line does not tell."""
    grades = classes_named(scope.classes) if scope.classes else None
    lists = (
        (Codes(scope.task_codes), attrgetter("task_code"), "task code"),
        (Codes(scope.activity_codes), attrgetter("activity_code"), "activity code"),
        (Codes(scope.expense_codes), attrgetter("expense_code"), "expense code"),
        (Codes(scope.matters), attrgetter("matter"), "matter"),
        (Codes(scope.clients), attrgetter("client"), "client"),
    )
    narrowed = [one for one in lists if one[0]]

    def fits(entry: Entry) -> bool | Unjudged:
        if scope.kind and entry.kind != scope.kind:
            return False
        if grades is not None:
            grade = class_of(entry, context)
            if grade is None:
                return blank("timekeeper class")
            if grade not in grades:
                return False
        for wanted, of, what in narrowed:
            value = of(entry)
            if value is None:
                return blank(what)
            if value not in wanted:
                return False
        return True

    return fits
