"""Buying by cohort against an independent computation in pandas, on a real log on disk."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lianyi.insight.measure import measure
from lianyi.kernel.clock import US_PER_DAY, Window, midnight_us
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT
from tests.insight.measure.worlds import DAY_0, ZONE


@pytest.fixture(scope="module")
def sales() -> pd.DataFrame:
    """Order lines of two quarters: some orders of several lines, some without a member."""
    rng = np.random.default_rng(3)
    orders = pd.DataFrame(
        {
            "order_id": [f"o{i}" for i in range(3000)],
            "member_id": [f"m{i}" for i in rng.zipf(1.4, 3000) % 900],
            "day": rng.integers(0, 182, 3000),
        }
    )
    orders.loc[rng.random(3000) < 0.1, "member_id"] = None
    lines = orders.loc[orders.index.repeat(rng.integers(1, 4, 3000))].reset_index(drop=True)
    lines["amount_fen"] = rng.integers(100, 50_000, len(lines))
    return lines


def test_repeat_buyers_and_spend_by_cohort_agree_with_pandas(sales, tmp_path):
    start = midnight_us(DAY_0, ZONE)
    facts = [
        {
            "event_id": i.to_bytes(16, "big"), "name": "order_paid", "version": 1, "t": start + row.day * US_PER_DAY + 3_600_000_000 + i,
            "member_id": row.member_id if isinstance(row.member_id, str) else None, "order_id": row.order_id, "amount_fen": int(row.amount_fen),
            "quantity": 1,
        }
        for i, row in enumerate(sales.itertuples())
    ]  # fmt: skip
    log = EventLog(workspace.create(tmp_path / "shop", zone_name="Asia/Shanghai", currency="CNY"))
    log.append(pa.Table.from_pylist(facts, schema=FACT))
    engine = DuckDBEngine(log.snapshot(), threads=1)
    window = Window(DAY_0 + 31, DAY_0 + 152)

    known = sales[sales.member_id.notna()]
    first = known.groupby("member_id").day.min()
    cohort = (pd.Timestamp("2024-01-01") + pd.to_timedelta(first, unit="D")).dt.strftime("%Y-%m")
    inside = known[(known.day >= 31) & (known.day < 152)]
    buyers = inside.groupby("member_id").agg(n=("order_id", "nunique"), fen=("amount_fen", "sum")).join(cohort.rename("cohort"))
    expected = buyers.groupby("cohort").agg(rate=("n", lambda n: (n >= 2).mean()), spend=("fen", "mean"), size=("n", "size"))

    values = measure(engine, ["repeat_buyer_rate", "spend_per_buyer"], window, by="cohort")
    engine.close()

    rate = {v.by["cohort"]: (v.value, v.n) for v in values if v.metric == "repeat_buyer_rate"}
    spend = {v.by["cohort"]: v.value for v in values if v.metric == "spend_per_buyer"}
    assert rate == {c: (pytest.approx(row.rate), row.size_) for c, row in expected.rename(columns={"size": "size_"}).iterrows()}
    assert spend == {c: pytest.approx(row.spend, abs=0.5) for c, row in expected.iterrows()}
    assert list(rate) == ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05"]
