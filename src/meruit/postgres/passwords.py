"""Generated passwords, one private file each; nobody ever has to think of one or type one."""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING

from meruit.postgres.errors import PostgresRefused

if TYPE_CHECKING:
    from pathlib import Path

    from meruit.postgres.logins import Login


def make_missing(folder: Path, logins: tuple[Login, ...]) -> None:
    """Write a password for every login that has none; an existing one is never replaced."""
    for login in logins:
        file = folder / login.password_file
        for private in (folder, file.parent):
            private.mkdir(mode=0o700, exist_ok=True)
        if not file.exists():
            _write_private(file, secrets.token_urlsafe(32))


def read(folder: Path, login: Login) -> str:
    """The password of a login, refused when others could have read it as well."""
    file = folder / login.password_file
    try:
        with file.open(encoding="ascii") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            password = stream.read().strip()
    except FileNotFoundError:
        raise PostgresRefused(
            f"The password of {login.name} is not at {file}; "
            "run `meruit init`, or bring the file back from where it was moved."
        ) from None
    except PermissionError:
        raise PostgresRefused(
            f"The password of {login.name} at {file} cannot be read by this user; "
            "run the command as the user who made the installation."
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise PostgresRefused(
            f"{file} can be read by others (mode {mode:04o}); a password file must be private: chmod 600 it, "
            "and remove it and run `meruit init` for a new password if somebody may have read it."
        )
    return password


def _write_private(file: Path, text: str) -> None:
    """Whole or not at all: a torn password file would lock its login out."""
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
