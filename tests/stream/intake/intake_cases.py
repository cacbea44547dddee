"""A shop to import into, and short ways to write files and to read back what they became."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.intake import ImportReport, import_files
from lianyi.stream.log.table import EventLog

NOW = 1_800_000_000_000_000
SHANGHAI_HOUR_US = 3_600_000_000


class Shop:
    """A workspace in a folder of its own."""

    def __init__(self, path: Path, *, zone_name="Asia/Shanghai", currency="CNY", language="zh"):
        self.path = path
        self.workspace = workspace.create(path / "shop", zone_name=zone_name, currency=currency, language=language)

    def file(self, name: str, content: str | bytes, *, encoding="utf-8") -> Path:
        path = self.path / name
        data = content if isinstance(content, bytes) else content.encode(encoding)
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def take(self, *paths: Path, kind="auto", **options) -> ImportReport:
        return import_files(self.workspace, list(paths), kind=kind, received_t=NOW, **options)

    def ask(self, sql: str) -> list[dict]:
        return self.table(sql).to_pylist()

    def table(self, sql: str) -> pa.Table:
        engine = DuckDBEngine(EventLog(self.workspace).snapshot())
        try:
            return engine.run(sql)
        finally:
            engine.close()

    def facts(self, *names: str, columns="name, order_id, amount_fen, quantity") -> list[tuple]:
        listed = ", ".join(f"'{n}'" for n in names)
        where = f"WHERE name IN ({listed})" if names else ""
        rows = self.ask(f"SELECT {columns} FROM events {where} ORDER BY ALL")
        return [tuple(r.values()) for r in rows]

    def money(self) -> tuple[int, int]:
        """(paid, refunded) in minor units."""
        row = self.ask(
            "SELECT CAST(coalesce(sum(CASE WHEN name = 'order_paid' THEN amount_fen END), 0) AS BIGINT) AS paid,"
            " CAST(coalesce(sum(CASE WHEN name = 'order_refunded' THEN amount_fen END), 0) AS BIGINT) AS refunded FROM events"
        )[0]
        return row["paid"], row["refunded"]


def balanced(report: ImportReport) -> bool:
    """read = accepted + rejected + duplicates + ignored, for every file."""
    return all(f.read == f.accepted + f.rejected + f.duplicates + f.ignored for f in report.files)


def csv_text(headings: Sequence[str], *rows: Sequence[object]) -> str:
    """A CSV with every cell quoted where it must be."""

    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n\r') else text

    return "".join(",".join(map(cell, row)) + "\r\n" for row in [headings, *rows])
