"""Small histories held in memory, and a shorthand for writing them: `"3 10:00 order_paid m=a o=1 q=2 fen=500"`."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import pyarrow as pa

from lianyi.insight.measure import session
from lianyi.kernel.clock import US_PER_SECOND, business_day, midnight_us, parse_day
from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines import views
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.record import STORED
from lianyi.stream.snapshot import DataFile, Snapshot

ZONE = ZoneInfo("Asia/Shanghai")
DAY_0 = parse_day("2024-01-01")  # a Monday
SHORT = {
    "m": "member_id", "dev": "device_id", "s": "session_id", "pl": "platform", "ch": "channel", "c": "content_id", "p": "product_id",
    "k": "campaign_id", "g": "group_id", "by": "partner_id", "ref": "referrer_id", "o": "order_id", "x": "subject_id", "kind": "kind",
    "q": "quantity", "fen": "amount_fen", "v": "value",
}  # fmt: skip
NUMBERS = {"quantity": int, "amount_fen": int, "value": float}


def fact(line: str, number: int) -> dict[str, object]:
    """One fact from its shorthand: day (0 is 2024-01-01), hh:mm[:ss] in Shanghai, name, then key=value."""
    day, clock, name, *rest = line.split()
    hours, minutes, *seconds = (float(part) for part in clock.split(":"))
    t = midnight_us(DAY_0 + int(day), ZONE) + int((hours * 3600 + minutes * 60 + sum(seconds)) * US_PER_SECOND)
    found: dict[str, object] = {"event_id": number.to_bytes(16, "big"), "name": name, "t": t, "d": business_day(t, ZONE)}
    for pair in rest:
        key, _, value = pair.partition("=")
        column = SHORT[key]
        found[column] = NUMBERS.get(column, str)(value)
    return found


class World(DuckDBEngine):
    """An engine on facts in memory; loading others replaces them, so that one connection serves a whole module."""

    def __init__(self) -> None:
        super().__init__(Snapshot(version=0, files=()), threads=1)
        for view in ("events", "stored", *reference_tables()):
            self._connection.execute(f"DROP VIEW {view}")

    def load(self, facts: Sequence[Mapping[str, object]], tables: Mapping[str, Iterable[Mapping[str, object]]] | None = None) -> "World":
        rows = pa.Table.from_pylist(list(facts), schema=STORED)
        self._connection.register("given", rows)
        self._connection.execute("CREATE OR REPLACE TABLE stored AS SELECT * FROM given")
        for name, shape in reference_tables().items():
            self._connection.register("given", pa.Table.from_pylist(list((tables or {}).get(name, ())), schema=shape.schema))
            self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given")
        devices = rows["device_id"].null_count < len(rows)
        if devices:
            self._connection.execute(f"CREATE OR REPLACE TABLE device_owner AS {views.device_owner(views.devices_seen('stored'))}")
        self._connection.execute(f"CREATE OR REPLACE VIEW events AS {views.events(set(STORED.names), stitched=devices, erased=False)}")
        days = rows["d"].to_pylist()
        files = (DataFile("", 0, len(rows), 0, min(days), max(days), devices),) if days else ()
        self.snapshot = Snapshot(version=1, files=files)
        session.forget(self)
        return self

    def tell(self, lines: Iterable[str], tables: Mapping[str, Iterable[Mapping[str, object]]] | None = None) -> "World":
        return self.load([fact(line, i) for i, line in enumerate(lines)], tables)
