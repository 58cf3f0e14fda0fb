"""Serve the pages: `python -m meruit.web.serve`, on the loopback address unless told otherwise."""

from __future__ import annotations

import os


def main() -> None:
    """Serve until ended."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"
    from meruit.settings import pages
    from meruit.ui.serving import serve

    serve(pages.web_port(), "The pages", threads=8)


if __name__ == "__main__":
    main()
