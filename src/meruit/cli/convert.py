"""`meruit convert`: one LEDES format into another, with the fate of every value told before it is written."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from meruit.ledes.convert import Conversion
    from meruit.ledes.convert.report import Entry
    from meruit.ledes.model import File

#: Values of one kind shown in the text report; JSON has them all.
SHOWN = 80


class Unusable(click.ClickException):
    """The call or the input cannot be used."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.format_message(), err=True)


class Refused(Unusable):
    """The bill says something that the new file cannot hold."""

    exit_code = 1


@click.command(name="convert", no_args_is_help=True)
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.option("--to", "to", metavar="NAME", required=True, help="The new format, such as LEDESXML2.1 or LEDES1998B.")
@click.option("-o", "out", metavar="OUT", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option("--mend", "mending", is_flag=True, help="Apply repairs that change no meaning; each is listed.")
@click.option("--portal", metavar="SLUG", help="Mend and judge by the rules of this portal.")
@click.option(
    "--supply", metavar="FILE.toml", type=click.Path(path_type=Path), help="Values the old format does not have."
)
@click.option(
    "--accept",
    metavar="WHAT",
    multiple=True,
    help="Give up tax, withholding, tiers, funds, share, discount, difference.",
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", help="How to report.")
def command(
    source: Path,
    to: str,
    out: Path,
    mending: bool,
    portal: str | None,
    supply: Path | None,
    accept: tuple[str, ...],
    shape: str,
) -> None:
    """Convert IN to the format NAME and write it to OUT.

    What is lost, changed or missing is told first. Where money or tax would vanish nothing is written,
    unless --accept names it. Exit code 0: written and in order; 1: refused, or OUT needs work; 2: IN or
    the call cannot be used.
    """
    with _waiting(f"Reading {source}"):
        result, file = _converted(source, to, mending, portal, supply, accept)
    if out.exists() and source.exists() and out.samefile(source):
        raise Unusable(f"{out} is the file to convert; choose another name for the new one.")
    for line in _json(result) if shape == "json" else _text(source, file, result):
        click.echo(line)
    if result.refused:
        names = sorted({entry.about for entry in result.refused if entry.about})
        ways = " ".join(f"--accept {name}" for name in names)
        click.echo(f"Nothing was written. Choose a format that carries it, or give it up with {ways}.", err=True)
        raise click.exceptions.Exit(1)
    with _waiting(f"Writing {out}"):
        findings = _write(result, out, portal)
    if findings:
        click.echo(f"{out} was written and needs work: {findings} findings. See: meruit check {out}", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{out} was written.", err=True)


def _waiting(what: str) -> AbstractContextManager[object]:
    """A sign of life on a terminal; nothing where a program reads."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(f"{what} ...")


def _converted(
    source: Path, to: str, mending: bool, portal: str | None, supply: Path | None, accept: tuple[str, ...]
) -> tuple[Conversion, File]:
    """The converted bill, or a sentence about why the call cannot be used."""
    from meruit import ledes
    from meruit.ledes.convert import MONEY, SupplyError, convert
    from meruit.ledes.convert.supply import load
    from meruit.ledes.dialects import NONE

    wrong = [name for name in accept if name not in MONEY]
    if wrong:
        raise Unusable(f'--accept "{wrong[0]}" is not known. Known: {", ".join(MONEY)}.')
    try:
        ledes.table(to)
        dialect = ledes.dialect(portal) if portal else NONE
        rows = load(supply.read_text(encoding="utf-8"), str(supply)) if supply else None
        file = ledes.read(source)
    except (ledes.TableError, ledes.NotLedes, SupplyError, UnicodeDecodeError) as error:
        raise Unusable(str(error)) from error
    except OSError as error:
        raise Unusable(f"{error.filename or source} cannot be read: {error.strerror or error}.") from error
    if not file.invoices or file.format not in ledes.FORMATS:
        said = file.notes[0].message if file.notes else "It holds no invoice."
        raise Unusable(f"{source} cannot be converted. {said}")
    cut = next((note for note in file.notes if note.rule == "LX01" and "may be missing" in note.message), None)
    if cut:
        raise Unusable(f"{source} was not read to its end, and lines may be missing. {cut.message}")
    try:
        return convert(file, to, accept=accept, supplied=rows, mending=mending, dialect=dialect), file  # type: ignore[arg-type]  # checked against MONEY above
    except SupplyError as error:
        raise Unusable(str(error)) from error


def _write(result: Conversion, out: Path, portal: str | None) -> int:
    """Write the bytes in one step; answers how many findings the new file has above advice."""
    from meruit import ledes
    from meruit.findings import ABOVE_ADVICE

    try:
        data = ledes.to_bytes(result.file, encoding=result.file.encoding)
    except ledes.CannotWrite as error:
        raise Refused(f"Nothing was written. {error}") from error
    part = out.with_name(out.name + ".part")
    try:
        part.write_bytes(data)
        os.replace(part, out)
    except OSError as error:
        raise Unusable(f"{out} cannot be written: {error.strerror or error}.") from error
    return sum(1 for finding in ledes.check(data, portal=portal) if finding.severity in ABOVE_ADVICE)


# --- reports --------------------------------------------------------------------------------------------


def _json(result: Conversion) -> Iterator[str]:
    for entry in result.entries:
        yield json.dumps(
            {
                "kind": entry.kind,
                "field": entry.field,
                "invoice": entry.invoice or None,
                "entry": entry.line or None,
                "value": entry.value or None,
                "amount": None if entry.amount is None else str(entry.amount),
                "about": entry.about,
                "message": entry.says,
            },
            ensure_ascii=False,
        )


def _text(source: Path, file: File, result: Conversion) -> Iterator[str]:
    from meruit import ledes
    from meruit.ledes.convert import grouped
    from meruit.ledes.convert.report import KINDS

    old, new = ledes.table(file.format).heading.title, ledes.table(result.to).heading.title
    lines = sum(len(invoice.lines) for invoice in file.invoices)
    yield f"{source}: {old} to {new}, {_count(len(file.invoices), 'invoice')}, {_count(lines, 'line')}"
    if file.notes:
        yield f"  {_count(len(file.notes), 'remark')} of the reader; see: meruit check {source}"
    kind = ""
    for entry, count, amount in grouped(result.entries):
        if entry.kind != kind:
            kind = entry.kind
            yield f"\n{entry.kind.capitalize()} ({KINDS[entry.kind]}):"
        yield "  " + _row(entry, count, f"{amount:,.2f}" if amount is not None else "")
    if not result.entries:
        yield "  Every value is carried."
    yield ""


def _row(entry: Entry, count: int, amount: str) -> str:
    value = entry.value if len(entry.value) <= SHOWN else f"{entry.value[:SHOWN]}..."
    says = f"{value} ({entry.says})" if value else entry.says
    often = f", {count} times" if count > 1 else ""
    money = f" [{amount}]" if amount else ""
    return f"{entry.field}: {says}{often}{money}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
