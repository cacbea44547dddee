"""What the history already holds of the orders and contents in hand: booked before, so that only what is new is added."""

from collections.abc import Iterable

from lianyi.stream.engines.duckdb import Connection, file_list, quoted
from lianyi.stream.snapshot import Snapshot

_COLUMNS = "event_id, name, t, d, member_id, product_id, content_id, order_id, quantity, amount_fen, body"


def offer_history(work: Connection, snapshot: Snapshot, names: Iterable[str]) -> None:
    """Make `past` readable: facts of these names in the history (empty when there is none)."""
    listed = ", ".join(quoted(n) for n in names)
    if snapshot.files and listed:
        paths = file_list(f.path for f in snapshot.files)
        work.execute(
            f"CREATE OR REPLACE VIEW past AS SELECT {_COLUMNS} FROM read_parquet({paths}, union_by_name = true, hive_partitioning = false) WHERE name IN ({listed})"
        )
        return
    work.execute(
        "CREATE OR REPLACE VIEW past AS SELECT CAST(NULL AS BLOB) AS event_id, CAST(NULL AS VARCHAR) AS name, CAST(NULL AS BIGINT) AS t, CAST(NULL AS INTEGER) AS d,"
        " CAST(NULL AS VARCHAR) AS member_id, CAST(NULL AS VARCHAR) AS product_id, CAST(NULL AS VARCHAR) AS content_id, CAST(NULL AS VARCHAR) AS order_id,"
        " CAST(NULL AS BIGINT) AS quantity, CAST(NULL AS BIGINT) AS amount_fen, CAST(NULL AS VARCHAR) AS body WHERE false"
    )
