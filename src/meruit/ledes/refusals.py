"""What the library refuses: a file it cannot read as LEDES, a bill it will not write."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meruit.findings import Finding


class NotLedes(ValueError):
    """Nothing in the file names a LEDES format."""


class CannotWrite(ValueError):
    """The bill says something the format cannot hold, or something the rules find wrong (`findings`)."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)
