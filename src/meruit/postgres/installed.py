"""A copy of the wheel's programs where the server's user can run them.

Root often installs into a folder nobody else may enter (/root). The server runs as another user, who could
then not even load its programs, so root copies them once per version to a folder of its own that everybody
may read and only root may write.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.postgres import places
from meruit.postgres.binaries import Binaries
from meruit.postgres.errors import PostgresRefused

if TYPE_CHECKING:
    from meruit.postgres.system_user import SystemUser


def reachable(binaries: Binaries, user: SystemUser) -> Binaries:
    """The same programs, from a copy where `user` could not reach the originals."""
    if user.can_enter(binaries.folder.resolve()):
        return binaries
    for shared in places.SHARED_FOLDERS:
        try:
            shared.mkdir(mode=0o711, parents=True, exist_ok=True)
            if shared.lstat().st_uid == 0 and user.can_enter(shared):
                return _copied(binaries, shared)
        except PermissionError:
            continue
    raise PostgresRefused(
        f"The server's user cannot reach the programs in {binaries.folder}, and they cannot be copied to "
        f"{' or '.join(map(str, places.SHARED_FOLDERS))}; install Meruit where every user may read it, "
        "for example below /opt."
    )


def _copied(binaries: Binaries, shared: Path) -> Binaries:
    package = binaries.installation.parent
    libraries = package.with_name(package.name + ".libs")  # where the wheel keeps libpq for initdb
    stamp = int(Path(binaries.path("postgres")).stat().st_mtime)
    copy = shared / f"postgresql-{binaries.version}-{stamp}"
    folder = copy / package.name / binaries.installation.name / binaries.folder.name
    if not copy.exists():
        making = Path(tempfile.mkdtemp(prefix="making-", dir=shared))
        making.chmod(0o755)
        shutil.copytree(binaries.installation, making / package.name / binaries.installation.name)
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name)
        for made in making.rglob("*"):
            if not made.is_symlink():
                made.chmod(0o755 if made.is_dir() or made.stat().st_mode & 0o100 else 0o644)
        try:
            making.rename(copy)
        except OSError:  # another installation was faster; its copy is the same
            shutil.rmtree(making)
    return Binaries(folder, binaries.version)
