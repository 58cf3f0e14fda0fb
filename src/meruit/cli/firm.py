"""`meruit firm guidelines`: keep a version of a client's rules, see where each stands, put one before a partner.

It acts as a person: `MERUIT_TOKEN` holds the token of a session. Exit codes: 0 done, 1 kept with remarks, 2 the
file or the call cannot be used.
"""

from __future__ import annotations

import mimetypes
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meruit.cli.imports import as_person

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.matters.models import Client


@click.group()
def firm() -> None:
    """How the firm bills its clients."""


@firm.group()
def guidelines() -> None:
    """Clients' billing rules, by version."""


@guidelines.command()
@click.argument("client")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--document", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="What the client sent.")
@click.option("--name", default="", help="What the set is called; without, as the client's latest.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="Until when it is to be accepted.")
def add(client: str, file: Path, document: Path | None, name: str, due: datetime | None) -> None:
    """Keep FILE as a version of the rules of CLIENT (its number); what cannot be used is told line by line."""
    with as_person() as (actor, _):
        from meruit.firm import actions

        source = None
        if document is not None:
            kind = mimetypes.guess_type(document.name)[0] or "application/octet-stream"
            source = actions.SourceFile(document.read_bytes(), document.name, kind)
        added = actions.add_set(
            actor,
            client_of(actor, client).pk,
            _text(file),
            name=name,
            source=source,
            due_on=due.date() if due else None,
        )
        click.echo(f"Kept as guideline set {added.set_id}, a draft; `meruit firm guidelines propose {added.set_id}`.")
        for remark in added.remarks:
            click.echo(remark, err=True)
    sys.exit(1 if added.remarks else 0)


@guidelines.command(name="list")
@click.argument("client")
def list_(client: str) -> None:
    """Every version of the rules of CLIENT, and what each is today."""
    with as_person() as (actor, _):
        from meruit.firm import queries

        for version in queries.versions(actor, client_of(actor, client).pk):
            row = version.row
            click.echo(f"{row.pk}\t{row.name} {row.version}\tfrom {row.effective_from}\t{version.standing}")


@guidelines.command()
@click.argument("number", type=int)
@click.option("--reason", default="Sent by the client", show_default=True)
def propose(number: int, reason: str) -> None:
    """Put guideline set NUMBER before a billing partner."""
    with as_person() as (actor, _):
        from meruit.firm import actions

        proposal = actions.propose_acceptance(actor, number, reason=reason)
        click.echo(f"Proposal {proposal} waits for a billing partner.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        click.echo(f"{file} is not UTF-8 text; save it as UTF-8.", err=True)
        sys.exit(2)


def client_of(actor: Actor, number: str) -> Client:
    """A client by its number, or `NotFound`."""
    from meruit.authority.access import clients
    from meruit.authority.errors import NotFound

    found = clients(actor).filter(number__iexact=number).first()
    if found is None:
        raise NotFound(f"There is no client {number}.")
    return found
