"""`member_day`: one row for each member and day they did anything, so that counting people never scans events."""

from pathlib import Path

import pyarrow.parquet as pq

from lianyi.stream.contracts.sets import ENGAGED, INTERACT, VISIT
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine, file_list
from lianyi.stream.projections.by_member import month_window
from lianyi.stream.projections.naming import fresh_files, publish

KIND = "member_day"
# Column -> meaning; counts are of rows, *_quantity sum `quantity` (null meaning 1), money is in minor units.
COLUMNS = {
    "member_id": "the member, stitched from devices where they were recognised",
    "d": "business day",
    "first_t": "their first instant of the day",
    "last_t": "their last instant of the day",
    "events": "facts of any name",
    "visits": "facts of the VISIT set",
    "interactions": "quantity of the INTERACT set",
    "is_engaged": "1 when any fact is of the ENGAGED set",
    "is_joined": "1 on a day they became a member",
    "is_left": "1 on a day they left",
    "orders": "distinct orders paid",
    "units": "pieces paid",
    "paid_fen": "amount paid, before refunds",
    "refunded_fen": "money given back on this day",
}


def query(*, where: str = "1 = 1") -> str:
    """The projection as SQL in the house dialect over `events`."""

    def listed(names: tuple[str, ...]) -> str:
        return "(" + ", ".join(f"'{name}'" for name in names) + ")"

    return f"""
SELECT e.actor AS member_id, e.d AS d, min(e.t) AS first_t, max(e.t) AS last_t, CAST(count(*) AS BIGINT) AS events,
    CAST(sum(CASE WHEN e.name IN {listed(VISIT)} THEN 1 ELSE 0 END) AS BIGINT) AS visits,
    CAST(sum(CASE WHEN e.name IN {listed(INTERACT)} THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS interactions,
    max(CASE WHEN e.name IN {listed(ENGAGED)} THEN 1 ELSE 0 END) AS is_engaged,
    max(CASE WHEN e.name = 'member_joined' THEN 1 ELSE 0 END) AS is_joined,
    max(CASE WHEN e.name = 'member_left' THEN 1 ELSE 0 END) AS is_left,
    CAST(count(DISTINCT CASE WHEN e.name = 'order_paid' THEN e.order_id END) AS BIGINT) AS orders,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS units,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN coalesce(e.amount_fen, 0) ELSE 0 END) AS BIGINT) AS paid_fen,
    CAST(sum(CASE WHEN e.name = 'order_refunded' THEN coalesce(e.amount_fen, 0) ELSE 0 END) AS BIGINT) AS refunded_fen
FROM events AS e
WHERE e.actor IS NOT NULL AND (e.member_id IS NOT NULL OR e.actor <> e.device_id) AND {where}
GROUP BY e.actor, e.d
"""


def relation(engine: Engine) -> str:
    """The whole of `member_day` as one query on an engine: fresh months from their files, the rest counted from the events.

        engine.keep("member_day", relation(engine))

    The answer is that of the engine's snapshot whatever the state of the projection. Cost: fresh, a scan of one row a member
    and day; stale, one pass over the events of those months. Only DuckDB reads the files; other engines count.
    """
    fresh = fresh_files(engine.snapshot, KIND) if isinstance(engine, DuckDBEngine) else {}
    stale = sorted({f.month for f in engine.snapshot.files} - set(fresh))
    parts = []
    if fresh:
        files = file_list(str(path) for path in fresh.values())
        # Members whose erasure is pending may still be in a file.
        parts.append(f"SELECT {', '.join(COLUMNS)} FROM read_parquet({files}) WHERE member_id NOT IN (SELECT member_id FROM erased)")
    if stale or not fresh:
        spans = " OR ".join(f"(e.d >= {w.from_day} AND e.d < {w.to_day})" for w in map(month_window, stale)) or "1 = 1"
        parts.append(query(where=f"({spans})"))
    return "\nUNION ALL\n".join(parts)


def build(engine: DuckDBEngine, month: int, file: Path, *, aside: Path) -> int:
    """Write one month, sorted by (d, member_id), and publish it as `file`; says how many rows."""
    window = month_window(month)
    body = query(where=f"e.d >= {window.from_day} AND e.d < {window.to_day}")
    batches = engine.batches(f"SELECT * FROM ({body}) ORDER BY d, member_id")
    rows = 0
    with pq.ParquetWriter(aside, batches.schema, compression="zstd") as writer:
        for batch in batches:
            rows += len(batch)
            writer.write_batch(batch)
    publish(aside, file)
    return rows
