"""A file that cannot be used, and a cell that cannot be taken: each says where, what was found and what to do."""

from __future__ import annotations

from dataclasses import dataclass


class FileRefused(ValueError):
    """The file as a whole cannot be used; the text is a sentence with what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is set aside: its field, what was found there, and what would be taken."""

    field: str
    found: str
    says: str

    def __str__(self) -> str:
        return f'{self.field}: found "{self.found}"; {self.says}' if self.found else f"{self.field}: {self.says}"
