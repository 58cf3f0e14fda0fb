"""What `meruit serve` lays out before it starts anything."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from meruit.cli.serve import plan

if TYPE_CHECKING:
    from pathlib import Path


def test_folders_of_files_that_come_in_are_there_before_a_process_is_confined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERUIT_HOME", str(tmp_path / "home"))
    assert [served.name for served in plan()] == ["gate", "pages", "worker"]
    for name in ("uploads", "inbox"):
        folder = tmp_path / "home" / name
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, name
    plan()  # again, as at each start
