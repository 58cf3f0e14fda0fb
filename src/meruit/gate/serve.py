"""Serve the gate: `python -m meruit.gate.serve`, on the loopback address unless told otherwise."""

from __future__ import annotations

import os


def main() -> None:
    """Serve until ended; one process, a few threads."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.gate"
    from meruit.settings import pages
    from meruit.ui.serving import serve

    serve(pages.gate_port(), "The gate", threads=4)


if __name__ == "__main__":
    main()
