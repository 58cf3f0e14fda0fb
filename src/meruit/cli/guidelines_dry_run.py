"""`meruit guidelines dry-run`: a changed set over the firm's own past bills, beside what the client in truth cut.

Where `diff --bills` reads files, this reads the final bills of the application as they were frozen, with what is on
file beside them. It acts as a person (`MERUIT_TOKEN`); bills behind a wall are not there for him.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from meruit.cli.imports import as_person

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from meruit.authority.acts import Actor
    from meruit.disputes.dry_run import DryRun, Lines
    from meruit.guidelines import GuidelineSet
    from meruit.matters.models import Client

#: How far back a dry run looks unless told, as the page of it does.
LOOKS_BACK = timedelta(days=180)
PROFILE = "RP-1"


def dry_run(client: str, new: str, beside: str | None, first: date | None, last: date | None, form: str) -> int:
    """Run and print; 1 where the two say something else of the same bills, 0 where they do not."""
    with as_person() as (actor, _):
        from meruit.authority.acts import today
        from meruit.cli.firm import client_of
        from meruit.disputes.dry_run import over_past_bills

        found = client_of(actor, client)
        until = last or today()
        since = first or until - LOOKS_BACK
        now = _named(actor, new)
        was = _named(actor, beside) if beside else _as_billed(found, until)
        ran = over_past_bills(actor, found.pk, was, now, since, until)
        print_ = _json if form == "json" else _text
        print_(ran, was, now, since, until)
        for rule, why, lines in ran.unjudged:
            click.echo(f"not judged  {rule}: {why} ({lines} lines)", err=True)
        return 1 if ran.effects else 0


def _named(actor: Actor, name: str) -> GuidelineSet:
    """A kept version by its number, a built-in set by its name, or a file."""
    from meruit.firm import access
    from meruit.firm.queries import sets
    from meruit.guidelines import Refused, load

    if name.isdecimal():
        return sets.rules_of(access.guideline_set(actor, int(name)))
    try:
        return load(name)
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _as_billed(client: Client, on: date) -> GuidelineSet:
    """What the client's bills are judged by on a day; the reference profile for one that is billed without rules."""
    from meruit.firm.queries import sets
    from meruit.guidelines import load
    from meruit.matters.models import Payer

    payers = list(Payer.objects.filter(client=client).exclude(guideline_set="").order_by("pk"))
    names = sorted({payer.guideline_set for payer in payers})
    if len(names) > 1:
        click.echo(
            f"{client.name} is billed under {' and '.join(names)}; say with --beside which of them is compared.",
            err=True,
        )
        sys.exit(2)
    held = sets.held(payers[0], on) if payers else None
    return load(PROFILE) if held is None else held.rules


def _text(ran: DryRun, was: GuidelineSet, now: GuidelineSet, first: date, last: date) -> None:
    click.echo(f"{_title(was)} -> {_title(now)}")
    click.echo(f"{ran.bills} final bills issued from {first} to {last}, {ran.lines} lines")
    for change in ran.changes:
        what = f"{change.what} from {change.old} to {change.new}" if change.kind == "changed" else change.what
        click.echo(f"  {change.kind:9}{change.rule}: {what}")
    click.echo(f"\n{'lines':22}{'how many':>9}  {'their money':>20}{'cut of these':>14}  {'by':>18}")
    for words, lines in ran.rows:
        click.echo(f"{words:22}{lines.count:9}  {_money(lines.money):>20}{lines.cut:14}  {_money(lines.cut_money):>18}")
    if ran.effects:
        click.echo("\nby rule")
    for effect in ran.effects:
        gained = f"+{effect.gained} ({_money(effect.money_gained)})"
        click.echo(f"  {effect.rule:28}{gained:28}-{effect.lost} ({_money(effect.money_lost)})")


def _json(ran: DryRun, was: GuidelineSet, now: GuidelineSet, first: date, last: date) -> None:
    """One object; amounts are strings."""
    told = {
        "old": _title(was),
        "new": _title(now),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "bills": ran.bills,
        "lines": ran.lines,
        **{words.lower().replace(" ", "_"): _lines(lines) for words, lines in ran.rows},
        "rules": [
            {
                "rule": effect.rule,
                "gained": effect.gained,
                "lost": effect.lost,
                "money_gained": _strings(effect.money_gained),
                "money_lost": _strings(effect.money_lost),
            }
            for effect in ran.effects
        ],
    }
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _lines(lines: Lines) -> dict[str, Any]:
    return {
        "lines": lines.count,
        "money": _strings(lines.money),
        "cut": lines.cut,
        "cut_money": _strings(lines.cut_money),
    }


def _strings(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {code: _plain(amount, code) for code, amount in amounts.items()}


def _plain(amount: Decimal, code: str) -> str:
    """An amount with the decimals of its currency, more only where it has them."""
    from meruit.money.currencies import currency

    own = amount.normalize().as_tuple().exponent
    places = currency(code).minor_units if code else 2
    return f"{amount:.{max(places, -own) if isinstance(own, int) else places}f}"


def _money(amounts: Mapping[str, Decimal]) -> str:
    from meruit.guidelines.say import money

    return ", ".join(money(amount, currency) for currency, amount in amounts.items()) or "0.00"


def _title(rules: GuidelineSet) -> str:
    return f"{rules.header.client}: {rules.header.title} {rules.header.version}"
