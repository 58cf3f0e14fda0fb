"""The system's Chromium for the browser tests: found by path, installed where it can be, and never passed over.

`python -m tests.support.browser --install` is part of `make test`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: No sandbox of its own as root; and no word to anybody outside.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()),
)


def path() -> str | None:
    """Where the browser is: `MERUIT_CHROMIUM`, or the first of the usual names on the path."""
    return os.environ.get("MERUIT_CHROMIUM") or next((p for name in NAMES if (p := shutil.which(name))), None)


def install() -> None:
    """Install Debian's Chromium, as root; elsewhere say what to do."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.exit(
            "The browser tests need Chromium, and it is not here: install the package chromium of your system, "
            "or set MERUIT_CHROMIUM to its path, and run `make test` again."
        )
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run([apt, "update", "-q"], check=True, **quiet)  # type: ignore[call-overload]  # options are run's own
    subprocess.run([apt, "install", "-y", "-q", "--no-install-recommends", "chromium"], check=True, **quiet)  # type: ignore[call-overload]  # as above


def main() -> None:
    """Install where it is missing and that is asked for; end with an error where there is no browser."""
    if path() is None and "--install" in sys.argv:
        install()
    if path() is None:
        sys.exit("There is no Chromium on this machine, and the browser tests need one.")


if __name__ == "__main__":
    main()
