"""What the night does with portals: package, send, look for what is unknown, listen, and tell of silence.

Every step finds its items anew and each item is done on its own, so that one that fails never stops the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meruit.authority.errors import NotNow, Refused
from meruit.portals import actions, queries, sftp
from meruit.portals.models import Connection, Submission

if TYPE_CHECKING:
    from datetime import datetime

    from meruit.authority.acts import Actor


@dataclass(slots=True)
class Counts:
    """What became of the items of a step; `failed` names each with its reason."""

    done: int = 0
    skipped: int = 0
    failed: dict[str, str] = field(default_factory=dict)


def submit(actor: Actor, moment: datetime) -> Counts:
    """Package what is final, look for what is unknown, and send what is packaged."""
    counts = each(packable(actor, moment), lambda key: package_one(actor, key, moment))
    add(counts, each(unknown(actor, moment), lambda key: look_for_one(actor, key, moment)))
    return add(counts, each(sendable(actor, moment), lambda key: send_one(actor, key, moment)))


def listen(actor: Actor, moment: datetime) -> Counts:
    """Read every outbox, then tell of bills met with silence."""
    counts = each(doors(actor, moment), lambda key: listen_one(actor, key, moment))
    return add(counts, each(silent(actor, moment), lambda key: alarm_one(actor, key, moment)))


def packable(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of final bills that have no e-bill yet."""
    return [str(key) for key in queries.to_package().values_list("pk", flat=True)]


def package_one(actor: Actor, key: str, moment: datetime) -> str:
    """Package one; what is held for something missing is refused with its reasons."""
    submission = actions.package(actor, int(key))
    if submission.hold_reason:
        raise NotNow(submission.hold_reason)
    return f"{submission.file_name} packaged"


def unknown(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of submissions of whose last attempt nobody knows what became."""
    return [str(key) for key in queries.unknown().values_list("submission_id", flat=True)]


def look_for_one(actor: Actor, key: str, moment: datetime) -> str:
    """Look for one at its portal: first at what the portal has said, then into its inbox."""
    submission = Submission.objects.select_related("invoice").get(pk=int(key))
    connection = Connection.objects.get(payer=submission.invoice.payer_id)
    with _door(connection) as door:
        _hear_all(actor, connection, door)
        if not submission.attempts.filter(outcome="unknown").exists():
            return "settled by a receipt"
        outcome = actions.look(actor, submission.pk, door)
        if outcome == "unknown":
            _hear_all(actor, connection, door)  # collected between the two looks: then its receipt is there now
            if submission.attempts.filter(outcome="unknown").exists():
                raise NotNow(
                    f"{submission.file_name} is not in the inbox and no receipt is there: nothing is sent again until "
                    "a receipt comes or a person finds out."
                )
            return "settled by a receipt"
    return f"found out: {outcome}"


def sendable(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of packaged submissions."""
    return [str(key) for key in queries.to_send().values_list("pk", flat=True)]


def send_one(actor: Actor, key: str, moment: datetime) -> str:
    """Send one."""
    submission = Submission.objects.select_related("invoice").get(pk=int(key))
    with _door(Connection.objects.get(payer=submission.invoice.payer_id)) as door:
        attempt = actions.submit(actor, submission.pk, door)
    return f"{attempt.file_name} sent"


def doors(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of connections that can be listened to, one for each door."""
    found = Connection.objects.filter(active=True, route="sftp").order_by("pk")
    return [str(c.pk) for c in found if actions.behind(c).values_list("pk", flat=True)[0] == c.pk]


def listen_one(actor: Actor, key: str, moment: datetime) -> str:
    """Read one outbox; a file that cannot be read is named, and the rest are read all the same."""
    connection = Connection.objects.get(pk=int(key))
    with _door(connection) as door:
        return f"{_hear_all(actor, connection, door)} new from {connection.portal}"


def silent(actor: Actor, moment: datetime) -> Iterable[str]:
    """Keys of submissions of which nothing was heard past their portal's limit."""
    return [str(s.pk) for s in queries.silent(moment)]


def alarm_one(actor: Actor, key: str, moment: datetime) -> str:
    """Tell of one."""
    actions.alarm(actor, int(key))
    return "nothing was heard of it"


class _door:
    """An open door, whose refusals are `NotNow`."""

    def __init__(self, connection: Connection) -> None:
        self._door = sftp.Door(*queries.door_of(connection))

    def __enter__(self) -> sftp.Door:
        try:
            self._door.open()
        except sftp.NotSent as error:
            self._door.close()
            raise NotNow(str(error)) from error
        return self._door

    def __exit__(self, *_: object) -> None:
        self._door.close()


def _hear_all(actor: Actor, connection: Connection, door: sftp.Door) -> int:
    new, unreadable = 0, []
    try:
        names = [name for name in door.outbox() if not actions.heard_before(connection, name)]
    except sftp.CannotRead as error:
        raise NotNow(str(error)) from error
    for name in names:
        try:
            new += actions.hear(actor, connection, name, door.read(name))
        except sftp.CannotRead as error:
            unreadable.append(str(error))
    if unreadable:
        raise NotNow(f"{new} rows were taken in. {' '.join(unreadable)}")
    return new


def each(keys: Iterable[str], do: Callable[[str], str]) -> Counts:
    """Do every item on its own; one that is refused is named and the rest goes on."""
    counts = Counts()
    for key in keys:
        try:
            do(key)
        except Refused as refused:
            counts.failed[key] = str(refused)
        else:
            counts.done += 1
    return counts


def add(one: Counts, other: Counts) -> Counts:
    """Counts taken together."""
    one.done += other.done
    one.skipped += other.skipped
    one.failed |= other.failed
    return one
