"""Serve the pages: `python -m meruit.web.serve`, on the loopback address unless told otherwise."""

from __future__ import annotations

import os


def main() -> None:
    """Serve until ended."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "meruit.settings.app"
    from meruit.settings import pages
    from meruit.ui.serving import serve

    # What stands around a file in its form is small; the file itself is judged where a sentence can be said of it.
    serve(pages.web_port(), "The pages", threads=8, largest=pages.upload_limit() + 10_000_000)


if __name__ == "__main__":
    main()
