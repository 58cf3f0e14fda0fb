"""Files that somebody sends to the pages: refused at the limit while they arrive, kept until they are taken in.

They lie in `MERUIT_HOME/uploads/<person>/<SHA-256>/`; nobody but their person finds them again. What is taken in,
or was left for a week, is removed.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from meruit.authority.errors import NotFound
from meruit.imports.core.files import open_table, receive
from meruit.imports.core.problems import FileRefused
from meruit.settings.pages import upload_limit

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from meruit.authority.acts import Actor
    from meruit.imports.core.files import Table

KEPT_SECONDS = 7 * 24 * 3600
LONGEST_NAME = 120


class Limited(TemporaryFileUploadHandler):
    """Writes an upload to a file as it arrives, and stops reading where it grows beyond the limit."""

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > upload_limit():
            assert self.request is not None  # Django sets it before anything is read
            self.request.META["meruit.too_large"] = True
            self.file.close()
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def too_large() -> str:
    """What is said of a file beyond the limit."""
    megabytes = upload_limit() // 1_000_000
    return (
        f"The file is larger than {megabytes:,} MB; nothing of it was kept. Split it, or take it in on the command "
        "line with meruit import, which has no limit."
    )


def keep(request: HttpRequest, actor: Actor, sent: UploadedFile[bytes] | None) -> Table:
    """Keep a file that was sent; `FileRefused` when it is too large, missing, or no table."""
    if request.META.get("meruit.too_large"):
        raise FileRefused(too_large())
    if sent is None:
        raise FileRefused("Choose a file.")
    mine = _folder(actor)
    _sweep(mine)
    arriving = mine / f"arriving-{secrets.token_hex(8)}"
    arriving.mkdir(mode=0o700, parents=True)
    try:
        receive(sent, arriving / plain_name(sent.name or ""), upload_limit())
        table = open_table(arriving / plain_name(sent.name or ""))
        place = mine / table.sha256.hex()
        shutil.rmtree(place, ignore_errors=True)
        arriving.rename(place)
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
    return open_table(place / plain_name(sent.name or ""))


def find(actor: Actor, sha256: str) -> Table:
    """A file that this person sent; `NotFound` for everybody else, and when it is gone."""
    place = _folder(actor) / sha256 if re.fullmatch(r"[0-9a-f]{64}", sha256) else None
    files = sorted(place.iterdir()) if place is not None and place.is_dir() else []
    if not files:
        raise NotFound("This file is not here any more; send it again.")
    return open_table(files[0])


def forget(actor: Actor, sha256: str) -> None:
    """Remove a file that is not needed any more."""
    if re.fullmatch(r"[0-9a-f]{64}", sha256):
        shutil.rmtree(_folder(actor) / sha256, ignore_errors=True)


def _folder(actor: Actor) -> Path:
    return Path(settings.HOME) / "uploads" / str(actor.person_id)


def plain_name(name: str) -> str:
    """A name that is a name and nothing else."""
    plain = re.sub(r"[^\w.() -]+", "_", Path(name.replace("\\", "/")).name).strip(" .")
    return plain[-LONGEST_NAME:] or "file"


def _sweep(folder: Path) -> None:
    """Remove what was left for a week."""
    old = time.time() - KEPT_SECONDS
    for place in folder.glob("*"):
        if place.stat().st_mtime < old:
            shutil.rmtree(place, ignore_errors=True)
