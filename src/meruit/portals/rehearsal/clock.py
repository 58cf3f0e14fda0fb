"""What time it is at this client: now, or from a moment on that somebody set, so that a year passes in a morning."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that runs on from wherever it was set."""

    def __init__(self, at: datetime | None = None) -> None:
        self.set(at or datetime.now(UTC))

    def set(self, at: datetime) -> None:
        """Let it be `at`; it runs on from there."""
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        """The moment there."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)
