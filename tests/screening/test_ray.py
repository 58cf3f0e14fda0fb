"""A cluster of two nodes finds what one machine finds. One test, so that one cluster is started, once."""

import os

import pytest

from meruit.screening.bulk import plan
from tests.screening.test_bulk import DAY, same, written
from tests.screening.test_words import ANYWHERE, HEAD

pytest.importorskip("ray")

#: Small enough for a test: nothing of size goes through the object store.
STORE = 80 << 20


@pytest.fixture
def nodes():
    """Two nodes on one machine. A processor each is enough, for no task keeps one while it waits for another."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": STORE}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    cluster.add_node(num_cpus=1, object_store_memory=STORE)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="warning")
    yield len(ray.nodes())
    ray.shutdown()
    cluster.shutdown()


def test_two_nodes_find_what_one_machine_finds(nodes, tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "PART_BYTES", 4_000)
    files, rules = written(tmp_path / "files"), tmp_path / "acme.toml"
    rules.write_text(HEAD + ANYWHERE)
    assert nodes == 2
    same((files, "--guidelines", rules, "--as-of", DAY), tmp_path / "words")
    same((files, "--guidelines", "RP-1", "--as-of", DAY), tmp_path / "rp-1")
