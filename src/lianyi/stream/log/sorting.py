"""The order in which facts lie in the files of a month: by name, then time.

Nearly every question is about facts of some names: what lies together is read alone, and what is alike takes less room.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import pyarrow as pa

from lianyi.stream.engines.duckdb import Connection, quoted
from lianyi.stream.log.write import ROWS_PER_GROUP
from lianyi.stream.record import FACT, month_window

ROWS_SORTED_AT_ONCE = 1_500_000
Place = tuple[int, str]


def sorted_facts(staging: Connection) -> Iterator[pa.RecordBatch]:
    """The fresh facts by month, name and time; a part is sorted at once, so that a large history takes no more memory than a small one."""
    columns = ", ".join(FACT.names)
    counts = staging.execute("SELECT m, name, count(*) FROM fresh GROUP BY m, name ORDER BY m, name").fetchall()
    for (first, low), (last, high) in _parts(counts, ROWS_SORTED_AT_ONCE):
        days = f"d >= {month_window(first).from_day} AND d < {month_window(last).to_day}"
        # Names bound a part only where a month is cut.
        names = f" AND name >= {quoted(low)} AND name <= {quoted(high)}" if first == last else ""
        yield from staging.sql(f"SELECT seq, {columns}, d, m FROM fresh WHERE {days}{names} ORDER BY m, name, t, event_id").to_arrow_reader(
            ROWS_PER_GROUP
        )


def _parts(counts: Iterable[tuple[int, str, int]], most: int) -> Iterator[tuple[Place, Place]]:
    """Where to cut a history: whole months together, or a part of one month by name, of at most so many rows, or one name's.

    counts : (month, name, rows), by month and name
    >>> list(_parts([(1, "a", 5), (1, "b", 4), (2, "a", 1), (3, "a", 8), (3, "b", 20), (3, "c", 1)], 10))
    [((1, 'a'), (2, 'a')), ((3, 'a'), (3, 'a')), ((3, 'b'), (3, 'b')), ((3, 'c'), (3, 'c'))]
    """
    together: list[tuple[int, str, int]] = []
    for _, group in groupby(counts, key=itemgetter(0)):
        month = list(group)
        if together and _rows(together) + _rows(month) > most:
            yield together[0][:2], together[-1][:2]
            together = []
        if _rows(month) <= most:
            together += month
            continue
        part: list[tuple[int, str, int]] = []
        for name in month:
            if part and _rows(part) + name[2] > most:
                yield part[0][:2], part[-1][:2]
                part = []
            part.append(name)
        yield part[0][:2], part[-1][:2]
    if together:
        yield together[0][:2], together[-1][:2]


def _rows(counts: Iterable[tuple[int, str, int]]) -> int:
    return sum(rows for _, _, rows in counts)
