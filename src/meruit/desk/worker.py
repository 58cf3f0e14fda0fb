"""The worker: `python -m meruit.desk.worker`. Seals the trail every few seconds and runs the night at its hour.

It speaks as the login `worker`, which never decides. The hour is the firm's own: `MERUIT_NIGHT_AT`, 22:00 unless
told otherwise, in the zone of the firm's profile.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from meruit.night.run import Progress

logger = logging.getLogger(__name__)

#: How often the worker looks up.
EVERY_SECONDS = 5.0


def begins_at(environ: Mapping[str, str] = os.environ) -> time:
    """The hour of the night, as HH:MM."""
    from meruit.settings.environment import WrongSetting

    given = environ.get("MERUIT_NIGHT_AT", "22:00")
    try:
        return datetime.strptime(given, "%H:%M").time()  # noqa: DTZ007 - an hour of the day, in the firm's zone
    except ValueError:
        raise WrongSetting("MERUIT_NIGHT_AT", given, "an hour such as 22:00") from None


def main() -> None:
    """Work until told to stop; the item that is under way is finished first, the rest of a night is gone on with."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.worker"
    django.setup()
    hour = begins_at()
    stop = threading.Event()

    def ask_to_stop(sign: int, frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, ask_to_stop)
    while not stop.is_set():
        work_once(hour, stop)
        stop.wait(EVERY_SECONDS)


class _Stopped(Exception):
    """Somebody asked the worker to end, between two items of a night."""


def work_once(hour: time, stop: threading.Event | None = None) -> None:
    """One round: seal what has committed, forget who acted in transactions that are over, and work a night that is due.

    A database that does not answer is waited for. A night that is told to stop ends behind its present item, and goes
    on from there when a worker starts again.
    """
    from django.db import Error, connection

    from meruit.audit import tasks
    from meruit.authority.acts import forget
    from meruit.desk import nightly

    def watch(progress: Progress) -> None:
        if stop is not None and stop.is_set():
            raise _Stopped

    try:
        tasks.seal()
        forget()
        if nightly.due_now(hour):
            nightly.night(watch)
    except _Stopped:
        logger.warning("Told to stop: the night goes on from here at the next start.")
    except Error:
        logger.exception("The database did not answer; the worker goes on when it does.")
        connection.close()


if __name__ == "__main__":
    main()
