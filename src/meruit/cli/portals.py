"""`meruit rehearse` and `meruit portals`: a client's portal to practise on, and the profiles of portals."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from meruit.portals.profiles import Profile

REHEARSALS = ("client-portal",)


@click.command(name="rehearse", no_args_is_help=True)
@click.argument("slug", type=click.Choice(REHEARSALS))
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), required=True, help="Its own folder.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the page; 0 takes a free one.")
@click.option("--sftp-port", type=click.IntRange(0, 65535), default=0, help="Of the inbox; 0 takes a free one.")
@click.option("--seed", type=int, help="A reviewer who overlooks one thing in four, always the same ones.")
@click.option("--slow", type=click.FloatRange(0, 60), default=0.0, metavar="S", help="Seconds every request takes.")
@click.option("--down", is_flag=True, help="Refuse every connection; the page can end it.")
@click.option("--silent-after-upload", is_flag=True, help="Take a file and drop the line before answering.")
@click.option("--by-hand", is_flag=True, help="Pass and pay nothing until a person does so on the page.")
@click.option("--review-days", type=click.IntRange(0), default=0, help="Days until a reviewer takes a bill up.")
@click.option("--decide-days", type=click.IntRange(0), default=0, help="Days the reviewer takes.")
@click.option("--pay-days", type=click.IntRange(0), default=0, help="Days from passing a bill to paying it.")
@click.option("--rates", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="TOML: timekeeper = rate.")
@click.option("--at", metavar="MOMENT", help="What time it is there, such as 2026-02-03T09:00+00:00; it runs on.")
def rehearse(
    slug: str,
    home: Path,
    port: int,
    sftp_port: int,
    seed: int | None,
    slow: float,
    down: bool,
    silent_after_upload: bool,
    by_hand: bool,
    review_days: int,
    decide_days: int,
    pay_days: int,
    rates: Path | None,
    at: str | None,
) -> None:
    """Run a client's portal to practise on, as a process of its own, until it is stopped."""
    from meruit.portals.rehearsal.client import Manner
    from meruit.portals.rehearsal.clock import Clock
    from meruit.portals.rehearsal.judge import Unreadable, read_card
    from meruit.portals.rehearsal.serve import serve

    moment = None
    if at is not None:
        try:
            moment = datetime.fromisoformat(at)
        except ValueError as error:
            raise click.BadParameter(f'"{at}" is no moment; write 2026-02-03T09:00+00:00.') from error
        if moment.tzinfo is None:
            raise click.BadParameter(f'"{at}" has no zone; write 2026-02-03T09:00+00:00.')
    try:
        card = read_card(rates.read_text(encoding="utf-8")) if rates is not None else read_card("")
    except Unreadable as error:
        raise click.UsageError(f"{rates}: {error}") from error
    manner = Manner(
        review_after=timedelta(days=review_days),
        decide_after=timedelta(days=decide_days),
        pay_after=timedelta(days=pay_days),
        slow_seconds=slow,
        down=down,
        silent_after_upload=silent_after_upload,
        by_hand=by_hand,
        card=card,
        seed=seed,
    )
    try:
        serve(home, manner, Clock(moment), port=port, sftp_port=sftp_port, ready=_say)
    except OSError as error:
        raise click.UsageError(f"The portal cannot start: {error}") from error


def _say(address: Mapping[str, object]) -> None:
    click.echo(f"Client portal: {address['page']}   SFTP: {address['user']}@{address['host']}:{address['port']}")


class Unusable(click.ClickException):
    """The call or the input cannot be used."""

    exit_code = 2


@click.group(name="portals")
def app() -> None:
    """What is known of each portal, as data: its limits, and what its words mean here."""


