"""A portal's inbox and outbox over SFTP: whole files only, and the difference between "not sent" and "not known".

Which mistake is worse: taking something for not sent that has arrived. So whatever breaks while a file is handed
over is `Lost`, and only what the other side expressly refused, or what never began, is `NotSent`.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import asyncssh

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Mapping

T = TypeVar("T")

#: A portal that says nothing for so long has lost the line.
PATIENCE_SECONDS = 30.0
#: Nothing a portal says in one file is longer; a larger one is refused before it is read.
LONGEST_FILE = 50 * 1024 * 1024


class NotSent(Exception):
    """Nothing was handed over; the text says why."""


class Lost(Exception):
    """The line broke; what became of the last request is not known."""


class CannotRead(Exception):
    """A file of the outbox that cannot be fetched now."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a portal's door is, and the key by which it is known."""

    host: str
    port: int
    user: str
    host_key: str
    inbox: str
    outbox: str

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Address:
        """From a connection's row; a missing or unknown key is refused by name."""
        unknown = row.keys() - cls.__dataclass_fields__.keys()
        missing = cls.__dataclass_fields__.keys() - row.keys()
        if unknown or missing:
            what = f'does not know "{min(unknown)}"' if unknown else f'has no "{min(missing)}"'
            raise NotSent(f"The address of the portal {what}.")
        return cls(**row)

    def part(self, name: str) -> str:
        """Where a file stands while it is being written; portals leave such names alone."""
        return str(PurePosixPath(self.inbox) / f"{name}.part")

    def whole(self, name: str) -> str:
        """Where a file stands once it has been handed over, until it is collected."""
        return str(PurePosixPath(self.inbox) / name)


class Door:
    """An open connection, driven from synchronous code: between calls nothing runs."""

    def __init__(self, address: Address, key: Path) -> None:
        self.address = address
        self._key = key
        self._loop = asyncio.new_event_loop()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._sftp: asyncssh.SFTPClient | None = None

    def open(self) -> None:
        """Knock; `NotSent` when nobody answers, or somebody else does."""
        where = f"{self.address.host}:{self.address.port}"
        try:
            known = asyncssh.import_known_hosts(f"[{self.address.host}]:{self.address.port} {self.address.host_key}\n")
            key = asyncssh.read_private_key(self._key)
        except (OSError, ValueError, asyncssh.KeyImportError) as error:
            raise NotSent(f"The key for {where} cannot be used: {error}") from error

        async def knock() -> asyncssh.SFTPClient:
            self._connection = await asyncssh.connect(
                self.address.host,
                self.address.port,
                username=self.address.user,
                client_keys=[key],
                known_hosts=known,
                config=None,
                agent_path=None,
                login_timeout=PATIENCE_SECONDS,
                connect_timeout=PATIENCE_SECONDS,
            )
            return await self._connection.start_sftp_client()

        try:
            self._sftp = self._wait(knock())
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise NotSent(f"The portal at {where} does not answer: {_words(error)}") from error

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.abort()
            with contextlib.suppress(OSError, asyncssh.Error, TimeoutError):
                self._wait(self._connection.wait_closed())
        self._loop.close()

    def write_part(self, name: str, data: bytes) -> None:
        """Upload a file under its name while it is being written."""

        async def write() -> None:
            async with self._client.open(self.address.part(name), "wb") as file:
                await file.write(data)
            status = await self._client.stat(self.address.part(name))
            if status.size != len(data):
                raise NotSent(f"{len(data)} bytes were written and {status.size} are there.")

        try:
            self._wait(write())
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise NotSent(f"The file could not be uploaded: {_words(error)}") from error

    def hand_over(self, name: str) -> None:
        """The plain rename by which a whole file appears in the inbox."""
        try:
            self._wait(self._client.rename(self.address.part(name), self.address.whole(name)))
        except asyncssh.SFTPError as error:
            if isinstance(error, asyncssh.SFTPConnectionLost | asyncssh.SFTPNoConnection):
                raise Lost(_words(error)) from error
            raise NotSent(f"The portal refused the file: {_words(error)}") from error
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise Lost(_words(error)) from error

    def take_back(self, name: str) -> bool:
        """Remove an upload that was never handed over, so that nobody can hand it over any more."""
        return self._asked(self._client.remove(self.address.part(name)))

    def holds(self, name: str) -> bool:
        """Whether a file that was handed over still lies in the inbox."""
        return self._asked(self._client.stat(self.address.whole(name)))

    def outbox(self) -> list[str]:
        """The names of whole files in the outbox, in order."""
        try:
            names = self._wait(self._client.listdir(self.address.outbox))
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise CannotRead(f"The outbox cannot be listed: {_words(error)}") from error
        return sorted(n for n in map(str, names) if not n.startswith(".") and not n.endswith(".part"))

    def read(self, name: str) -> bytes:
        """A file of the outbox."""
        path = str(PurePosixPath(self.address.outbox) / name)

        async def fetch() -> bytes:
            status = await self._client.stat(path)
            if (status.size or 0) > LONGEST_FILE:
                raise CannotRead(f"{name} has {status.size} bytes; {LONGEST_FILE} are read at most.")
            async with self._client.open(path, "rb") as file:
                found: bytes | str = await file.read()
                return found if isinstance(found, bytes) else found.encode()

        try:
            return self._wait(fetch())
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise CannotRead(f"{name} cannot be read: {_words(error)}") from error

    @property
    def _client(self) -> asyncssh.SFTPClient:
        if self._sftp is None:
            raise NotSent("The door is not open.")
        return self._sftp

    def _asked(self, request: Coroutine[Any, Any, Any]) -> bool:
        try:
            self._wait(request)
        except asyncssh.SFTPNoSuchFile:
            return False
        except (OSError, asyncssh.Error, TimeoutError) as error:
            raise Lost(_words(error)) from error
        return True

    def _wait(self, request: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(asyncio.wait_for(request, PATIENCE_SECONDS))


@contextlib.contextmanager
def door(address: Address, key: Path) -> Iterator[Door]:
    """An open door for the length of a block."""
    one = Door(address, key)
    try:
        one.open()
        yield one
    finally:
        one.close()


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
