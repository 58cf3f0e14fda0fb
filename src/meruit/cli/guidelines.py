"""`meruit guidelines`: try, check, read, start and compare a client's guideline set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from meruit.guidelines import GuidelineSet

A_PATH = click.Path(path_type=Path)
A_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def app() -> None:
    """Try, check, read, start and compare guideline sets.

    FILE is a TOML file or the name of a built-in set such as RP-1; `meruit guidelines list` tells them.
    """


def _refuse(why: object) -> NoReturn:
    click.echo(str(why), err=True)
    sys.exit(2)


def _load(name: str) -> GuidelineSet:
    from meruit.guidelines import Refused, load

    try:
        return load(name)
    except Refused as error:
        _refuse(error)


@app.command()
@click.argument("file")
def test(file: str) -> None:
    """Run the examples of every rule: each must fire or stay silent as it says."""
    from meruit.guidelines.proof import failures

    guidelines = _load(file)
    failed = list(failures(guidelines))
    for failure in failed:
        click.echo(f"{file}, {failure.message}")
    count = sum(len(rule.fires) + len(rule.silent) for rule in guidelines.rules)
    click.echo(f"{len(guidelines.rules)} rules, {count} examples, {len(failed)} failed.", err=True)
    sys.exit(1 if failed else 0)


@app.command()
@click.argument("file")
@click.option("--strict", is_flag=True, help="Minor remarks count as well.")
def lint(file: str, strict: bool) -> None:
    """Say what is questionable: rules that judge nothing, contradict another or lack their clause."""
    from meruit.guidelines.lint import lint as remarks

    found = list(remarks(_load(file)))
    for remark in found:
        where = f"{file}, line {remark.line}: " if remark.line else f"{file}: "
        click.echo(f"{where}{'' if remark.grave else 'minor: '}{remark.message}")
    grave = sum(remark.grave for remark in found)
    click.echo(f"{grave} to mend, {len(found) - grave} minor.", err=True)
    sys.exit(1 if grave or (strict and found) else 0)


@app.command()
@click.argument("file")
def show(file: str) -> None:
    """Print the set as the page on which a new hire learns it (Markdown)."""
    from meruit.guidelines.page import page

    click.echo(page(_load(file)), nl=False)


@app.command("list")
def list_() -> None:
    """List the built-in sets."""
    from meruit.guidelines import names

    for name in names():
        head = _load(name).header
        click.echo(f"{name:32}{head.client}: {head.title}")


@app.command()
@click.argument("file", type=A_PATH)
@click.option("--like", default="corporation", show_default=True, help="The built-in set to begin from.")
def init(file: Path, like: str) -> None:
    """Begin a set from a starter: insurer, corporation, public-body, bankruptcy-court, or any built-in."""
    from meruit.guidelines import Refused
    from meruit.guidelines.sets import text_of

    if file.exists():
        _refuse(f"{file} exists already; choose another name.")
    try:
        file.write_text(text_of(like), encoding="utf-8")
    except (Refused, OSError) as error:
        _refuse(error)
    click.echo(f"{file} begun from {like}. `meruit guidelines test {file}` runs its examples.", err=True)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a set, for editors."""
    import json

    from meruit.guidelines.schema import schema as made

    click.echo(json.dumps(made(), indent=2, ensure_ascii=False))


@app.command()
@click.argument("old")
@click.argument("new")
@click.option("--bills", multiple=True, type=A_PATH, metavar="PATH", help="A LEDES file or a CSV of entries.")
@click.argument("more", nargs=-1, type=A_PATH, metavar="[PATH]...")
@click.option("--context", type=A_PATH, metavar="FILE.toml", help="What is known beside the lines.")
def diff(old: str, new: str, bills: tuple[Path, ...], more: tuple[Path, ...], context: Path | None) -> None:
    """Say what changed between two sets and, with --bills, what it would have meant in lines and money."""
    from meruit.guidelines.diff import changes

    was, now = _load(old), _load(new)
    changed = changes(was, now)
    for change in changed:
        if change.kind == "changed":
            click.echo(f"changed  {change.rule}: {change.what} from {change.old} to {change.new}")
        else:
            click.echo(f"{change.kind:9}{change.rule}: {change.what}")
    if not changed:
        click.echo("The sets ask the same.")
    if more and not bills:
        _refuse(f"{more[0]} is not asked for; bills come after --bills.")
    paths = [*bills, *more]
    differs = _effects(was, now, paths, context) if paths else False
    sys.exit(1 if changed or differs else 0)


def _effects(was: GuidelineSet, now: GuidelineSet, paths: list[Path], context: Path | None) -> bool:
    from meruit.guidelines import Refused, read_context
    from meruit.guidelines.diff import effects, lines_and_money
    from meruit.screening.core import screen_file

    try:
        known = read_context(context.read_text(encoding="utf-8"), str(context)) if context else None
        before = [f for path in paths for f in screen_file(path, was, known).findings]
        after = [f for path in paths for f in screen_file(path, now, known).findings]
    except (Refused, OSError) as error:
        _refuse(error)
    found = effects(before, after)
    click.echo("")
    for effect in found:
        gained = f"+{effect.gained} ({_money(effect.money_gained)})"
        lost = f"-{effect.lost} ({_money(effect.money_lost)})"
        click.echo(f"{effect.rule:28}{gained:28}{lost}")
    for words, findings in (("before", before), ("after", after)):
        lines, money = lines_and_money(findings)
        click.echo(f"{words:8}{len(findings)} findings on {lines} lines, {_money(money)} at risk", err=True)
    return bool(found)


@app.command()
@click.argument("document", type=A_PATH)
@click.option("-o", "--output", type=A_PATH, required=True, metavar="SET.toml", help="Where the proposal is written.")
@click.option("--client", required=True, help="Whose document it is.")
@click.option(
    "--consent", metavar="TEXT", help="Where the client agreed to the use of a language model: a letter, a clause."
)
@click.option("--title", default="Billing guidelines", show_default=True, help="What the document is called.")
def draft(document: Path, output: Path, client: str, consent: str | None, title: str) -> None:
    """Have a language model propose a set from a client's document (text or Markdown).

    Needs MERUIT_MODEL_URL and MERUIT_MODEL, and the client's consent. Every rule quotes the document word for
    word; what does not is left out and told. Ends with 1 where something was left out or has to be looked at.
    """
    from meruit.cli.guidelines_draft import draft as written

    sys.exit(written(document, output, client=client, consent=consent, title=title))


@app.command("dry-run")
@click.argument("client")
@click.argument("new", metavar="NEW")
@click.option("--beside", metavar="OLD", help="What it is compared with; without, what the client is billed under.")
@click.option("--from", "first", type=A_DAY, help="Bills issued from this day on; without, half a year.")
@click.option("--to", "last", type=A_DAY, help="Bills issued until this day; without, today.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def dry_run(
    client: str, new: str, beside: str | None, first: datetime | None, last: datetime | None, form: str
) -> None:
    """Judge the past bills of CLIENT (its number) by NEW, beside what the client in truth cut.

    NEW and OLD are each a file, a built-in set, or the number of a version that the application keeps. Needs
    MERUIT_TOKEN; nothing is changed. Ends with 1 where the two say something else of these bills.
    """
    from meruit.cli.guidelines_dry_run import dry_run as ran

    sys.exit(ran(client, new, beside, first.date() if first else None, last.date() if last else None, form))


def _money(amounts: Mapping[str, Decimal]) -> str:
    from meruit.guidelines.say import money

    return ", ".join(money(amount, currency) for currency, amount in amounts.items()) or "0.00"
