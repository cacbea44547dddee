import csv
import gzip
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path
from random import Random

import numpy as np
import pyarrow.csv as pa_csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.insight.analyse.fission.forest import Rings, forest, trees

any_parents = st.integers(1, 14).flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n))


def test_the_published_cascades_have_their_published_shape(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("cascades_twitter15")
    edges = pa_csv.read_csv(folder / "edges.csv.gz")
    cascade, above = edges.column("cascade").to_numpy(), edges.column("parent").to_numpy()
    begins = np.flatnonzero(np.diff(cascade, prepend=-1))
    first = np.repeat(begins, np.diff(np.append(begins, len(edges))))
    parent = np.where(above < 0, -1, first + above)
    with gzip.open(folder / "expected_per_cascade.csv.gz", "rt") as file:
        expected = list(csv.DictReader(file))

    found = trees(forest(parent))

    assert len(found.size) == 1490
    assert found.size.tolist() == [int(r["size"]) for r in expected]
    assert found.depth.tolist() == [int(r["depth"]) for r in expected]
    assert found.breadth.tolist() == [int(r["breadth"]) for r in expected]
    assert found.virality == pytest.approx([float(r["virality"]) for r in expected], abs=1e-6)
    assert (found.size.mean(), found.virality.mean()) == pytest.approx((402.145, 2.5088), abs=1e-3)


@given(any_parents)
def test_depth_descendants_and_distances_are_what_walking_every_path_gives(parents: list[int]) -> None:
    found = forest(np.array(parents))

    mended = found.parent.tolist()
    chains = []
    for i in range(len(parents)):
        chain = [i]
        while mended[chain[-1]] >= 0:
            chain.append(mended[chain[-1]])
            assert len(chain) <= len(parents)
        chains.append(chain)
    assert found.depth.tolist() == [len(c) - 1 for c in chains]
    assert found.root.tolist() == [c[-1] for c in chains]
    assert found.below.tolist() == [sum(i in c[1:] for c in chains) for i in range(len(parents))]
    shapes = trees(found)
    for root, size, depth, breadth, virality in zip(shapes.root, shapes.size, shapes.depth, shapes.breadth, shapes.virality, strict=True):
        mine = [i for i, c in enumerate(chains) if c[-1] == root]
        assert size == len(mine)
        lengths = [len(chains[i]) - 1 for i in mine]
        assert (depth, breadth) == (max(lengths), max(Counter(lengths).values()))
        apart = [
            min(chains[a].index(x) + chains[b].index(x) for x in set(chains[a]) & set(chains[b])) for a in mine for b in mine if a != b
        ]
        assert virality == pytest.approx(np.mean(apart) if apart else np.nan, nan_ok=True)


@given(any_parents, st.randoms())
def test_the_compiled_way_finds_what_whole_arrays_find(parents: list[int], lots: Random) -> None:
    pytest.importorskip("numba")
    joined = np.array([lots.randrange(5) for _ in parents])

    plain, fast = (forest(np.array(parents), order=joined, compiled=way) for way in (False, True))

    assert fast.rings == plain.rings
    for field in ("parent", "depth", "root", "below"):
        assert getattr(fast, field).tolist() == getattr(plain, field).tolist()
    for one, other in zip(astuple(trees(fast, compiled=True)), astuple(trees(plain, compiled=False)), strict=True):
        assert one.tolist() == pytest.approx(other.tolist(), nan_ok=True)


@given(any_parents)
def test_only_rings_are_cut_and_each_exactly_once(parents: list[int]) -> None:
    on_ring = set()
    for start in range(len(parents)):
        seen, now = [start], parents[start]
        while now >= 0 and now not in seen:
            seen.append(now)
            now = parents[now]
        if now == start:
            on_ring.add(start)

    found = forest(np.array(parents))

    cut = [i for i, p in enumerate(parents) if found.parent[i] != p]
    assert set(cut) <= on_ring
    assert found.rings == Rings(len(cut), len(on_ring))


def test_a_ring_is_broken_at_whoever_joined_first() -> None:
    found = forest(np.array([1, 2, 0, 0]), order=np.array([30, 10, 20, 40]))

    assert found.parent.tolist() == [1, -1, 0, 0]
    assert found.rings == Rings(1, 3)
    assert forest(np.array([0, -1])).rings == Rings(1, 1)


def test_a_chain_and_a_star_have_their_known_virality() -> None:
    chain = trees(forest(np.arange(-1, 9)))
    star = trees(forest(np.array([-1] + [0] * 9)))

    assert (chain.depth.tolist(), chain.virality.tolist()) == ([9], pytest.approx([11 / 3]))
    assert (star.breadth.tolist(), star.virality.tolist()) == ([9], pytest.approx([2 * 9 / 10]))


def test_nobody_is_a_forest_of_nothing() -> None:
    for way in (False, True):
        assert trees(forest(np.zeros(0, dtype=np.int64), compiled=way), compiled=way).size.tolist() == []


def test_a_parent_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        forest(np.array([7]))


@pytest.mark.slow
def test_a_million_members_take_under_a_second_of_processor_time() -> None:
    rng = np.random.default_rng(0)
    n = 1_000_000
    older = (rng.random(n) * np.arange(n)).astype(np.int64)
    older[rng.random(n) < 0.3] = -1
    older[0] = -1
    shuffled = rng.permutation(n)
    parent = np.full(n, -1)
    parent[shuffled] = np.where(older >= 0, shuffled[older], -1)

    before = time.process_time()
    shapes = trees(forest(parent))
    spent = time.process_time() - before

    assert int(shapes.size.sum()) == n
    assert spent < 1.0
