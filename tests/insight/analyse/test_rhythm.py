from typing import Any

import numpy as np
import pytest

from lianyi.insight.analyse.rhythm import RANDOM_SPREAD, broken_rhythm
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot
from tests.insight.analyse.analyse_cases import at, replace_events


@pytest.fixture(scope="module")
def engine() -> Any:
    opened = DuckDBEngine(Snapshot(version=0, files=()))
    yield opened
    opened.close()


def bought(who: str, *days: int, fen: int = 100) -> list[dict[str, Any]]:
    return [{"member_id": who, "name": "order_paid", "t": at(d), "order_id": f"{who}{d}", "amount_fen": fen} for d in days]


def test_silence_is_measured_against_the_buyers_own_gaps(engine: DuckDBEngine) -> None:
    rows = [
        *bought("weekly", 0, 7, 14, 21, 28, fen=100),
        *bought("weekly", 28, fen=60),  # a second order of the day is the same purchase
        *bought("monthly", 0, 30, 60, fen=500),
        *bought("twice", 0, 1),
        *bought("uneven", 0, 2, 40, fen=900),
    ]
    replace_events(engine, rows)

    found = broken_rhythm(engine, horizon_day=61)

    assert (found.known, found.members, found.lost, found.spread) == (3, 1, 0, RANDOM_SPREAD)
    (weekly,) = found.overdue
    assert (weekly.member_id, weekly.purchases, weekly.silent_days, weekly.usual_gap_days) == ("weekly", 5, 33, 7.0)
    assert weekly.longest_usual_days == pytest.approx(7 * RANDOM_SPREAD)
    assert found.value_fen == weekly.value_fen == round((4 * 100 + 160) / 5)
    assert broken_rhythm(engine, horizon_day=44).members == 0
    assert broken_rhythm(engine, horizon_day=45).members == 1


def test_purchases_after_the_day_are_not_looked_at(engine: DuckDBEngine) -> None:
    replace_events(engine, bought("a", 0, 7, 14, 90))

    assert broken_rhythm(engine, horizon_day=50).members == 1
    assert broken_rhythm(engine, horizon_day=91).members == 0


def test_a_year_of_silence_is_lost_not_overdue(engine: DuckDBEngine) -> None:
    replace_events(engine, bought("a", 0, 7, 14))

    found = broken_rhythm(engine, horizon_day=14 + 366)

    assert (found.members, found.lost, found.value_fen) == (0, 1, 0)


def test_nobody_with_three_purchases_has_no_rhythm(engine: DuckDBEngine) -> None:
    replace_events(engine, bought("a", 0, 7))

    found = broken_rhythm(engine, horizon_day=50)

    assert (found.known, found.members, found.to_table().num_rows) == (0, 0, 0)
    assert "no rhythm" in found.explain().en


def test_those_who_stopped_are_found_and_those_who_go_on_are_mostly_left_alone(engine: DuckDBEngine) -> None:
    generator = np.random.default_rng(11)
    rows, stopped = [], set()
    for i in range(400):
        mean = generator.uniform(10, 30)
        days = np.cumsum(np.maximum(1, np.rint(generator.gamma(2.0, mean / 2, 60)))).astype(int)
        end = 400
        if i % 4 == 0:
            stopped.add(f"m{i}")
            end = 250
        rows += bought(f"m{i}", *[int(d) for d in days if d < end])
    replace_events(engine, rows)

    found = broken_rhythm(engine, horizon_day=399)

    going = found.known - len(stopped)
    named = {o.member_id for o in found.overdue}
    assert found.known >= 380
    # Of 100 who fell silent for 150 days nearly all are found; of those who go on about one in ten is silent by chance at any moment.
    assert len(stopped) * 0.9 <= found.members <= len(stopped) + 0.15 * going
    assert len(named & stopped) / len(named) > 0.7
