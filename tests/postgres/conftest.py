"""One throw-away server for all tests that can share it; those about life and death make their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from meruit.postgres import testing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.postgres import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with testing.shared_cluster() as shared:
        yield shared
