"""`python -m meruit.gate.link MAIL` prints a link by which somebody who was decided enrols. Runs as the gate."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Print the link, or say why there is none."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meruit.settings.gate")
    django.setup()
    from meruit.authority.errors import Refused
    from meruit.gate.links import for_mail

    if len(sys.argv) != 2:
        sys.exit("Say whom the link is for: python -m meruit.gate.link MAIL")
    try:
        print(for_mail(sys.argv[1]))
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
