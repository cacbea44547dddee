"""Prepared rows to facts, by the rules of the kind; event ids that depend on nothing but what the row says."""

from collections.abc import Iterable, Mapping

from lianyi.stream.contracts import contracts
from lianyi.stream.engines.duckdb import Connection, file_list, quoted
from lianyi.stream.intake import sparse
from lianyi.stream.intake.catalogue import FactRule, Kind
from lianyi.stream.record import FACT
from lianyi.stream.snapshot import Snapshot
from lianyi.stream.workspace import Workspace

TYPES = {
    "event_id": "BLOB",
    "version": "INTEGER",
    "t": "BIGINT",
    "received_t": "BIGINT",
    "quantity": "BIGINT",
    "amount_fen": "BIGINT",
    "value": "DOUBLE",
}


# Numbers that are made where a file has none.
MADE = {"order_id", "content_id", "team_id"}


def create_facts(work: Connection, kinds: Iterable[Kind], absent: Mapping[str, Mapping[str, str]]) -> None:
    """Make the table of facts, each with the row it comes from; envelope columns that no rule fills are not held.

    absent : kind name -> fields that no file of it fills
    """
    columns = {"file": "INTEGER", "line": "BIGINT"} | {name: TYPES.get(name, "VARCHAR") for name in FACT.names}
    present = {"file", "line", "event_id", "name", "version", "t", "received_t", "body"}
    for kind in kinds:
        empty = set(absent[kind.name]) - MADE | {"NULL"}
        if kind.prepare in {"events", "contents"}:
            present |= {"quantity", "amount_fen"} | set(FACT.names) - empty
        for rule in kind.facts:
            present |= {c for c, expression in rule.columns.items() if expression not in empty}
    sparse.create(work, "facts", columns, present)


def prepare_rows(work: Connection, kind: Kind) -> None:
    """Build `ready_<kind>` for rows without a number of their own: known by all they say, and which of several alike."""
    said = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in kind.fields)
    said_words = "".join(f", coalesce({f.name}_said, '')" for f in kind.fields.values() if f.type == "word")
    work.execute(
        f"""CREATE TABLE ready_{kind.name} AS SELECT *, row_number() OVER (PARTITION BY file, row_key ORDER BY line) AS row_nth
        FROM (SELECT *, md5(concat_ws(chr(31), {said}{said_words})) AS row_key FROM clean_{kind.name})"""
    )


def state_facts(work: Connection, kind: Kind, workspace: Workspace, received_t: int) -> None:
    """Add the facts that `ready_<kind>` makes; rules that no row meets are told apart in one pass and left out."""
    by_rows: dict[str, list[FactRule]] = {}
    for rule in kind.facts:
        by_rows.setdefault(rule.rows or f"ready_{kind.name}", []).append(rule)
    for rows, rules in by_rows.items():
        counts = work.execute(f"SELECT {', '.join(f'count(*) FILTER ({rule.when})' for rule in rules)} FROM {rows}").fetchall()[0]
        for rule, count in zip(rules, counts, strict=True):
            if count:
                insert(work, rule, rows, workspace, received_t)


def insert(work: Connection, rule: FactRule, rows: str, workspace: Workspace, received_t: int) -> None:
    """Add one rule's facts."""
    contract = contracts()[rule.name]
    columns = {
        "event_id": event_id(rule.name, rule.key, workspace),
        "name": quoted(rule.name),
        "version": str(contract.version),
        "t": rule.t,
        "received_t": str(received_t),
        **rule.columns,
        "body": body(rule.body, contract.body),
    }
    held = {row[0] for row in work.execute("DESCRIBE facts_held").fetchall()}
    columns = {c: e for c, e in columns.items() if c in held}
    names = ", ".join(columns)
    values = ", ".join(f"CAST({value} AS {TYPES.get(name, 'VARCHAR')})" for name, value in columns.items())
    work.execute(f"INSERT INTO facts_held (file, line, {names}) SELECT file, line, {values} FROM {rows} WHERE {rule.when}")


def event_id(name: str, key: tuple[str, ...], workspace: Workspace) -> str:
    """SQL of a fact's 16 bytes: a keyed hash of what identifies it outside; file names and row positions do not enter."""
    parts = ", ".join([quoted(workspace.key.hex()), quoted(name), *(f"coalesce(CAST({k} AS VARCHAR), '')" for k in key)])
    return f"unhex(md5(concat_ws(chr(31), {parts})))"


def body(entries: dict[str, str], types: dict[str, str]) -> str:
    """SQL of a body: a JSON object of what is not empty, with the columns kept on request; null when nothing is left."""
    parts = []
    for key, value in entries.items():
        text = f"to_json(CAST({value} AS VARCHAR))" if types[key] == "text" else f"CAST({value} AS VARCHAR)"
        parts.append(f"CASE WHEN {value} IS NOT NULL THEN '\"{key}\":' || {text} END")
    inside = f"concat_ws(',', {', '.join([*parts, 'extra'])})"
    return f"'{{' || nullif({inside}, '') || '}}'"


def mark_known(work: Connection, snapshot: Snapshot) -> None:
    """Make `fresh`: the facts not in the history and, of those alike at hand, the first."""
    known = "SELECT CAST(NULL AS BLOB) AS event_id WHERE false"
    if snapshot.files:
        known = f"SELECT event_id FROM read_parquet({file_list(f.path for f in snapshot.files)}, hive_partitioning = false)"
    work.execute(
        f"""CREATE TABLE chosen AS SELECT event_id, min(rowid) AS row FROM facts_held ANTI JOIN ({known}) AS k USING (event_id) GROUP BY event_id"""
    )
    chosen, all_facts = work.execute("SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM facts_held)").fetchall()[0]
    held = {row[0] for row in work.execute("DESCRIBE facts_held").fetchall()}
    if chosen == all_facts:
        work.execute("CREATE VIEW fresh AS SELECT * FROM facts")
    else:
        absent = ", ".join(f"CAST(NULL AS {TYPES.get(n, 'VARCHAR')}) AS {n}" for n in FACT.names if n not in held)
        work.execute(
            f"CREATE VIEW fresh AS SELECT f.*{', ' + absent if absent else ''} FROM facts_held AS f SEMI JOIN chosen AS c ON f.rowid = c.row"
        )
