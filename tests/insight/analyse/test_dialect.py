from typing import Any

import pyarrow as pa
import pytest

from lianyi.insight.analyse.change import explain_change
from lianyi.insight.analyse.concentration import buyer_concentration, product_concentration
from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.retention import ACTIVITIES, STARTS, retention
from lianyi.insight.analyse.rhythm import broken_rhythm
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Params
from lianyi.stream.engines.dialect import transpile
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.lint import lint
from lianyi.stream.snapshot import DataFile, Snapshot
from tests.insight.analyse.analyse_cases import at, replace_events


class Recorder(DuckDBEngine):
    """An engine that calls itself something else, so that SQL paths are taken, and remembers what it was asked."""

    name = "recorder"

    def __init__(self) -> None:
        super().__init__(Snapshot(version=0, files=()))
        # A history that claims devices and days, so that every branch writes its SQL.
        self.snapshot = Snapshot(version=0, files=(DataFile("nowhere", 197001, 1, 1, 0, 60, has_device=True),))
        self.asked: list[tuple[str, Params | None]] = []

    def run(self, sql: str, params: Params | None = None) -> pa.Table:
        self.asked.append((sql, params))
        return super().run(sql, params)

    def keep(self, name: str, sql: str, params: Params | None = None) -> None:
        self.asked.append((sql, params))
        super().keep(name, sql, params)


@pytest.fixture(scope="module")
def asked() -> list[tuple[str, Params | None]]:
    engine = Recorder()
    common: dict[str, Any] = {"amount_fen": 5, "session_id": None}
    rows = [
        {
            "member_id": "a",
            "device_id": "x",
            "name": name,
            "t": at(day),
            "order_id": str(day),
            "channel": f"c{day % 2}",
            "platform": f"p{day % 2}",
            **common,
        }
        for day in range(60)
        for name in ("product_viewed", "order_paid", "member_joined")
    ]
    replace_events(engine, rows)
    window, before = Window(30, 60), Window(0, 30)
    for by in ("platform", "category", "tier", "new_returning", None):
        for per in ("actor", "session"):
            funnel(engine, ["product_viewed", "order_paid", "product_viewed"], window, within_days=7, per=per, by=by)
    for start in (*STARTS, "auto"):
        for active in (*ACTIVITIES, "auto"):
            retention(engine, window, start=start, active=active, cohort="week")
    explain_change(engine, window, before)
    buyer_concentration(engine, window)
    product_concentration(engine, window)
    broken_rhythm(engine, horizon_day=59)
    return list({sql: (sql, params) for sql, params in engine.asked}.values())


def test_every_query_keeps_to_the_house_dialect(asked: list[tuple[str, Params | None]]) -> None:
    assert len(asked) > 30
    assert [(str(v), sql[:80]) for sql, _ in asked for v in lint(sql)] == []


def test_every_query_can_be_said_to_spark(asked: list[tuple[str, Params | None]]) -> None:
    for sql, params in asked:
        assert "$" not in transpile(sql, "spark", params)
