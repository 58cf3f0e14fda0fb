"""`meruit codes`: what a UTBMS code means, and which codes a narrative bears."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from meruit.guidelines.narrative.coding import Proposal
    from meruit.guidelines.narrative.history import Model
    from meruit.utbms import Code


@click.group()
def app() -> None:
    """UTBMS codes: suggest them for a narrative, show what one means, list the sets."""


def _refuse(why: str) -> NoReturn:
    click.echo(why, err=True)
    sys.exit(2)


@app.command()
@click.argument("text")
@click.option(
    "--set", "sets", multiple=True, metavar="NAME", help="A code set allowed for the matter; may be repeated."
)
@click.option("--class", "timekeeper_class", metavar="CLASS", help="Class of the timekeeper, for example ASSOC.")
@click.option("--history", type=click.Path(path_type=Path), help="CSV of the firm's own coded entries to learn from.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def suggest(text: str, sets: tuple[str, ...], timekeeper_class: str | None, history: Path | None, form: str) -> None:
    """Suggest task and activity for the narrative TEXT, with reason and confidence; abstain where it cannot tell."""
    from meruit import utbms
    from meruit.guidelines.narrative import understand
    from meruit.guidelines.narrative.coding import suggest as propose

    for name in sets:
        if name not in utbms.sets():
            _refuse(f'There is no code set "{name}"; known are {", ".join(utbms.sets())}.')
    learnt = _learn(history) if history else None
    coding = propose(understand(text, timekeeper_class=timekeeper_class), sets=sets or None, history=learnt)
    if form == "json":
        click.echo(json.dumps({"task": _row(coding.task), "activity": _row(coding.activity),
                               "abstained": list(coding.abstained)}, ensure_ascii=False))  # fmt: skip
        return
    for label, proposal in (("task", coding.task), ("activity", coding.activity)):
        if proposal is None:
            click.echo(f"{label:<9} none")
        else:
            click.echo(f"{label:<9} {proposal.code}  {proposal.confidence:.0%}  {proposal.reason}")
    for why in coding.abstained:
        click.echo(why)


def _row(proposal: Proposal | None) -> dict[str, object] | None:
    return None if proposal is None else proposal._asdict()


def _learn(path: Path) -> Model:
    from meruit.guidelines.narrative.history import learn, measure_by_parts, shipped

    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        _refuse(f"{path} cannot be read: {error}.")
    if not table or not {"narrative", "task_code"} <= set(table[0]):
        _refuse(f"{path} needs a header with the columns narrative and task_code.")
    coded = [(row["narrative"], row["task_code"], row.get("activity_code")) for row in table]
    shown = measure_by_parts(coded, shipped())["task"]
    click.echo(
        f"Learnt from {shown.entries} coded entries; left-out entries: {shown.right:.0%} right, "
        f"{shown.answered:.0%} answered.",
        err=True,
    )
    return learn(coded, shipped())


@app.command()
@click.argument("code")
def show(code: str) -> None:
    """Show what CODE means, in every set that has it, and what it becomes in other lists."""
    from meruit import utbms

    wanted = utbms.normal(code)
    rows = [row for row in utbms.every() if row.code == wanted]
    if not rows:
        _refuse(_unknown(code, wanted))
    for row in rows:
        _tell(row)
    for name in utbms.sets():
        becomes = utbms.carried_to(wanted, name)
        if becomes and becomes != (wanted,):
            click.echo(f"in {name}: {' or '.join(becomes)}")


def _unknown(code: str, wanted: str) -> str:
    from difflib import get_close_matches

    from meruit import utbms

    near = get_close_matches(wanted, sorted({row.code for row in utbms.every()}), n=3)
    hint = f" Nearest are {', '.join(near)}." if near else ""
    return f'"{code}" stands in no published code set.{hint}'


def _tell(row: Code) -> None:
    from meruit import utbms

    notes: list[str] = [row.level]
    if row.retired:
        notes.append("retired")
    if not utbms.billable(row):
        notes.append("a heading, not billed itself")
    if not row.confirmed:
        notes.append("not confirmed by a public source")
    parent = utbms.lookup(row.parent, row.set) if row.parent else None
    under = f", under {parent.code} {parent.title}" if parent else ""
    click.echo(f"{row.code}  {row.title}  ({row.set}; {', '.join(notes)}{under})")


@app.command("sets")
def list_sets() -> None:
    """List the code sets with maker and year."""
    from meruit import utbms

    for found in utbms.sets().values():
        year = found.issued or "year not known"
        click.echo(f"{found.name:<22} {len(found.codes):>3} codes  {year:<14}  {found.title}; {found.made_by}")
