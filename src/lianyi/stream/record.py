"""The wide record: one shape for every fact, and the columns engines see.

Time is integers: `t` UTC microseconds, `d` the business day (days since 1970-01-01 in the workspace's zone), cut once at
write; `m` is the business month (yyyymm) the table is partitioned by.
"""

import datetime as dt

import pyarrow as pa

from lianyi.kernel.clock import Window, add_months, day_of

# Filled by whoever states a fact. `quantity` is 1 unless one row carries a total (an imported daily count) or pieces sold;
# `kind`, `value` and `subject_id` are the body's hot keys, promoted to columns because contracts of many domains need them.
FACT = pa.schema(
    [
        ("event_id", pa.binary()),  # 16 bytes
        ("name", pa.string()),
        ("version", pa.int32()),
        ("t", pa.int64()),
        ("received_t", pa.int64()),
        ("member_id", pa.string()),
        ("device_id", pa.string()),
        ("session_id", pa.string()),
        ("platform", pa.string()),
        ("channel", pa.string()),
        ("content_id", pa.string()),
        ("product_id", pa.string()),
        ("campaign_id", pa.string()),
        ("group_id", pa.string()),
        ("partner_id", pa.string()),
        ("referrer_id", pa.string()),
        ("order_id", pa.string()),
        ("subject_id", pa.string()),
        ("kind", pa.string()),
        ("quantity", pa.int64()),
        ("amount_fen", pa.int64()),
        ("value", pa.float64()),
        ("body", pa.string()),
    ]
)
# What the log adds: `seq` is the relay's dense number, null for imports.
STORED = pa.schema([("seq", pa.int64()), *FACT, ("d", pa.int32())])
PARTITIONED = pa.schema([*STORED, ("m", pa.int32())])
ENVELOPE = tuple(FACT.names)
# The view that analyses read adds one column: the member, or the device's member, or the device.
VIEW_COLUMNS = (*STORED.names, "actor")
EVENT_ID_BYTES = 16


def month_of_sql(day: str) -> str:
    """SQL (DuckDB) for the business month yyyymm of a day-number column; used by the writer only, never in analyses."""
    date = f"(DATE '1970-01-01' + CAST({day} AS INTEGER))"
    return f"CAST(year({date}) * 100 + month({date}) AS INTEGER)"


def month_window(month: int) -> Window:
    """The business days of a month yyyymm.

    >>> str(month_window(202402))
    '2024-02-01..2024-03-01'
    """
    first = dt.date(month // 100, month % 100, 1)
    return Window(day_of(first), day_of(add_months(first, 1)))
