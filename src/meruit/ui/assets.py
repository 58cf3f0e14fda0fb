"""Style and scripts of the pages, from the locked packages into `ui/static/vendor`: `python -m meruit.ui.assets`.

Nothing is built and nothing is fetched at run time; the page asks no other host. npm and node come from a
wheel, so that a machine needs Python alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
VENDOR = HERE / "static" / "vendor"

#: Where a file lies in its package, and what it is called on our pages.
WANTED = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
}


def main() -> None:
    """Install the locked packages and copy what the pages use; does nothing when that was done."""
    lock = (ROOT / "package-lock.json").read_bytes()
    seen = VENDOR / "package-lock.json"
    if seen.exists() and seen.read_bytes() == lock and all((VENDOR / name).exists() for name in WANTED.values()):
        return
    tools = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}
    npm = shutil.which("npm", path=str(tools)) or "npm"
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in WANTED.items():
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / name)
    seen.write_bytes(lock)


if __name__ == "__main__":
    main()
