import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from lianyi.insight.analyse.anomaly import anomalies, judge
from lianyi.kernel.clock import Window, day_of
from tests.insight.analyse.analyse_cases import at, engine_on

START = day_of(dt.date(2024, 1, 1))


def shop(generator: np.random.Generator, days: int, *, trend: float = 0.0) -> np.ndarray:
    """Daily sales: a week's shape, a trend, noise of a tenth, Saturdays closed."""
    day = np.arange(days)
    week = np.array([1.0, 0.9, 0.9, 1.0, 1.2, 0.0, 0.7])[(day + START) % 7]
    return 1_000_000 * week * np.exp(trend * day + generator.normal(0, 0.1, days))


@pytest.mark.slow
def test_ordinary_months_raise_few_alarms() -> None:
    generator = np.random.default_rng(2)
    alarms = days = 0
    for i in range(60):
        points = judge(shop(generator, 150, trend=(i % 3 - 1) * 0.002), START, 60)
        alarms += sum(p.stands_out for p in points)
        days += sum(p.score is not None for p in points)

    assert days == 60 * 90
    assert alarms / days * 30 < 0.5  # a month


@pytest.mark.slow
def test_planted_days_are_found() -> None:
    generator = np.random.default_rng(4)
    found = 0
    for i in range(100):
        values = shop(generator, 150)
        planted = 100 + i % 5
        planted += (planted + START) % 7 == 5  # not on a closed day
        values[planted] *= 1.8 if i % 2 else 0.45
        points = judge(values, START, 90)
        found += points[planted - 90].stands_out
    assert found >= 90


def test_expectation_follows_the_weekday_and_an_outlier_does_not_move_it() -> None:
    values = np.tile([100.0, 200.0, 300.0, 400.0, 500.0, 0.0, 600.0], 10)
    values[45] = 90_000.0

    points = judge(values, START, 56)

    assert [round(p.expected or 0) for p in points] == [100, 200, 300, 400, 500, 0, 600] * 2
    assert not any(p.stands_out for p in points)


def test_short_histories_are_not_judged(tmp_path: Path) -> None:
    rows = [{"member_id": "a", "name": "order_paid", "t": at(START + d), "order_id": str(d), "amount_fen": 100} for d in range(29)]
    opened = engine_on(tmp_path / "w", rows)

    short = anomalies(opened, Window(START, START + 28))
    longer = anomalies(opened, Window(START + 20, START + 29))

    assert (short.status, short.judged, len(short.points)) == ("not_estimable", 0, 28)
    assert "fewer than 28 days" in short.explain().en
    assert (longer.status, longer.judged) == ("ok", 1)
    assert longer.points[-1].expected == 100
    assert len(anomalies(opened, Window(START + 20, START + 60), horizon_day=START + 24).points) == 5


def test_no_orders_is_no_data(tmp_path: Path) -> None:
    rows = [{"member_id": "a", "name": "page_viewed", "t": at(START + d)} for d in range(40)]
    opened = engine_on(tmp_path / "w", rows)

    assert anomalies(opened, Window(START + 30, START + 60)).status == "no_data"
    assert anomalies(opened, Window(START + 80, START + 90)).status == "no_data"


def test_a_fallen_day_is_told_with_its_size(tmp_path: Path) -> None:
    rows = [
        {"member_id": f"m{i}", "name": "order_paid", "t": at(START + d), "order_id": f"{d}-{i}", "amount_fen": 10_000 + 37 * ((d * i) % 11)}
        for d in range(70)
        for i in range(2 if d == 65 else 20)
    ]
    opened = engine_on(tmp_path / "w", rows)

    found = anomalies(opened, Window(START + 60, START + 70))

    assert [p.date for p in found.days] == [dt.date(2024, 1, 1) + dt.timedelta(days=65)]
    assert found.days[0].value < 0.15 * (found.days[0].expected or 0)
    assert found.to_table().num_rows == 10
