"""Django's signing key of each process, made once and kept in a private file of `MERUIT_HOME`."""

from __future__ import annotations

import os
import secrets

from meruit.settings import environment


def of(login: str) -> str:
    """The key of one login's processes: `MERUIT_SECRET_<LOGIN>` where given, else the private file."""
    if given := os.environ.get(f"MERUIT_SECRET_{login.upper()}"):
        return given
    path = environment.home() / "keys" / f"django-{login}.key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(48)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key
