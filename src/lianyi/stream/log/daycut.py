"""Cutting instants into business days, with the zone database, once, when facts are written."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND

US_PER_HOUR = 3600 * US_PER_SECOND


def business_days(t: pa.Array, zone_name: str) -> pa.Array:
    """The business day (int32 days since 1970-01-01) of each UTC microsecond instant.

    Cost: 10 ns an instant where they lie close together, 90 ns where they are scattered.
    >>> business_days(pa.array([1704038399_999999, 1704038400_000000]), "Asia/Shanghai").to_pylist()
    [19722, 19723]
    """
    if t.null_count or not len(t):
        return _looked_up(t, zone_name)
    instants = t.to_numpy(zero_copy_only=False)
    first, last = int(instants.min()) // US_PER_HOUR, int(instants.max()) // US_PER_HOUR
    if last - first > len(t) // 4:
        return _looked_up(t, zone_name)
    edges = pa.array(np.arange(first, last + 2) * US_PER_HOUR)
    ahead = _local(edges, zone_name).cast(pa.int64()).to_numpy() - edges.to_numpy()
    if (ahead[1:] != ahead[:-1]).any():
        # Clocks are set in between.
        return _looked_up(t, zone_name)
    return pa.array(((instants + ahead[0]) // US_PER_DAY).astype(np.int32))


def _looked_up(t: pa.Array, zone_name: str) -> pa.Array:
    return _local(t, zone_name).cast(pa.date32(), safe=False).cast(pa.int32())


def _local(t: pa.Array, zone_name: str) -> pa.Array:
    return pc.local_timestamp(t.cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us", tz=zone_name)))
