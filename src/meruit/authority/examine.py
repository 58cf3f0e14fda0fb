"""`python -m meruit.authority.examine`: what must hold of the mechanism and its trail, a JSON line for each point.

Runs as the worker; `meruit doctor` shows it.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Print every point; ends with 1 where the database cannot be asked."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meruit.settings.worker")
    django.setup()
    from django.db import Error

    from meruit.authority import queries

    try:
        for point in queries.examine():
            print(json.dumps([point.subject, point.well, point.says]), flush=True)
    except Error as error:
        sys.exit(str(error).splitlines()[0])


if __name__ == "__main__":
    main()
