"""Beginning a demonstration: the whole of it where there is nothing yet, nothing where there is."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.authority.acts import moment, system
from meruit.demo import calendar, founding, money, portal, rules, silence
from meruit.demo.build import Build
from meruit.demo.marks import HALF_BUILT
from meruit.demo.plan import BUSY, BY_HAND, MONTHS, TONIGHT, plan
from meruit.disputes import tasks as dispute_tasks
from meruit.gate import links as gate_links
from meruit.people.models import Person
from meruit.portals import tasks as portal_tasks
from meruit.settings import environment

if TYPE_CHECKING:
    from meruit.demo.logins import Logins
    from meruit.demo.plan import Plan

BEGINS = datetime(2026, 7, 31, 12, tzinfo=UTC)
#: When the firm and its clients' portal spoke: bills sent, taken up, decided, paid.
CORRESPONDENCE = tuple(
    datetime(2026, month, day, 16, tzinfo=UTC) for month, day in ((9, 8), (9, 14), (9, 22), (10, 8), (10, 14), (10, 22))
)
logger = logging.getLogger(__name__)
#: Who gets a sign-in link, and as what.
SHOWN = (
    ("Carmen Reyes", "billing specialist, Manila"),
    ("Margaret Alder", "billing partner"),
    ("Priya Raman", "associate"),
    ("Victor Hahn", "administrator"),
    ("Simon Keane", "auditor"),
)


def begin(logins: Logins, times: int, say: Callable[[str, int, int], None]) -> bool:
    """Build the firm; False where the database already has people."""
    logins.use("worker")
    if Person.objects.exists():
        logins.use("app")
        return False
    building().touch()
    drawn = plan(times=times)
    made = founding.found(logins.urls["owner"], drawn, BEGINS)
    logins.use("app")
    build = Build(drawn, made, logins, say)
    build.terms()
    rules.adopt(build)
    rehearsal = portal.Rehearsal(portal.home_of(environment.home()))
    silence.close_the_door(logins.urls["owner"], made.payers[BY_HAND, "client"])
    try:
        for month in MONTHS:
            build.work(month)
            if month != MONTHS[-1]:
                build.bill(month)
                if month == MONTHS[1]:
                    money.pay(build)
                for at in (each for each in CORRESPONDENCE if each.month == month.month + 1):
                    _correspond(build, rehearsal, at)
                if month == MONTHS[0]:
                    drawn.faults.append(silence.fall(build))
        rules.tell(build)
        build.absence()
        rules.announce(build)
    finally:
        rehearsal.stop()
    build.approve_kept()
    build.at(TONIGHT)
    calendar.leave(environment.home() / "inbox", drawn, BUSY)
    _write_faults(drawn)
    building().unlink()
    return True


def building() -> Path:
    """A mark that stands while the firm is being built; found at a start, the building was interrupted."""
    return environment.home() / HALF_BUILT


def open_portal(logins: Logins) -> portal.Rehearsal:
    """Start the clients' portal at the firm's own moment, where every payer's connection leads."""
    rehearsal = portal.Rehearsal(portal.home_of(environment.home()))
    portal.connect(logins.urls["owner"], rehearsal.start(moment()))
    return rehearsal


def _correspond(build: Build, rehearsal: portal.Rehearsal, at: datetime) -> None:
    """Send what is final and hear what the clients say, at a moment of the past."""
    build.at(at)
    portal.connect(build.logins.urls["owner"], rehearsal.start(at))
    with build.logins.as_("worker"):
        actor = system("demonstration")
        sent = portal_tasks.submit(actor, at)
        rehearsal.settle()
        portal_tasks.listen(actor, at)
        dispute_tasks.gather(actor, at)
    build.say(f"portal on {at:%d %B}", 1, 1)
    for key, why in sent.failed.items():
        logger.warning("E-bill of invoice %s: %s", key, why)


def links() -> str:
    """Sign-in links that work once, on this machine; made as the gate."""
    lines = ["Sign in (each link works once):"]
    for name, what in SHOWN:
        person = Person.objects.get(name=name)
        lines.append(f"  {name} ({what}): {gate_links.make(person.pk, 'demo')}")
    return "\n".join(lines)


def _write_faults(drawn: Plan) -> None:
    """Every fault put in, for whoever looks for them: demo-faults.csv in the installation's folder."""
    with (environment.home() / "demo-faults.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["where", "rule", "what", "says"])
        writer.writerows([f.where, f.rule, f.what, f.says] for f in drawn.faults)
