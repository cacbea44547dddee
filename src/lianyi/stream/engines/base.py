"""What every engine offers: run SQL on one snapshot and answer with an Arrow table."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

import pyarrow as pa

from lianyi.stream.snapshot import Snapshot

Params = Mapping[str, object]
# Quoted text is passed over, whatever is in it.
_NAMED = re.compile(r"'(?:[^']|'')*'|\$([A-Za-z_]\w*)")


class Engine(Protocol):
    """One snapshot, readable by SQL in the house dialect (DuckDB's, restricted: see `dialect`).

    Relations offered: `events` (the wide record with `actor`), and one relation for each reference table, empty where
    nothing was published. Parameters are written `$name` and bound as typed values, never as text.
    """

    name: str
    snapshot: Snapshot

    def run(self, sql: str, params: Params | None = None) -> pa.Table:
        """Answer one query."""
        ...

    def batches(self, sql: str, params: Params | None = None) -> Iterable[pa.RecordBatch]:
        """Answer one query piece by piece; read to the end before the next one."""
        ...

    def offer(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under a name, replacing an earlier one."""
        ...

    def keep(self, name: str, sql: str, params: Params | None = None) -> None:
        """Keep the answer of a query under a name for the queries that follow on this engine."""
        ...

    def drop(self, name: str) -> None:
        """Give up what is kept or offered under a name; nothing happens when there is nothing."""
        ...

    def close(self) -> None:
        """Give back what the engine holds."""
        ...


def used(sql: str, params: Params | None) -> Mapping[str, object]:
    """Only the parameters that a query names: DuckDB refuses the others.

    >>> used("SELECT $a AS x", {"a": 1, "b": 2})
    {'a': 1}
    """
    names = {found.group(1) for found in _NAMED.finditer(sql) if found.group(1)}
    return {name: value for name, value in (params or {}).items() if name in names}