@app.command(name="lint")
@click.argument("files", nargs=-1, metavar="[FILE.toml]...", type=click.Path(path_type=Path, exists=True))
def lint(files: tuple[Path, ...]) -> None:
    """Check profiles: those given, or all that are built in. Exits 1 where one cannot be used."""
    from meruit.portals import profiles

    wrong = 0
    for path in files or sorted(profiles.FOLDER.glob("*.toml")):
        try:
            found = profiles.load(path)
        except profiles.ProfileError as error:
            wrong += 1
            click.echo(str(error))
        else:
            click.echo(f"{path.name}: {len(found.words)} words, {len(found.reasons)} reasons")
    raise click.exceptions.Exit(1 if wrong else 0)


@app.command(name="show")
@click.argument("portal", metavar="SLUG|FILE.toml")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def show(portal: str, form: str) -> None:
    """Show a profile: what must be entered, how long it may be silent, and what each word means."""
    import json

    rows = _rows(_profile(portal))
    if form == "json":
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    width = max(map(len, rows))
    for name, value in rows.items():
        click.echo(f"{name:<{width}}  {value}")


@app.command(name="diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
def diff(old: str, new: str) -> None:
    """Compare two profiles, each a slug or a file. Exits 1 where they differ."""
    before, after = _rows(_profile(old)), _rows(_profile(new))
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    for name in changed:
        if name in before:
            click.echo(f"- {name}: {before[name]}")
        if name in after:
            click.echo(f"+ {name}: {after[name]}")
    raise click.exceptions.Exit(1 if changed else 0)


@app.command(name="connect")
@click.argument("payer", type=int)
@click.option("--host", required=True)
@click.option("--port", type=click.IntRange(1, 65535), default=22, show_default=True)
@click.option("--user", required=True)
@click.option("--host-key", required=True, help='The portal\'s public key as it told it, "ssh-ed25519 AAAA...".')
@click.option(
    "--key", required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Your own key."
)
@click.option("--inbox", default="inbox", show_default=True)
@click.option("--outbox", default="outbox", show_default=True)
@click.option("--untried", is_flag=True, help="Enter it though the door cannot be opened from here now.")
def connect(
    payer: int, host: str, port: int, user: str, host_key: str, key: Path, inbox: str, outbox: str, untried: bool
) -> None:
    """Enter how the bills of PAYER (its number) reach its portal. The door is opened once before it counts."""
    from meruit.cli.run import told
    from meruit.portals import connecting, sftp
    from meruit.postgres import OWNER
    from meruit.settings.environment import home

    address = sftp.Address(host, port, user, host_key, inbox, outbox)
    with told() as (installation, _), installation.reachable(OWNER) as reached:
        try:
            name = connecting.connect(reached[OWNER], home() / "keys", payer, address, key, attempt=not untried)
        except connecting.CannotConnect as error:
            raise Unusable(str(error)) from error
    click.echo(f"Bills of {name} go to {user}@{host}:{port}.")


def _profile(named: str) -> Profile:
    from meruit.portals import profiles

    try:
        if named.endswith(".toml"):
            return profiles.parse(Path(named).read_text(encoding="utf-8"))
        found = profiles.profile(named)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise Unusable(f"{named}: {error}") from error
    if found is None:
        raise Unusable(f'There is no profile "{named}"; there are {", ".join(profiles.profiles())}.')
    return found


def _rows(profile: Profile) -> dict[str, str]:
    """A profile as names and values in words."""
    entered = ["client id"] * profile.needs_client_id + list(profile.needs_matter_ids)
    rows = {
        "title": profile.title,
        "route": profile.route,
        "LEDES dialect": profile.dialect,
        "source": f"{profile.source}, {profile.as_of}",
        "must be entered": ", ".join(entered) or "nothing",
        "silence is told after": f"{profile.alarm_hours} hours",
        "sent again within": f"{profile.resubmit_days} days",
        "answered within": f"{profile.answer_days} days",
    }
    for word, means in profile.words.items():
        says = [state.replace("_", " ") for state in means.states]
        says += ["it arrived"] * means.receipt + ["a payment"] * means.payment
        says += [f"{means.line} of a line"] * bool(means.line)
        rows[f'word "{word}"'] = "; ".join(says)
    rows |= {f'reason "{words}"': code for words, code in profile.reasons.items()}
    return rows
