"""The SFTP door: an inbox that takes whole files and an outbox that is only read, for whoever holds a known key."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncssh
from asyncssh import SFTPPermissionDenied

if TYPE_CHECKING:
    from collections.abc import Callable

    from meruit.portals.rehearsal.client import Manner

USER = "firm"
INBOX = b"/inbox/"
#: Bits of an SFTP open that write.
_WRITES = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND | asyncssh.FXF_CREAT | asyncssh.FXF_TRUNC


async def listen(
    drop: Path, manner: Manner, *, host: str, port: int, host_key: Path, known: Path, arrived: Callable[[], Any]
) -> asyncssh.SSHAcceptor:
    """Open the door onto `drop`. `known` holds the public keys that are let in; `arrived` is told of a new file."""

    class Hall(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            if manner.down:
                conn.abort()

        def begin_auth(self, username: str) -> bool:
            return True

    class Door(asyncssh.SFTPServer):
        def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
            super().__init__(channel, chroot=str(drop).encode())

        async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            await asyncio.sleep(manner.slow_seconds)
            if pflags & _WRITES:
                self._inside(path)
            return super().open(path, pflags, asyncssh.SFTPAttrs())

        async def rename(self, oldpath: bytes, newpath: bytes) -> None:
            await asyncio.sleep(manner.slow_seconds)
            self._inside(oldpath)
            self._inside(newpath)
            target = drop / "inbox" / _name(newpath).decode(errors="replace")
            if target.exists():
                raise asyncssh.SFTPFailure("A file of this name is in the inbox.")
            super().rename(oldpath, newpath)
            arrived()
            if manner.silent_after_upload:
                self.channel.get_connection().abort()

        def remove(self, path: bytes) -> None:
            self._inside(path)
            if not path.endswith(b".part"):
                raise SFTPPermissionDenied("What was handed over is not taken back here.")
            super().remove(path)

        def _inside(self, path: bytes) -> None:
            if not (b"/" + path.lstrip(b"/")).startswith(INBOX) or b"/" in _rest(path) or _rest(path) in (b"", b".."):
                raise SFTPPermissionDenied("Files are written into the inbox, and nowhere else.")

        def _refuse(self, *_: Any, **__: Any) -> None:
            raise SFTPPermissionDenied("This portal does not do that.")

        symlink = link = mkdir = rmdir = setstat = lsetstat = posix_rename = _refuse

    return await asyncssh.create_server(
        Hall,
        host,
        port,
        server_host_keys=[str(host_key)],
        authorized_client_keys=str(known),
        sftp_factory=Door,
        password_auth=False,
        kbdint_auth=False,
        allow_scp=False,
        allow_pty=False,
        agent_forwarding=False,
        x11_forwarding=False,
    )


def _rest(path: bytes) -> bytes:
    return (b"/" + path.lstrip(b"/")).removeprefix(INBOX)


def _name(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def keys(home: Path) -> tuple[Path, Path, Path]:
    """The door's own key, the keys it lets in, and a key pair for a firm that brings none; made once."""
    host, known, firm = home / "host_key", home / "known_keys", home / "firm_key"
    for path in (host, firm):
        if not path.exists():
            _write(path, asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    if not known.exists():
        _write(known, asyncssh.read_private_key(str(firm)).export_public_key())
    return host, known, firm


def public_line(key: Path) -> str:
    """The public half of a key as one line."""
    return asyncssh.read_private_key(str(key)).export_public_key().decode().strip()


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.touch(mode=0o600)
    part.write_bytes(data)
    part.replace(path)
