"""Reference tables: small Delta snapshots, pinned by the version of the history they were published with."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import WriterProperties, write_deltalake

from lianyi.stream.contracts import ReferenceTable, reference_table
from lianyi.stream.engines.duckdb import connect
from lianyi.stream.log import delta

# No figures about the columns go into the log: the smallest and largest of a text column would be members' ids.
CONFIGURATION = {"delta.dataSkippingNumIndexedCols": "0"}


def files_of(root: Path, name: str, version: int) -> tuple[str, ...]:
    """The Parquet files of one version of a reference table."""
    return tuple(str(root / name / path) for path in delta.table_paths(delta.load(root / name, version)))


def rows_of(root: Path, name: str, version: int | None) -> pa.Table:
    """The rows of one version; none when it was never published."""
    shape = reference_table(name)
    if version is None:
        return shape.schema.empty_table()
    files = files_of(root, name, version)
    if not files:
        return shape.schema.empty_table()
    return _shaped(pa.concat_tables([pq.read_table(file) for file in files], promote_options="default"), shape)


def upsert(root: Path, tables: Mapping[str, pa.Table], pinned: Mapping[str, int]) -> dict[str, int]:
    """Write new versions of the tables that change; the answer names only those.

    A row replaces the one with the same key, column by column where it states a value; what it leaves empty stays.
    """
    changed: dict[str, int] = {}
    for name, rows in tables.items():
        shape = reference_table(name)
        before = rows_of(root, name, pinned.get(name))
        after = merged(before, _shaped(rows, shape), shape)
        if not after.equals(before.sort_by([(c, "ascending") for c in shape.key])):
            changed[name] = replace(root, name, after)
    return changed


def replace(root: Path, name: str, rows: pa.Table) -> int:
    """Write a whole table as a new version and say which; not visible until a commit of the history pins it."""
    path = root / name
    path.mkdir(parents=True, exist_ok=True)
    write_deltalake(
        str(path),
        _shaped(rows, reference_table(name)),
        mode="overwrite",
        schema_mode="overwrite",
        configuration=dict(CONFIGURATION),
        writer_properties=WriterProperties(compression="ZSTD"),
    )
    table = delta.load(path)
    version = table.version()
    # Durable before the history pins it.
    for written in (*(path / file for file in delta.table_paths(table)), path / "_delta_log" / f"{version:020d}.json"):
        delta.sync(written)
    for folder in (path / "_delta_log", path, root):
        delta.sync(folder)
    return version


def merged(before: pa.Table, new: pa.Table, shape: ReferenceTable) -> pa.Table:
    """Rows of both by key, later statements winning, sorted by key.

    >>> shape = reference_table("products")
    >>> old = _shaped(pa.table({"product_id": ["a"], "title": ["A"]}), shape)
    >>> new = _shaped(pa.table({"product_id": ["a"], "price_fen": [5]}), shape)
    >>> merged(old, new, shape).select(["product_id", "title", "price_fen"]).to_pylist()
    [{'product_id': 'a', 'title': 'A', 'price_fen': 5}]
    """
    if not len(before) and len(new.select(list(shape.key)).group_by(list(shape.key)).aggregate([])) == len(new):
        return _shaped(new.sort_by([(column, "ascending") for column in shape.key]), shape)
    connection = connect()
    both = pa.concat_tables([before, new])
    connection.register("stated", both.append_column("nth", pa.array(range(len(both)), pa.int64())))
    key = ", ".join(shape.key)
    # arg_max passes over nulls: the last stated value of each column survives.
    values = ", ".join(f"arg_max({c}, nth) AS {c}" if c not in shape.key else c for c in shape.columns)
    query = f"""
        SELECT {values} FROM stated GROUP BY {key} ORDER BY {key}
    """
    answer = connection.sql(query).to_arrow_table()
    connection.close()
    return _shaped(answer, shape)


def _shaped(rows: pa.Table, shape: ReferenceTable) -> pa.Table:
    columns = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(len(rows), field.type) for field in shape.schema
    ]
    return pa.table(columns, schema=shape.schema).combine_chunks()
