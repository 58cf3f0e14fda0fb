"""The system user the server runs as.

An ordinary user runs it as herself. PostgreSQL refuses to run as root, so root gives each installation a user
id of its own that no account has: nobody can log in as it, and no other service runs under it, as would be
the case with `nobody`. initdb alone wants an account to exist; it runs under a borrowed one, in a folder that
only this installation's group can enter, and its files are handed over afterwards.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from meruit.postgres.errors import PostgresRefused

if TYPE_CHECKING:
    from pathlib import Path

#: Ids that systemd's table of user ids leaves unused ("Users, Groups, UIDs and GIDs on systemd Systems"),
#: below the 65,536 that a container maps.
FIRST_ID, LAST_ID = 60706, 61183


@dataclass(frozen=True, slots=True)
class SystemUser:
    """A user and group by number; `None` means the user we are."""

    uid: int | None = None
    gid: int | None = None

    @property
    def is_other(self) -> bool:
        return self.uid is not None

    def popen_arguments(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program as this user, without any of our groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def owns(self, path: Path) -> bool:
        return path.lstat().st_uid == (os.geteuid() if self.uid is None else self.uid)

    def give(self, path: Path) -> None:
        """Hand over a folder and all below it; links are handed over, never followed."""
        if self.uid is None or self.gid is None:
            return
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(os.path.join(folder, name), self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can reach `folder` through every folder above it, by their permission bits."""
        return not self.is_other or all(self._can_pass(place) for place in (folder, *folder.parents))

    def _can_pass(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def chosen_for(home: Path) -> SystemUser:
    """The user for a new installation at `home`: ourselves, or as root an id without account and process."""
    if not is_root():
        return SystemUser()
    import grp
    import pwd

    taken = {entry.pw_uid for entry in pwd.getpwall()} | {entry.gr_gid for entry in grp.getgrall()}
    taken |= {process.info["uids"].real for process in psutil.process_iter(["uids"]) if process.info["uids"]}
    ids = LAST_ID + 1 - FIRST_ID
    start = int.from_bytes(hashlib.sha256(os.fsencode(home)).digest()[:4], "big") % ids
    for step in range(ids):
        uid = FIRST_ID + (start + step) % ids
        if uid not in taken:
            return SystemUser(uid, uid)
    raise PostgresRefused(
        f"All user ids from {FIRST_ID} to {LAST_ID} are taken on this machine, so root has none "
        "to run PostgreSQL as; run Meruit as an ordinary user, or bring a PostgreSQL server of your own."
    )


def borrowed_account(group: SystemUser) -> SystemUser:
    """An existing account to run initdb as, in the group of `group` so that its namesakes stay outside."""
    if not group.is_other:
        return group
    import pwd

    accounts = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    if not accounts:
        raise PostgresRefused(
            "This machine has no account but root's, and PostgreSQL refuses to run as root; "
            "make an account and run Meruit as that user."
        )
    return SystemUser(accounts.get("nobody", min(accounts.values())), group.gid)
