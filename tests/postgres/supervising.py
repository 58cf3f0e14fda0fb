"""Run as a program: supervise the children of a JSON file over a cluster, as `meruit serve` does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from meruit.postgres import APP, WORKER, Cluster
from meruit.postgres.supervisor import Child, Supervisor, environment_of

if __name__ == "__main__":
    cluster = Cluster(Path(sys.argv[1]), throwaway=True)
    cluster.start()
    logins = {"app": APP, "worker": WORKER}
    hidden = (cluster.places.secrets, cluster.places.data)
    children = [
        Child(
            name=asked["name"],
            command=tuple(asked["command"]),
            environment=environment_of(logins[asked["login"]], cluster.url(logins[asked["login"]])),
            hidden=hidden if asked.get("confined") else (),
        )
        for asked in json.loads(sys.argv[2])
    ]
    print(f"database {cluster.pid}", file=sys.stderr, flush=True)
    sys.exit(Supervisor(children, cluster=cluster, patience_seconds=float(sys.argv[3])).run())
