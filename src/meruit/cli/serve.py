"""`meruit serve`, `worker` and `night`: an installation at work."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from meruit.cli.run import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rich.progress import Progress as Bar

    from meruit.night.run import Progress
    from meruit.postgres.installation import Served

#: Folders of the home in which served processes find or keep files: uploads of the pages, the inbox of the night.
COMES_IN = ("uploads", "inbox")


def plan() -> list[Served]:
    """What an installation serves with: the gate, the pages, the worker; each with its own login's secrets alone.

    The keys and the folders of files that come in are made here, since a process that is confined cannot open what
    appears in the home after its start.
    """
    from meruit.audit import keys as receipts
    from meruit.postgres import APP, GATE, WORKER
    from meruit.postgres.installation import Served, module
    from meruit.settings import environment, mail, secret

    mail.outgoing()  # a wrong value stops the start, not a worker that is already wanted
    keys = environment.home() / "keys"
    for folder in COMES_IN:
        (environment.home() / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    names = {"gate": GATE, "app": APP, "worker": WORKER}
    for name in names:
        secret.of(name)
    receipts.ensure()
    programs = {"gate": "meruit.gate.serve", "app": "meruit.web.serve", "worker": "meruit.desk.worker"}
    return [
        Served(
            "pages" if name == "app" else name,
            login,
            module(programs[name]),
            hidden=(
                *(keys / f"django-{other}.key" for other in names if other != name),
                *([] if name == "worker" else [receipts.path()]),
            ),
        )
        for name, login in names.items()
    ]


@click.command()
def serve() -> None:
    """Serve the pages and the gate on this machine, and work the nights, until Ctrl-C."""
    with told() as (installation, _):
        from meruit.settings.pages import addresses

        click.echo(f"The pages are at {addresses().web} ; Ctrl-C ends everything.")
        sys.exit(installation.serve(plan(), click.echo))


@click.command()
def worker() -> None:
    """A further worker beside an installation that serves."""
    with told() as (installation, _):
        sys.exit(installation.serve([p for p in plan() if p.name == "worker"], click.echo, beside=True))


@click.command()
@click.option(
    "--at",
    "moment",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="Another moment, UTC; demonstrations only.",
)
def night(moment: datetime | None) -> None:
    """Run a night now, with a bar for each step, and print the digest."""
    with told() as (installation, _):
        from meruit.postgres import WORKER

        with installation.reachable(WORKER) as reached:
            as_worker(reached[WORKER])
            run_night(moment)


def as_worker(url: str) -> None:
    """Let this process speak as the worker's login."""
    import os

    import django

    os.environ["MERUIT_WORKER_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.worker"
    django.setup()


def run_night(moment: datetime | None = None) -> None:
    """Run the night as whoever Django speaks as, show its steps, print its digest."""
    from datetime import UTC

    from django.db import connection

    from meruit.authority.errors import sentences
    from meruit.desk import nightly
    from meruit.night.digest import text

    if moment is not None:
        with sentences(), connection.cursor() as cursor:
            cursor.execute("SELECT authority.set_clock(%s)", [moment.replace(tzinfo=UTC)])
    for bars in _bars():
        tasks: dict[str, int] = {}

        def show(progress: Progress, bars: Bar = bars, tasks: dict[str, int] = tasks) -> None:
            step = progress.step
            if step.name not in tasks:
                tasks[step.name] = bars.add_task(step.title, total=progress.of or 1, failed="")
            failed = f"{progress.failed} failed" if progress.failed else ""
            bars.update(tasks[step.name], completed=progress.at if progress.of else 1, failed=failed)  # type: ignore[arg-type]  # rich's own id

        nightly.night(show)
    click.echo(text(nightly.digest()))


def _bars() -> Iterator[Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[failed]}"),
    )
    with Progress(*columns, console=console) as bars:
        yield bars
