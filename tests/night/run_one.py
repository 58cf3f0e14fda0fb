"""A night in a process of its own, to be killed: says when it begins, then works.

python -m tests.night.run_one once     one night, as `meruit night` runs it
python -m tests.night.run_one due      rounds of the worker until the night that is due has ended
"""

from __future__ import annotations

import os
import sys
import time
from datetime import time as hour

#: How long a round waits for a database that does not answer.
PAUSE_SECONDS = 0.1


def main(until: str) -> None:
    """Work as the worker whose address is in the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.worker"
    import django

    django.setup()
    from django.db import Error, connection

    from meruit.desk import nightly, worker

    print("begin", flush=True)
    if until == "once":
        nightly.night()
        return
    due = True
    while due:
        worker.work_once(hour(22))
        try:
            due = nightly.due_now(hour(22))
        except Error:  # a database that does not answer is waited for, as the worker does
            connection.close()
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
