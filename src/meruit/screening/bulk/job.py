"""What a re-screen asks: set, context, portal and day, as text that every machine reads for itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from meruit.guidelines import Context, Judge, read_context, read_set

if TYPE_CHECKING:
    from datetime import date

    from meruit.guidelines import GuidelineSet


@dataclass(frozen=True, slots=True)
class Job:
    """The same for all parts. Without a set, formats alone are judged."""

    as_of: date
    portal: str | None = None
    set_name: str | None = None
    set_text: str = ""
    context_name: str | None = None
    context_text: str = ""

    def read(self) -> tuple[GuidelineSet, Context, bool] | None:
        """The set, the context, and whether the set is words alone; read once a process."""
        return _read(self) if self.set_name is not None else None

    @property
    def hash(self) -> str:
        """SHA-256 of all of it: parts made for another job are not taken for parts of this one."""
        told = json.dumps({name: str(value) for name, value in asdict(self).items()}, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


@lru_cache(maxsize=1)
def _read(job: Job) -> tuple[GuidelineSet, Context, bool]:
    rules = read_set(job.set_text, job.set_name or "")
    known = read_context(job.context_text, job.context_name or "") if job.context_name else Context()
    return rules, known, Judge(rules, known).is_words_alone
