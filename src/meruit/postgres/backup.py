"""Backups that prove themselves: a dump beside a manifest of SHA-256 sums, and a restore that is checked.

A restore never touches the database in use. It fills a new one, asks every check that is handed in (the
audit chain, the ledger's sums), and only what has passed is put in the old one's place, which is kept under
another name. A backup holds the database and none of the home's secrets: a new home makes its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from meruit.postgres import binaries as programs
from meruit.postgres import databases, urls
from meruit.postgres.configuration import server_environment
from meruit.postgres.errors import PostgresRefused
from meruit.postgres.logins import DATABASE, OWNER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from meruit.postgres.cluster import Cluster

    #: A check of a restored database: every problem as a full sentence, none when it is whole.
    Check = Callable[[psycopg.Connection], Iterable[str]]

DUMP, MANIFEST = "database.dump", "manifest.json"
FORMAT = "meruit-backup-1"
_DUMPED = (
    "--format=custom",
    "--no-password",
    # What was taken from PUBLIC in pg_catalog only a superuser could take again; `create_database` does it.
    "--exclude-schema=pg_catalog",
    # Unlogged rows belong to transactions of this server, by number; on another one those numbers come again.
    "--no-unlogged-table-data",
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str  # ISO 8601 with offset
    database: str
    server_version: str
    meruit_version: str
    bytes: int
    sha256: str
    format: str = FORMAT


def back_up(url: str, target: Path, *, now: datetime, version: str, found: programs.Binaries | None = None) -> Manifest:
    """Write the database behind `url` to the new folder `target`: whole under its name, or not there at all."""
    if target.exists():
        raise PostgresRefused(f"{target} is already there; a backup never replaces another, choose a new name.")
    found = found or programs.find()
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    dump = part / DUMP
    with psycopg.connect(url) as connection:
        server_version = str(connection.info.server_version)
    _run(found, "pg_dump", url, *_DUMPED, f"--file={dump}")
    dump.chmod(0o600)
    _run(found, "pg_restore", url, "--list", str(dump))  # it can be read again
    manifest = Manifest(
        made_at=now.isoformat(),
        database=urls.parts(url)["dbname"],
        server_version=server_version,
        meruit_version=version,
        bytes=dump.stat().st_size,
        sha256=_sha256(dump),
    )
    _write_synced(part / MANIFEST, json.dumps(asdict(manifest), indent=2) + "\n")
    part.rename(target)
    return manifest


def checked(folder: Path) -> Manifest:
    """The manifest of a backup whose bytes are still those it was written with."""
    try:
        written = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**written)
    except FileNotFoundError:
        raise PostgresRefused(f"{folder} is not a backup: it holds no {MANIFEST}.") from None
    except (ValueError, TypeError) as error:
        raise PostgresRefused(f"{folder / MANIFEST} cannot be read as a manifest: {error}.") from None
    if manifest.format != FORMAT:
        raise PostgresRefused(f'{folder / MANIFEST} has the format "{manifest.format}"; this Meruit reads {FORMAT}.')
    dump = folder / DUMP
    if not dump.is_file():
        raise PostgresRefused(f"{folder} is not whole: it holds no {DUMP}.")
    size, found = dump.stat().st_size, _sha256(dump)
    if (size, found) != (manifest.bytes, manifest.sha256):
        raise PostgresRefused(
            f"{dump} is not what was written: it has {size} bytes and the SHA-256 {found}, its manifest says "
            f"{manifest.bytes} bytes and {manifest.sha256}. Use another backup."
        )
    return manifest


def restore(cluster: Cluster, folder: Path, name: str, checks: Mapping[str, Check]) -> Manifest:
    """Fill the new database `name` from a backup and check it; a database that fails a check is dropped."""
    manifest = checked(folder)
    cluster.create_database(name)
    try:
        load(cluster.url(OWNER, name), folder, found=cluster.binaries)
        verify(cluster.url(OWNER, name), checks)
    except BaseException:
        cluster.drop_database(name)
        raise
    return manifest


def refuse_filled(owner_url: str) -> None:
    """Stop where the database behind `owner_url` holds anything already."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute(
            "SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
            "ON n.oid = c.relnamespace WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
        ).fetchone()
    if row is not None and row[0]:
        raise PostgresRefused(
            f"{OWNER.variable} leads to a database that already holds {row[0]} tables, indexes or views; "
            "name an empty one to restore into."
        )


def load(owner_url: str, folder: Path, *, found: programs.Binaries | None = None, with_grants: bool = True) -> None:
    """Fill the empty database behind `owner_url` as its owner; the first error ends it.

    Without grants where the roles may be called otherwise; whoever installs the schema then grants anew.

    Newer programs begin by switching off a limit that a server before 17 does not know; that server's complaint
    is the one error that is none. They go on after it, so every other one is looked for in what they said.
    """
    with psycopg.connect(owner_url) as connection:
        is_known = connection.info.server_version >= 170000
    jobs = max(1, min(4, os.cpu_count() or 1))
    _run(
        found or programs.find(),
        "pg_restore",
        owner_url,
        "--no-owner",
        "--no-password",
        *(["--exit-on-error"] if is_known else []),
        *(() if with_grants else ("--no-privileges",)),
        f"--jobs={jobs}",
        f"--dbname={urls.parts(owner_url)['dbname']}",
        str(folder / DUMP),
        but_for=None if is_known else 'unrecognized configuration parameter "transaction_timeout"',
    )
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def verify(owner_url: str, checks: Mapping[str, Check]) -> None:
    """Ask every check, not only up to the first that fails, and refuse with all they found."""
    problems = []
    with psycopg.connect(owner_url) as connection:
        for name, check in checks.items():
            with connection.transaction():
                connection.execute("SET TRANSACTION READ ONLY")
                problems += [f"{name}: {problem}" for problem in check(connection)]
    if problems:
        raise PostgresRefused("The restored database is not whole. " + " ".join(problems))


def put_in_place(cluster: Cluster, name: str, now: datetime) -> str:
    """Make `name` the installation's database; the one before is kept under the name that is returned."""
    kept = f"{DATABASE}_until_{now:%Y%m%d_%H%M%S}"
    with cluster.superuser() as connection, connection.transaction():
        if not databases.exists(connection, name):
            raise PostgresRefused(f'There is no database "{name}" to put in place.')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", [[name, DATABASE]]
        )
        for before, after in ((DATABASE, kept), (name, DATABASE)):
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(before), sql.Identifier(after))
            )
    return kept


def _run(found: programs.Binaries, program: str, url: str, *arguments: str, but_for: str | None = None) -> None:
    """Run a program of PostgreSQL against `url`; its password travels in the environment, never in the call.

    It may fail only by errors that say `but_for`.
    """
    done = subprocess.run(
        [found.path(program), *arguments],
        env=server_environment(os.environ) | urls.libpq_environment(url) | {"PGCLIENTENCODING": "UTF8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        errors = [line for line in said.splitlines() if f"{program}: error:" in line]
        if but_for is not None and errors and all(but_for in line for line in errors):
            return
        raise PostgresRefused(f"{program} ended with status {done.returncode}; it says: {said}")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_synced(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    file.chmod(0o600)
