"""Intervals of rates whose events come in clusters: by hand, by law, and never surer than events counted one by one."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.insight.measure import measure
from lianyi.insight.measure.intervals import Clustering, clustered, t_of, wilson
from lianyi.kernel.clock import Window
from tests.insight.measure.worlds import DAY_0, ZONE, World, fact

WINDOW = Window(DAY_0, DAY_0 + 10)


@pytest.fixture(scope="module")
def world():
    made = World()
    yield made
    made.close()


def told(world: World, lines: list[str]) -> World:
    return world.load([fact(line, number) for number, line in enumerate(lines)])


def sorted_into(clusters: dict[object, list[tuple[float, float]]]) -> Clustering:
    sums = [np.sum(parts, axis=0) for parts in clusters.values()]
    return Clustering(len(sums), sum(a * a for a, _ in sums), sum(a * b for a, b in sums), sum(b * b for _, b in sums))


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 3), st.integers(1, 3)), min_size=2, max_size=60), st.booleans()
)
def test_the_query_sorts_events_as_one_would_by_hand(world, exposed, dated):
    # of each: content (5 has none), person (4 is nobody), clicks of that many exposures; somebody clicks in any case
    exposed = [(0, 0, 1, 2), *exposed]
    lines, by_content, by_person = [], defaultdict(list), defaultdict(list)
    for nth, (content, person, clicks, exposures) in enumerate(exposed):
        day = nth % 10 if dated else 0
        where = (f" c=c{content}" if content < 5 else "") + (f" m=m{person}" if person < 4 else "")
        lines.append(f"{day} 10:00 content_exposed q={exposures}{where}")
        lines += [f"{day} 10:01 content_clicked{where}"] * clicks
        by_content[content if content < 5 else f"day {day}"].append((clicks, exposures))
        by_person[person if person < 4 else f"day {day}"].append((clicks, exposures))

    (value,) = measure(told(world, lines), ["content_ctr"], WINDOW, zone=ZONE)

    above, below = (sum(row[k] for row in exposed) for k in (2, 3))
    expected = clustered(above, below, [sorted_into(by_content), sorted_into(by_person)])
    assert value.value == pytest.approx(above / below)
    assert value.interval == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=8), min_size=2, max_size=40), st.sampled_from([0.8, 0.95, 0.99]))
def test_clusters_never_make_surer_and_the_rate_lies_inside(people, level):
    one_by_one = [hit for person in people for hit in person]
    hits, n = sum(one_by_one), len(one_by_one)
    found = clustered(hits, n, [sorted_into({k: [(sum(p), len(p))] for k, p in enumerate(people)})], level)

    low, high = wilson(hits, n, level)
    assert found is not None
    assert 0 <= found[0] <= hits / n <= found[1] <= 1
    assert found[1] - found[0] >= (high - low) * (1 - 1e-9)


def test_a_rate_above_one_has_an_interval_by_its_clusters():
    people = [(3.0, 1.0), (1.0, 1.0), (2.0, 1.0), (2.0, 1.0)]
    found = clustered(8.0, 4.0, [sorted_into({k: [p] for k, p in enumerate(people)})])

    # residuals 1, -1, 0, 0: their variance is that of a Poisson rate at most, 2 / 4
    assert found == pytest.approx((0.0, 2 + t_of(0.95, 3) * 0.5**0.5))


def test_one_cluster_tells_nothing():
    assert clustered(3, 10, [Clustering(1, 9.0, 30.0, 100.0), Clustering(0, 0.0, 0.0, 0.0)]) is None


def test_a_part_has_an_interval_by_its_own_clusters(world):
    lines = [
        f"{n % 3} 10:00 {name} c=c{n % 4} m=m{n} pl={'ab'[n % 2]}"
        for n in range(40)
        for name in ("content_exposed", "content_clicked")[: 1 + (n % 5 == 0)]
    ]
    parts = {v.by["platform"]: v for v in measure(told(world, lines), ["content_ctr"], WINDOW, by="platform", zone=ZONE)}
    alone = [line for line in lines if "pl=a" in line]

    (whole,) = measure(told(world, alone), ["content_ctr"], WINDOW, zone=ZONE)

    assert parts["a"].interval == pytest.approx(whole.interval)
