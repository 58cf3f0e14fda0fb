"""Run as a program: one worker of a test run, which shares the run's server and says what it met."""

from __future__ import annotations

import json
import os
import sys

import psycopg

from meruit.postgres import OWNER, testing

if __name__ == "__main__":
    run, name = sys.argv[1:]
    with testing.shared_cluster(run) as cluster:
        built = []

        def build(template: str) -> None:
            built.append(template)
            with psycopg.connect(cluster.url(OWNER, template)) as connection:
                connection.execute("CREATE TABLE bill (number integer)")

        testing.template(cluster, "shared_template", build)
        with testing.clone(cluster, name, of="shared_template") as copy:
            with psycopg.connect(cluster.url(OWNER, copy)) as connection:
                connection.execute("INSERT INTO bill VALUES (1)")
                row = connection.execute("SELECT count(*) FROM bill").fetchone()
            pid = (cluster.places.data / "postmaster.pid").read_text().split("\n", 1)[0]
            said = {"server": int(pid), "built": built, "bills": row and row[0], "home": str(cluster.home)}
            print(json.dumps(said), flush=True)
            sys.stdin.readline()  # until the test lets it go, or kills it
    os._exit(0)
