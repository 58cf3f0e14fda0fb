"""A night in a process of its own, to be killed: says when it begins, then works."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a night as the worker whose address is in the environment."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.worker"
    import django

    django.setup()
    from meruit.desk import nightly

    print("begin", flush=True)
    nightly.night()
    print("end", flush=True)
    sys.exit(0)


if __name__ == "__main__":
    main()
