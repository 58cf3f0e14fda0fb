"""`meruit import`: take a file in, see which rows could not be taken and why, bring them back corrected.

It acts as a person: `MERUIT_TOKEN` holds the token of a session. Exit codes: 0 every row was taken, 1 rows are
set aside, 2 the file or the call cannot be used.
"""

from __future__ import annotations

import contextlib
import csv
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meruit.cli.run import told
from meruit.imports.core.values import STYLES, example

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from meruit.authority.acts import Actor
    from meruit.imports.actions import Looked
    from meruit.imports.core.files import Table
    from meruit.imports.models import Batch
    from meruit.imports.models import Mapping as StoredMapping

TOKEN = "MERUIT_TOKEN"
#: So many rows that were set aside are shown; `--aside` writes all of them.
SHOWN = 20


@click.command(name="import", no_args_is_help=True)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--record", metavar="NAME", help="time, expenses, timekeepers, clients, payers, matters, rates or terms.")
@click.option("--style", type=click.Choice(list(STYLES)), help="How dates are written, where the file leaves it open.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Which column is a field; repeat it.")
@click.option("--complete", is_flag=True, help="The file holds all records of its kind: what is absent was deleted.")
@click.option("--yes", is_flag=True, help="Take the mapping as it is shown.")
@click.option("--aside", type=int, metavar="BATCH", help="Write the rows of a batch that wait, with reasons, as CSV.")
@click.option("--correct", type=int, metavar="BATCH", help="FILE is what --aside wrote, corrected: try its rows again.")
def command(
    file: Path | None,
    record: str | None,
    style: str | None,
    columns: tuple[str, ...],
    complete: bool,
    yes: bool,
    aside: int | None,
    correct: int | None,
) -> None:
    """Take FILE (CSV or XLSX) in. The same file twice changes nothing; one that was stopped goes on."""
    if aside is None and file is None:
        raise click.UsageError("Name the file to take in, or the batch whose waiting rows are wanted (--aside).")
    if aside is None and correct is None and record is None:
        raise click.UsageError("Say with --record what the file holds, for example --record time.")
    with as_person() as (actor, console):
        if aside is not None:
            _write_aside(actor, aside)
        elif correct is not None:
            assert file is not None  # checked above
            sys.exit(_correct(actor, file, correct))
        else:
            assert file is not None  # checked above
            assert record is not None  # checked above
            sys.exit(_import(actor, console, file, record, style, _pairs(columns), complete=complete, yes=yes))


@contextlib.contextmanager
def as_person() -> Iterator[tuple[Actor, Console]]:
    """Whoever is behind the token, over the application's login; refusals are sentences with exit code 2."""
    from meruit.authority.errors import Refused
    from meruit.imports.core.problems import FileRefused
    from meruit.postgres import APP

    if not (token := os.environ.get(TOKEN, "")):
        click.echo(
            f"{TOKEN} is not set; set it to the token of your session, so that it is known who imports.", err=True
        )
        sys.exit(2)
    with told() as (installation, console), installation.reachable(APP) as reached:
        import django

        os.environ[APP.variable] = reached[APP]
        os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"
        django.setup()
        from meruit.authority.acts import signed_in

        try:
            yield signed_in(token, origin="cli"), console
        except (Refused, FileRefused) as refused:
            click.echo(str(refused), err=True)
            sys.exit(2)


def _import(
    actor: Actor,
    console: Console,
    file: Path,
    record: str,
    style: str | None,
    named: Mapping[str, str],
    *,
    complete: bool,
    yes: bool,
) -> int:
    from meruit.desk import takers
    from meruit.imports import actions
    from meruit.imports.core.files import open_table

    acting = takers.as_(actor)
    looked = actions.look(record, open_table(file))
    mapping = looked.remembered
    if mapping is not None and not named and style in (None, mapping.date_style):
        click.echo(f"The columns of this file are known; they were confirmed on {mapping.confirmed_at:%Y-%m-%d}.")
    else:
        columns = dict(mapping.columns if mapping is not None else looked.suggestion.columns) | dict(named)
        _show(console, looked, columns, named)
        style = style or _style(looked, mapping)
        if not yes and not _agreed():
            return 2
        mapping = actions.confirm(acting, looked, columns, style)
    batch = actions.begin(acting, looked, mapping, complete=complete)
    if batch.done_rows:
        click.echo(f"Batch {batch.pk} was stopped behind {batch.done_rows:,} rows and goes on from there.")
    _run(actor, console, looked, batch)
    return _tell(actor, batch)


def _run(actor: Actor, console: Console, looked: Looked, batch: Batch) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from meruit.desk import importing

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        task = bars.add_task(f"Batch {batch.pk}", total=_about(looked.table), completed=batch.done_rows)
        try:
            importing.take(actor, looked, batch, watch=lambda now: bars.update(task, completed=now.done_rows))
        except KeyboardInterrupt:
            batch.refresh_from_db()
            console.print(f"Stopped behind {batch.done_rows:,} rows; the same command goes on from there.")
            sys.exit(2)
        batch.refresh_from_db()
        bars.update(task, completed=batch.done_rows, total=batch.done_rows)


