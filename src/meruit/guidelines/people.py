"""Whose line it is: the class of a timekeeper, from the line or from the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meruit.guidelines.params import Refused, nearest
from meruit.utbms import GRADES, Grade, grade_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from meruit.guidelines.context import Context
    from meruit.guidelines.entry import Entry

#: Words a set may use for a class.
CLASS_WORDS = tuple(grade.value for grade in Grade)


def class_of(entry: Entry, context: Context) -> Grade | None:
    """The grade on the line, else of the person on the roster; None where neither tells it."""
    told = entry.timekeeper_class
    grade = (GRADES.get(told) or grade_of(told)) if told else None
    if grade is None and entry.timekeeper:
        person = context.roster.get(entry.timekeeper)
        grade = grade_of(person.class_) if person else None
    return grade


def classes_named(words: Iterable[str]) -> frozenset[Grade]:
    """The grades a set names, in its words (partner, associate) or in codes of files (PT, ASSOC)."""
    out = set()
    for word in words:
        grade = Grade(word) if word in CLASS_WORDS else grade_of(word)
        if grade is None:
            raise Refused(f'"{word}" is not a class of timekeeper. {nearest(word, CLASS_WORDS)}')
        out.add(grade)
    return frozenset(out)
