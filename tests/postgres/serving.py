"""Run as a program: serve an installation with one child, a shell script."""

from __future__ import annotations

import sys
from pathlib import Path

from meruit.postgres import APP
from meruit.postgres.installation import Installation, Served

if __name__ == "__main__":
    home, script, beside = Path(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["beside"]
    plan = [
        Served("web", APP, ("/bin/sh", "-c", script), {"DJANGO_SETTINGS_MODULE": "meruit.settings.app"}),
    ]
    say = lambda line: print(line, file=sys.stderr, flush=True)  # noqa: E731 - the shortest way to say it
    sys.exit(Installation(home, throwaway=True).serve(plan, say, beside=beside))
