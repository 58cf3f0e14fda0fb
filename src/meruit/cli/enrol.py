"""`meruit enrol MAIL`: a link by which somebody who was decided enrols, printed by the machine's administrator."""

from __future__ import annotations

import sys

import click

from meruit.cli.run import told


@click.command(no_args_is_help=True)
@click.argument("mail")
def enrol(mail: str) -> None:
    """Print a link by which the person with this MAIL address enrols: once, within two days.

    The person was decided by two administrators, or had a lost authenticator reset by them.
    """
    import os
    import subprocess

    from meruit.postgres import GATE
    from meruit.postgres.installation import module
    from meruit.postgres.supervisor import environment_of

    with told() as (installation, _), installation.reachable(GATE) as reached:
        made = subprocess.run(
            module("meruit.gate.link", mail),
            env=environment_of(GATE, reached[GATE], os.environ, DJANGO_SETTINGS_MODULE="meruit.settings.gate"),
            capture_output=True,
            text=True,
            check=False,
        )
    if made.returncode:
        click.echo((made.stderr.strip().splitlines() or ["The gate gave no link."])[-1], err=True)
        sys.exit(2)
    click.echo(made.stdout.strip())
