"""`meruit guidelines draft`: a language model proposes a set from a client's document, and a person reviews it."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, NoReturn

import click

from meruit.drafting import Consent, Model, ModelFailed, NoConsent, draft_set
from meruit.guidelines import Refused
from meruit.guidelines.lint import lint
from meruit.settings.model import ADDRESS, MODEL, endpoint

if TYPE_CHECKING:
    from pathlib import Path

    from meruit.drafting import Draft


def draft(document: Path, output: Path, *, client: str, consent: str | None, title: str) -> int:
    """Write the proposal and tell what to look at; returns the exit code."""
    if output.exists():
        _refuse(f"{output} exists already; choose another name.")
    found = endpoint()
    if found is None:
        _refuse(f"No language model is set up; {ADDRESS} and {MODEL} name one (docs/operations.md).")
    today = date.today()
    agreed = Consent(client, consent, today) if consent and consent.strip() else None
    text = _text(document)
    if agreed is not None:
        click.echo(f"{len(text):,} characters of {client} go to {found.model} at {found.host}.", err=True)
    try:
        drafted = draft_set(Model(found, today), text, client=client, consent=agreed, title=title, source=document.name)
    except (NoConsent, ModelFailed, Refused) as error:
        _refuse(error)
    output.write_text(f"# Consent of the client: {_line(consent)}\n{drafted.text}", encoding="utf-8")
    return _told(drafted, output)


def _text(document: Path) -> str:
    """The words of a document; what is no text is refused with what to do."""
    try:
        data = document.read_bytes()
    except OSError as error:
        _refuse(f"{document} cannot be read: {error.strerror}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or data.startswith(b"%PDF"):
        _refuse(f"{document} is not plain text; save the document as text or Markdown (UTF-8) and give that.")
    return text


def _told(drafted: Draft, output: Path) -> int:
    for gone in drafted.dropped:
        click.echo(f"left out  {gone.what} {gone.reason}")
    for figure in drafted.to_check:
        click.echo(f"check     {figure}")
    remarks = [remark for remark in lint(drafted.guidelines) if remark.grave]
    for remark in remarks:
        click.echo(f"mend      {remark.message}")
    rules, aside = len(drafted.guidelines.rules), len(drafted.guidelines.unjudgeable)
    click.echo(
        f"{output}: {rules} rules and {aside} clauses for people proposed from {drafted.pieces} pieces, "
        f"{len(drafted.dropped)} left out, {len(drafted.to_check)} figures to check. Nothing is in force by this.",
        err=True,
    )
    return 1 if drafted.dropped or drafted.to_check or remarks else 0


def _line(text: str | None) -> str:
    """What was given, in one line, as a comment holds it."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text or "").split())


def _refuse(why: object) -> NoReturn:
    click.echo(str(why), err=True)
    sys.exit(2)