def _about(table: Table) -> int | None:
    """How many rows to expect: line ends of a CSV (a cell may hold some); None for a workbook, which does not say."""
    if table.kind == "xlsx":
        return None
    with table.path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def _show(console: Console, looked: Looked, columns: Mapping[str, str], named: Mapping[str, str]) -> None:
    """The mapping as a table: every field, its column, and why."""
    from rich.table import Table as Shown

    table = Shown(title=f"{looked.table.path.name} as {looked.record.title}", title_justify="left")
    for heading in ("field", "column of the file", "why"):
        table.add_column(heading)
    for field in looked.record.fields.values():
        if field.name in named:
            why = "as you said"
        elif field.name in columns:
            why = looked.suggestion.why.get(field.name, "as it was confirmed before")
        else:
            why = "MISSING; name it with --column" if field.required else "not in the file"
        table.add_row(field.name, columns.get(field.name, ""), why)
    console.print(table, markup=False)
    unused = [header for header in looked.table.headers if header not in columns.values()]
    if unused:
        console.print(f"Not taken: {', '.join(unused)}", markup=False)


def _style(looked: Looked, mapping: StoredMapping | None) -> str:
    """The style of dates: the only one in which all of them read, else whatever a person says."""
    possible = looked.suggestion.styles
    if mapping is not None and mapping.date_style in possible:
        return mapping.date_style
    if len(possible) == 1 or len(possible) == len(STYLES):  # one reads, or there is no date in the file
        return possible[0]
    found = [f"{style} ({example(style)})" for style in possible or STYLES]
    reads = "in more than one style" if possible else "in no single style; what does not read as you say is set aside"
    if not sys.stdin.isatty():
        click.echo(f"The dates read {reads}. Say with --style which it is: {', '.join(found)}.", err=True)
        sys.exit(2)
    click.echo(f"The dates read {reads}: {', '.join(found)}.")
    chosen: str = click.prompt("Which is it", type=click.Choice(list(possible or STYLES)))
    return chosen


def _agreed() -> bool:
    if not sys.stdin.isatty():
        click.echo("Nothing was taken. Look at the mapping above, then confirm it with --yes.", err=True)
        return False
    return click.confirm("Is every column what it says?", default=False)


def _pairs(columns: tuple[str, ...]) -> dict[str, str]:
    named = dict(text.partition("=")[::2] for text in columns)
    for field, header in named.items():
        if not (field and header):
            raise click.UsageError("--column wants FIELD=HEADER, for example --column hours=Qty.")
    return named


def _tell(actor: Actor, batch: Batch) -> int:
    """The counts, and the rows that wait; 1 when there are any."""
    from meruit.desk import takers

    click.echo(
        f"Batch {batch.pk}: {batch.done_rows:,} rows: {batch.taken:,} new, {batch.changed:,} changed, "
        f"{batch.unchanged:,} known, {batch.set_aside:,} set aside."
    )
    waiting = takers.waiting(actor, batch)
    for row in waiting[:SHOWN]:
        click.echo(f"  line {row.line}: {row.reason}")
    if len(waiting) > SHOWN:
        click.echo(f"  and {len(waiting) - SHOWN:,} more.")
    if waiting:
        click.echo(
            f"Write them with `meruit import --aside {batch.pk} > aside.csv`, correct them there, and bring them "
            f"back with `meruit import aside.csv --correct {batch.pk}`."
        )
    return 1 if waiting else 0


def _batch(number: int) -> Batch:
    from meruit.imports.models import Batch

    found = Batch.objects.filter(pk=number).first()
    if found is None:
        click.echo(f"There is no batch {number}.", err=True)
        sys.exit(2)
    return found


def _write_aside(actor: Actor, number: int) -> None:
    """The waiting rows on standard output, as they stood, before them their line and why they wait."""
    from meruit.desk import takers

    batch = _batch(number)
    csv.writer(sys.stdout, lineterminator="\n").writerows(takers.asides(batch, takers.waiting(actor, batch)))


def _correct(actor: Actor, file: Path, number: int) -> int:
    """Try the rows of a corrected `--aside` file again; 1 while any row of the batch waits."""
    from meruit.desk import correcting, takers
    from meruit.imports.core.files import open_table

    batch = _batch(number)
    done = correcting.retry(actor, batch, open_table(file))
    for line, why in done.still:
        click.echo(f"  line {line}: {why}")
    left = len(takers.waiting(actor, batch))
    click.echo(f"Batch {number}: {done.taken:,} rows taken now, {left:,} still set aside.")
    return 1 if left else 0
