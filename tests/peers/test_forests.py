"""Trees of invitations and networks of replies beside networkx."""

import numpy as np
import pyarrow.csv as csv
import pytest

from lianyi.insight.analyse.community.replies import reply_network
from lianyi.insight.analyse.fission.forest import forest, trees

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]


def grown(n: int, seed: int) -> np.ndarray:
    """Parents of a random forest: each node hangs on an earlier one, or on nobody."""
    rng = np.random.default_rng(seed)
    parent = (rng.random(n) * np.arange(n)).astype(np.int64)
    parent[rng.random(n) < 0.1] = -1
    parent[0] = -1
    return parent


@pytest.mark.parametrize("seed", range(4))
def test_depth_descendants_and_virality_of_random_forests(seed):
    import networkx as nx

    parent = grown(300, seed)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(300))
    graph.add_edges_from((int(p), i) for i, p in enumerate(parent) if p >= 0)

    found = forest(parent)

    roots = [i for i, p in enumerate(parent) if p < 0]
    depth = {i: d for root in roots for i, d in nx.single_source_shortest_path_length(graph, root).items()}
    assert found.depth.tolist() == [depth[i] for i in range(300)]
    assert found.below.tolist() == [len(nx.descendants(graph, i)) for i in range(300)]
    shapes = trees(found)
    for root, size, virality in zip(shapes.root, shapes.size, shapes.virality, strict=True):
        tree = graph.subgraph({int(root)} | nx.descendants(graph, int(root))).to_undirected()
        assert len(tree) == size
        if size > 1:
            assert virality == pytest.approx(nx.average_shortest_path_length(tree), abs=1e-9)


def test_the_virality_of_real_cascades(shared_data):
    import networkx as nx

    edges = csv.read_csv(shared_data("cascades_twitter15") / "edges.csv.gz")
    cascade, above = edges.column("cascade").to_numpy(), edges.column("parent").to_numpy()
    begins = np.append(np.flatnonzero(np.diff(cascade, prepend=-1)), len(edges))
    small = [i for i in range(len(begins) - 1) if begins[i + 1] - begins[i] < 120][:40]
    assert len(small) == 40
    for i in small:
        parent = above[begins[i] : begins[i + 1]]
        tree = nx.Graph([(int(p), k) for k, p in enumerate(parent) if p >= 0])
        assert trees(forest(np.where(parent < 0, -1, parent))).virality[0] == pytest.approx(nx.average_shortest_path_length(tree), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_reciprocity_isolates_and_the_innermost_core(seed):
    import networkx as nx

    rng = np.random.default_rng(seed)
    source, target = rng.integers(0, 60, 150).astype(str), (rng.random(150) ** 2 * 60).astype(int).astype(str)
    graph = nx.DiGraph((a, b) for a, b in zip(source, target, strict=True) if a != b)
    graph.add_nodes_from(str(i) for i in range(70))

    found = reply_network(source, target, everyone=[str(i) for i in range(70)])

    cores = nx.core_number(graph.to_undirected())
    assert (found.people, found.ties) == (graph.number_of_nodes(), graph.number_of_edges())
    assert found.reciprocity.value == pytest.approx(nx.overall_reciprocity(graph))
    assert found.isolates.value == nx.number_of_isolates(graph) / 70
    assert (found.core_order, found.core) == (max(cores.values()), sum(c == max(cores.values()) for c in cores.values()))
