"""Codes suggested from the firm's own coded history: learnt at night, shown with how good it is, filled in by nobody.

A partner's bill tells how the firm codes: entries that were released, as they stand, with the codes they carry.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import F, Max

from meruit import utbms
from meruit.audit.actions import note
from meruit.authority.acts import acting, moment
from meruit.guidelines.narrative import coding, understand
from meruit.prebills import access
from meruit.prebills.models import CodedHistory, Line
from meruit.timesheets.models import Released, Version

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.authority.acts import Actor
    from meruit.guidelines.narrative.history import Row

#: So many of the latest entries are learnt from: what the firm does now, and within some two minutes of the night.
MOST = 100_000
#: Every so manieth entry is kept aside to measure on.
ASIDE = 5
#: So many of the matter's own latest lines speak for a task.
OF_THE_MATTER = 50
#: With fewer new entries than this nothing is learnt anew.
WORTH_IT = 100


@dataclass(frozen=True, slots=True)
class Suggested:
    """The codes that an entry's words bear, each with why and how sure; what the table came to when measured."""

    coding: coding.Coding
    entries: int
    measured: dict[str, dict[str, float]]
    learnt_at: datetime | None


def unlearnt() -> int:
    """How many entries were released since the last learning."""
    return Released.objects.filter(pk__gt=_latest()).count()


def learn(actor: Actor) -> CodedHistory:
    """Learn from the latest released entries, measured on those kept aside; everything is learnt from in the end."""
    last = Released.objects.aggregate(last=Max("pk"))["last"] or 0
    rows = _rows()
    aside = rows[::ASIDE]
    rest = [row for at, row in enumerate(rows) if at % ASIDE]
    measured = coding.measure(coding.learn(rest, coding.shipped()), aside)
    table = coding.learn(rows, coding.shipped())
    with acting(actor):
        made = CodedHistory.objects.create(
            at=moment(),
            entries=len(rows),
            latest=last,
            table=table.to_json(),
            measured={kind: told._asdict() for kind, told in measured.items()},
        )
        note("codes.learnt", "prebills_codedhistory", made.pk, after={"entries": made.entries} | made.measured)
    return made


def suggest(actor: Actor, line_id: int) -> Suggested:
    """What the firm's history and the words of a line say of its codes. The line is left as it is."""
    line = access.line(actor, line_id)
    latest = CodedHistory.objects.defer("table").order_by("-pk").first()
    history = coding.shipped() if latest is None else _table(latest.pk)
    sets = utbms.kindred(f"{line.prebill.matter.code_set}100") or None
    found = coding.suggest(
        understand(line.narrative, line.hours), sets=sets, history=history, earlier=_of_the_matter(actor, line)
    )
    if latest is None:
        return Suggested(found, 0, {}, None)
    return Suggested(found, latest.entries, latest.measured, latest.at)


def _of_the_matter(actor: Actor, line: Line) -> Counter[str]:
    """How many of the matter's latest lines carry which task: they tell the stage that the work has reached."""
    coded = access.lines(actor).filter(prebill__matter=line.prebill.matter, kind=Line.Kind.TIME).exclude(task_code="")
    return Counter(coded.exclude(pk=line.pk).order_by("-pk").values_list("task_code", flat=True)[:OF_THE_MATTER])


def _rows() -> list[Row]:
    """Narrative, task and activity of the latest released time that carries a code, the oldest first."""
    coded = (
        Version.objects.filter(entry__kind="time", entry__released__isnull=False, number=F("entry__version"))
        .exclude(task_code="", activity_code="")
        .order_by("-entry__released__pk")
        .values_list("narrative", "task_code", "activity_code")
    )
    rows: list[Row] = [(text, task, activity) for text, task, activity in coded[:MOST]]
    return rows[::-1]


def _latest() -> int:
    return CodedHistory.objects.aggregate(last=Max("latest"))["last"] or 0


@lru_cache(maxsize=2)
def _table(pk: int) -> coding.Model:
    """A kept table; a row is never changed, so it is read once."""
    return coding.Model.from_json(CodedHistory.objects.values_list("table", flat=True).get(pk=pk))
