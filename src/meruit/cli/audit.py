"""`meruit audit`: the trail for somebody outside, and the receipts that leave the house."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from meruit.cli.run import told


@click.group()
def audit() -> None:
    """Export the audit trail, or print a receipt of it."""


@audit.command()
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The new file.")
def export(output: Path) -> None:
    """Seal the trail and write all of it to a new file, for tools/verify_audit.py."""
    if output.exists():
        click.echo(f"{output} is already there; name a new file.", err=True)
        sys.exit(2)
    with told() as (installation, console):
        from meruit.cli.serve import as_worker
        from meruit.postgres import WORKER

        with installation.reachable(WORKER) as reached:
            as_worker(reached[WORKER])
            from meruit.audit import queries, tasks

            tasks.receipt()
            part = output.with_name(output.name + ".part")
            with console.status("The trail is written."), part.open("wb") as file:
                lines = 0
                for line in queries.export():
                    file.write(line)
                    lines += 1
            part.replace(output)
    click.echo(
        f"{output}: {lines} lines. Check it with: python tools/verify_audit.py {output} --receipt a-mail-you-kept.txt"
    )


@audit.command()
def receipt() -> None:
    """Print a receipt of the trail as it stands; keep it with somebody who is not you."""
    with told() as (installation, _):
        from meruit.cli.serve import as_worker
        from meruit.postgres import WORKER

        with installation.reachable(WORKER) as reached:
            as_worker(reached[WORKER])
            from meruit.audit import core, tasks

            made = tasks.receipt()
    if made is None:
        click.echo("Nothing has happened yet that a receipt could be given for.", err=True)
        sys.exit(1)
    click.echo(core.receipt_text(made), nl=False)
