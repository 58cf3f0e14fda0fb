"""Where an installation's database lies, and the one file that remembers it.

Everything is below the home folder where that is possible: the data, the socket, the secrets. Twice it is
not. A socket's path must fit into `sun_path` (about a hundred bytes), so a deep home gets a short private
folder for it. And where root installs into a folder the server's user cannot enter, root's own home say, the
data lies under /var/lib/meruit. No permission of a folder we did not make is ever changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from meruit.postgres.errors import PostgresRefused
from meruit.postgres.system_user import SystemUser, chosen_for

RECORD = "postgres.json"
#: The name of PostgreSQL's socket is made of this number; no port is opened for it.
SOCKET_PORT = 5432
#: PostgreSQL's MAXPGPATH is 1024; what it appends to the data folder stays well below the rest.
LONGEST_DATA = 900
#: Where root puts what the server's user could not reach at home; the first that can be made.
SHARED_FOLDERS = (Path("/var/lib/meruit"), Path("/var/tmp/meruit"))


@dataclass(frozen=True, slots=True)
class Places:
    """What is where, for one home; written to `postgres.json` and true for the running server."""

    home: Path
    cluster: Path  # holds the data, the lock and the start log
    user: SystemUser
    sockets: Path | None = None  # None: no unix sockets here, loopback instead
    port: int = SOCKET_PORT

    @property
    def data(self) -> Path:
        return self.cluster / "data"

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def start_log(self) -> Path:
        return self.cluster / "start.log"

    @property
    def lock(self) -> Path:
        return self.cluster / "owner.lock"

    @property
    def host(self) -> str:
        return "127.0.0.1" if self.sockets is None else str(self.sockets)

    def save(self) -> None:
        record = {
            "home": str(self.home),
            "cluster": str(self.cluster),
            "user": asdict(self.user),
            "sockets": None if self.sockets is None else str(self.sockets),
            "port": self.port,
        }
        part = self.home / (RECORD + ".part")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(json.dumps(record, indent=2) + "\n")
        part.replace(self.home / RECORD)


def resolved(home: Path) -> Path:
    return Path(home).expanduser().resolve()


def recorded(home: Path) -> Places | None:
    """The places of an existing installation, or None where there is none at `home`."""
    home = resolved(home)
    file = home / RECORD
    try:
        if os.name == "posix" and file.stat().st_uid != os.geteuid():
            raise PermissionError
        record = json.loads(file.read_text(encoding="utf-8", errors="surrogateescape"))
        places = Places(
            home=home,
            cluster=Path(record["cluster"]),
            user=SystemUser(**record["user"]),
            sockets=None if record["sockets"] is None else Path(record["sockets"]),
            port=record["port"],
        )
        before = Path(record["home"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        raise PostgresRefused(
            f"The installation at {home} belongs to another user; run the command as the user who made it."
        ) from None
    except (ValueError, TypeError, KeyError) as error:
        raise PostgresRefused(
            f"{file} cannot be read ({error!r}); bring it back from a copy, or restore a backup into a new home."
        ) from None
    return places if before == home else _moved(places, before)


def _moved(places: Places, before: Path) -> Places:
    """The folder was moved or copied here; a copy must not share data or socket with the other."""
    sockets = None if places.sockets is None else places.home / "postgres" / "run"
    if places.cluster.is_relative_to(before):
        return replace(places, cluster=places.home / places.cluster.relative_to(before), sockets=sockets)
    if (before / RECORD).exists():
        raise PostgresRefused(
            f"{places.home} is a copy of {before}, and both would use the database in {places.cluster}; "
            "restore a backup into a new home instead of copying one."
        )
    return replace(places, sockets=sockets)


def prepared(home: Path, *, loopback: bool = False) -> Places:
    """The places of the installation at `home`, made at the first call and the same ever after."""
    home = resolved(home)
    if found := recorded(home):
        found.save()
        return found
    user = chosen_for(home)
    _make_home(home, user)
    cluster = _cluster_folder(home, user)
    places = Places(home, cluster, user, sockets=None if loopback else cluster / "run")
    if len(os.fsencode(places.data)) > LONGEST_DATA:
        raise PostgresRefused(
            f"The folder {home} is too deep for PostgreSQL, whose paths end at 1,024 bytes; "
            "set MERUIT_HOME to a shorter one."
        )
    places.save()
    return places


def _make_home(home: Path, user: SystemUser) -> None:
    try:
        # As root the server's user passes through the home to its data; it can list nothing there.
        home.mkdir(mode=0o711 if user.is_other else 0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresRefused(
            f"The folder {home} cannot be made ({error.strerror}); set MERUIT_HOME to one that can."
        ) from None
    if os.name == "posix" and home.stat().st_mode & stat.S_IWOTH:
        raise PostgresRefused(
            f"Everybody may write into {home}, and could put something else in the place of what is made there; "
            "set MERUIT_HOME to a folder of your own, or take that right away."
        )


def _cluster_folder(home: Path, user: SystemUser) -> Path:
    if user.can_enter(home):
        return _made_for_group(home / "postgres", user)
    for shared in SHARED_FOLDERS:
        try:
            shared.mkdir(mode=0o711, parents=True, exist_ok=True)
        except OSError:
            continue
        status = shared.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and user.can_enter(shared):
            name = f"{home.name or 'home'}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:8]}"
            return _made_for_group(Path(tempfile.mkdtemp(prefix=name + "-", dir=shared)), user)
    raise PostgresRefused(
        f"The server's user cannot enter {home}, and nothing can be made in "
        f"{' or '.join(map(str, SHARED_FOLDERS))}; "
        "set MERUIT_HOME to a folder that every user may pass through, for example /srv/meruit."
    )


def _made_for_group(folder: Path, user: SystemUser) -> Path:
    """A folder of ours that only the server's group may pass through."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if user.is_other and user.gid is not None:
        os.chown(folder, -1, user.gid)
        folder.chmod(0o710)
    return folder
