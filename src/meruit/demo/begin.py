"""Beginning a demonstration: the whole of it where there is nothing yet, nothing where there is."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from meruit.demo import founding
from meruit.demo.build import Build
from meruit.demo.plan import MONTHS, TONIGHT, plan
from meruit.gate import links as gate_links
from meruit.people.models import Person
from meruit.settings import environment

if TYPE_CHECKING:
    from meruit.demo.logins import Logins
    from meruit.demo.plan import Plan

BEGINS = datetime(2026, 7, 31, 12, tzinfo=UTC)
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
    drawn = plan(times=times)
    made = founding.found(logins.urls["owner"], drawn, BEGINS)
    logins.use("app")
    build = Build(drawn, made, logins, say)
    build.terms()
    for month in MONTHS:
        build.work(month)
        if month != MONTHS[-1]:
            build.bill(month)
    build.at(TONIGHT)
    _write_faults(drawn)
    return True


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
