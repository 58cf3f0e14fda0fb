"""The part of `meruit check` that asks a client's guidelines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.guidelines import Context, Judge, load, read_context
from meruit.guidelines.sets import text_of

if TYPE_CHECKING:
    from datetime import date

    from meruit.guidelines import GuidelineSet
    from meruit.screening.bulk.job import Job


@dataclass(frozen=True)
class Guidelines:
    """A client's set and what is known beside the lines, as both were asked for; read once a process."""

    name: str
    context: str | None

    def read(self) -> tuple[GuidelineSet, Context]:
        """The set and the context; `Refused` says what is wrong with them."""
        return _read(self.name, self.context)

    def job(self, day: date, portal: str | None) -> Job:
        """The same as text, for other machines to read."""
        from meruit.screening.bulk.job import Job

        path = Path(self.name)
        is_file = path.suffix == ".toml" or path.is_file()
        return Job(
            day,
            portal,
            path.stem if is_file else self.name,
            path.read_text(encoding="utf-8") if is_file else text_of(self.name),
            self.context,
            Path(self.context).read_text(encoding="utf-8") if self.context else "",
        )

    @cached_property
    def is_words_alone(self) -> bool:
        """Whether the set needs nothing but narratives; also refuses a pattern or figure that cannot be used."""
        return Judge(*self.read()).is_words_alone


@cache
def _read(name: str, context: str | None) -> tuple[GuidelineSet, Context]:
    known = read_context(Path(context).read_text(encoding="utf-8"), context) if context else Context()
    return load(name), known
