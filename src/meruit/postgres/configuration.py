"""What the server is told: a settings file and a list of who may knock, both written anew at each start."""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from meruit.postgres.places import Places

#: Our settings, the firm's own, which have the last word, and who may connect; all in the cluster's folder.
OURS, FIRMS, HBA = "postgresql.conf", "firm.conf", "pg_hba.conf"

#: Privacy: no statement, no parameter of one and no message about one reaches the log, for all three quote
#: narratives and session tokens (`invalid input syntax for type integer: "..."`). The client still gets its
#: errors; the log keeps what the server says of itself, which PostgreSQL ranks above its errors.
PRIVATE = {
    "log_min_messages": "log",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "password_encryption": "scram-sha-256",
}

#: Sizes for a machine that also serves the pages: a firm of fifty fits, a larger one writes firm.conf.
SIZES = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
    "random_page_cost": "1.1",
    "jit": "off",
}

OF_THE_HOUSE = {"timezone": "UTC", "log_timezone": "UTC", "datestyle": "ISO, YMD", "lc_messages": "C"}

#: A week of logs, one file a weekday, each overwritten a week later.
LOGS = {
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_line_prefix": "%m [%p] %u@%d ",
}

#: For tests only: a crash of the machine loses such a cluster, a crash of the server does not.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "logging_collector": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}


def settings(places: Places, *, throwaway: bool = False) -> dict[str, str]:
    """Every setting of ours, in the order of the file."""
    if places.sockets is None:
        reached = {"listen_addresses": "127.0.0.1", "port": str(places.port), "unix_socket_directories": ""}
    else:
        reached = {
            "listen_addresses": "",
            "port": str(places.port),
            "unix_socket_directories": '"' + str(places.sockets).replace('"', '""') + '"',
            "unix_socket_permissions": "0770" if places.user.is_other else "0700",
        }
    files = {"hba_file": str(places.cluster / HBA), **_probed(places.data)}
    return {
        **reached,
        **files,
        **PRIVATE,
        **OF_THE_HOUSE,
        **SIZES,
        **LOGS,
        **(THROWAWAY if throwaway else {}),
    }


def write(places: Places, *, throwaway: bool = False) -> None:
    """Write our settings and the list of who may connect; the firm's file is left alone.

    They lie beside the data and not in it: where root starts the server, it writes nothing into a folder
    of the server's user, who could have laid a link there.
    """
    header = f"# Written at each start; what the firm wants otherwise belongs into {FIRMS} beside this file.\n"
    lines = [f"{name} = {quoted(value)}\n" for name, value in settings(places, throwaway=throwaway).items()]
    _replace(places.cluster / OURS, header + "".join(lines) + f"include_if_exists '{FIRMS}'\n", places)
    local = "host all all 127.0.0.1/32" if places.sockets is None else "local all all"
    _replace(places.cluster / HBA, f"# Written at each start.\n{local} scram-sha-256\n", places)


def _probed(data: Path) -> dict[str, str]:
    """What initdb tried out on this machine, some of which have no shared memory of the usual kind."""
    with contextlib.suppress(OSError):
        text = (data / "postgresql.conf").read_text(encoding="utf-8", errors="replace")
        if found := re.search(r"^dynamic_shared_memory_type = (posix|sysv|mmap|windows)\b", text, re.MULTILINE):
            return {"dynamic_shared_memory_type": found[1]}
    return {}


def quoted(value: str) -> str:
    """A value as postgresql.conf reads it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _replace(file: Path, text: str, places: Places) -> None:
    part = file.with_name(file.name + ".part")
    part.write_text(text, encoding="utf-8", errors="surrogateescape")
    if places.user.gid is not None:
        os.chown(part, -1, places.user.gid)
    part.chmod(0o640 if places.user.is_other else 0o600)
    part.replace(file)


def server_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the server inherits: where to find libraries, and nothing of ours, least of all a secret."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
    return {name: environment[name] for name in kept if name in environment} | {"LC_ALL": "C", "TZ": "UTC"}
