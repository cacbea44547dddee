import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lianyi.insight.analyse.anomalies.daily import daily_anomalies
from lianyi.kernel.clock import Window, day_of
from lianyi.kernel.errors import UnknownName
from lianyi.stream.engines.duckdb import DuckDBEngine
from tests.insight.analyse.analyse_cases import at, engine_on
from tests.insight.analyse.anomalies.anomaly_cases import sales

FIRST = day_of(dt.date(2023, 1, 1))


def shop(tmp_path: Path, values: Any) -> DuckDBEngine:
    rows = [
        {"name": "order_paid", "t": at(FIRST + i), "order_id": f"o{i}", "quantity": 1, "amount_fen": int(v), "member_id": "m"}
        for i, v in enumerate(values)
    ]
    return engine_on(tmp_path / "w", rows)


@pytest.mark.slow
def test_a_planted_day_is_found_named_and_explained(tmp_path: Path) -> None:
    _, values = sales(np.random.default_rng(4), noise=0.03)
    values[600] *= 0.5
    opened = shop(tmp_path, values)

    found = daily_anomalies(opened, Window(FIRST + 500, FIRST + 730), metrics=["gmv"])

    assert found.days[0].date == dt.date(2023, 1, 1) + dt.timedelta(days=600)
    assert found.days[0].score < 0
    assert len(found.days) <= 3
    assert found.n == 230
    assert "Aug 2024" in found.explain().en
    assert found.to_json()["days"][0]["date"] == "2024-08-23"


def test_a_lasting_change_is_a_shift_not_a_row_of_odd_days(tmp_path: Path) -> None:
    values = np.random.default_rng(5).normal(10_000, 300, 300)
    values[200:] *= 1.5

    found = daily_anomalies(shop(tmp_path, values), Window(FIRST + 150, FIRST + 300), metrics=["gmv"])

    assert len(found.shifts) == 1
    assert abs((found.shifts[0].date - dt.date(2023, 1, 1)).days - 200) <= 2
    assert found.shifts[0].ratio == pytest.approx(1.5, abs=0.1)
    assert "at another level since" in found.explain().en


def test_what_cannot_be_judged_is_skipped_with_its_reason(tmp_path: Path) -> None:
    found = daily_anomalies(shop(tmp_path, [100.0] * 40), Window(FIRST, FIRST + 40), metrics=["gmv", "interactions"])

    assert (found.n, [m for m, _ in found.skipped]) == (0, ["gmv", "interactions"])
    assert "No metric" in found.explain().en
    with pytest.raises(UnknownName):
        daily_anomalies(shop(tmp_path / "2", [100.0] * 40), Window(FIRST, FIRST + 40), metrics=["gvm"])
