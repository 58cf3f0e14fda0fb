"""The schema as the owner installs it, in a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from meruit.postgres import logins

if TYPE_CHECKING:
    from meruit.postgres.cluster import Cluster


def install_schema(cluster: Cluster, name: str) -> None:
    """Bring the database `name` to the present version."""
    url = cluster.url(logins.OWNER, name)
    environment = {**os.environ, "MERUIT_OWNER_URL": url, "DJANGO_SETTINGS_MODULE": "meruit.settings.owner"}
    subprocess.run([sys.executable, "-m", "meruit.schema"], env=environment, check=True)
