"""Kernels that walk the projection answer what their SQL twin answers, on streams full of ties."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lianyi.insight.analyse import walk
from lianyi.insight.analyse.activity import ACTIVITIES, activity
from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.paths.paths import paths
from lianyi.insight.analyse.paths.visits import visits
from lianyi.insight.analyse.retention import ACTIVITIES as RETURNS
from lianyi.insight.analyse.retention import STARTS, retention
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from tests.insight.analyse.analyse_cases import MINUTE, at, facts

FIRST, DAYS = 19_690, 110
WINDOW = Window(FIRST + 12, FIRST + 100)
NAMES = ["page_viewed", "product_viewed", "cart_added", "order_paid", "member_joined", "coupon_issued", "own_event"]


def stream(seed: int) -> list[dict[str, Any]]:
    """Facts on a grid of ten minutes: many of one person fall on one instant; sessions interleave; devices change hands once."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for _ in range(2_500):
        who = int(rng.integers(0, 70))
        # Everybody begins some day, comes every eighth day, and stays for an hour or two.
        day = FIRST + min(DAYS - 1, who + 8 * int(rng.integers(0, 9)))
        minute = 10 * int(rng.integers(0, 12))
        row = {"name": str(rng.choice(NAMES)), "t": at(day, minute * MINUTE), "platform": [None, "a", "b"][who % 3]}
        row["device_id"] = f"d{who}" if who % 4 else None
        row["member_id"] = f"m{who // 2}" if rng.random() < 0.4 or who % 4 == 0 else None
        row["session_id"] = f"s{int(rng.integers(0, 3))}-{day}" if rng.random() < 0.5 else None
        rows.append(row)
    return rows


@pytest.fixture(scope="module", params=[1, 2])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = workspace.create(tmp_path_factory.mktemp("twins") / "w", zone_name="Asia/Shanghai")
    EventLog(made).append(facts(stream(request.param)), source="test")
    maintain(made, now_us=at(20_500))
    opened = DuckDBEngine(EventLog(made).snapshot())
    assert walk.parts(opened, ("t", "d", "name", "session"), None) is not None
    yield opened
    opened.close()


@pytest.fixture(params=[pytest.param("numba", marks=pytest.mark.slow), "numpy"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled walks, and those of arrays."""
    if request.param == "numba":
        pytest.importorskip("numba")
    monkeypatch.setattr(walk, "WORTH_COMPILING", 0 if request.param == "numba" else 1 << 40)


def agree(engine: Engine, asked: Callable[..., Any]) -> Any:
    found = asked(engine, path="kernel")
    assert found == asked(engine, path="sql")
    return found


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("within", [None, 3.0])
def test_funnels(engine: Engine, within: float | None) -> None:
    steps = ["page_viewed", "cart_added", "own_event", "page_viewed"]

    found = agree(engine, lambda e, path: funnel(e, steps, WINDOW, within_days=within, by="platform", path=path))

    assert found.steps[-1].actors > 0


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("every_event,depth,goal", [(False, 6, "order_paid"), (True, 2, "own_event"), (True, 9, "cart_added")])
def test_paths(engine: Engine, every_event: bool, depth: int, goal: str) -> None:
    found = agree(engine, lambda e, path: paths(e, WINDOW, goal=goal, depth=depth, every_event=every_event, path=path))

    assert found.success.reached > 30
    assert found.success.index.value is not None
    assert len(found.top) == 20


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("every_event", [False, True])
def test_sessions(engine: Engine, every_event: bool) -> None:
    found = agree(engine, lambda e, path: visits(e, WINDOW, every_event=every_event, path=path))

    assert found.sessions == sum(n for _, n in found.days) > 500
    assert found.p90_seconds.value


@pytest.mark.parametrize("unbounded", [False, True])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("active", RETURNS)
def test_retention(engine: Engine, start: str, active: str, unbounded: bool) -> None:
    found = agree(
        engine, lambda e, path: retention(e, WINDOW, cohort="week", horizon=5, start=start, active=active, unbounded=unbounded, path=path)
    )

    assert found.n > 5


@pytest.mark.parametrize("active", ACTIVITIES)
def test_activity(engine: Engine, active: str) -> None:
    found = agree(engine, lambda e, path: activity(e, WINDOW, active=active, path=path))

    # The data begin 12 days before the window: seven days are on record from its first day on, thirty from its eighteenth.
    assert (found.daily[0], found.weekly[0]) != (None, None)
    assert next(i for i, n in enumerate(found.monthly) if n is not None) == 17
    assert found.monthly[-1] == found.n >= max(n or 0 for n in found.daily)


def test_distinct_people_are_counted_by_hand() -> None:
    rows = [("a", 0), ("a", 0), ("a", 5), ("b", 6), ("a", 40)]
    opened = DuckDBEngine(workspace_free())
    from tests.insight.analyse.analyse_cases import replace_events

    replace_events(opened, [{"member_id": w, "name": "own", "t": at(100 + d)} for w, d in rows])

    found = activity(opened, Window(100, 141), active="any")

    assert found.daily[:7] == (1, 0, 0, 0, 0, 1, 1)
    assert (found.weekly[6], found.weekly[12]) == (2, 1)
    assert (found.monthly[29], found.monthly[35], found.monthly[40]) == (2, 1, 1)
    opened.close()


def workspace_free() -> Any:
    from lianyi.stream.snapshot import Snapshot

    return Snapshot(version=0, files=())
