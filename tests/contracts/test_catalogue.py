"""Every metric of the catalogue, and the funnel's SQL, answers alike on every engine: counts and money exact, ratios to 1e-12."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.retention import retention
from lianyi.insight.measure import catalogue, dimensions, measure_all
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.base import Engine, Params
from lianyi.stream.engines.dialect import transpile
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.lint import lint
from lianyi.stream.log.table import EventLog
from lianyi.stream.snapshot import Snapshot
from tests.contracts.answers import answers, differences
from tests.stream.world import DAYS, FIRST_DAY, made_world

Opened = Callable[[Snapshot], Engine]
WINDOW = Window(FIRST_DAY + 30, FIRST_DAY + 90)
ROOT = Path(__file__).resolve().parents[2]
# Without data even in a world where everything occurs: what they need is produced by later work.
WAITING: frozenset[str] = frozenset({"incremental_profit_per_yuan"})


class Recorder(DuckDBEngine):
    """DuckDB that remembers what it was asked."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self.asked: list[str] = []

    def run(self, sql: str, params: Params | None = None) -> pa.Table:
        self.asked.append(sql)
        return super().run(sql, params)

    def keep(self, name: str, sql: str, params: Params | None = None) -> None:
        self.asked.append(sql)
        super().keep(name, sql, params)


def world(folder: Path, rows: int) -> EventLog:
    log = EventLog(workspace.create(folder / "w"))
    facts, tables = made_world(rows)
    log.append(facts, tables=tables)
    return log


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    return world(tmp_path_factory.mktemp("small"), 6_000)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    return world(tmp_path_factory.mktemp("large"), 100_000)


@pytest.fixture(scope="module")
def recorder(small: EventLog) -> Iterator[Recorder]:
    engine = Recorder(small.snapshot())
    for grain in ("total", "month"):
        measure_all(engine, WINDOW, grain=grain)
    for by in dimensions():
        measure_all(engine, WINDOW, by=by)
    yield engine
    engine.close()


@pytest.mark.slow
def test_the_made_world_leaves_no_metric_without_data(recorder: Recorder) -> None:
    waiting = {v.metric for v in measure_all(recorder, WINDOW) if v.status == "no_data"}

    assert waiting <= WAITING
    assert len(catalogue()) > 50


@pytest.mark.slow
def test_every_query_of_the_catalogue_keeps_to_the_house_dialect(recorder: Recorder) -> None:
    broken = {str(violation): sql for sql in dict.fromkeys(recorder.asked) for violation in lint(sql)}

    assert sorted(broken) == []


@pytest.mark.slow
def test_every_query_of_the_catalogue_can_be_said_to_spark(recorder: Recorder) -> None:
    for sql in dict.fromkeys(recorder.asked):
        names = dict.fromkeys(
            ("from_d", "to_d", "window_days", "prev_from_d", "horizon_d", "first_d", "lo_d", "hi_d", "from_t", "to_t", "horizon_t"), 1
        )
        assert transpile(sql, "spark", names)


@pytest.mark.spark
def test_the_catalogue_answers_alike_on_every_engine(opened: Opened, large: EventLog) -> None:
    oracle = DuckDBEngine(large.snapshot())
    expected = answers(oracle, WINDOW, ways=("total", "channel"))
    oracle.close()
    engine = opened(large.snapshot())

    found = answers(engine, WINDOW, ways=("total", "channel"))

    engine.close()
    assert len(expected) > 200
    assert differences(expected, found) == []


@pytest.mark.spark
def test_funnel_and_retention_answer_alike_on_every_engine(opened: Opened, large: EventLog) -> None:
    oracle, engine = DuckDBEngine(large.snapshot()), opened(large.snapshot())
    steps = ["content_exposed", "product_viewed", "cart_added", "order_paid"]
    whole = Window(FIRST_DAY, FIRST_DAY + DAYS)
    for per in ("actor", "session"):
        for by in (None, "platform"):
            kernel = funnel(oracle, steps, whole, within_days=7, per=per, by=by, path="kernel")
            sql = funnel(engine, steps, whole, within_days=7, per=per, by=by, path="sql")
            assert sql.to_json() == kernel.to_json()
            assert kernel.to_json()["steps"][1]["actors"] > 0
    assert retention(engine, whole).to_json() == retention(oracle, whole).to_json()
    oracle.close()
    engine.close()


@pytest.mark.slow
def test_the_catalogue_answers_alike_on_the_older_duckdb(large: EventLog) -> None:
    other = ROOT / ".venv-duckdb15" / "bin" / "python"
    if not other.exists():
        pytest.skip("the environment of the older DuckDB is not there (make duckdb15)")
    engine = DuckDBEngine(large.snapshot())
    expected = answers(engine, WINDOW)
    engine.close()

    command = [str(other), "-m", "tests.contracts.answers", str(large.workspace.path), str(WINDOW.from_day), str(WINDOW.to_day)]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    assert told["duckdb"].startswith("1.5")
    assert differences(expected, told["answers"]) == []
