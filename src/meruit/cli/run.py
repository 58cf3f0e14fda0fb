"""`meruit init`, `doctor`, `backup`, `restore`: make an installation, look at it, keep it, bring it back."""

from __future__ import annotations

import contextlib
import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from meruit.postgres.doctor import Point
    from meruit.postgres.installation import Installation


@click.command()
@click.option(
    "--administrator", "given", multiple=True, metavar='"NAME <MAIL>"', help="One of the first two; repeat it."
)
@click.option(
    "--mode", default="standard", show_default=True, help="How many decide: standard, two-person, one-person."
)
@click.option("--zone", default="America/New_York", show_default=True, help="The time zone of the administrators.")
@click.option("--origin", help="The name that the audit trail and its receipts carry, for good; without, a drawn one.")
def init(given: tuple[str, ...], mode: str, zone: str, origin: str | None) -> None:
    """Make the installation, or bring it up to date: folders, passwords, database, schema and grants."""
    with told() as (installation, console):
        install(installation, console)
        _begin(installation, given, mode, zone, origin)
        where = f"in {installation.home}" if installation.is_embedded else "on the server of your own"
        console.print(f"The installation {where} is ready.")


@click.command()
def doctor() -> None:
    """Look at what must hold, and say what to do about what does not."""
    with told() as (installation, _):
        points: list[Point] = []
        for point in itertools.chain(installation.examine(), _mechanism(installation)):
            points.append(point)
            click.echo(f"{'well' if point.well else 'ILL '}  {point.subject}: {point.says}")
        if ill := sum(not point.well for point in points):
            click.echo(f"{ill} of {len(points)} points want attention.", err=True)
            sys.exit(1)


def _mechanism(installation: Installation) -> Iterator[Point]:
    """What must hold of the authority line and its trail, where a database can be asked."""
    import json
    import os
    import subprocess

    from meruit.postgres import WORKER, PostgresRefused
    from meruit.postgres.doctor import Point
    from meruit.postgres.installation import module
    from meruit.postgres.supervisor import environment_of

    try:
        with installation.reachable(WORKER) as reached:
            asked = subprocess.run(
                module("meruit.authority.examine"),
                env=environment_of(
                    WORKER, reached[WORKER], os.environ, DJANGO_SETTINGS_MODULE="meruit.settings.worker"
                ),
                capture_output=True,
                text=True,
                check=False,
            )
    except PostgresRefused:
        return  # said above, as a point of its own
    for line in asked.stdout.splitlines():
        yield Point(*json.loads(line))
    if asked.returncode:
        why = (asked.stderr.strip().splitlines() or ["no word"])[-1]
        yield Point("mechanism", False, f"It cannot be asked ({why}); run `meruit init`.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write a backup to the new FOLDER, also while the installation serves."""
    with told() as (installation, console):
        from datetime import UTC, datetime
        from importlib.metadata import version

        with console.status("The backup is written."):
            manifest = installation.back_up(folder.absolute(), now=datetime.now(UTC), version=version("meruit"))
        click.echo(f"{folder}: {manifest.bytes:,} bytes, SHA-256 {manifest.sha256}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def restore(folder: Path) -> None:
    """Put the backup in FOLDER in the place of the database, once it has passed every check."""
    with told() as (installation, console):
        from datetime import UTC, datetime

        from meruit.cli.whole import CHECKS

        with console.status("The backup is restored and checked."):
            kept = installation.restore(folder, CHECKS, now=datetime.now(UTC))
        install(installation, console)
        checks = " and ".join(CHECKS)
        before = f" The one before is kept as {kept}." if kept else ""
        click.echo(f"The restored database passed its checks ({checks}).{before}")


def _begin(installation: Installation, given: tuple[str, ...], mode: str, zone: str, origin: str | None) -> None:
    """Enrol the first administrators where nobody is enrolled, and print the links by which they sign up."""
    import os
    import subprocess

    from meruit.people import roots
    from meruit.postgres import GATE, OWNER
    from meruit.postgres.installation import module
    from meruit.postgres.supervisor import environment_of

    with installation.reachable(OWNER, GATE) as reached:
        if roots.present(reached[OWNER]):
            if origin is not None:
                click.echo("The trail has its name already; --origin is for the first time.", err=True)
                sys.exit(2)
            return
        if not given:
            click.echo(f"Nobody can sign in yet. {roots.HOW}", err=True)
            return
        try:
            first = [roots.read(text) for text in given]
            roots.enrol(reached[OWNER], first, mode, zone=zone, origin=origin)
        except roots.RootsRefused as refused:
            click.echo(str(refused), err=True)
            sys.exit(2)
        for root in first:
            click.echo(f"{root.name} enrols, once, within two days, at:")
            subprocess.run(
                module("meruit.gate.link", root.mail),
                env=environment_of(GATE, reached[GATE], os.environ, DJANGO_SETTINGS_MODULE="meruit.settings.gate"),
                check=True,
            )


def install(installation: Installation, console: Console) -> None:
    from meruit.postgres.installation import module

    roles = ",".join(
        f"{login.name.removeprefix('meruit_')}={role}"
        for login, role in installation.roles.items()
        if login.name != "meruit_owner"
    )
    with console.status("The schema is installed."):
        installation.init(
            module("meruit.schema"), {"DJANGO_SETTINGS_MODULE": "meruit.settings.owner", "MERUIT_ROLES": roles}
        )


@contextlib.contextmanager
def told() -> Iterator[tuple[Installation, Console]]:
    """The installation, a console for what it does, and refusals as sentences with exit code 2."""
    from rich.console import Console

    from meruit.postgres import PostgresRefused
    from meruit.postgres.installation import Installation
    from meruit.settings.environment import home

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        yield Installation(home(), report=lambda line: console.print(line, markup=False)), console
    except PostgresRefused as refused:
        click.echo(str(refused), err=True)
        sys.exit(2)
