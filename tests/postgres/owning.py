"""Run as a program: own a cluster until the end, as `meruit serve` does, and say so."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from meruit.postgres import Cluster

if __name__ == "__main__":
    cluster = Cluster(Path(sys.argv[1]), throwaway=True)
    cluster.start()
    print(cluster.pid, flush=True)
    signal.pause()
