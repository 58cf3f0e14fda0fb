"""`meruit authority show`: who may decide what, how far, and with how many eyes."""

from __future__ import annotations

import click


@click.group()
def authority() -> None:
    """Show the matrix of authority."""


@authority.command()
def show() -> None:
    """Print the matrix: every kind of decision, from the table of which every database holds a copy."""
    from rich.console import Console
    from rich.table import Table

    from meruit.authority import shown
    from meruit.schema.install import matrix

    table = Table(show_lines=True)
    for column in shown.COLUMNS:
        table.add_column(column, overflow="fold")
    for row in shown.rows(matrix()):
        table.add_row(*row)
    Console().print(table)
