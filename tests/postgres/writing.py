"""Run as a program: commit numbers one after the other, and write down each once it is committed."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import psycopg

from meruit.postgres import OWNER, Cluster

if __name__ == "__main__":
    cluster, noted = Cluster(Path(sys.argv[1])), Path(sys.argv[2])
    with psycopg.connect(cluster.url(OWNER), autocommit=True) as connection, noted.open("a", buffering=1) as notes:
        number = connection.execute("SELECT coalesce(max(number), 0) FROM bill").fetchone()[0]  # type: ignore[index]
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                number += 1
                connection.execute("INSERT INTO bill (number) VALUES (%s)", [number])
                notes.write(f"{number}\n")
