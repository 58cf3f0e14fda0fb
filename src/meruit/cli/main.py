"""`meruit`: every command by name, each loaded only when it is called.

A biller drops a file on `meruit check` and waits for nothing else, so the table below holds names
and one line of help, and a command's module is imported when that command (or its help) is asked for.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, cast

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

#: command -> (module under meruit.cli, attribute, one line of help). The module offers a click
#: command or a typer application under that attribute.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "init": ("run", "init", "Make the installation, or bring it up to date."),
    "serve": ("serve", "serve", "Serve the pages and work the nights, until Ctrl-C."),
    "worker": ("serve", "worker", "A further worker beside an installation that serves."),
    "night": ("serve", "night", "Run a night now and print the digest."),
    "doctor": ("run", "doctor", "Look at what must hold, and say what to do about what does not."),
    "backup": ("run", "backup", "Write a backup to a new folder."),
    "restore": ("run", "restore", "Put a backup in the place of the database, once it has passed every check."),
    "enrol": ("enrol", "enrol", "Print a link by which somebody who was decided enrols."),
    "import": ("imports", "command", "Take a file of time, costs, clients, matters, rates or terms in."),
    "firm": ("firm", "firm", "Keep versions of clients' billing rules, and put them before a partner."),
    "portals": ("portals", "app", "Check, show, compare and connect portals."),
    "rehearse": ("portals", "rehearse", "Run a client's portal to practise on."),
    "authority": ("authority", "authority", "Show who may decide what, how far, and with how many eyes."),
    "audit": ("audit", "audit", "Export the audit trail for a check from outside; print a receipt."),
    "docs": ("docs", "docs", "Write the pages of docs/ that follow from code anew."),
    "demo": ("demo", "demo", "A firm to look at: build it, run a night, serve the pages."),
    "check": ("check", "check", "Judge LEDES files: what a portal would refuse, where, and what to do."),
    "show": ("show", "show", "Show the invoices of a LEDES file as a person reads them."),
    "codes": ("codes", "app", "Suggest UTBMS codes for a narrative; show what a code means."),
    "convert": ("convert", "command", "Turn a LEDES file into another format, telling every value's fate first."),
    "guidelines": ("guidelines", "app", "Try, check, read, start and compare a client's guideline set."),
}


class Lazy(click.Group):
    """A group that knows its commands by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"meruit.cli.{module}"), attribute)
        if isinstance(found, click.Command):
            return found
        import typer

        return cast("click.Command", typer.main.get_command(found))  # typer brings click's classes of its own

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.command(cls=Lazy, name="meruit", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="meruit")
def app() -> None:
    """Runs a law firm's billing cycle: prepared by night, decided by day."""


def main() -> None:
    """Entry point; exit code 2 means that the call or the input cannot be used."""
    sys.exit(app.main(standalone_mode=True))
