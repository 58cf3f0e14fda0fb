"""One firm for all attempts of a module that leave nothing behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from meruit.postgres import testing
from tests.support.firm import Firm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meruit.postgres.cluster import Cluster


@pytest.fixture(scope="module")
def shared(cluster: Cluster) -> Iterator[Firm]:
    """A firm that the tests of a module share; Django speaks as the app."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}_shared"
    with testing.clone(cluster, name, "template_firm"):
        firm = Firm(cluster, name)
        firm.use("app")
        try:
            yield firm
        finally:
            connections["default"].close()
            firm.close()
