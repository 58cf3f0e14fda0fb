"""The invented trail of `proof/` and the verifier of `tools/` are scripts, not packages: they are found by path."""

from __future__ import annotations

import sys
from pathlib import Path

for _folder in ("proof", "proof/parts", "tools"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / _folder))
