"""However many people there are, what is counted of them comes back as counts, and what was kept of them is given up."""

import pyarrow as pa
import pytest

from lianyi.insight.evaluate.behaviour import KEPT, keep_person_days
from lianyi.insight.evaluate.case import Case, Comparison
from lianyi.insight.evaluate.gate.opening import open_gate
from lianyi.insight.evaluate.watch.counting import count_families
from lianyi.insight.evaluate.watch.scans import scans_of
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Params
from tests.insight.evaluate.made_world import FIRST_DAY, ZONE, Held, world

BEFORE, NOW = Window(FIRST_DAY, FIRST_DAY + 14), Window(FIRST_DAY + 14, FIRST_DAY + 28)


class Weighed(Held):
    """DuckDB that remembers the most rows and bytes it was ever asked to hand over."""

    rows = nbytes = 0

    def run(self, sql: str, params: Params | None = None) -> pa.Table:
        found = super().run(sql, params)
        self.rows, self.nbytes = max(self.rows, found.num_rows), max(self.nbytes, found.nbytes)
        return found


def counted(members: int, visits_a_day: int) -> tuple[Weighed, int, set[str]]:
    """The engine after counting, how many people-days there were, and what is still kept of them."""
    engine = Weighed(*world(3, days=28, members=members, visits_a_day=visits_a_day))
    case = Case(engine, NOW, BEFORE, Comparison("previous", BEFORE, NOW), "CNY", NOW.to_day - 1, 0.95, ZONE)
    keep_person_days(engine, BEFORE.from_day, NOW.to_day)
    assert count_families(case, open_gate(case).gate, scans_of(BEFORE, NOW))
    days = engine.run(f"SELECT count(*) AS n FROM {KEPT} AS q")["n"][0].as_py()
    tables = engine._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    return engine, days, {name for (name,) in tables if name.startswith(KEPT)}


@pytest.mark.slow
def test_four_times_the_people_hand_over_no_more_rows_or_bytes() -> None:
    few, few_days, _ = counted(200, 100)
    many, many_days, kept = counted(800, 400)

    assert many_days > 3 * few_days > 1_000
    assert many.rows <= 1.1 * few.rows < many_days / 4
    assert many.nbytes <= 1.1 * few.nbytes
    assert kept == {KEPT}
