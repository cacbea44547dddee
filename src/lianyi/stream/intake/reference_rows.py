"""Reference rows from imports: those a file is about, and those that orders and events merely mention."""

from collections.abc import Container, Iterable

import pyarrow as pa

from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines.duckdb import Connection, file_list
from lianyi.stream.intake.catalogue import Kind
from lianyi.stream.snapshot import Snapshot

# The tables whose keys an import counts as known.
LOOKED_UP = {"members", "products"}
SQL_TYPES = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
    "day": "INTEGER",
    "instant": "BIGINT",
    "money": "BIGINT",
}


def offer_tables(work: Connection, snapshot: Snapshot, kinds: Iterable[Kind]) -> None:
    """Make `have_<table>` readable, as it stands: the tables that rows of these kinds add to or are looked up in."""
    for name in sorted({rule.name for kind in kinds for rule in kind.tables} | LOOKED_UP):
        shape = reference_tables()[name]
        paths = snapshot.tables.get(name, (0, ()))[1]
        columns = ", ".join(f"CAST(NULL AS {SQL_TYPES[k]}) AS {c}" for c, k in shape.columns.items())
        stored = f" UNION ALL BY NAME SELECT * FROM read_parquet({file_list(paths)}, union_by_name = true)" if paths else ""
        work.execute(f"CREATE VIEW have_{name} AS SELECT {columns} WHERE false{stored}")


def state_rows(work: Connection, kind: Kind, absent: Container[str]) -> None:
    """Gather the reference rows of `ready_<kind>`, each with the row it comes from; columns no file fills are left out."""
    for number, rule in enumerate(kind.tables):
        shape = reference_tables()[rule.name]
        chosen = ", ".join(f"CAST({e} AS {SQL_TYPES[shape.columns[c]]}) AS {c}" for c, e in rule.columns.items() if e not in absent)
        name = f"rows_{kind.name}_{number}"
        work.execute(
            f"CREATE TABLE {name} AS SELECT file, line, {rule.order} AS sort_by, {chosen} FROM ready_{kind.name} WHERE {rule.when}"
        )


def collected(work: Connection, kinds: Iterable[Kind]) -> dict[str, pa.Table]:
    """The rows to upsert, one for each key: what files of their own say, and what others mention where nobody said it."""
    parts: dict[tuple[str, bool], list[str]] = {}
    for kind in kinds:
        for number, rule in enumerate(kind.tables):
            parts.setdefault((rule.name, rule.own), []).append(f"SELECT * FROM rows_{kind.name}_{number}")
    tables: dict[str, pa.Table] = {}
    for name in sorted({name for name, _ in parts}):
        shape = reference_tables()[name]
        key = ", ".join(shape.key)
        stated = {c for (table, _), queries in parts.items() if table == name for q in queries for c in _columns(work, q)}
        columns = [c for c in shape.columns if c not in shape.key and c in stated]
        held = ", ".join([*shape.key, *columns])
        empty = f"SELECT CAST(NULL AS INTEGER) AS file, CAST(NULL AS BIGINT) AS line, CAST(NULL AS BIGINT) AS sort_by, {held} FROM have_{name} WHERE false"
        own = " UNION ALL BY NAME ".join([empty, *parts.get((name, True), [])])
        mentioned = " UNION ALL BY NAME ".join([empty, *parts.get((name, False), [])])
        latest = ", ".join(f"arg_max({c}, (coalesce(sort_by, 0), file, line)) FILTER ({c} IS NOT NULL) AS {c}" for c in columns)
        # An own statement wins over the table, the table over a mention.
        merged = ", ".join(f"coalesce(o.{c}, CASE WHEN h.{c} IS NULL THEN m.{c} END) AS {c}" for c in columns)
        joined = " AND ".join(f"coalesce(o.{k}, m.{k}) = h.{k}" for k in shape.key)
        keys = ", ".join(f"coalesce(o.{k}, m.{k}) AS {k}" for k in shape.key)
        same = " AND ".join(f"o.{k} = m.{k}" for k in shape.key)
        filled = " AND ".join(f"{k} IS NOT NULL" for k in shape.key)
        answer = work.sql(
            f"""SELECT {keys}{", " + merged if merged else ""} FROM (SELECT {key}{", " + latest if latest else ""} FROM ({own}) WHERE {filled} GROUP BY {key}) AS o
            FULL JOIN (SELECT {key}{", " + latest if latest else ""} FROM ({mentioned}) WHERE {filled} GROUP BY {key}) AS m ON {same} LEFT JOIN have_{name} AS h ON {joined}"""
        ).to_arrow_table()
        if len(answer):
            tables[name] = answer.cast(pa.schema([shape.schema.field(c) for c in answer.column_names]))
    return tables


def _columns(work: Connection, query: str) -> list[str]:
    return [str(row[0]) for row in work.execute(f"DESCRIBE {query}").fetchall()]


def mark_changes(work: Connection, kinds: Iterable[Kind]) -> None:
    """Make `told`: (file, line) of own reference rows that say something the tables do not say already."""
    work.execute("CREATE TABLE told (file INTEGER, line BIGINT)")
    work.execute("CREATE TABLE owned (file INTEGER, line BIGINT)")
    for kind in kinds:
        for number, rule in enumerate(kind.tables):
            if not rule.own:
                continue
            shape = reference_tables()[rule.name]
            others = [c for c in _columns(work, f"SELECT * FROM rows_{kind.name}_{number}") if c in shape.columns and c not in shape.key]
            changed = " OR ".join(f"(n.{c} IS NOT NULL AND n.{c} IS DISTINCT FROM h.{c})" for c in others) or "false"
            joined = " AND ".join(f"n.{k} = h.{k}" for k in shape.key)
            rows = f"rows_{kind.name}_{number}"
            same = ", ".join([*shape.key, *others])
            first = f"(SELECT *, row_number() OVER (PARTITION BY {same} ORDER BY file, line) AS nth FROM {rows})"
            work.execute(
                f"INSERT INTO told SELECT n.file, n.line FROM {first} AS n LEFT JOIN have_{rule.name} AS h ON {joined} WHERE n.nth = 1 AND (h.{shape.key[0]} IS NULL OR {changed})"
            )
            work.execute(f"INSERT INTO owned SELECT file, line FROM {rows}")
