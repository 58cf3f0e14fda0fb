"""The head of a proof page: when, where and of which commit its figures are."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime


def heading(title: str, about: list[str]) -> list[str]:
    """The title, the machine, and what the figures are."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    where = f"{platform.machine()}, {os.cpu_count()} cores (load {busy}), Python {platform.python_version()}"
    return [
        f"# {title}",
        "",
        f"{datetime.now(UTC):%d %B %Y}, {where}, commit {commit.stdout.strip() or 'unknown'}.",
        *about,
        "",
    ]
