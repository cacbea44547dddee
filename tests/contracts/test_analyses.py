"""Every analysis answers alike on both DuckDB releases, the first ones on every engine; DuckDB's kernels are what the others are held against."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lianyi.cli.analyse import ANALYSES
from lianyi.insight.analyse.change import explain_change
from lianyi.insight.analyse.concentration import buyer_concentration, product_concentration
from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.retention import retention
from lianyi.insight.analyse.rhythm import broken_rhythm
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from lianyi.stream.snapshot import Snapshot
from tests.contracts.asked import EACH, differences
from tests.insight.analyse.analyse_cases import MINUTE, at, facts
from tests.stream.world import made_world

FIRST, DAYS, ROWS = 19_700, 100, 3_000
NOW, BEFORE = Window(FIRST + 50, FIRST + 100), Window(FIRST, FIRST + 50)
ROOT = Path(__file__).resolve().parents[2]
STEPS = ["product_viewed", "cart_added", "order_paid", "product_viewed"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    generator = np.random.default_rng(1)
    rows: list[dict[str, Any]] = []
    names = ["product_viewed", "cart_added", "order_paid", "order_refunded", "member_joined"]
    for i in range(ROWS):
        who, name = int(generator.integers(0, 150)), str(generator.choice(names, p=[0.4, 0.25, 0.25, 0.05, 0.05]))
        row: dict[str, Any] = {
            "name": name,
            "t": at(FIRST + int(generator.integers(0, DAYS)), int(generator.integers(0, 96)) * 15 * MINUTE),
        }
        row |= {"member_id": None if who % 5 == 0 else f"m{who}", "device_id": f"d{who}" if who % 2 else None}
        row |= {"session_id": f"s{i % 40}" if i % 3 else None, "platform": ["a", "b", None][i % 3], "channel": ["x", "y"][who % 2]}
        row |= {"product_id": f"p{who % 7}", "order_id": f"o{i % 700}", "amount_fen": int(generator.integers(1, 9_999)), "quantity": 1}
        rows.append(row)
    log = EventLog(workspace.create(tmp_path_factory.mktemp("analyses") / "w", zone_name="Asia/Shanghai"))
    log.append(facts(rows), source="test")
    return log.snapshot()


@pytest.fixture
def pair(opened: Any, snapshot: Snapshot) -> Any:
    engines = opened(snapshot), DuckDBEngine(snapshot)
    yield engines
    for engine in engines:
        engine.close()


@pytest.mark.parametrize("per,by", [("actor", "new_returning"), ("session", "platform")])
def test_funnels_in_sql_are_the_kernels(pair: tuple[Engine, Engine], per: str, by: str | None) -> None:
    here, reference = pair
    options: dict[str, Any] = {"per": per, "by": by, "within_days": 9}

    found = funnel(here, STEPS, NOW, **options, path="sql")

    assert found == funnel(reference, STEPS, NOW, **options, path="kernel")
    assert found.steps[2].actors > 0


ASKED_OF_FILES = {"index", "variants", "topics"}


def test_every_analysis_is_asked_here() -> None:
    assert set(EACH) == set(ANALYSES) - ASKED_OF_FILES


@pytest.mark.slow
def test_the_older_duckdb_says_the_same(world: Snapshot, reference: Engine) -> None:
    other = ROOT / ".venv-duckdb15" / "bin" / "python"
    if not other.exists():
        pytest.skip("the environment of the older DuckDB is not there (make duckdb15)")
    home = Path(world.files[0].path.split("/events/", maxsplit=1)[0])
    command = [str(other), "-m", "tests.contracts.asked", str(home)]

    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    assert told["duckdb"].startswith("1.5.")
    expected = json.loads(json.dumps({name: ask(reference).to_json() for name, ask in EACH.items()}))
    assert differences(expected, told["answers"]) == []


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    log = EventLog(workspace.create(tmp_path_factory.mktemp("world") / "w", zone_name="Asia/Shanghai"))
    made, tables = made_world(6_000)
    log.append(made, tables=tables, source="test")
    return log.snapshot()


@pytest.fixture(scope="module")
def reference(world: Snapshot) -> Iterator[Engine]:
    engine = DuckDBEngine(world)
    yield engine
    engine.close()


def test_cohorts_are_the_same(pair: tuple[Engine, Engine]) -> None:
    here, reference = pair
    for start in ("joined", "first_purchase", "first_seen"):
        assert retention(here, NOW, cohort="week", start=start, horizon=4) == retention(
            reference, NOW, cohort="week", start=start, horizon=4
        )


def test_changes_are_the_same(pair: tuple[Engine, Engine]) -> None:
    here, reference = (explain_change(engine, NOW, BEFORE, dimensions=["channel", "new_returning"]).to_json() for engine in pair)

    assert here["factors"] == reference["factors"]
    assert {d: [(p["by"], p["effect"]) for p in parts] for d, parts in here["parts"].items()} == {
        d: [(p["by"], p["effect"]) for p in parts] for d, parts in reference["parts"].items()
    }
    assert len(here["parts"]) == 2


def test_concentration_and_rhythm_are_the_same(pair: tuple[Engine, Engine]) -> None:
    here, reference = pair
    assert buyer_concentration(here, NOW) == buyer_concentration(reference, NOW)
    assert product_concentration(here, NOW) == product_concentration(reference, NOW)
    assert broken_rhythm(here, horizon_day=FIRST + 99) == broken_rhythm(reference, horizon_day=FIRST + 99)
