from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lianyi.insight.analyse.breakdown import breakdown
from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.funnel.kernel import Steps
from lianyi.insight.analyse.funnel.source import projected, scanned
from lianyi.insight.analyse.funnel.sql import step_rows
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from tests.insight.analyse.analyse_cases import MINUTE, at, facts

STEPS = ("page_viewed", "cart_added", "own_event", "page_viewed")
SPAN = Window(19_700, 19_790)


def rows(n: int, seed: int) -> list[dict[str, Any]]:
    generator = np.random.default_rng(seed)
    return [
        {
            "name": str(generator.choice(["page_viewed", "cart_added", "own_event", "order_paid"])),
            "t": at(19_690 + int(generator.integers(0, 110)), int(generator.integers(0, 48)) * 30 * MINUTE),
            "device_id": f"d{(who := int(generator.integers(0, 60)))}",
            "member_id": f"m{who // 2}" if i % 7 == 0 else None,
            "platform": ["a", "b", None][i % 3],
            "product_id": f"p{i % 4}",
        }
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> workspace.Workspace:
    made = workspace.create(tmp_path_factory.mktemp("projected") / "w", zone_name="Asia/Shanghai")
    EventLog(made).append(facts(rows(3000, 1)), source="first")
    maintain(made, now_us=at(20_500))
    return made


@pytest.mark.parametrize("by", [None, "platform"])
@pytest.mark.parametrize("within", [None, 4.0])
def test_a_fresh_projection_gives_what_sql_gives(place: workspace.Workspace, by: str | None, within: float | None) -> None:
    engine = DuckDBEngine(EventLog(place).snapshot())
    dimension = None if by is None else breakdown(by, engine)
    assert projected(engine, Steps.of(STEPS), SPAN, dimension) is not None

    found = funnel(engine, STEPS, SPAN, within_days=within, by=by)

    assert found == funnel(engine, STEPS, SPAN, within_days=within, by=by, path="sql")
    assert found.steps[-1].actors > 0


def test_a_dimension_that_is_looked_up_is_scanned(place: workspace.Workspace) -> None:
    engine = DuckDBEngine(EventLog(place).snapshot())

    assert projected(engine, Steps.of(STEPS), SPAN, breakdown("category", engine)) is None
    assert funnel(engine, STEPS, SPAN, by="product") == funnel(engine, STEPS, SPAN, by="product", path="sql")


def test_what_came_after_the_projection_is_counted(tmp_path: Path) -> None:
    made = workspace.create(Path(tmp_path) / "w", zone_name="Asia/Shanghai")
    log = EventLog(made)
    log.append(facts(rows(300, 2)), source="first")
    maintain(made, now_us=at(20_500))
    log.append(facts([{"name": n, "t": at(19_750, i), "member_id": "late"} for i, n in enumerate(STEPS)]), source="late")
    engine = DuckDBEngine(log.snapshot())

    assert projected(engine, Steps.of(STEPS), SPAN, None) is None
    found = funnel(engine, STEPS, SPAN, within_days=1)

    assert found == funnel(engine, STEPS, SPAN, within_days=1, path="sql")
    assert found.steps[-1].actors >= 1


def test_many_rows_come_in_parts_of_whole_people(place: workspace.Workspace) -> None:
    engine = DuckDBEngine(EventLog(place).snapshot())
    shape = Steps.of(STEPS)
    sql = step_rows(shape, per="actor", value="e.platform", join="", cut_sessions=False)
    asked = {"from_d": SPAN.from_day, "to_d": SPAN.to_day} | {f"name_{i}": name for i, name in enumerate(shape.names)}

    def walks(rows_at_once: int) -> list[list[tuple[tuple[int, int, str | None], ...]]]:
        """For each part, what each of its people did."""
        found = []
        for part in scanned(engine, sql, asked, rows_at_once=rows_at_once):
            steps = zip(part.t, part.name, (part.words[v] if v >= 0 else None for v in part.value), strict=True)
            people: dict[int, list[tuple[int, int, str | None]]] = {}
            for who, (t, name, value) in zip(part.who.tolist(), steps, strict=True):
                people.setdefault(who, []).append((int(t), int(name), value))
            assert all([t for t, _, _ in walk] == sorted(t for t, _, _ in walk) for walk in people.values())
            found.append([tuple(sorted(walk, key=str)) for walk in people.values()])
        return found

    whole, parted = walks(10_000), walks(500)
    assert (len(whole), len(parted)) == (1, 4)
    assert sorted((walk for part in parted for walk in part), key=str) == sorted(whole[0], key=str)
    assert max(sum(map(len, part)) for part in parted) < 700
