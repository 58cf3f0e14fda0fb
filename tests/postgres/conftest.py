"""One throw-away server for all tests that can share it; those about life and death make their own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from meruit.postgres import testing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from meruit.postgres import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with testing.shared_cluster() as shared:
        yield shared


@pytest.fixture(scope="session")
def fresh_home() -> Iterator[Path]:
    """A home that was started once; initdb takes most of a second, a copy of this hardly any time."""
    with testing.throwaway_cluster() as made:
        made.stop()
        yield made.home


@pytest.fixture
def folder() -> Iterator[Path]:
    """Pytest's own folders are closed to the server's user where root runs the tests."""
    with testing.temporary_folder() as made:
        yield made


@pytest.fixture
def home(folder: Path, fresh_home: Path) -> Path:
    """A home of this test's own, made and not running."""
    subprocess.run(["cp", "-a", str(fresh_home), str(folder / "home")], check=True)
    return folder / "home"
