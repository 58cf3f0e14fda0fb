"""A worker that sends, listens, opens and posts, in a process of its own, to be killed: says when it begins."""

from __future__ import annotations

import os
import time

#: How often it goes round while the portal has not said its last word.
ROUNDS = 60
PAUSE_SECONDS = 0.05


def main() -> None:
    """Work as the worker whose address is in the environment until every bill is paid."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.worker"
    import django

    django.setup()
    from django.db import Error, connection

    from meruit.authority.acts import moment, system
    from meruit.disputes import tasks as disputes
    from meruit.portals import tasks as portals
    from meruit.receivables import tasks as receivables
    from meruit.receivables.models import Payment

    print("begin", flush=True)
    rounds, bills = 0, int(os.environ["MERUIT_TEST_BILLS"])
    while rounds < ROUNDS:
        try:
            actor = system("portals")
            for step in (portals.submit, portals.listen, disputes.gather, receivables.post):
                step(actor, moment())
            if Payment.objects.count() == bills:
                break
            rounds += 1
        except Error:  # a database that does not answer is waited for, as the worker does
            connection.close()
        time.sleep(PAUSE_SECONDS)  # waits for the portal or the database, which are other processes


if __name__ == "__main__":
    main()
