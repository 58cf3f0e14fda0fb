"""The digest by mail: off unless the firm set it up, and to nobody twice.

Each mail is written down before it is tried, under its night and address, and settled afterwards: accepted,
refused, or unknown where the line broke while the server had the text. Unknown stays on record and is shown;
nothing is sent again under the same night.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from django.conf import settings

from meruit.audit.actions import note
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.night.digest import text
from meruit.night.run import Step
from meruit.steps.models import Mail, Run

if TYPE_CHECKING:
    from meruit.authority.acts import Actor
    from meruit.night.digest import Digest
    from meruit.settings.mail import Outgoing

NAME = "mail"
#: How long a server may stay silent.
_SECONDS = 30
_OK = 250


class _NotTaken(Exception):
    """The server, or the way to it, made sure that the mail was not taken; the text says how."""


def step(digest: Callable[[Run], Digest]) -> Step:
    """The step: one item for each address. `digest` makes the record of a night that still runs."""
    return Step(
        NAME,
        "Digest mailed",
        lambda actor, now: outgoing.to if (outgoing := _outgoing()) else (),
        lambda actor, key, now: _mail(actor, key, digest),
    )


def _outgoing() -> Outgoing | None:
    found: Outgoing | None = getattr(settings, "DIGEST_MAIL", None)  # only the worker's settings have it
    return found


def _mail(actor: Actor, address: str, digest: Callable[[Run], Digest]) -> str:
    outgoing = _outgoing()
    assert outgoing is not None  # the item was found in it
    run = Run.objects.filter(finished_at=None).order_by("pk").last()
    assert run is not None  # a step is worked within a night
    message = compose(digest(run), run.pk, address, outgoing)
    kept = _intend(actor, run, address, message)
    if kept is None:
        before = Mail.objects.get(run=run, address=address)
        if before.outcome == Mail.Outcome.TRIED:
            _settle(actor, before, Mail.Outcome.UNKNOWN, "the night was stopped while it was sent")
        if before.outcome == Mail.Outcome.ACCEPTED:
            return f"{address}: taken before"
        raise NotNow(f"{address}: {before.outcome}, {before.said}; it is not sent again.")
    try:
        said = send(message, address, outgoing)
    except _NotTaken as refused:
        _settle(actor, kept, Mail.Outcome.REFUSED, str(refused))
        raise Invalid(f"{address}: not taken, {refused}") from refused
    except (OSError, smtplib.SMTPException) as broken:
        _settle(actor, kept, Mail.Outcome.UNKNOWN, f"the line broke while the text was sent ({_plain(broken)})")
        raise NotNow(f"{address}: unknown, {kept.said}; it is not sent again.") from broken
    _settle(actor, kept, Mail.Outcome.ACCEPTED, said)
    return f"{address}: taken"


def compose(digest: Digest, night: int, address: str, outgoing: Outgoing) -> EmailMessage:
    """The mail of one night to one address; its Message-ID is its key, the same whenever it is made."""
    body = text(digest)
    key = hashlib.sha256(f"{night}\x1f{digest.night_of.isoformat()}\x1f{address}".encode()).hexdigest()[:32]
    waits = "1 decision waits" if digest.decisions == 1 else f"{digest.decisions or 'no'} decisions wait"
    message = EmailMessage()
    message["Subject"] = f"{' '.join(digest.firm.split())}: {waits}, night of {digest.night_of:%Y-%m-%d}"
    message["From"] = outgoing.sender
    message["To"] = address
    message["Date"] = format_datetime(digest.night_of)
    message["Message-ID"] = f"<{key}@{outgoing.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="quoted-printable")
    return message


def _intend(actor: Actor, run: Run, address: str, message: EmailMessage) -> Mail | None:
    """Write down that it is about to be tried, committed before anything is sent; None where it was before."""
    sha256 = hashlib.sha256(message.get_content().encode()).digest()
    with acting(actor):
        if Mail.objects.filter(run=run, address=address).exists():
            return None
        made = Mail.objects.create(run=run, address=address, sha256=sha256, tried_at=moment())
        note("digest.mail_tried", "steps_mail", made.pk, after={"to": address, "sha256": sha256.hex()})
    return made


def _settle(actor: Actor, mail: Mail, outcome: str, said: str) -> None:
    with acting(actor):
        mail.outcome, mail.said, mail.settled_at = outcome, said, moment()
        mail.save(update_fields=["outcome", "said", "settled_at"])
        note("digest.mail_settled", "steps_mail", mail.pk, after={"outcome": outcome, "said": said})


def send(message: EmailMessage, address: str, outgoing: Outgoing) -> str:
    """Hand one mail to the server; returns its answer. `_NotTaken` before the text is under way, other errors after."""
    try:
        server = smtplib.SMTP(outgoing.host, outgoing.port, timeout=_SECONDS)
    except (OSError, smtplib.SMTPException) as unreachable:
        raise _NotTaken(f"{outgoing.host}:{outgoing.port} does not answer ({_plain(unreachable)})") from unreachable
    try:
        try:
            _introduce(server, address, outgoing)
        except (OSError, smtplib.SMTPException) as refused:
            raise _NotTaken(f"the server refused ({_plain(refused)})") from refused
        try:
            code, answer = server.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))
        except smtplib.SMTPDataError as refused:  # it did not want the text: nothing of it was sent
            raise _NotTaken(f"the server refused the text ({_plain(refused)})") from refused
        said = f"{code} {answer.decode('utf-8', 'replace')}"
        if code != _OK:
            raise _NotTaken(f"the server refused the text ({said})")
        return said
    finally:
        server.close()


def _introduce(server: smtplib.SMTP, address: str, outgoing: Outgoing) -> None:
    """Up to the text: a line nobody else reads, who we are, from whom and to whom."""
    server.ehlo_or_helo_if_needed()
    if outgoing.is_encrypted:
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    if outgoing.user:
        server.login(outgoing.user, outgoing.password)
    code, said = server.mail(outgoing.sender)
    if code != _OK:
        raise smtplib.SMTPSenderRefused(code, said, outgoing.sender)
    code, said = server.rcpt(address)
    if code not in (_OK, 251):
        raise smtplib.SMTPResponseException(code, said)


def _plain(error: Exception) -> str:
    """What a server or a socket said, in one line; never what was sent to it."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return " ".join(f"{type(error).__name__}: {error}".split())
