"""`make demo`: a firm to look at, a night's work, the digest, and the pages. Everything stays in one folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meruit.cli.run import install, told
from meruit.cli.serve import plan, run_night
from meruit.demo.marks import HALF_BUILT
from meruit.demo.portal import home_of as home_of_portal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.demo.logins import Logins
    from meruit.demo.portal import Rehearsal
    from meruit.postgres import Login
    from meruit.postgres.installation import Installation


@click.command()
@click.option("--reset", is_flag=True, help="Forget the demonstration's data first, and start nothing.")
@click.option("--times", default=1, show_default=True, type=click.IntRange(1, 100), help="So many times the work.")
@click.option("--no-serve", is_flag=True, help="End after the digest.")
def demo(reset: bool, times: int, no_serve: bool) -> None:
    """Build a demonstration firm, run a night, print the digest and serve the pages; a second run continues."""
    os.environ.setdefault("MERUIT_HOME", str(Path.cwd() / ".meruit"))
    _ports()
    with told() as (installation, console):
        half_built = (installation.home / HALF_BUILT).exists()
        if reset or half_built:
            _forget(installation)
            click.echo(f"The demonstration in {installation.home} is forgotten.")
            if reset:
                return
            click.echo("Its building had been interrupted; it begins anew.")
        install(installation, console)
        portals: list[Rehearsal] = []
        try:
            click.echo(_prepare(installation, times, portals))
            if not no_serve:
                click.echo(f"The clients' portal is at {portals[0].page} .")
                click.echo("Ctrl-C ends everything; the data stays, and `make demo` goes on with it.")
                sys.exit(installation.serve(plan(), click.echo))
        finally:
            for each in portals:
                each.stop()


def _forget(installation: Installation) -> None:
    """Remove the data, the files beside it and the clients' portal."""
    if installation.cluster.exists():
        installation.cluster.destroy()
    shutil.rmtree(home_of_portal(installation.home), ignore_errors=True)
    shutil.rmtree(installation.home, ignore_errors=True)


def _prepare(installation: Installation, times: int, portals: list[Rehearsal]) -> str:
    """Everything before the pages: a firm, where there is none yet, and tonight's night. Returns the sign-in links.

    The clients' portal is started for it and left running; it is handed over in `portals`.
    """
    from meruit.postgres import APP, GATE, OWNER, WORKER

    with installation.reachable(OWNER, APP, GATE, WORKER) as reached, _speaking(reached) as logins:
        from meruit.demo.begin import begin, links, open_portal

        if begin(logins, times, _say):
            click.echo("")
        portals.append(open_portal(logins))
        logins.use("worker")
        run_night()
        logins.use("gate")
        return links()


@contextlib.contextmanager
def _speaking(reached: dict[Login, str]) -> Iterator[Logins]:
    import django

    urls = {login.name.removeprefix("meruit_"): url for login, url in reached.items()}
    os.environ["DATABASE_URL"] = urls["app"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"
    django.setup()
    from meruit.demo.logins import Logins

    logins = Logins(urls)
    logins.use("app")
    try:
        yield logins
    finally:
        for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
            os.environ.pop(name, None)


def _say(what: str, done: int, of: int) -> None:
    """A bar for each stage of the building, on one line of a terminal; elsewhere a line when it is done."""
    if not sys.stderr.isatty():
        if done >= of:
            click.echo(f"  {what}: {of}", err=True)
        return
    width = 24
    filled = width * done // max(of, 1)
    end = "\n" if done >= of else ""
    click.echo(f"\r  {what:<28} {'█' * filled}{'·' * (width - filled)} {done}/{of}{end}", nl=False, err=True)


def _ports() -> None:
    """Free ports for the pages and the gate, so that two demonstrations can run at once."""
    for name, first in (("MERUIT_WEB_PORT", 8400), ("MERUIT_GATE_PORT", 8401)):
        if name not in os.environ:
            os.environ[name] = str(_free(first, {os.environ.get("MERUIT_WEB_PORT")}))


def _free(first: int, taken: set[str | None]) -> int:
    for port in range(first, first + 200, 2):
        if str(port) in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise click.ClickException(f"No port from {first} on is free; set MERUIT_WEB_PORT and MERUIT_GATE_PORT.")
