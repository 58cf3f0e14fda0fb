"""Hearing what a portal says: every row once, in its own words, with what we understood, or why we did not.

A file of the outbox is taken in whole or not at all. A row is known by its file and its number there, so that the
same file read twice changes nothing. What nobody understands is kept and shown, never dropped.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from meruit import deadlines
from meruit.audit.actions import note
from meruit.authority import access as authority_access
from meruit.authority.acts import acting, moment
from meruit.authority.errors import Invalid, NotNow
from meruit.documents.actions import keep
from meruit.portals import access, core
from meruit.portals.actions import moving, sending
from meruit.portals.models import Connection, StatusEvent, Submission
from meruit.portals.profiles import profile

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meruit.authority.acts import Actor
    from meruit.documents.models import Document
    from meruit.portals.profiles import Profile, Word

COLUMNS = ("event", "at", "file", "sha256", "bill", "word", "line", "reason", "amount", "currency", "note", "reference")
RECEIPT, REDUCTION, REJECTION, PAYMENT = "receipt", "reduction", "rejection", "payment"


class NotUnderstood(ValueError):
    """A row that cannot be acted upon; the text is shown beside it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an outbox file as read: values checked, words as they came."""

    natural_key: str
    at: datetime
    word: str
    detail: dict[str, Any]

    @property
    def digest(self) -> bytes:
        """The hash of the file that it speaks of; empty where it names none."""
        try:
            return bytes.fromhex(self.detail["sha256"])
        except ValueError:
            return b""

    @property
    def line(self) -> int | None:
        """The line it speaks of; None is the whole bill."""
        found: int | None = self.detail["line"]
        return found

    @property
    def amount(self) -> Decimal | None:
        """The amount it names."""
        return None if self.detail["amount"] is None else Decimal(self.detail["amount"])


def heard_before(connection: Connection, name: str) -> bool:
    """Whether a file of the outbox was taken in."""
    connection = behind(connection).first() or connection
    return StatusEvent.objects.filter(natural_key=_key(connection, name, 1)).exists()


def hear(actor: Actor, connection: Connection, name: str, data: bytes) -> int:
    """Take a file of the outbox in; returns how many rows were new."""
    connection = behind(connection).first() or connection
    authority_access.require(actor, *authority_access.PREPARES)
    found = profile(connection.portal)
    if found is None:
        raise NotNow(f"There is no profile of the portal {connection.portal}.")
    new = 0
    payers = set(behind(connection).values_list("payer_id", flat=True))
    with acting(actor):
        document = keep(data, media_type="text/csv", name=name)
        for row in read(connection, name, data):
            new += _take(actor, found, row, document, payers)
    return new


def behind(connection: Connection) -> QuerySet[Connection]:
    """The connections that lead to the same door: a hub speaks for several payers, and is listened to once."""
    same = Connection.objects.filter(
        portal=connection.portal, route=connection.route, address=connection.address, active=True
    )
    return same.order_by("pk")


def by_hand(
    actor: Actor,
    submission_id: int,
    word: str,
    *,
    at: datetime,
    line: int | None = None,
    amount: Decimal | None = None,
    reason: str = "",
    note: str = "",
    reference: str = "",
) -> StatusEvent:
    """What a person read on a portal's page, in a mail or a letter, entered in the portal's words."""
    authority_access.require(actor, *authority_access.PREPARES)
    submission = access.submission(actor, submission_id)
    found = profile(submission.portal)
    if found is None or word not in found.words:
        known = ", ".join(found.words) if found else "none"
        raise Invalid(f'"{word}" is no word of {submission.portal}; it has {known}.')
    detail = _detail(
        line=line, amount=None if amount is None else str(amount), reason=reason, note=note, reference=reference
    )
    key = f"hand/{submission.pk}/{at.isoformat()}/{word}/{line or ''}"
    with acting(actor):
        _take(actor, found, Row(key, at, word, detail), None, {submission.invoice.payer_id}, submission)
    return StatusEvent.objects.get(natural_key=key)


def take_note(actor: Actor, event_id: int, how: str) -> None:
    """A person has read something that was not understood, and says what was done about it."""
    authority_access.require(actor, *authority_access.PREPARES)
    event = access.event(actor, event_id)
    if not how.strip():
        raise Invalid("Say what was done about it.")
    with acting(actor):
        if not StatusEvent.objects.filter(pk=event.pk, noted_at=None).update(noted_at=moment(), noted_how=how):
            raise NotNow("Somebody has taken note of it.")
        note("status.noted", "portals_statusevent", event.pk, reason=how)


def read(connection: Connection, name: str, data: bytes) -> list[Row]:
    """The rows of an outbox file. A file or row that is damaged is a row too, with what is wrong with it."""
    try:
        table = csv.DictReader(io.StringIO(data.decode("utf-8")), strict=True)
        rows = list(table)
        if table.fieldnames is None or not {"at", "word"} <= set(table.fieldnames):
            raise NotUnderstood(f"It has no columns at and word; they are {table.fieldnames}.")
    except (UnicodeDecodeError, csv.Error, NotUnderstood) as error:
        digest = hashlib.sha256(data).hexdigest()
        return [Row(_key(connection, name, 1), moment(), "", _detail(outbox=name, damaged=str(error), sha256=digest))]
    found = [_row(_key(connection, name, n), name, row) for n, row in enumerate(rows, start=1)]
    return found or [Row(_key(connection, name, 1), moment(), "", _detail(outbox=name, damaged="The file is empty."))]


def _row(key: str, name: str, row: dict[str | Any, Any]) -> Row:
    detail = _detail(outbox=name, **{c: (row.get(c) or "") for c in COLUMNS if c not in ("at", "word")})
    damaged = []
    try:
        at = datetime.fromisoformat(row.get("at") or "")
        if at.tzinfo is None:
            raise ValueError("no zone")
    except ValueError as error:
        at = moment()
        damaged.append(f'"{row.get("at")}" is no moment ({error}).')
    line, amount = detail["line"], detail["amount"]
    detail["line"] = int(line) if line and str(line).isdecimal() else None
    if line and detail["line"] is None:
        damaged.append(f'"{line}" is no number of a line.')
    try:
        detail["amount"] = None if amount in ("", None) else str(_money(str(amount)))
    except InvalidOperation:
        detail["amount"] = None
        damaged.append(f'"{amount}" is no amount.')
    if damaged:
        detail["damaged"] = " ".join(damaged)
    return Row(key, at, row.get("word") or "", detail)


def _money(text: str) -> Decimal:
    found = Decimal(text)
    if not found.is_finite():
        raise InvalidOperation
    return found


def _detail(**given: Any) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    del blank["at"], blank["word"]
    return blank | {"line": None, "amount": None} | given


def _key(connection: Connection, name: str, number: int) -> str:
    return f"{connection.portal}/{connection.payer_id}/{name}/{number}"


def _take(
    actor: Actor,
    found: Profile,
    row: Row,
    document: Document | None,
    payers: set[int],
    submission: Submission | None = None,
) -> int:
    """Keep one row, and do what it says; 0 where it was kept before."""
    if StatusEvent.objects.filter(natural_key=row.natural_key).exists():
        return 0
    submission = submission or _submission(found, row, payers)
    detail = row.detail
    understood, trouble = "", ""
    try:
        if detail.get("damaged"):
            raise NotUnderstood(detail["damaged"])
        word = found.words.get(row.word)
        if word is None:
            raise NotUnderstood(f'{found.title} has no word "{row.word}" in its profile.')
        if submission is None:
            raise NotUnderstood("It speaks of no e-bill that was sent to this portal.")
        if detail["reason"]:
            detail = detail | {"reason_code": found.reason_code(detail["reason"])}
        understood = _do(actor, submission, word, row)
    except NotUnderstood as error:
        trouble = str(error)
    except NotNow as error:
        trouble = f"It could not be followed: {error}"
    if submission is not None:
        Submission.objects.filter(pk=submission.pk).update(last_heard_at=moment())
    event = StatusEvent.objects.create(
        natural_key=row.natural_key,
        submission=submission,
        portal=found.slug,
        word=row.word,
        understood=understood,
        trouble=trouble,
        at=row.at,
        heard_at=moment(),
        detail=detail,
        document=document,
    )
    note(
        "status.heard",
        "portals_statusevent",
        event.pk,
        after={"word": row.word, "understood": understood, "submission": submission.pk if submission else None},
        reason=trouble or None,
    )
    return 1


def _submission(found: Profile, row: Row, payers: set[int]) -> Submission | None:
    """The submission a row speaks of: by the hash of the file, else by its name."""
    mine = Submission.objects.filter(portal=found.slug, invoice__payer__in=payers).select_related("invoice")
    if digest := row.digest:
        return mine.filter(attempts__sha256=digest).order_by("-pk").first()
    return mine.filter(file_name=row.detail["file"]).order_by("-pk").first() if row.detail["file"] else None


def _do(actor: Actor, submission: Submission, word: Word, row: Row) -> str:
    """What a word means for a submission, done; the word for it."""
    digest = _sent(submission)
    if row.digest not in (b"", digest):
        raise NotUnderstood("It speaks of an earlier e-bill of this bill, which has been corrected since.")
    if word.receipt:
        waiting = submission.attempts.filter(sha256=digest, outcome__in=[sending.INTENDED, sending.UNKNOWN])
        for attempt in waiting:
            sending.settle(actor, attempt, sending.ACCEPTED, by="receipt", why=row.word)
        submission.refresh_from_db()
    understood = RECEIPT if word.receipt else ""
    if word.states:
        understood = _stand(actor, submission, word, row)
    if word.payment:
        if row.amount is None or not row.detail["reference"]:
            raise NotUnderstood("A payment names its amount and its reference.")
        if submission.money_track in (core.Money.UNPAID, core.Money.WITHHELD):
            moving.move_money(actor, submission, core.MoneyMove.ANNOUNCE)
        understood = PAYMENT
    if word.line and (row.line is not None or row.detail["reason"]):
        understood = word.line
    return understood


def _sent(submission: Submission) -> bytes:
    """The hash of the e-bill that a submission is packaged as."""
    return b"" if submission.revision is None else bytes(submission.revision.document.sha256)


def _stand(actor: Actor, submission: Submission, word: Word, row: Row) -> str:
    """Move a submission to where its portal says it stands."""
    state = core.State(submission.state)
    for to in word.states:
        way = moving.way(state, to)
        if way is None:
            continue
        for step in way:
            columns: dict[str, Any] = {}
            if step in (core.Move.ACCEPT, core.Move.CLEAR):
                day = deadlines.in_zone(row.at, submission.invoice.payer.zone).date()
                columns = {"accepted_on": day, "portal_reference": row.detail["reference"]}
            if step is core.Move.APPROVE:
                columns = {"approved_amount": row.amount}
            moving.move(actor, submission, step, reason=row.word, **columns)
        return str(to)
    raise NotUnderstood(f'The portal says "{row.word}", and here the bill is {state.replace("_", " ")}.')
