"""`meruit show`: an invoice as a person reads one, or as JSON for a program.

The JSON is `{format, encoding, invoices: [{..., lines: [{...}]}]}` with the field names of LEDES 98B in lower
case and values as text. The fields of 98B are always there, empty where nothing is given; what only 98BI or
XML knows is there when it says something, under the name of 98BI or, where that has none, of the model.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from meruit import ledes
from meruit.cli.show_text import page

if TYPE_CHECKING:
    from meruit.ledes import File, Invoice, Line, Matter, Record

_UNUSABLE = 2
#: 98BI begins with the 24 columns of 98B.
_PLAIN = 24
_PARTS = {"Firm": "firm", "Client": "client", "Matter": "matter"}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(file: str, shape: str) -> None:
    """Show the invoices of a LEDES file."""
    try:
        bill = ledes.read(file)
    except ledes.NotLedes as error:
        click.echo(f"{file}: {error}", err=True)
        sys.exit(_UNUSABLE)
    if shape == "json":
        click.echo(json.dumps(as_json(bill), ensure_ascii=False, indent=1))
    else:
        for line in page(bill):
            click.echo(line)


def as_json(bill: File) -> dict[str, object]:
    """The bill with the field names of the flat formats."""
    found: dict[str, object] = {
        "format": bill.format,
        "encoding": bill.encoding,
        "invoices": [_invoice(invoice) for invoice in bill.invoices],
    }
    if bill.named:  # a budget or a list of timekeepers has records and no invoices
        found["records"] = [{"segment": record.segment, **record.extra} for record in bill.named]
    return found


def _invoice(invoice: Invoice) -> dict[str, object]:
    found = {**_named("Invoice", invoice), **_named("Firm", invoice.firm), **_named("Client", invoice.client)}
    return {**found, "lines": [_line(matter, line) for matter, line in invoice.matter_lines()]}


def _line(matter: Matter, line: Line) -> dict[str, str]:
    found = {**_named("Line", line), **_named("Matter", matter)}
    found.update({name.lower(): value for name, value in line.differs.items()})
    return {**found, **{name.lower(): value for name, value in line.extra.items()}}


def _named(kind: str, record: Record) -> dict[str, str]:
    """The texts of one record under the names of the flat formats."""
    columns = ledes.table("LEDES98BI V2").of_record(kind)
    known = {column.key.partition(".")[0] for column in columns}
    found = {}
    for column in columns:
        first, _, second = column.key.partition(".")
        held = getattr(record, first)
        value = (getattr(held, second) if held is not None else "") if second else held
        if value or column.number <= _PLAIN:
            found[column.name.lower()] = value
    for key in record.__dataclass_fields__:
        value = getattr(record, key)
        if key not in known and isinstance(value, str) and value:
            found[f"{_PARTS[kind]}_{key}" if kind in _PARTS else key] = value
    return found
